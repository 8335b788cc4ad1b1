"""Top conversations: the flows with most bytes."""

from typing import Any

from pcap_analyzer.report.model import Column, Paragraph, Section, Table
from pcap_analyzer.tables import Row, Tables
from pcap_analyzer.units import SECOND_NS, Unit

_KEPT = 1000
_SHOWN = 8

# One pass over all flows for both: the biggest, and the sums over all.
_FLOWS = """
    SELECT * FROM flows
    ORDER BY client_wire_bytes + server_wire_bytes DESC, flow
    LIMIT $kept
"""
_SUMS = """
    SELECT count(*) AS flows,
           count(*) FILTER (protocol = 'tcp') AS tcp_flows,
           count(*) FILTER (protocol = 'udp') AS udp_flows,
           CAST(coalesce(sum(client_packets), 0) AS BIGINT) AS client_packets,
           CAST(coalesce(sum(server_packets), 0) AS BIGINT) AS server_packets,
           CAST(coalesce(sum(client_wire_bytes), 0) AS BIGINT) AS client_wire_bytes,
           CAST(coalesce(sum(server_wire_bytes), 0) AS BIGINT) AS server_wire_bytes,
           CAST(coalesce(sum(client_payload_bytes), 0) AS BIGINT) AS client_payload_bytes,
           CAST(coalesce(sum(server_payload_bytes), 0) AS BIGINT) AS server_payload_bytes
    FROM flows
"""


def read(tables: Tables) -> dict[str, Any]:
    """The flows with most bytes, and sums over all of them."""
    sums = tables.row(_SUMS)
    return {"flows": tables.rows(_FLOWS, kept=_KEPT), "flows_total": sums.pop("flows"), "flows_sums": sums}


def show(data: dict[str, Any]) -> Section:
    """The first few: who asked whom, how much each way, how long and how fast."""
    total = data["flows_total"]
    if not total:
        return Section("conversations", "Top conversations", (Paragraph("No packet belongs to a conversation."),))
    shown = data["flows"][:_SHOWN]
    table = Table(
        columns=(
            Column("Client → server"),
            Column("Protocol", rank=2),
            Column("To server", Unit.BYTES),
            Column("To client", Unit.BYTES),
            Column("Packets", Unit.COUNT, rank=4),
            Column("Duration", Unit.DURATION_NS, rank=1),
            Column("Rate", Unit.RATE_BPS, rank=3),
        ),
        rows=tuple(_row(flow) for flow in shown),
        note=f"{len(shown)} of {total:,} conversations." if len(shown) < total else "",
    )
    return Section("conversations", "Top conversations", (table,))


def _row(flow: Row) -> tuple[str | int | float | None, ...]:
    wire_bytes = flow["client_wire_bytes"] + flow["server_wire_bytes"]
    duration_ns = flow["duration_ns"]
    return (
        f"{flow['client']} → {flow['server']}",
        flow["protocol"],
        flow["client_wire_bytes"],
        flow["server_wire_bytes"],
        flow["client_packets"] + flow["server_packets"],
        duration_ns,
        wire_bytes * 8 * SECOND_NS / duration_ns if duration_ns > 0 else None,
    )
