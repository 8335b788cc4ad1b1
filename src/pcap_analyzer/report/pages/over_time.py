"""Rate, round trips, losses and waiting, each over the whole capture and all on one axis of time."""

from collections.abc import Iterator
from typing import Any

from pcap_analyzer import units
from pcap_analyzer.i18n import say
from pcap_analyzer.ledger import ACTIVITIES, Activity, activity, is_rest
from pcap_analyzer.report.deep import MOST_PACKETS, MOST_SEGMENTS, Segments
from pcap_analyzer.report.drawings import Line, PageSection, Panel, Panels, Style
from pcap_analyzer.report.model import Chart, Paragraph, Section
from pcap_analyzer.tables import Row, Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import SECOND_NS, Unit

_LOSSES = """
    SELECT CAST($origin + (CAST(time_ns AS HUGEINT) - $origin) // $width * $width AS BIGINT) AS start_time_ns,
           count(*) FILTER (kind = 'retransmission_rto') AS timeouts,
           count(*) FILTER (kind <> 'retransmission_rto') AS others
    FROM tcp_events WHERE starts_with(kind, 'retransmission') GROUP BY 1 ORDER BY 1
"""
_WAITS = """
    SELECT start_time_ns, width_ns, category, side, duration_ns FROM tcp_ledger_buckets ORDER BY start_time_ns
"""
_RTT = """
    SELECT start_time_ns, width_ns, rtt_p50_ns, rtt_p95_ns, samples FROM tcp_rtt_buckets ORDER BY start_time_ns
"""
# The longest wait for a name among the questions that were asked in a step.
_NAMES = """
    SELECT CAST($origin + (CAST(query_time_ns AS HUGEINT) - $origin) // $width * $width AS BIGINT) AS start_time_ns,
           max(response_time_ns) AS longest_ns, count(*) AS answers
    FROM dns_transactions
    WHERE protocol = 'dns' AND query_time_ns IS NOT NULL AND response_time_ns >= 0 GROUP BY 1 ORDER BY 1
"""
# The mean jitter of each stream while it lasts; of several at a time the highest.
_JITTER = """
    WITH bounds AS (
        SELECT min(first_time_ns) AS first, greatest(1, (max(last_time_ns) - min(first_time_ns)) // $steps + 1) AS width
        FROM rtp_streams WHERE jitter_ns IS NOT NULL
    ), steps AS (
        SELECT first + width * step AS start_time_ns, width, (SELECT count(*) FROM rtp_streams WHERE jitter_ns IS NOT NULL) AS streams
        FROM bounds, range($steps) AS each(step)
    )
    SELECT start_time_ns, any_value(width) AS width_ns, any_value(streams) AS streams,
           CAST(max(jitter_ns) AS BIGINT) AS highest_ns, CAST(median(jitter_ns) AS BIGINT) AS median_ns
    FROM steps JOIN rtp_streams ON first_time_ns < start_time_ns + width AND last_time_ns >= start_time_ns
    WHERE jitter_ns IS NOT NULL
    GROUP BY start_time_ns ORDER BY start_time_ns
"""
# Steps of the ledger over time that a chart has room for.
_MOST_STEPS = 240


def show(data: dict[str, Any], tables: Tables, second: Segments | None, told: Section | None) -> PageSection | None:
    """The panels, then the tables that `told`, the section of every report, has. Nothing where there is no packet."""
    buckets = data["buckets"]
    if told is None or not buckets["rows"]:
        return None
    origin, width = buckets["start_time_ns"], buckets["width_ns"]
    end = max(row["start_time_ns"] for row in buckets["rows"]) - origin + width
    panels = [_rate(buckets["rows"], origin, width)]
    if data["flows_sums"]["tcp_flows"]:
        panels += _round_trips(tables.rows(_RTT), origin)
        panels += _losses(tables.rows(_LOSSES, origin=origin, width=width), data, origin, width)
        panels += _waits(tables.rows(_WAITS), origin)
    tables_told = tuple(block for block in told.blocks if not isinstance(block, Chart))
    missing = () if second or not data["flows_sums"]["tcp_flows"] else (_no_second(),)
    if "dns" in data["services"]:
        panels += _names(tables.rows(_NAMES, origin=origin, width=width), origin, width)
    if "rtp" in data["services"]:
        panels += _jitter(tables.rows(_JITTER, steps=_MOST_STEPS), origin)
    blocks = (Panels(origin, 0, end, tuple(panels)), *missing, *tables_told)
    return PageSection(
        "time", say("Over time"), blocks, say("Seconds since the first packet. Drag to zoom, 0 to see all.")
    )


def _no_second() -> Paragraph:
    return Paragraph(
        say(
            "There are no graphs of connections: they need a second reading of the capture, which pipes, captures with"
            " more than {packets} TCP packets and connections with more than {segments} do not get.",
            packets=units.count(MOST_PACKETS),
            segments=units.count(MOST_SEGMENTS),
        )
    )


