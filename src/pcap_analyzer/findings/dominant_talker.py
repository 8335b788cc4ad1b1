"""One host accounts for most of the traffic.

What it finds:
    A host that sent or received most of the bytes although many others are there. The host on which the capture was taken
    takes part in everything, so it does not count.

Why it matters:
    Where a link is full, this is whose traffic fills it.

What to check next:
    - What it does: backup, update, replication, streaming; whether it may wait for a quieter hour.

References:
    RFC 7011 (flow records, from which top talkers are told)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.units import share, size

from ._api import Effect, Finding, Threshold, say

CAUSES = ("dominant_talker",)
ONLY_IF_TOGETHER = ("buckets", "sum(wire_bytes) >= {least_mb} * 1e6")

# Each byte of a frame is sent by one host and received by another.
_TALKERS = """
    WITH totals AS (
        SELECT count(*) AS hosts, CAST(sum(sent_bytes) AS BIGINT) AS all_bytes,
               (SELECT count(*) FROM flows) AS all_flows
        FROM endpoints
    ), ranked AS (
        SELECT address, flows, sent_bytes, received_bytes, sent_bytes + received_bytes AS bytes
        FROM endpoints, totals WHERE flows < $everywhere_share * all_flows
        ORDER BY bytes DESC, address LIMIT 5
    )
    SELECT first(address ORDER BY bytes DESC, address) AS address, max(bytes) AS bytes,
           first(sent_bytes ORDER BY bytes DESC, address) AS sent_bytes,
           first(received_bytes ORDER BY bytes DESC, address) AS received_bytes,
           first(flows ORDER BY bytes DESC, address) AS flows,
           string_agg(address || ' ' || round(100 * bytes / all_bytes, 1) || ' %', ', ' ORDER BY bytes DESC, address) AS talkers,
           any_value(hosts) AS hosts, any_value(all_bytes) AS all_bytes
    FROM ranked, totals
"""


def find(
    tables: Tables,
    *,
    least_share: Annotated[float, Threshold("share", "of all bytes: more than all others together")] = 0.5,
    least_hosts: Annotated[float, Threshold("hosts", "among fewer it means little to be the first")] = 8,
    least_mb: Annotated[float, Threshold("MB", "less fills no link")] = 1,
    everywhere_share: Annotated[
        float, Threshold("share", "of all flows: who takes part in so many is where the capture was taken")
    ] = 0.9,
) -> Iterator[Finding]:
    """A note about the host that comes first."""
    row = tables.row(_TALKERS, everywhere_share=everywhere_share)
    if not row["all_bytes"] or row["hosts"] < least_hosts or (row["bytes"] or 0) < least_share * row["all_bytes"]:
        return
    yield Finding(
        cause="dominant_talker",
        side=Side.NONE,
        effect=Effect.NOTED,
        confidence=0.9,
        title=say(
            "{host} accounts for {share} of the traffic: {bytes} of {total}",
            host=row["address"],
            share=share(row["bytes"] / row["all_bytes"]),
            bytes=size(row["bytes"]),
            total=size(row["all_bytes"]),
        ),
        explanation=say("All other hosts together sent and received less."),
        evidence={
            "host": row["address"],
            "sent_bytes": row["sent_bytes"],
            "received_bytes": row["received_bytes"],
            "traffic_share": round(row["bytes"] / row["all_bytes"], 6),
            "flows": row["flows"],
            "hosts": row["hosts"],
            "top_talkers": row["talkers"],
        },
        display_filter=_filter(row["address"]),
    )


def _filter(address: str) -> str:
    return f"ipv6.addr == {address}" if ":" in address else f"ip.addr == {address}"
