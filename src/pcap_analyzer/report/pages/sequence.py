"""The time–sequence graph of one direction of a connection: the one that carried more data."""

from typing import Final

from pcap_analyzer import units
from pcap_analyzer.causes import side_word
from pcap_analyzer.i18n import mark, say, told
from pcap_analyzer.ledger import Activity
from pcap_analyzer.report.deep import Segments
from pcap_analyzer.report.drawings import Band, Kind, Mark, PageBlock, Role, Sequence
from pcap_analyzer.report.model import Side
from pcap_analyzer.tables import Row
from pcap_analyzer.text import plural

# Classes of tcp_segments: how each is drawn, its name, and why it is called that.
KINDS: Final = {
    "new": (Role.DATA, mark("Data"), ""),
    "bare": (Role.DATA, mark("Data"), ""),
    "retransmission_fast": (Role.FAST, mark("Fast retransmission"), mark("sent again since later data had arrived")),
    "retransmission_tlp": (Role.PROBE, mark("Tail loss probe"), mark("sent again to draw an ACK from a silent tail")),
    "retransmission_rto": (Role.TIMEOUT, mark("Timeout retransmission"), mark("sent again since a timer ran out")),
    "retransmission_repeated": (
        Role.TIMEOUT,
        mark("Repeated retransmission"),
        mark("sent again although a repeat was seen"),
    ),
    "retransmission_syn": (Role.TIMEOUT, mark("SYN sent again"), mark("its timer ran out without an answer")),
    "retransmission_fin": (Role.TIMEOUT, mark("FIN sent again"), mark("its timer ran out without an ACK")),
    "retransmission_pmtu": (Role.FAST, mark("Smaller copy"), mark("the path said that the first was too large")),
    "retransmission_unneeded": (
        Role.NEEDLESS,
        mark("Needless retransmission"),
        mark("sent again although it was acknowledged"),
    ),
    "reordered": (Role.REORDERED, mark("Out of order"), mark("overtaken on the path")),
    "duplicate_network": (Role.COPY, mark("Copy made by the network"), mark("the same packet twice")),
    "duplicate_capture": (Role.COPY, mark("Copy made by the capture"), mark("the same packet captured twice")),
    "window_probe": (Role.PROBE, mark("Window probe"), mark("asks a closed window whether it has opened")),
    "keep_alive": (Role.PROBE, mark("Keep-alive"), mark("asks whether the peer is still there")),
}
# Of all silences those that can be seen: the longest.
_BANDS: Final = 60


def draw(flow: Row, second: Segments, origin: int) -> list[PageBlock]:
    """The graph, or nothing where neither end sent data."""
    stream = flow["stream"]
    marks = [row for row in second.marks.get(stream, ()) if row["high"] > row["low"]]
    if not marks or flow["duration_ns"] <= 0:
        return []
    classes = sorted({row["class"] for row in marks}, key=list(KINDS).index)
    acks = second.acks.get(stream, [])
    total = max(row["total"] for row in marks)
    return [
        Sequence(
            sender=Side(marks[0]["sender"]),
            origin_ns=origin,
            start_ns=flow["first_time_ns"] - origin,
            end_ns=flow["last_time_ns"] - origin,
            kinds=tuple(_kind(*KINDS[name]) for name in classes),
            marks=tuple(_mark(row, origin, classes) for row in marks),
            acks=tuple((row["time_ns"] - origin, row["ack"]) for row in acks),
            edges=tuple((row["time_ns"] - origin, row["edge_low"], row["edge_high"]) for row in acks),
            sacks=tuple(
                (row["sack_time_ns"] - origin, row["sack_low"], row["sack_high"])
                for row in acks
                if row["sack_low"] is not None and row["sack_high"] > row["sack_low"]
            ),
            bands=bands(flow, second, origin),
            note=_note(len(marks), total, acks) + _untinted(stream, second),
        )
    ]


def _kind(role: Role, label: str, reason: str) -> Kind:
    return Kind(role, told(label), told(reason))


def _mark(row: Row, origin: int, classes: list[str]) -> Mark:
    return Mark(
        start_ns=row["start_ns"] - origin,
        end_ns=row["end_ns"] - origin,
        low=row["low"],
        high=row["high"],
        frame=row["frame"],
        count=row["count"],
        kind=classes.index(row["class"]),
    )


def bands(flow: Row, second: Segments, origin: int) -> tuple[Band, ...]:
    """Waits for a timer, and spans of a closed window."""
    stalls = [
        Band(row["start_ns"] - origin, row["end_ns"] - origin, _stall(row), Activity.LOSS)
        for row in second.stalls.get(flow["stream"], ())[:_BANDS]
    ]
    closed = [
        Band(
            row["start_ns"] - origin,
            row["end_ns"] - origin,
            say(
                "{duration} zero window of the {end}",
                duration=units.duration(row["end_ns"] - row["start_ns"]),
                end=side_word(row["direction"]),
            ),
            Activity.WINDOW,
        )
        for row in second.zero_windows.get(flow["stream"], ())[:_BANDS]
    ]
    return tuple(sorted(stalls + closed, key=lambda band: band.start_ns))


def _stall(row: Row) -> str:
    duration = units.duration(row["end_ns"] - row["start_ns"])
    return say("{duration} silence, the sender waits for a timeout", duration=duration)


def _untinted(stream: int, second: Segments) -> str:
    """What of the stalls and spans of a closed window is not tinted."""
    left = sum(max(0, len(rows.get(stream, ())) - _BANDS) for rows in (second.stalls, second.zero_windows))
    return (
        " " + say("{stalls} not tinted.", stalls=plural(left, "shorter stall is", "shorter stalls are")) if left else ""
    )


def _note(drawn: int, total: int, acks: list[Row]) -> str:
    acknowledgements = max((row["total"] for row in acks), default=0)
    if drawn == total and len(acks) == acknowledgements:
        return say(
            "All {segments} with data and all {acknowledgements} are drawn.",
            segments=plural(total, "segment"),
            acknowledgements=plural(acknowledgements, "acknowledgement"),
        )
    return say(
        "{segments} drawn as {marks} and {acknowledgements} as {steps}: neighbours are joined, lowest and highest kept;"
        " what was sent again or out of order is never joined.",
        segments=plural(total, "segment"),
        marks=plural(drawn, "mark"),
        acknowledgements=plural(acknowledgements, "acknowledgement"),
        steps=plural(len(acks), "step"),
    )
