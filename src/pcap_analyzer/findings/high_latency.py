"""A long path.

What it finds:
    Servers to which even the shortest round trip is long, and the time that this cost: handshakes, round trips, and the
    start of transfers, which grows by one step each round trip.

Why it matters:
    Everything that waits for an answer waits at least so long. No loss and no server shows it.

What to check next:
    - Where the server is, and whether the route goes a long way round (traceroute, VPN, satellite, proxy).
    - Whether a nearer server, a cache or a CDN can answer.
    - How many round trips the application needs: connection reuse, TLS 1.3, fewer sequential requests.

References:
    ITU-T G.114 (150 ms one way for conversation); Nielsen, Usability Engineering, 1993 (0.1 s)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import duration, latency

from ._api import MS, STREAMS, TIMES, Effect, Finding, Threshold, say

CAUSES = ("high_latency",)
ONLY_IF = ("connections", "rtt_ns >= {long_round_trip_ms} * 1e6")
YIELDS_TO = ("bufferbloat", "jitter")

# The floor of a path is the shortest round trip of all connections between the same two addresses.
_LONG = f"""
    WITH floors AS (
        SELECT client_address, server_address, min(rtt_ns) AS floor_ns FROM connections GROUP BY ALL
    ), long AS (
        SELECT stream, server_address, floor_ns, waited_ns,
               network_rtt_ns + handshake_part_ns + network_tls_ns + slow_start_ns AS cost_ns
        FROM connections ANTI JOIN explained USING (stream) JOIN floors USING (client_address, server_address)
        WHERE floor_ns >= $long_ns AND network_rtt_ns + handshake_part_ns + network_tls_ns + slow_start_ns > 0
    ), kept AS (
        SELECT * FROM long WHERE cost_ns >= $least_share * waited_ns
    )
    SELECT count(*) AS connections, count(DISTINCT server_address) AS servers, min(server_address) AS server,
           CAST(min(floor_ns) AS BIGINT) AS rtt_ns, CAST(max(floor_ns) AS BIGINT) AS rtt_max_ns,
           CAST(sum(cost_ns) AS BIGINT) AS cost_ns, CAST(sum(waited_ns) AS BIGINT) AS waited_ns, {STREAMS}
    FROM kept HAVING sum(cost_ns) >= $least_ns
"""


def find(
    tables: Tables,
    *,
    long_round_trip_ms: Annotated[
        float,
        Threshold("ms", "Nielsen: above 0.1 s each answer is felt to take time, and no answer is faster", wait=True),
    ] = 100,
    least_cost_ms: Annotated[float, Threshold("ms", "two round trips of a long path")] = 200,
    least_share: Annotated[
        float, Threshold("share", "below a quarter of the waiting something else matters more")
    ] = 0.25,
) -> Iterator[Finding]:
    """One finding for all long paths together."""
    for row in tables.rows(
        _LONG, long_ns=long_round_trip_ms * MS, least_ns=least_cost_ms * MS, least_share=least_share
    ):
        place = row["server"] if row["servers"] == 1 else plural(row["servers"], "server")
        yield Finding(
            cause="high_latency",
            side=Side.NETWORK,
            effect=Effect.SLOWED,
            confidence=0.9,
            title=say(
                "The path to {place} is long: a round trip takes at least {rtt}, which cost {cost}",
                place=place,
                rtt=latency(row["rtt_ns"]),
                cost=duration(row["cost_ns"]),
            ),
            explanation=say(
                "Even the shortest round trip took {rtt}, so this is distance, not load. Handshakes, answers and the start"
                " of transfers each waited for it.",
                rtt=latency(row["rtt_ns"]),
            ),
            evidence={
                "server": row["server"] if row["servers"] == 1 else None,
                "servers": row["servers"],
                "connections": row["connections"],
                "rtt_ns": row["rtt_ns"],
                "rtt_max_ns": row["rtt_max_ns"],
                "waited_ns": row["waited_ns"],
            },
            streams=row["streams"],
            claims=("network_rtt", "handshake", "tls/network", "slow_start"),
            display_filter="tcp.analysis.initial_rtt > 0.1",
            needs=TIMES,
        )
