"""All conversations that the report keeps, in a table to sort and to filter."""

from typing import Any

from pcap_analyzer.causes import HEALTHY
from pcap_analyzer.i18n import say
from pcap_analyzer.ledger import Activity, activity, is_rest
from pcap_analyzer.report.drawings import Cell, Listing, Named, PageSection, Span
from pcap_analyzer.report.model import Column, Section
from pcap_analyzer.report.naming import name_of
from pcap_analyzer.tables import Row
from pcap_analyzer.units import Unit, count

from .names import target

_SORTED_BY = 8
# More make the page heavy; the exports have all.
_MOST = 300


def _columns() -> tuple[Column, ...]:
    return (
        Column(say("Stream")),
        Column(say("Server ← client")),
        Column(say("When"), rank=4),
        Column(say("Duration"), Unit.DURATION_NS, rank=3),
        Column(say("Bytes"), Unit.BYTES, rank=5),
        Column(say("iRTT"), Unit.DURATION_NS, rank=7),
        Column(say("RTT p95"), Unit.DURATION_NS, rank=6),
        Column(say("Sent again"), Unit.COUNT, rank=2),
        Column(say("Time lost"), Unit.DURATION_NS),
        Column(say("Verdict"), rank=1),
    )


def show(data: dict[str, Any], told: Section | None, drawn: set[int]) -> PageSection | None:
    """The listing, or what `told`, the section of every report, says where there is nothing to list."""
    flows, total = data["flows"][:_MOST], data["flows_total"]
    if not flows:
        return PageSection("connections", told.title, told.blocks) if told else None
    origin = data["capture"]["earliest_time_ns"]
    note = (
        ""
        if len(flows) == total
        else say(
            "{shown} of {total} are listed, those that cost most time; the table flows has all of them.",
            shown=count(len(flows)),
            total=count(total),
        )
    )
    rows = tuple(_row(flow, origin, drawn, data) for flow in flows)
    listing = Listing(_columns(), rows, _SORTED_BY, max(1, data["capture"]["duration_ns"]), note)
    beside = say("Most time lost first: waiting beyond round trips on the path. Times are seen from the capture point.")
    return PageSection("connections", say("Connections"), (listing,), beside)


def _row(flow: Row, origin: int, drawn: set[int], data: dict[str, Any]) -> tuple[Cell, ...]:
    tcp = flow["protocol"] == "tcp"
    mostly = _mostly(flow) if tcp else None
    start = flow["first_time_ns"] - origin
    retransmitted = flow["client_retransmitted_packets"] + flow["server_retransmitted_packets"] if tcp else None
    name = name_of(flow["server"], data)
    place = target(flow["stream"]) if tcp and flow["stream"] in drawn else ""
    return (
        flow["protocol"] if flow["stream"] is None else f"{flow['protocol']} {flow['stream']}",
        Named(name or flow["server"], f"{flow['server']} ← {flow['client']}" if name else f"← {flow['client']}", place),
        Span(start, start + flow["duration_ns"], mostly or Activity.MOVING),
        flow["duration_ns"],
        flow["client_wire_bytes"] + flow["server_wire_bytes"],
        flow.get("handshake_ns"),
        max(filter(None, (flow.get("client_rtt_p95_ns"), flow.get("server_rtt_p95_ns"))), default=None),
        retransmitted,
        flow.get("cost_ns"),
        _verdict(flow["verdict"]["cause"] or "") if tcp else "",
    )


def _verdict(cause: str) -> str:
    """The name of a cause as words, so that it folds where the column is narrow."""
    return say("healthy") if cause == HEALTHY else cause.replace("_", " ")


def _mostly(flow: Row) -> Activity | None:
    """What it lost most time to; nothing where it lost none."""
    for part in flow["ledger"]:
        if not is_rest(part["category"], part["side"]) and part["category"] != "network_rtt":
            return activity(part["category"], part["side"])
    return None
