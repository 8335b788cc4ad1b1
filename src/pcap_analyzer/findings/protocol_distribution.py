"""Much traffic that is neither TCP nor UDP.

What it finds:
    Captures of ordinary traffic in which a large share of the packets carries neither TCP nor UDP: address resolution,
    spanning tree, ICMP, routing protocols, tunnels that were not opened.

Why it matters:
    What keeps a network going should be little of it. Much of it costs every host of the segment time, and is often the sign of
    a loop, of a scan or of a device that is out of order.

What to check next:
    - Who sends it: the endpoints of this protocol, and whether it is sent to all.

References:
    RFC 826 (ARP); IEEE 802.1D (loops and their storms)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.units import share

from ._api import Effect, Finding, Threshold, say

CAUSES = ("protocol_distribution",)
ONLY_IF_TOGETHER = (
    "buckets",
    "sum(packets) >= {least_packets} AND sum(other_packets) >= {least_share} * sum(packets)",
)

# By the last protocol of each frame: the packets of a path without those of the paths that go on from it.
_LAST = """
    WITH inner_paths AS (
        SELECT regexp_replace(path, ':[^:]+$', '') AS path, sum(packets) AS packets FROM protocols WHERE depth > 0 GROUP BY ALL
    ), ended AS (
        SELECT protocol, CAST(sum(p.packets - coalesce(i.packets, 0)) AS BIGINT) AS packets
        FROM protocols AS p LEFT JOIN inner_paths AS i USING (path)
        GROUP BY protocol HAVING sum(p.packets - coalesce(i.packets, 0)) > 0
    )
    SELECT CAST(coalesce(sum(packets), 0) AS BIGINT) AS packets,
           CAST(coalesce(sum(packets) FILTER (protocol = 'tcp'), 0) AS BIGINT) AS tcp_packets,
           CAST(coalesce(sum(packets) FILTER (protocol = 'udp'), 0) AS BIGINT) AS udp_packets,
           arg_max(protocol, packets) FILTER (protocol NOT IN ('tcp', 'udp')) AS protocol,
           max(packets) FILTER (protocol NOT IN ('tcp', 'udp')) AS protocol_packets,
           array_to_string(arg_max(protocol || ' ' || packets, packets, 8), ', ') AS listed
    FROM ended
"""


def find(
    tables: Tables,
    *,
    least_share: Annotated[
        float, Threshold("share", "of the packets; what keeps a network going is a few per cent of a busy one")
    ] = 0.2,
    least_packets: Annotated[float, Threshold("packets", "in fewer every share is chance")] = 1000,
) -> Iterator[Finding]:
    """A note about what the rest consists of."""
    row = tables.row(_LAST)
    carried = row["tcp_packets"] + row["udp_packets"]
    others = row["packets"] - carried
    if not carried or row["packets"] < least_packets or others < least_share * row["packets"]:
        return
    yield Finding(
        cause="protocol_distribution",
        side=Side.NONE,
        effect=Effect.NOTED,
        confidence=0.8,
        title=say(
            "{share} of the packets are neither TCP nor UDP, most of these {protocol}",
            share=share(others / row["packets"]),
            protocol=row["protocol"],
        ),
        explanation=say("By the last protocol of each frame, as far as it was decoded."),
        evidence={
            "packets": row["packets"],
            "tcp_share": round(row["tcp_packets"] / row["packets"], 6),
            "udp_share": round(row["udp_packets"] / row["packets"], 6),
            "other_share": round(others / row["packets"], 6),
            "most_of_others": row["protocol"],
            "most_of_others_packets": row["protocol_packets"],
            "packets_by_protocol": row["listed"],
        },
        display_filter="!tcp && !udp",
    )
