"""Rates, round trips and windows of one connection, on one axis of time."""

from pcap_analyzer import units
from pcap_analyzer.causes import side_word
from pcap_analyzer.i18n import say
from pcap_analyzer.ledger import Activity
from pcap_analyzer.report.deep import Segments
from pcap_analyzer.report.drawings import Line, PageBlock, Panel, Panels, Style
from pcap_analyzer.tables import Row
from pcap_analyzer.units import SECOND_NS, Unit

from .sequence import bands


def draw(flow: Row, second: Segments, origin: int) -> list[PageBlock]:
    """Its panels, or nothing where it took no time."""
    rows = second.rates.get(flow["stream"], [])
    if len(rows) < 2:
        return []
    width = rows[0]["width_ns"]
    panels = [_throughput(rows, origin, width)]
    panels += [panel for panel in (_round_trips(rows, origin, width), _windows(rows, origin, width)) if panel.lines]
    start, end = flow["first_time_ns"] - origin, flow["last_time_ns"] - origin
    return [Panels(origin, start, max(end, start + width), tuple(panels), bands(flow, second, origin))]


def _points(rows: list[Row], key: str, origin: int, factor: float = 1) -> tuple[tuple[int, float], ...]:
    return tuple((row["start_ns"] - origin, row[key] * factor) for row in rows if row[key] is not None)


def _throughput(rows: list[Row], origin: int, width: int) -> Panel:
    forward, backward = (say("To server"), say("To client"))
    if rows[0]["sender"] != "client":
        forward, backward = backward, forward
    factor = 8 * SECOND_NS / width
    filled = _filled(rows, width)
    lines = (
        Line(forward, Activity.MOVING, Style.AREA, _points(filled, "forward_bytes", origin, factor)),
        Line(backward, Activity.SETUP, Style.LINE, _points(filled, "backward_bytes", origin, factor), dashed=True),
    )
    return Panel(
        say("Throughput"), Unit.RATE_BPS, say("payload, steps of {width}", width=units.duration(width)), width, lines
    )


def _filled(rows: list[Row], width: int) -> list[Row]:
    """The rows, with steps of nothing at both ends of each silence."""
    filled: list[Row] = []
    for row in rows:
        if filled and row["start_ns"] - filled[-1]["start_ns"] > width:
            after, before = filled[-1]["start_ns"] + width, row["start_ns"] - width
            filled += [
                {"start_ns": start, "forward_bytes": 0, "backward_bytes": 0} for start in sorted({after, before})
            ]
        filled.append(row)
    return filled


def _round_trips(rows: list[Row], origin: int, width: int) -> Panel:
    samples = sum(row["rtt_samples"] for row in rows)
    lines = (
        Line("p50", Activity.MOVING, Style.LINE, _points(rows, "rtt_p50_ns", origin)),
        Line(say("highest"), Activity.PATH, Style.LINE, _points(rows, "rtt_max_ns", origin), dashed=True),
    )
    receiver = "server" if rows[0]["sender"] == "client" else "client"
    note = say(
        "capture point to the {receiver} and back, steps of {width}, n = {samples}",
        receiver=side_word(receiver),
        width=units.duration(width),
        samples=units.count(samples),
    )
    return Panel(say("Round-trip time"), Unit.DURATION_NS, note, width, lines if samples else ())


def _windows(rows: list[Row], origin: int, width: int) -> Panel:
    lines = (
        Line(say("In flight, most"), Activity.MOVING, Style.LINE, _points(rows, "flight_max_bytes", origin)),
        Line(
            say("Receive window, least"),
            Activity.WINDOW,
            Style.LINE,
            _points(rows, "window_min_bytes", origin),
            dashed=True,
        ),
    )
    return Panel(
        say("Flight and window"),
        Unit.BYTES,
        say("steps of {width}", width=units.duration(width)),
        width,
        tuple(line for line in lines if line.points),
    )
