"""Path MTU discovery at work.

What it finds:
    Large packets that a router rejected by ICMP, after which the sender sent smaller ones.

Why it matters:
    It works as it should, and costs one round trip for each new connection. It shows that the path's MTU is smaller than
    that of the ends, so that a firewall that drops ICMP would break it.

What to check next:
    - MSS clamping at the tunnel saves the round trip.

References:
    RFC 1191, RFC 8201 (path MTU discovery)
"""

from collections.abc import Iterator

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import duration

from ._api import STREAMS, Effect, Finding, say

CAUSES = ("mtu_pmtud_working",)
ONLY_IF = ("connections", "client_pmtu_retransmissions + server_pmtu_retransmissions > 0")

_ADAPTED = f"""
    WITH adapted AS (
        SELECT stream, pmtu_ns AS cost_ns, h.pmtu_retransmissions
        FROM halves AS h JOIN connections USING (stream) WHERE h.pmtu_retransmissions > 0
    )
    SELECT count(DISTINCT stream) AS connections, CAST(sum(cost_ns) AS BIGINT) AS cost_ns,
           CAST(sum(pmtu_retransmissions) AS BIGINT) AS segments, {STREAMS}
    FROM adapted
"""


def find(tables: Tables) -> Iterator[Finding]:
    """One finding for all connections that adapted."""
    for row in tables.rows(_ADAPTED):
        if not row["connections"]:
            return
        yield Finding(
            cause="mtu_pmtud_working",
            side=Side.NONE,
            effect=Effect.NOTED,
            confidence=0.95,
            title=say(
                "Large packets were rejected by ICMP and sent again smaller, in {connections}; it took {cost}",
                connections=plural(row["connections"], "connection"),
                cost=duration(row["cost_ns"]),
            ),
            explanation=say(
                "A router said that packets are too large for the next link, and the sender adapted at once."
            ),
            evidence={"connections": row["connections"], "segments": row["segments"]},
            streams=row["streams"],
            claims=("pmtu",),
            events=("retransmission_pmtu",),
            display_filter="(icmp.type == 3 && icmp.code == 4) || icmpv6.type == 2",
        )