def _rate(rows: list[Row], origin: int, width: int) -> Panel:
    points = tuple(
        (row["start_time_ns"] - origin, row["wire_bytes"] * 8 * SECOND_NS / row["width_ns"])
        for row in _filled(rows, origin, width)
    )
    line = Line(say("Rate on the wire"), Activity.MOVING, Style.AREA, points)
    packets = plural(sum(row["packets"] for row in rows), "packet")
    note = say("steps of {width}, {packets}", width=units.span(width), packets=packets)
    return Panel(say("Throughput"), Unit.RATE_BPS, note, width, (line,))


def _filled(rows: list[Row], origin: int, width: int) -> Iterator[Row]:
    """The rows, and one with nothing for each span between them that had no packet."""
    expected = origin
    for row in rows:
        # Beside a packet stands silence on both sides; a long silence needs no more than its ends.
        if row["start_time_ns"] > expected:
            yield _nothing(expected, width)
            if row["start_time_ns"] - width > expected:
                yield _nothing(row["start_time_ns"] - width, width)
        yield row
        expected = row["start_time_ns"] + width


def _nothing(start_ns: int, width: int) -> Row:
    return {"start_time_ns": start_ns, "width_ns": width, "wire_bytes": 0, "packets": 0}


def _round_trips(rows: list[Row], origin: int) -> list[Panel]:
    if not rows:
        return []
    width = rows[0]["width_ns"]
    lines = tuple(
        Line(label, Activity.MOVING if not dashed else Activity.PATH, Style.LINE, points, dashed)
        for label, key, dashed in (("p50", "rtt_p50_ns", False), ("p95", "rtt_p95_ns", True))
        if (points := tuple((row["start_time_ns"] - origin, row[key]) for row in rows))
    )
    samples = sum(row["samples"] for row in rows)
    note = say(
        "data to its ACK at the capture point, steps of {width}, n = {samples}",
        width=units.span(width),
        samples=units.count(samples),
    )
    return [Panel(say("Round-trip time"), Unit.DURATION_NS, note, width, lines)]


def _jitter(rows: list[Row], origin: int) -> list[Panel]:
    """Which jitter the streams of calls and video had that were there at a time."""
    if not rows:
        return []
    note = say(
        "mean of each stream while it lasts, steps of {width}, {streams}",
        width=units.span(rows[0]["width_ns"]),
        streams=plural(rows[0]["streams"], "media stream"),
    )
    lines = tuple(
        Line(label, kind, Style.LINE, tuple((row["start_time_ns"] - origin, row[key]) for row in rows), dashed)
        for label, key, kind, dashed in (
            (say("median"), "median_ns", Activity.MOVING, False),
            (say("highest"), "highest_ns", Activity.PATH, True),
        )
    )
    return [Panel(say("Jitter"), Unit.DURATION_NS, note, rows[0]["width_ns"], lines)]


def _names(rows: list[Row], origin: int, width: int) -> list[Panel]:
    """How long the DNS took, at the time of the question."""
    if not rows:
        return []
    points = tuple((row["start_time_ns"] - origin, row["longest_ns"]) for row in rows)
    note = say(
        "longest per {width}, where it was asked, {answers}",
        width=units.span(width),
        answers=plural(sum(row["answers"] for row in rows), "answer"),
    )
    line = Line(say("longest answer"), Activity.SERVER, Style.STACK, points)
    return [Panel(say("DNS answer time"), Unit.DURATION_NS, note, width, (line,))]


def _losses(rows: list[Row], data: dict[str, Any], origin: int, width: int) -> list[Panel]:
    """Nothing where nothing was sent again."""
    if not rows:
        return []
    sums = data["flows_sums"]
    segments = sums["client_data_packets"] + sums["server_data_packets"]
    count = sum(row["timeouts"] + row["others"] for row in rows)
    lines = (
        Line(
            say("After a timeout"),
            Activity.LOSS,
            Style.STACK,
            tuple((r["start_time_ns"] - origin, r["timeouts"]) for r in rows),
        ),
        Line(
            say("Other repeats"),
            Activity.SLOWED,
            Style.STACK,
            tuple((r["start_time_ns"] - origin, r["others"]) for r in rows),
        ),
    )
    note = say(
        "per {width}, {count} beside {segments}",
        width=units.span(width),
        count=units.count(count),
        segments=plural(segments, "data segment"),
    )
    return [Panel(say("Sent again"), Unit.COUNT, note, width, lines)]


def _waits(rows: list[Row], origin: int) -> list[Panel]:
    """How many connections waited at a time, and for what."""
    rows = [row for row in rows if not is_rest(row["category"], row["side"])]
    if not rows:
        return []
    steps = len({row["start_time_ns"] for row in rows})
    width = rows[0]["width_ns"] * -(-steps // _MOST_STEPS)
    first = rows[0]["start_time_ns"]
    sums: dict[Activity, dict[int, float]] = {}
    for row in rows:
        line = sums.setdefault(activity(row["category"], row["side"]), {})
        start = first + (row["start_time_ns"] - first) // width * width - origin
        line[start] = line.get(start, 0) + row["duration_ns"] / width
    lines = tuple(
        Line(say(ACTIVITIES[kind]), kind, Style.STACK, tuple(sorted(sums[kind].items())))
        for kind in Activity
        if kind in sums
    )
    note = say("for what, mean over {width}", width=units.span(width))
    return [Panel(say("Connections waiting"), Unit.COUNT, note, width, lines)]
