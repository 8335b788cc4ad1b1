"""Each drawn connection by itself: what it was like, its bytes over time, its rates, and frames around the evidence."""

from typing import Any

from pcap_analyzer import units
from pcap_analyzer.i18n import say, told
from pcap_analyzer.ledger import LABELS, is_rest
from pcap_analyzer.report.deep import Segments
from pcap_analyzer.report.drawings import Chapter, Figure, Figures, PageBlock, PageSection
from pcap_analyzer.report.model import Part, Side, Whole
from pcap_analyzer.report.naming import with_name
from pcap_analyzer.report.sections.connections import describe
from pcap_analyzer.tables import Row
from pcap_analyzer.text import plural
from pcap_analyzer.units import SECOND_NS, Unit

from . import ladder, rates, sequence
from .names import target


def show(data: dict[str, Any], flows: list[Row], second: Segments | None) -> PageSection | None:
    """A chapter for each of `flows`."""
    if not flows or second is None:
        return None
    origin = data["capture"]["earliest_time_ns"]
    chapters = tuple(_chapter(flow, second, origin, data) for flow in flows)
    beside = say(
        "{connections} drawn: those of the first findings and those that cost most.",
        connections=plural(len(flows), "connection"),
    )
    return PageSection("details", say("In detail"), chapters, beside)


def _chapter(flow: Row, second: Segments, origin: int, data: dict[str, Any]) -> Chapter:
    blocks: list[PageBlock] = [_figures(flow, origin)]
    blocks += sequence.draw(flow, second, origin)
    blocks += rates.draw(flow, second, origin)
    if parts := _parts(flow):
        blocks.append(Whole(Unit.DURATION_NS, say("Of {whole}", whole=units.duration(flow["duration_ns"])), parts))
    place = target(flow["stream"])
    if drawn := ladder.draw(second.rungs.get(place, []), origin):
        blocks.append(drawn)
    blocks.append(describe(flow, data))
    below = f"{flow['client']} → {flow['server']}, tcp.stream eq {flow['stream']}"
    title = say("Stream {stream}: {server}", stream=flow["stream"], server=with_name(flow["server"], data))
    return Chapter(place, title, below, tuple(blocks))


def _parts(flow: Row) -> tuple[Part, ...]:
    """All of its life, so that the parts add up to its duration exactly."""
    return tuple(
        Part(told(LABELS[part["category"]]), Side(part["side"]), part["duration_ns"])
        for part in flow["ledger"]
        if part["duration_ns"]
    )


def _figures(flow: Row, origin: int) -> Figures:
    down, up = flow["server_payload_bytes"], flow["client_payload_bytes"]
    duration_ns = flow["duration_ns"]
    start = units.offset(flow["first_time_ns"] - origin)
    again = flow["client_retransmitted_packets"] + flow["server_retransmitted_packets"]
    segments = flow["client_data_packets"] + flow["server_data_packets"]
    rate = units.rate(max(down, up) * 8 * SECOND_NS / duration_ns) if duration_ns else "–"
    waited_ns = sum(p["duration_ns"] for p in flow["ledger"] if not is_rest(p["category"], p["side"]))
    return Figures(
        (
            Figure(say("Duration"), units.duration(duration_ns), say("from {start}", start=start)),
            Figure(
                say("Time lost"),
                units.duration(flow["cost_ns"]),
                say("of {whole} that was waited for", whole=units.duration(waited_ns)),
            ),
            Figure(
                say("Payload"), units.size(max(down, up)), say("{size} the other way", size=units.size(min(down, up)))
            ),
            Figure(say("Mean rate"), rate, say("of the larger direction")),
            Figure(say("iRTT"), units.text(flow["handshake_ns"], Unit.DURATION_NS), say("SYN to the first ACK")),
            Figure(
                say("Sent again"), units.count(again), say("of {segments}", segments=plural(segments, "data segment"))
            ),
        )
    )
