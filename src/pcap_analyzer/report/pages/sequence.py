"""The time–sequence graph of one direction of a connection: the one that carried more data."""

from typing import Final

from pcap_analyzer import units
from pcap_analyzer.ledger import Activity
from pcap_analyzer.report.deep import Segments
from pcap_analyzer.report.drawings import Band, Kind, Mark, PageBlock, Role, Sequence
from pcap_analyzer.report.model import Side
from pcap_analyzer.tables import Row
from pcap_analyzer.text import plural

# Classes of tcp_segments: how each is drawn, its name, and why it is called that.
KINDS: Final = {
    "new": (Role.DATA, "Data", ""),
    "bare": (Role.DATA, "Data", ""),
    "retransmission_fast": (Role.FAST, "Fast retransmission", "sent again since later data had arrived"),
    "retransmission_tlp": (Role.PROBE, "Tail loss probe", "sent again to draw an ACK from a silent tail"),
    "retransmission_rto": (Role.TIMEOUT, "Timeout retransmission", "sent again since a timer ran out"),
    "retransmission_repeated": (Role.TIMEOUT, "Repeated retransmission", "sent again although a repeat was seen"),
    "retransmission_syn": (Role.TIMEOUT, "SYN sent again", "its timer ran out without an answer"),
    "retransmission_fin": (Role.TIMEOUT, "FIN sent again", "its timer ran out without an ACK"),
    "retransmission_pmtu": (Role.FAST, "Smaller copy", "the path said that the first was too large"),
    "retransmission_unneeded": (Role.NEEDLESS, "Needless retransmission", "sent again although it was acknowledged"),
    "reordered": (Role.REORDERED, "Out of order", "overtaken on the path"),
    "duplicate_network": (Role.COPY, "Copy made by the network", "the same packet twice"),
    "duplicate_capture": (Role.COPY, "Copy made by the capture", "the same packet captured twice"),
    "window_probe": (Role.PROBE, "Window probe", "asks a closed window whether it has opened"),
    "keep_alive": (Role.PROBE, "Keep-alive", "asks whether the peer is still there"),
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
            kinds=tuple(Kind(*KINDS[name]) for name in classes),
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
            f"{units.duration(row['end_ns'] - row['start_ns'])} zero window of the {row['direction']}",
            Activity.WINDOW,
        )
        for row in second.zero_windows.get(flow["stream"], ())[:_BANDS]
    ]
    return tuple(sorted(stalls + closed, key=lambda band: band.start_ns))


def _stall(row: Row) -> str:
    return f"{units.duration(row['end_ns'] - row['start_ns'])} silence, the sender waits for a timeout"


def _untinted(stream: int, second: Segments) -> str:
    """What of the stalls and spans of a closed window is not tinted."""
    left = sum(max(0, len(rows.get(stream, ())) - _BANDS) for rows in (second.stalls, second.zero_windows))
    return f" {plural(left, 'shorter stall is', 'shorter stalls are')} not tinted." if left else ""


def _note(drawn: int, total: int, acks: list[Row]) -> str:
    acknowledgements = max((row["total"] for row in acks), default=0)
    if drawn == total and len(acks) == acknowledgements:
        return f"All {total:,} segments with data and all {acknowledgements:,} acknowledgements are drawn."
    return (
        f"{total:,} segments drawn as {drawn:,} marks and {acknowledgements:,} acknowledgements as {len(acks):,} steps: "
        "neighbours are joined, lowest and highest kept; what was sent again or out of order is never joined."
    )
