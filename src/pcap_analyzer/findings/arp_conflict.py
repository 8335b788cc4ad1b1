"""Two hosts with one address.

What it finds:
    IPv4 addresses that two hosts claim at the same time, by ARP. Addresses that move with an announcement and those that
    routers share are left out. The same for IPv6.

Why it matters:
    Packets go now to one host, now to the other: connections are refused, hang or end at random, for everybody who talks to
    that address.

What to check next:
    - Which two machines these are: the table of addresses of the switch tells the port of each hardware address.
    - Addresses given by hand inside the range of DHCP; cloned virtual machines; a second DHCP server.
    - An attack: somebody answers in the name of the gateway.

References:
    RFC 5227 (address conflict detection); RFC 4861, 7.2.5
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural

from ._api import MOST, Effect, Finding, Threshold, say

CAUSES = ("arp_conflict",)
ONLY_IF = ("neighbor_exchanges", "conflicts > 0")

# Connections of that address that failed belong to it.
_CLAIMED = """
    WITH disputed AS (
        SELECT other_address AS address, conflicts, first_frame,
               unnest([other_hardware, response_hardware, sender_hardware]) AS hardware,
               generate_subscripts([1, 2, 3], 1) AS place
        FROM neighbor_exchanges WHERE conflicts > 0 AND other_address IS NOT NULL
    ), claimed AS (
        SELECT address, CAST(sum(conflicts) FILTER (place = 1) AS BIGINT) AS conflicts,
               string_agg(DISTINCT hardware, ', ' ORDER BY hardware) AS hosts,
               min(first_frame, 100) FILTER (place = 1) AS frames, count(*) FILTER (place = 1) AS frames_total
        FROM disputed GROUP BY address
    ), failed AS (
        SELECT address, string_agg(CAST(stream AS VARCHAR), ',' ORDER BY stream) AS streams
        FROM claimed JOIN connections ON address IN (server_address, client_address)
        WHERE end_reason = 'reset' GROUP BY address
    )
    SELECT claimed.*, streams FROM claimed LEFT JOIN failed USING (address)
    WHERE conflicts >= $least_conflicts ORDER BY conflicts DESC, address LIMIT $most
"""


def find(
    tables: Tables,
    *,
    least_conflicts: Annotated[float, Threshold("frames", "one claim may be late from a host that has left")] = 2,
) -> Iterator[Finding]:
    """One finding for each address."""
    for row in tables.rows(_CLAIMED, least_conflicts=least_conflicts, most=MOST):
        yield Finding(
            cause="arp_conflict",
            side=Side.NETWORK,
            effect=Effect.FAILED,
            severity=Severity.CRITICAL,
            confidence=0.9,
            title=say(
                "Two hosts answer for {address}: {hosts}",
                address=row["address"],
                hosts=row["hosts"],
            ),
            explanation=say(
                "{conflicts} claimed the address while another hardware address claimed it too, without any announcement of a"
                " change; packets reach the one or the other.",
                conflicts=plural(row["conflicts"], "frame"),
            ),
            evidence={
                "address": row["address"],
                "hardware_addresses": row["hosts"],
                "conflicting_frames": row["conflicts"],
            },
            streams=row["streams"] or "",
            claims=("handshake",),
            frames=row["frames"],
            frames_total=row["frames_total"],
            display_filter="arp.duplicate-address-detected || arp",
        )
