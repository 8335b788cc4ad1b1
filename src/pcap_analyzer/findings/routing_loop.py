"""Packets that go round in a loop.

What it finds:
    Packets whose time to live ran out on the path, again and again, reported by one or two routers. Traceroute, which makes
    this happen on purpose, is left out.

Why it matters:
    Two routers send the packet to each other until it is dropped. Nothing arrives, and the links between them are loaded.

What to check next:
    - The routes to that destination on the routers that sent these messages.
    - What was changed in routing shortly before.

References:
    RFC 792 (time exceeded); RFC 4443, 3.3; Paxson, End-to-End Routing Behavior in the Internet, SIGCOMM 1996
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural

from ._api import MOST, Effect, Finding, Threshold, say

CAUSES = ("routing_loop",)
ONLY_IF = ("icmp_messages", "type_name = 'time_exceeded' AND code = 0")

# Traceroute sends its probes with a small time to live, to ports from 33434 on or as echo requests, and hears from a new
# router every few probes.
_LOOPS = """
    WITH ended AS (
        SELECT e.frame_number, e.source, e.flow, e.quoted_flow, e.quoted_destination,
               regexp_replace(e.quoted_destination, '^\\[?(.*?)\\]?(:[0-9]+)?$', '\\1') AS host
        FROM icmp_messages AS e
        LEFT JOIN icmp_messages AS probe ON probe.frame_number = e.quoted_frame
        LEFT JOIN connections AS c ON c.stream = e.quoted_stream AND e.quoted_protocol = 'tcp'
        WHERE e.type_name = 'time_exceeded' AND e.code = 0 AND coalesce(probe.ttl, 255) > $most_probe_hops
          AND coalesce(c.client_ttl_min, 255) > $most_probe_hops
          AND NOT (e.quoted_protocol = 'udp'
                   AND coalesce(TRY_CAST(regexp_extract(e.quoted_destination, ':([0-9]+)$', 1) AS INT), 0) BETWEEN 33434 AND 33600)
    )
    SELECT host, count(*) AS messages, count(DISTINCT source) AS routers, min(source, 3) AS some_routers,
           min(frame_number, 100) AS frames, min(DISTINCT coalesce(quoted_flow, flow), 100) AS flows
    FROM ended GROUP BY host
    HAVING count(*) >= $least_messages AND count(DISTINCT source) <= $most_routers
    ORDER BY messages DESC, host LIMIT $most
"""


def find(
    tables: Tables,
    *,
    least_messages: Annotated[float, Threshold("messages", "one or two may belong to a moment of rerouting")] = 3,
    most_routers: Annotated[float, Threshold("routers", "those of a loop; from more, somebody counts hops")] = 4,
    most_probe_hops: Annotated[
        float, Threshold("hops", "hosts begin with 64 or more; a probe of traceroute with fewer")
    ] = 30,
) -> Iterator[Finding]:
    """One finding for each destination."""
    rows = tables.rows(
        _LOOPS,
        least_messages=least_messages,
        most_routers=most_routers,
        most_probe_hops=most_probe_hops,
        most=MOST,
    )
    for row in rows:
        yield Finding(
            cause="routing_loop",
            side=Side.NETWORK,
            effect=Effect.FAILED,
            severity=Severity.CRITICAL,
            confidence=0.85,
            title=say(
                "Packets to {host} go round in a loop: {messages} that their time to live was over",
                host=row["host"],
                messages=plural(row["messages"], "message"),
            ),
            explanation=say(
                "Whole packets with a usual time to live used it up before they arrived, and the same few routers"
                " ({routers}) say so each time.",
                routers=", ".join(row["some_routers"]),
            ),
            evidence={
                "destination": row["host"],
                "messages": row["messages"],
                "routers": ", ".join(row["some_routers"]),
            },
            flows=row["flows"],
            frames=row["frames"],
            frames_total=row["messages"],
            display_filter="(icmp.type == 11 && icmp.code == 0) || (icmpv6.type == 3 && icmpv6.code == 0)",
        )
