"""The flows: those that cost most, those with most bytes, and sums over all of them."""

from typing import Any

from pcap_analyzer import units
from pcap_analyzer.i18n import mark, say
from pcap_analyzer.ledger import COST_SQL
from pcap_analyzer.report.model import Column, Paragraph, Section, Table
from pcap_analyzer.report.naming import name_of
from pcap_analyzer.tables import Row, Tables
from pcap_analyzer.units import SECOND_NS, Unit

_KEPT = 1000
_SHOWN = 8

# What a flow of TCP has beside the columns that all flows have.
_TCP = """
    end_reason, reset_by, completeness, handshake_ns, handshake_client_rtt_ns, handshake_server_rtt_ns,
    syn_retransmissions, syn_ack_retransmissions, vantage, vantage_confidence,
    client_data_packets, server_data_packets, client_retransmitted_packets, server_retransmitted_packets,
    client_missed_bytes, server_missed_bytes, client_super_segments, server_super_segments,
    client_mss_bytes, server_mss_bytes, client_zero_window_spans, server_zero_window_spans,
    client_zero_window_ns, server_zero_window_ns, client_rtt_samples, server_rtt_samples,
    client_rtt_min_ns, server_rtt_min_ns, client_rtt_p50_ns, server_rtt_p50_ns, client_rtt_p95_ns, server_rtt_p95_ns
"""
_TCP_NAMES = {name.strip() for name in _TCP.split(",")} | {"cost_ns", "retransmitted_packets"}

_END_REASONS = {
    "fin": mark("closed"),
    "half_closed": mark("half closed"),
    "reset": mark("reset"),
    "open": mark("open"),
    "evicted": mark("not followed"),
}

# The costliest of TCP, then of the others those with most bytes. What is wide is joined to the chosen ones alone.
_COSTLIEST = f"""
    WITH costs AS (
        SELECT stream, CAST({COST_SQL} AS BIGINT) AS cost_ns FROM tcp_ledger GROUP BY stream
    ), chosen AS (
        (SELECT flow, stream, coalesce(cost_ns, 0) AS cost_ns, 0 AS wire_bytes
         FROM tcp_flows LEFT JOIN costs USING (stream)
         ORDER BY 3 DESC, stream LIMIT $kept)
        UNION ALL
        (SELECT flow, NULL, NULL, client_wire_bytes + server_wire_bytes
         FROM flows WHERE protocol <> 'tcp'
         ORDER BY 4 DESC, flow LIMIT $kept)
    )
    SELECT flows.*, chosen.cost_ns, tcp.* EXCLUDE (flow)
    FROM chosen
    JOIN flows USING (flow)
    LEFT JOIN (SELECT flow, {_TCP} FROM tcp_flows) AS tcp USING (flow)
    ORDER BY chosen.cost_ns DESC NULLS LAST, chosen.wire_bytes DESC, flows.stream, flow
    LIMIT $kept
"""  # noqa: S608
# Of all the chosen at once: a list in a column is slow to make and slow to read.
_LEDGER = """
    WITH chosen AS (SELECT unnest(CAST(string_split($streams, ',') AS BIGINT[])) AS stream)
    SELECT stream, category, side, duration_ns FROM tcp_ledger SEMI JOIN chosen USING (stream)
    ORDER BY stream, duration_ns DESC, category, side
"""
_BIGGEST = """
    SELECT flows.*, end_reason, client_retransmitted_packets + server_retransmitted_packets AS retransmitted_packets
    FROM flows LEFT JOIN tcp_flows USING (flow)
    ORDER BY client_wire_bytes + server_wire_bytes DESC, flow
    LIMIT $shown
"""
_SUMS = """
    SELECT * FROM (
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
    ) CROSS JOIN (
        SELECT CAST(coalesce(sum(client_data_packets), 0) AS BIGINT) AS client_data_packets,
               CAST(coalesce(sum(server_data_packets), 0) AS BIGINT) AS server_data_packets,
               CAST(coalesce(sum(client_retransmitted_packets), 0) AS BIGINT) AS client_retransmitted_packets,
               CAST(coalesce(sum(server_retransmitted_packets), 0) AS BIGINT) AS server_retransmitted_packets
        FROM tcp_flows
    )
"""


def read(tables: Tables) -> dict[str, Any]:
    """The costliest flows, the biggest ones, and sums over all of them."""
    flows = [_shaped(row) for row in tables.rows(_COSTLIEST, kept=_KEPT)]
    _add_ledgers(tables, [flow for flow in flows if flow["protocol"] == "tcp"])
    sums = tables.row(_SUMS)
    biggest = [_shaped(row) for row in tables.rows(_BIGGEST, shown=_SHOWN)]
    return {"flows": flows, "flows_total": sums.pop("flows"), "flows_sums": sums, "biggest_flows": biggest}


def _add_ledgers(tables: Tables, flows: list[Row]) -> None:
    ledgers: dict[int, list[Row]] = {flow["stream"]: [] for flow in flows}
    for part in tables.rows(_LEDGER, streams=",".join(map(str, ledgers))) if flows else ():
        ledgers[part.pop("stream")].append(part)
    for flow in flows:
        flow["ledger"] = ledgers[flow["stream"]]


def _shaped(row: Row) -> Row:
    """A flow without the columns that only TCP has, where it is not TCP."""
    return row if row["protocol"] == "tcp" else {name: row[name] for name in row if name not in _TCP_NAMES}


def show(data: dict[str, Any]) -> Section:
    """The biggest: who asked whom, how much each way, how long and how fast."""
    total, shown = data["flows_total"], data["biggest_flows"]
    if not total:
        return Section(
            "conversations", say("Top conversations"), (Paragraph(say("No packet belongs to a conversation.")),)
        )
    table = Table(
        columns=(
            Column(say("Client → server")),
            *([Column(say("Name"), rank=4)] if data["names"] else []),
            Column(say("Protocol"), rank=3),
            Column(say("To server"), Unit.BYTES),
            Column(say("To client"), Unit.BYTES),
            Column(say("Packets"), Unit.COUNT, rank=6),
            Column(say("Duration"), Unit.DURATION_NS, rank=1),
            Column(say("Rate"), Unit.RATE_BPS, rank=5),
            Column(say("Retransmitted"), Unit.COUNT, rank=2),
            Column(say("End"), rank=4),
        ),
        rows=tuple(_row(flow, data) for flow in shown),
        note=say("{shown} of {total} conversations.", shown=units.count(len(shown)), total=units.count(total))
        if len(shown) < total
        else "",
    )
    return Section("conversations", say("Top conversations"), (table,))


def _row(flow: Row, data: dict[str, Any]) -> tuple[str | int | float | None, ...]:
    wire_bytes = flow["client_wire_bytes"] + flow["server_wire_bytes"]
    duration_ns = flow["duration_ns"]
    return (
        f"{flow['client']} → {flow['server']}",
        *([name_of(flow["server"], data)] if data["names"] else []),
        flow["protocol"],
        flow["client_wire_bytes"],
        flow["server_wire_bytes"],
        flow["client_packets"] + flow["server_packets"],
        duration_ns,
        wire_bytes * 8 * SECOND_NS / duration_ns if duration_ns > 0 else None,
        flow.get("retransmitted_packets"),
        say(_END_REASONS.get(flow.get("end_reason") or "", "")),
    )
