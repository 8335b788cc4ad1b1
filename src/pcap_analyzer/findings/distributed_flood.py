"""Very many sources that flood one target.

What it finds:
    A host that gets packets from a great many addresses at a high rate and answers next to none of them.

Why it matters:
    A distributed attack fills the link or the host's tables. Reflected answers of DNS, NTP or SSDP come from real servers
    whose addresses say nothing about who attacks.

What to check next:
    - The rate on the link of the target, and protection of the provider.
    - Often harmless: a busy public service captured from one side, multicast and discovery, peer-to-peer traffic.

References:
    RFC 4732 (denial of service); RFC 5358 (reflection by DNS)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import duration

from ._api import MOST, SECOND, Effect, Finding, Threshold, say

CAUSES = ("distributed_flood",)
ONLY_IF_TOGETHER = (
    "flows",
    "count(*) FILTER (server_packets = 0 AND client_packets > 0) >= {least_sources} * {least_unanswered_share}",
)
SECURITY = True

# Lists are made of the targets that are told alone: a scan of a large network has millions.
_FLOODS = f"""
    WITH sent AS (
        SELECT server_address AS target, client_address AS source, protocol, flow, first_frame, first_time_ns, last_time_ns,
               client_packets, server_packets = 0 AS unanswered
        FROM flows
        WHERE NOT starts_with(server_address, 'ff') AND server_address NOT LIKE '%.255'
          AND coalesce(TRY_CAST(split_part(server_address, '.', 1) AS INT), 0) < 224
    ), told AS (
        SELECT target FROM sent GROUP BY target
        HAVING count(DISTINCT source) >= $least_sources AND count(*) FILTER (unanswered) >= $least_unanswered * count(*)
           AND sum(client_packets) * {SECOND} >= $least_rate * greatest(1, max(last_time_ns) - min(first_time_ns))
        ORDER BY count(DISTINCT source) DESC, target LIMIT $most
    )
    SELECT target, count(DISTINCT source) AS sources, CAST(sum(client_packets) AS BIGINT) AS packets,
           max(last_time_ns) - min(first_time_ns) AS span_ns, count(*) AS flow_count, min(flow, 100) AS flows,
           min(first_frame, 100) AS frames, mode(protocol) AS protocol
    FROM sent SEMI JOIN told USING (target) GROUP BY target ORDER BY sources DESC, target
"""


def find(
    tables: Tables,
    *,
    least_sources: Annotated[float, Threshold("addresses", "more than a service of an office sees at once")] = 100,
    least_unanswered_share: Annotated[float, Threshold("share", "of the flows: what a service wants it answers")] = 0.9,
    least_rate: Annotated[float, Threshold("packets/s", "a slower one floods nothing")] = 100,
) -> Iterator[Finding]:
    """One finding for each target."""
    rows = tables.rows(
        _FLOODS,
        least_sources=least_sources,
        least_unanswered=least_unanswered_share,
        least_rate=least_rate,
        most=MOST,
    )
    for row in rows:
        yield Finding(
            cause="distributed_flood",
            side=Side.CLIENT,
            effect=Effect.NOTED,
            severity=Severity.MAJOR,
            confidence=0.6,
            title=say(
                "{target} is flooded from {sources}: {packets} in {span}",
                target=row["target"],
                sources=plural(row["sources"], "address", "addresses"),
                packets=plural(row["packets"], "packet"),
                span=duration(row["span_ns"]),
            ),
            explanation=say(
                "It answered next to none of them. A capture of one direction only looks the same; see the capture's"
                " quality."
            ),
            evidence={
                "target": row["target"],
                "source_addresses": row["sources"],
                "packets": row["packets"],
                "protocol": row["protocol"],
                "span_ns": row["span_ns"],
            },
            flows=row["flows"],
            flows_total=row["flow_count"],
            frames=row["frames"],
            frames_total=row["flow_count"],
            display_filter=f"ip.dst == {row['target']}" if "." in row["target"] else f"ipv6.dst == {row['target']}",
        )
