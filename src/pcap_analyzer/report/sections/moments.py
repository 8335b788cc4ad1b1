"""Traffic over time, and when there was most of it."""

from typing import Any

from pcap_analyzer import units
from pcap_analyzer.i18n import say
from pcap_analyzer.report.model import Chart, Column, Paragraph, Section, Table
from pcap_analyzer.tables import Row, Tables
from pcap_analyzer.units import SECOND_NS, Unit

# Enough for a chart as wide as a page, few enough to keep a report small.
_MOST_SPANS = 240
_KEPT = 10
_SHOWN = 3

_SPANS = """
    SELECT CAST($origin + (CAST(start_time_ns AS HUGEINT) - $origin) // $width * $width AS BIGINT) AS start_time_ns,
           $width AS width_ns,
           CAST(sum(packets) AS BIGINT) AS packets,
           CAST(sum(wire_bytes) AS BIGINT) AS wire_bytes,
           CAST(sum(tcp_packets) AS BIGINT) AS tcp_packets,
           CAST(sum(udp_packets) AS BIGINT) AS udp_packets,
           CAST(sum(other_packets) AS BIGINT) AS other_packets,
           CAST(sum(tcp_syn_packets) AS BIGINT) AS tcp_syn_packets,
           CAST(sum(tcp_rst_packets) AS BIGINT) AS tcp_rst_packets,
           CAST(sum(new_flows) AS BIGINT) AS new_flows
    FROM buckets
    GROUP BY 1
    ORDER BY 1
"""


def read(tables: Tables) -> dict[str, Any]:
    """Spans of equal width that have packets, in order of time, and those with most bytes."""
    bounds = tables.row(
        "SELECT min(start_time_ns) AS first, max(start_time_ns) AS last, min(width_ns) AS width FROM buckets"
    )
    if bounds["first"] is None:
        return {"buckets": {"width_ns": None, "start_time_ns": None, "rows": [], "busiest": []}}
    width = _width(bounds["last"] - bounds["first"] + bounds["width"], bounds["width"])
    rows = tables.rows(_SPANS, origin=bounds["first"], width=width)
    busiest = sorted(rows, key=lambda row: (-row["wire_bytes"], row["start_time_ns"]))[:_KEPT]
    return {"buckets": {"width_ns": width, "start_time_ns": bounds["first"], "rows": rows, "busiest": busiest}}


def _width(length_ns: int, bucket_ns: int) -> int:
    """1, 2 or 5 times a power of ten buckets, so that the spans are few enough."""
    factor = 1
    while True:
        for step in (1, 2, 5):
            if length_ns <= _MOST_SPANS * bucket_ns * factor * step:
                return bucket_ns * factor * step
        factor *= 10


def show(data: dict[str, Any]) -> Section:
    """A chart of the rate, and the few busiest spans."""
    spans = data["buckets"]
    if not spans["rows"]:
        return Section("moments", say("Traffic over time"), (Paragraph(say("No packet, so nothing happened.")),))
    width, origin = spans["width_ns"], spans["start_time_ns"]
    length = max(row["start_time_ns"] for row in spans["rows"]) - origin + width
    chart = Chart(
        title=say("Rate on the wire over {span}", span=units.span(width)),
        unit=Unit.RATE_BPS,
        width_ns=width,
        length_ns=length,
        points=tuple((row["start_time_ns"] - origin, _rate(row)) for row in spans["rows"]),
    )
    table = Table(
        columns=(
            Column(say("Busiest"), Unit.OFFSET_NS),
            Column(say("Rate"), Unit.RATE_BPS),
            Column(say("Packets"), Unit.COUNT),
            Column(say("New flows"), Unit.COUNT, rank=2),
            Column(say("SYN"), Unit.COUNT, rank=3),
            Column(say("RST"), Unit.COUNT, rank=3),
            Column(say("Of all bytes"), Unit.SHARE, rank=1),
        ),
        rows=tuple(_moment(row, origin, data["capture"]["wire_bytes"]) for row in spans["busiest"][:_SHOWN]),
    )
    return Section("moments", say("Traffic over time"), (chart, table))


def _rate(row: Row) -> float:
    rate: float = row["wire_bytes"] * 8 * SECOND_NS / row["width_ns"]
    return rate


def _moment(row: Row, origin: int, wire_bytes: int) -> tuple[float | None, ...]:
    return (
        row["start_time_ns"] - origin,
        _rate(row),
        row["packets"],
        row["new_flows"],
        row["tcp_syn_packets"],
        row["tcp_rst_packets"],
        row["wire_bytes"] / wire_bytes if wire_bytes else None,
    )
