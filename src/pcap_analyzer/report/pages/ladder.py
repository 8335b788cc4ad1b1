"""Frames around the evidence of a connection, as a ladder between client and server."""

from collections.abc import Iterator
from typing import Final

from pcap_analyzer import units
from pcap_analyzer.i18n import digits, say, told
from pcap_analyzer.ledger import Activity
from pcap_analyzer.report.drawings import Ladder, Step
from pcap_analyzer.report.model import Side
from pcap_analyzer.tables import Row
from pcap_analyzer.text import plural

from .sequence import KINDS

# Longer than most round trips, and no shorter than the usual least timeout of a sender.
_SILENCE_NS: Final = 200_000_000
# Frames in a row that are alike are told as one from here on.
_ALIKE: Final = 3
_MOST_STEPS: Final = 18

# Wireshark's words for its flags.
_WORDS: Final = {
    "retransmission": "TCP Retransmission",
    "fast_retransmission": "TCP Fast Retransmission",
    "spurious_retransmission": "TCP Spurious Retransmission",
    "out_of_order": "TCP Out-Of-Order",
    "lost_segment": "TCP Previous segment not captured",
    "ack_lost_segment": "TCP ACKed unseen segment",
    "window_update": "TCP Window Update",
    "window_full": "TCP Window Full",
    "keep_alive": "TCP Keep-Alive",
    "keep_alive_ack": "TCP Keep-Alive ACK",
    "zero_window": "TCP ZeroWindow",
    "zero_window_probe": "TCP ZeroWindowProbe",
    "zero_window_probe_ack": "TCP ZeroWindowProbeAck",
    "reused_ports": "TCP Port numbers reused",
}
_FLAGS: Final = ((2, "SYN"), (1, "FIN"), (4, "RST"))


def draw(rows: list[Row], origin: int) -> Ladder | None:
    """One ladder with all that stands around the cited frames; nothing where there are none."""
    if not rows:
        return None
    steps = list(_steps(rows, origin))
    first, last = steps[0].time_ns, steps[-1].time_ns
    more = len(steps) - _MOST_STEPS
    note = say("{rows} not drawn.", rows=plural(more, "further row is", "further rows are")) if more > 0 else ""
    title = say("{start} to {end}", start=units.offset(first), end=units.offset(last))
    return Ladder(title, rows[0]["client"], rows[0]["server"], tuple(steps[:_MOST_STEPS]), note)


def _steps(rows: list[Row], origin: int) -> Iterator[Step]:
    previous: Row | None = None
    for run in _runs(rows):
        first = run[0]
        silence = first["silence_ns"] or 0
        left_out = first["place"] - previous["place"] - 1 if previous else 0
        if previous is not None and left_out:
            told = plural(left_out, "segment is not shown", "segments are not shown")
            yield Step(previous["time_ns"] - origin, 0, None, told, activity=Activity.REST)
        elif previous is not None and silence >= _SILENCE_NS:
            yield Step(
                previous["time_ns"] - origin,
                0,
                None,
                say("{duration} without a packet", duration=units.duration(silence)),
                activity=Activity.LOSS,
            )
        yield _step(first, origin)
        if len(run) > 1:
            yield _more(run[1:], origin)
        previous = run[-1]


def _runs(rows: list[Row]) -> Iterator[list[Row]]:
    """The rows, neighbours that are alike together where they are many."""
    run: list[Row] = []
    for row in rows:
        if run and (
            row["place"] != run[-1]["place"] + 1
            or _likeness(row) is None
            or _likeness(row) != _likeness(run[-1])
            or (row["silence_ns"] or 0) >= _SILENCE_NS
        ):
            yield from _told(run)
            run = []
        run.append(row)
    yield from _told(run)


def _told(run: list[Row]) -> Iterator[list[Row]]:
    if len(run) >= _ALIKE:
        yield run
    else:
        yield from ([row] for row in run)


def _likeness(row: Row) -> tuple[object, ...] | None:
    """What makes frames alike; None for one that is told by itself in any case."""
    if row["cited"] or row["flags"] & 7 or row["class"] not in ("new", "bare"):
        return None
    return row["direction"], row["payload_bytes"] > 0, row["ws_flags"]


def _step(row: Row, origin: int) -> Step:
    return Step(
        time_ns=row["time_ns"] - origin,
        frame=row["frame_number"],
        sender=Side(row["direction"]),
        text=_text(row),
        detail=_detail(row),
        activity=_activity(row),
        cited=row["cited"],
    )


def _more(run: list[Row], origin: int) -> Step:
    size = sum(row["payload_bytes"] for row in run)
    what = (
        say("{count} more, {bytes}", count=units.count(len(run)), bytes=plural(size, "byte"))
        if size
        else plural(len(run), "more acknowledgement")
    )
    row = run[-1]
    return Step(row["time_ns"] - origin, row["frame_number"], Side(row["direction"]), what, "", _activity(row))


def _text(row: Row) -> str:
    named = ", ".join(name for bit, name in _FLAGS if row["flags"] & bit)
    if row["payload_bytes"]:
        # Sequence numbers are told of the drawn direction, acknowledgements of it by its peer.
        length = f"Len {digits(row['payload_bytes'])}"
        number = f"Seq {digits(row['low'])} {length}" if row["forward"] and row["low"] is not None else length
        return f"{named}, {number}" if named else number
    answer = "ACK" if row["forward"] or row["low"] is None else f"Ack {digits(row['low'])}"
    if row["ws_duplicate_ack_number"]:
        return f"Dup ACK #{row['ws_duplicate_ack_number']}" + ("" if answer == "ACK" else f", {answer}")
    return f"{named}, {answer}" if named and row["flags"] & 16 else named or answer


def _detail(row: Row) -> str:
    flags = [name for name in row["ws_flags"].split(",") if name in _WORDS]
    # Wireshark sets the general flag beside the one that says more.
    if any(name.endswith("_retransmission") for name in flags):
        flags = [name for name in flags if name != "retransmission"]
    own = "" if row["class"] in ("new", "bare", "retransmission_fast") else told(KINDS[row["class"]][1])
    window = ""
    if not row["payload_bytes"] and not row["flags"] & 6:
        window = say("window {bytes}", bytes=units.count(row["window_bytes"]))
    return "; ".join(filter(None, (*(_WORDS[name] for name in flags), own, window)))


def _activity(row: Row) -> Activity:
    if row["class"].startswith("retransmission"):
        return Activity.LOSS if row["class"] == "retransmission_rto" else Activity.SLOWED
    if row["flags"] & 4 or "zero_window" in row["ws_flags"]:
        return Activity.WINDOW if "zero_window" in row["ws_flags"] else Activity.LOSS
    return Activity.MOVING if row["payload_bytes"] else Activity.PATH
