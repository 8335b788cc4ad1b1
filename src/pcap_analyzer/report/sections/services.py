"""Requests of DNS and HTTP, handshakes of TLS and streams of RTP: how many, how quick, and the worst of them.

Each of these sections is `Service`: a query for its sums and one for its worst rows, which are asked only where there is one.
"""

from dataclasses import dataclass
from typing import Any, Final

from pcap_analyzer.i18n import Said, say
from pcap_analyzer.report.model import Block, Column, Paragraph, Section, Table, Value
from pcap_analyzer.tables import Row, Tables
from pcap_analyzer.units import count, latency

# Rows that the report keeps, the failed and the slowest first.
_KEPT: Final = 12

_COUNTS: Final = """
    SELECT (SELECT count(*) FROM dns_transactions) AS dns_transactions,
           (SELECT count(*) FROM http_transactions) AS http_transactions,
           (SELECT count(*) FROM tls_handshakes) AS tls_handshakes,
           (SELECT count(*) FROM quic_connections) AS quic_connections,
           (SELECT count(*) FROM dhcp_transactions) AS dhcp_transactions,
           (SELECT count(*) FROM rtp_streams) AS rtp_streams
"""
_WORST: Final = """
    WITH told AS (
        SELECT * REPLACE (coalesce(failed, false) AS failed) FROM ({rows})
    ), sums AS (
        SELECT count(*) AS total, count(*) FILTER (failed) AS failed_total,
               CAST(quantile_cont(time_ns, 0.5) AS BIGINT) AS time_p50_ns,
               CAST(quantile_cont(time_ns, 0.95) AS BIGINT) AS time_p95_ns
        FROM told
    ), worst AS (
        SELECT * FROM told ORDER BY failed DESC, time_ns DESC NULLS LAST, frame LIMIT {kept}
    )
    SELECT * FROM worst CROSS JOIN sums ORDER BY failed DESC, time_ns DESC NULLS LAST, frame
"""
_SUMS: Final = ("total", "failed_total", "time_p50_ns", "time_p95_ns")


@dataclass(frozen=True, slots=True)
class Service:
    """What a section asks. `rows` is SQL with the columns `failed`, `time_ns` (what users waited for) and `frame`."""

    name: str
    table: str
    rows: str


def read(tables: Tables, services: tuple[Service, ...], counts: Row) -> dict[str, Any]:
    """Of each service that there is: how many, how many failed, how long half and most of them took, and the worst."""
    found = {each.name: _read(tables, each) for each in services if counts[each.table]}
    return {"services": {name: service for name, service in found.items() if service}}


def count_rows(tables: Tables) -> Row:
    """How many rows the tables have that not every capture fills."""
    return tables.row(_COUNTS)


def _read(tables: Tables, service: Service) -> Row:
    rows = tables.rows(_WORST.format(rows=service.rows, kept=_KEPT))
    if not rows:
        return {}
    sums = {name: rows[0][name] for name in _SUMS}
    return {**sums, "rows": [{name: row[name] for name in row if name not in _SUMS} for row in rows]}


def section(name: str, title: str, sentence: Said, service: Row, table: tuple[tuple[Column, ...], Any]) -> Section:
    """A section of one service: `sentence`, how long they took, and the worst rows; `table` is columns and how to make a row."""
    columns, row = table
    rows: tuple[tuple[Value, ...], ...] = tuple(row(each) for each in service["rows"])
    note = ""
    if len(rows) < service["total"]:
        note = say(
            "{shown} of {total}, what failed first, then the slowest.",
            shown=count(len(rows)),
            total=count(service["total"]),
        )
    blocks: list[Block] = [Paragraph(told_with_times(sentence, service)), Table(columns, rows, note)]
    return Section(name, title, tuple(blocks), detail=True)


def told_with_times(sentence: Said, service: Row) -> Said:
    """`sentence`, and within which time half and nearly all were done."""
    if service["time_p50_ns"] is None:
        return say("{sentence}.", sentence=sentence)
    return say(
        "{sentence}; half took up to {median}, 95 % up to {most}.",
        sentence=sentence,
        median=latency(service["time_p50_ns"]),
        most=latency(service["time_p95_ns"]),
    )
