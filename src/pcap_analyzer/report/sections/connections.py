"""TCP connections: those that cost most, and what each of them was like."""

from typing import Any

from pcap_analyzer import units
from pcap_analyzer.causes import side_word
from pcap_analyzer.i18n import mark, say, told
from pcap_analyzer.ledger import LABELS, is_rest
from pcap_analyzer.report.model import Block, Fact, Facts, Paragraph, Section
from pcap_analyzer.report.naming import with_name
from pcap_analyzer.tables import Row
from pcap_analyzer.text import plural

_SHOWN = 3
# Parts that are told of a connection: no more than these, and none below this share of what was waited for.
_PARTS = 4
_LEAST_SHARE = 0.02

_PLACES = {
    "client": mark("at the client"),
    "server": mark("at the server"),
    "middle": mark("between client and server"),
}


def show(data: dict[str, Any]) -> Section | None:
    """The costliest few. Nothing where there is no TCP."""
    total = data["flows_sums"]["tcp_flows"]
    flows = [flow for flow in data["flows"] if "ledger" in flow][:_SHOWN]
    if not flows:
        return None
    blocks: list[Block] = [describe(flow, data) for flow in flows]
    if len(flows) < total:
        blocks.append(
            Paragraph(
                say(
                    "{shown} of {total}, those that waited longest beyond round trips on the path.",
                    shown=units.count(len(flows)),
                    total=units.count(total),
                )
            )
        )
    return Section("connections", say("TCP connections"), tuple(blocks))


def describe(flow: Row, data: dict[str, Any]) -> Facts:
    """What one connection was like."""
    facts = (
        Fact(say("Waited for"), _waited(flow)),
        Fact(say("Retransmitted"), _retransmitted(flow)),
        Fact(say("RTT p50"), _round_trips(flow)),
        *([Fact(say("Zero window"), text)] if (text := _zero_window(flow)) else []),
        Fact(say("Captured"), _vantage(flow)),
    )
    return Facts(
        facts,
        say(
            "{client} → {server}, stream {stream}",
            client=flow["client"],
            server=with_name(flow["server"], data),
            stream=flow["stream"],
        ),
    )


def _waited(flow: Row) -> str:
    """`12.3 s of 14.1 s: loss recovery, timeout (network) 61.2 %, path round trips (network) 30.1 %`."""
    parts = [part for part in flow["ledger"] if not is_rest(part["category"], part["side"])]
    waited_ns = sum(part["duration_ns"] for part in parts)
    if not waited_ns:
        return say("nothing of {duration}", duration=units.duration(flow["duration_ns"]))
    longest = [part for part in parts[:_PARTS] if part["duration_ns"] >= _LEAST_SHARE * waited_ns]
    named = "; ".join(f"{_name(part)} {units.share(part['duration_ns'] / waited_ns)}" for part in longest)
    return say(
        "{waited} of {duration}: {parts}",
        waited=units.duration(waited_ns),
        duration=units.duration(flow["duration_ns"]),
        parts=named,
    )


def _name(part: Row) -> str:
    label = told(LABELS[part["category"]])
    # The first letter only: names such as TCP and MTU keep theirs.
    label = label if label[1].isupper() else label[0].lower() + label[1:]
    return label if part["side"] == "none" else f"{label} ({side_word(part['side'])})"


def _retransmitted(flow: Row) -> str:
    """`server 37 of 1,204 data segments, 3.1 %`."""
    repeats = [text for end in ("client", "server") if (text := _data_retransmitted(flow, end))]
    for name, what in (("syn_retransmissions", "SYN"), ("syn_ack_retransmissions", "SYN-ACK")):
        if flow[name]:
            repeats.append(f"{what} {plural(flow[name], 'time')}")
    if repeats:
        return "; ".join(repeats)
    segments = sum(_data_segments(flow, end) for end in ("client", "server"))
    if not segments:
        return say("nothing; no data was sent")
    return say("none of {segments}", segments=plural(segments, "data segment"))


def _data_retransmitted(flow: Row, end: str) -> str:
    handshake = flow["syn_retransmissions" if end == "client" else "syn_ack_retransmissions"]
    count, segments = flow[f"{end}_retransmitted_packets"] - handshake, _data_segments(flow, end)
    if count <= 0:
        return ""
    if count > segments:  # a FIN has no data
        return f"{side_word(end)} {plural(count, 'segment')}"
    return say(
        "{end} {count} of {segments}, {share}",
        end=side_word(end),
        count=units.count(count),
        segments=plural(segments, "data segment"),
        share=units.share(count / segments),
    )


def _data_segments(flow: Row, end: str) -> int:
    """Segments with data as the wire carried them: of what offload merged, the pieces are counted."""
    packets: int = flow[f"{end}_data_packets"]
    # What may be sent in one segment is what the other end announced.
    mss = flow["server_mss_bytes" if end == "client" else "client_mss_bytes"]
    if not flow[f"{end}_super_segments"] or not mss:
        return packets
    pieces: int = -(-flow[f"{end}_payload_bytes"] // mss)
    return max(packets, pieces)


def _round_trips(flow: Row) -> str:
    """`0.21 ms to the client (n 40), 41.2 ms to the server (n 612)`."""
    if all(flow[f"{end}_rtt_p50_ns"] is None for end in ("client", "server")):
        return say("not measured: no data was acknowledged while captured")
    return ", ".join(say("to the {end} {rtt}", end=side_word(end), rtt=_rtt(flow, end)) for end in ("client", "server"))


def _rtt(flow: Row, end: str) -> str:
    rtt_ns, count = flow[f"{end}_rtt_p50_ns"], flow[f"{end}_rtt_samples"]
    return "–" if rtt_ns is None else f"{units.latency(rtt_ns)} (n {units.count(count)})"


def _zero_window(flow: Row) -> str:
    """`client 12 times, 3.20 s`."""
    return "; ".join(
        f"{side_word(end)} {plural(flow[f'{end}_zero_window_spans'], 'time')}, {units.duration(flow[f'{end}_zero_window_ns'])}"
        for end in ("client", "server")
        if flow[f"{end}_zero_window_spans"]
    )


def _vantage(flow: Row) -> str:
    place = _PLACES.get(flow["vantage"])
    if not place:
        return say("cannot tell where")
    return say("{place} (confidence {share})", place=say(place), share=units.confidence(flow["vantage_confidence"]))
