"""A bottleneck with an over-large queue.

What it finds:
    Transfers that keep a link busy while the round trip grows to several times what it is without load.

Why it matters:
    Whoever shares the link waits behind the queue: calls break up, pages and keystrokes take seconds, although nothing
    looks overloaded. Losses come late and in bursts.

What to check next:
    - The queue in front of the slowest link: home router, modem, VPN gateway, mobile uplink.
    - Active queue management there (fq_codel, CAKE, PIE), or shaping just below the link's rate.
    - Whether the round trip falls when the transfer is throttled.

References:
    Gettys, Nichols, ACM Queue 9(11), 2011 (bufferbloat); RFC 7567, RFC 8289, RFC 8290 (queue management)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.units import duration, latency

from ._api import MS, RECOVERY, STREAMS, TIMES, Effect, Finding, Threshold, say

CAUSES = ("bandwidth_bottleneck_bufferbloat",)
ONLY_IF = ("connections", "bandwidth_ns + queue_ns >= {least_busy_ms} * 1e6")
YIELDS_TO = ("ecn_congestion", "reordering")

# The round trip under load: by acknowledgements where the queue lies behind the capture point, by how long a recovery
# took where it lies before it; without a loss by Little's law: what is in flight, divided by the rate at which it passes.
_BLOATED = f"""
    WITH busy AS (
        SELECT stream, client_address, server_address, waited_ns, loss_ns,
               bandwidth_ns + queue_ns AS busy_ns, bandwidth_ns + queue_ns + loss_ns + congestion_window_ns AS cost_ns
        FROM connections ANTI JOIN explained USING (stream)
        WHERE bandwidth_ns + queue_ns >= $least_ns
          AND bandwidth_ns + queue_ns + loss_ns + congestion_window_ns >= $least_share * waited_ns
    ), loops AS (
        SELECT stream, CASE direction WHEN 'client' THEN 'upstream' ELSE 'downstream' END AS direction,
               median(duration_ns) AS loop_ns
        FROM tcp_events SEMI JOIN busy USING (stream)
        WHERE kind = 'retransmission_fast' GROUP BY ALL HAVING count(*) >= 3
    ), loaded AS (
        SELECT stream,
               max(greatest(
                   coalesce(h.rtt_p95_ns, 0) + coalesce(h.peer_rtt_p95_ns, 0), coalesce(loop_ns, 0),
                   CASE WHEN loss_ns = 0 THEN flight_max_bytes * busy_ns / greatest(1, h.unique_bytes) ELSE 0 END
               )) AS loaded_ns
        FROM busy JOIN halves AS h USING (stream) LEFT JOIN loops USING (stream, direction) GROUP BY stream
    ), floors AS (
        SELECT client_address, server_address, min(rtt_ns) AS floor_ns FROM connections GROUP BY ALL
    ), bloated AS (
        SELECT stream, cost_ns, waited_ns, busy_ns, floor_ns, loaded_ns
        FROM busy JOIN loaded USING (stream) JOIN floors USING (client_address, server_address)
        WHERE loaded_ns - floor_ns >= $least_queue_ns AND loaded_ns >= $least_ratio * floor_ns
    )
    SELECT count(*) AS connections, CAST(sum(cost_ns) AS BIGINT) AS cost_ns, CAST(sum(busy_ns) AS BIGINT) AS busy_ns,
           CAST(sum(waited_ns) AS BIGINT) AS waited_ns, CAST(min(floor_ns) AS BIGINT) AS floor_ns,
           CAST(max(loaded_ns) AS BIGINT) AS loaded_ns, {STREAMS}
    FROM bloated
"""


def find(
    tables: Tables,
    *,
    least_queue_ms: Annotated[
        float, Threshold("ms", "half of the 150 ms that a conversation has one way (ITU-T G.114) goes into waiting")
    ] = 75,
    least_ratio: Annotated[
        float, Threshold("times", "a queue of one round trip is what a sender needs to fill a link (RFC 3439, 5.1)")
    ] = 2,
    least_busy_ms: Annotated[float, Threshold("ms", "shorter is the end of a slow start")] = 300,
    least_share: Annotated[
        float, Threshold("share", "below a quarter of the waiting something else matters more")
    ] = 0.25,
) -> Iterator[Finding]:
    """One finding for all transfers that fill such queues."""
    rows = tables.rows(
        _BLOATED,
        least_queue_ns=least_queue_ms * MS,
        least_ratio=least_ratio,
        least_ns=least_busy_ms * MS,
        least_share=least_share,
    )
    for row in rows:
        if not row["connections"]:
            return
        yield Finding(
            cause="bandwidth_bottleneck_bufferbloat",
            side=Side.NETWORK,
            effect=Effect.SLOWED,
            confidence=0.9,
            title=say(
                "A link is full and its queue too long: the round trip rises from {floor} to {loaded} under load",
                floor=latency(row["floor_ns"]),
                loaded=latency(row["loaded_ns"]),
            ),
            explanation=say(
                "Data kept the narrowest link busy for {busy} and waited in front of it for up to {queue}; what was lost"
                " fell out of that queue.",
                busy=duration(row["busy_ns"]),
                queue=latency(row["loaded_ns"] - row["floor_ns"]),
            ),
            evidence={
                "connections": row["connections"],
                "rtt_floor_ns": row["floor_ns"],
                "rtt_loaded_ns": row["loaded_ns"],
                "queue_ns": row["loaded_ns"] - row["floor_ns"],
                "busy_ns": row["busy_ns"],
                "waited_ns": row["waited_ns"],
            },
            streams=row["streams"],
            claims=("bandwidth", "queue", *RECOVERY),
            events=("retransmission_fast",),
            display_filter="tcp.analysis.ack_rtt > 0.1",
            needs=TIMES,
        )
