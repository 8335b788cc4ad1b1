"""TCP connections: those that cost most, and what each of them was like."""

from typing import Any

from pcap_analyzer import units
from pcap_analyzer.ledger import LABELS, is_rest
from pcap_analyzer.report.model import Block, Fact, Facts, Paragraph, Section
from pcap_analyzer.tables import Row
from pcap_analyzer.text import plural

_SHOWN = 3
# Parts that are told of a connection: no more than these, and none below this share of what was waited for.
_PARTS = 4
_LEAST_SHARE = 0.02

_PLACES = {"client": "at the client", "server": "at the server", "middle": "between client and server"}


def show(data: dict[str, Any]) -> Section | None:
    """The costliest few. Nothing where there is no TCP."""
    total = data["flows_sums"]["tcp_flows"]
    flows = [flow for flow in data["flows"] if "ledger" in flow][:_SHOWN]
    if not flows:
        return None
    blocks: list[Block] = [describe(flow) for flow in flows]
    if len(flows) < total:
        blocks.append(
            Paragraph(f"{len(flows)} of {total:,}, those that waited longest beyond round trips on the path.")
        )
    return Section("connections", "TCP connections", tuple(blocks))


def describe(flow: Row) -> Facts:
    """What one connection was like."""
    facts = (
        Fact("Waited for", _waited(flow)),
        Fact("Retransmitted", _retransmitted(flow)),
        Fact("RTT p50", _round_trips(flow)),
        *([Fact("Zero window", text)] if (text := _zero_window(flow)) else []),
        Fact("Captured", _vantage(flow)),
    )
    return Facts(facts, f"{flow['client']} → {flow['server']}, stream {flow['stream']}")


def _waited(flow: Row) -> str:
    """`12.3 s of 14.1 s: loss recovery, timeout (network) 61.2 %, path round trips (network) 30.1 %`."""
    parts = [part for part in flow["ledger"] if not is_rest(part["category"], part["side"])]
    waited_ns = sum(part["duration_ns"] for part in parts)
    if not waited_ns:
        return f"nothing of {units.duration(flow['duration_ns'])}"
    told = [part for part in parts[:_PARTS] if part["duration_ns"] >= _LEAST_SHARE * waited_ns]
    named = "; ".join(f"{_name(part)} {units.share(part['duration_ns'] / waited_ns)}" for part in told)
    return f"{units.duration(waited_ns)} of {units.duration(flow['duration_ns'])}: {named}"


def _name(part: Row) -> str:
    label = LABELS[part["category"]]
    # The first letter only: names such as TCP and MTU keep theirs.
    label = label if label[1].isupper() else label[0].lower() + label[1:]
    return label if part["side"] == "none" else f"{label} ({part['side']})"


def _retransmitted(flow: Row) -> str:
    """`server 37 of 1,204 data segments, 3.1 %`."""
    told = [text for end in ("client", "server") if (text := _data_retransmitted(flow, end))]
    for name, what in (("syn_retransmissions", "SYN"), ("syn_ack_retransmissions", "SYN-ACK")):
        if flow[name]:
            told.append(f"{what} {plural(flow[name], 'time')}")
    if told:
        return "; ".join(told)
    segments = sum(_data_segments(flow, end) for end in ("client", "server"))
    return f"none of {plural(segments, 'data segment')}" if segments else "nothing; no data was sent"


def _data_retransmitted(flow: Row, end: str) -> str:
    handshake = flow["syn_retransmissions" if end == "client" else "syn_ack_retransmissions"]
    count, segments = flow[f"{end}_retransmitted_packets"] - handshake, _data_segments(flow, end)
    if count <= 0:
        return ""
    if count > segments:  # a FIN has no data
        return f"{end} {plural(count, 'segment')}"
    return f"{end} {count:,} of {plural(segments, 'data segment')}, {units.share(count / segments)}"


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
    told = []
    for end in ("client", "server"):
        rtt_ns = flow[f"{end}_rtt_p50_ns"]
        count = flow[f"{end}_rtt_samples"]
        told.append(f"to the {end} " + ("–" if rtt_ns is None else f"{units.latency(rtt_ns)} (n {count:,})"))
    if all(flow[f"{end}_rtt_p50_ns"] is None for end in ("client", "server")):
        return "not measured: no data was acknowledged while captured"
    return ", ".join(told)


def _zero_window(flow: Row) -> str:
    """`client 12 times, 3.20 s`."""
    return "; ".join(
        f"{end} {plural(flow[f'{end}_zero_window_spans'], 'time')}, {units.duration(flow[f'{end}_zero_window_ns'])}"
        for end in ("client", "server")
        if flow[f"{end}_zero_window_spans"]
    )


def _vantage(flow: Row) -> str:
    place = _PLACES.get(flow["vantage"])
    return f"{place} (confidence {round(flow['vantage_confidence'] * 100)} %)" if place else "cannot tell where"
