"""A policer that drops what exceeds a rate.

What it finds:
    Transfers with many losses at an even rate while the round trip stays at its floor: no queue grows before the drops.

Why it matters:
    A policer does not delay, it drops. TCP finds the rate only by losing packets, again and again, and gets less than
    the rate that was bought.

What to check next:
    - Rate limits on the path: contract with the provider, QoS policies, firewall or cloud instance limits.
    - Shaping at the sender's side just below that rate, or a larger burst in the policer.

References:
    Flach et al., An Internet-Wide Analysis of Traffic Policing, SIGCOMM 2016
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import duration, rate
from pcap_analyzer.units import share as share_text

from ._api import LOSSES, MS, RECOVERY, RETRANSMISSIONS, SECOND, STREAMS, Effect, Finding, Threshold, say

CAUSES = ("traffic_policing",)
ONLY_IF = ("connections", "bandwidth_ns >= {least_share} * waited_ns AND loss_ns > 0")
YIELDS_TO = ("ecn_congestion", "reordering", "packet_corruption")

_POLICED = f"""
    WITH policed AS (
        SELECT stream, h.direction, waited_ns, bandwidth_ns, h.data_packets, h.retransmitted_packets, h.unique_bytes,
               duration_ns, bandwidth_ns + queue_ns + loss_ns + congestion_window_ns AS cost_ns
        FROM halves AS h JOIN connections USING (stream) ANTI JOIN explained USING (stream)
        WHERE h.retransmitted_packets >= $least_packets
          AND h.retransmitted_packets >= $least_loss_share * h.data_packets
          AND bandwidth_ns >= $least_share * waited_ns
          AND queue_ns <= $most_queue_share * bandwidth_ns
          AND coalesce(h.peer_rtt_p95_ns - h.peer_rtt_min_ns, 0) <= greatest($most_queue_ns, 0.5 * rtt_ns)
    )
    SELECT direction, count(*) AS connections, CAST(sum(retransmitted_packets) AS BIGINT) AS lost,
           CAST(sum(data_packets) AS BIGINT) AS sent, CAST(sum(cost_ns) AS BIGINT) AS cost_ns,
           CAST(sum(waited_ns) AS BIGINT) AS waited_ns, max(unique_bytes * 8.0 * {SECOND} / duration_ns) AS rate_bps, {STREAMS}
    FROM policed GROUP BY direction ORDER BY direction
"""


def find(
    tables: Tables,
    *,
    least_loss_share: Annotated[
        float,
        Threshold("share", "Flach et al. find 20 % under policers against 1 to 2 % elsewhere; TCP needs far less"),
    ] = 0.03,
    least_packets: Annotated[float, Threshold("packets", "fewer losses show no rate")] = 15,
    least_share: Annotated[
        float, Threshold("share", "of the waiting at an even rate: the limit holds for long")
    ] = 0.25,
    most_queue_share: Annotated[
        float, Threshold("share", "of the time at that rate with a queue: a policer has none")
    ] = 0.1,
    most_queue_ms: Annotated[
        float, Threshold("ms", "rise of the round trip that the sender's own bursts explain")
    ] = 20,
) -> Iterator[Finding]:
    """One finding for each direction."""
    rows = tables.rows(
        _POLICED,
        least_loss_share=least_loss_share,
        least_packets=least_packets,
        least_share=least_share,
        most_queue_share=most_queue_share,
        most_queue_ns=most_queue_ms * MS,
    )
    for row in rows:
        yield Finding(
            cause="traffic_policing",
            side=Side.NETWORK,
            effect=Effect.SLOWED,
            confidence=0.8,
            title=say(
                "Something on the path drops what exceeds about {rate}: {share} of the packets were lost, and no queue grew",
                rate=rate(row["rate_bps"] or 0),
                share=share_text(min(1, row["lost"] / row["sent"])),
            ),
            explanation=say(
                "The transfer ran at an even rate and lost {lost}, while the round trip stayed near its floor. A"
                " full queue would have delayed before it dropped; this cost {cost}.",
                lost=plural(row["lost"], "packet"),
                cost=duration(row["cost_ns"]),
            ),
            evidence={
                "direction": row["direction"],
                "connections": row["connections"],
                "lost_packets": row["lost"],
                "loss_share": round(min(1, row["lost"] / row["sent"]), 6),
                "rate_bps": round(row["rate_bps"] or 0),
                "waited_ns": row["waited_ns"],
            },
            streams=row["streams"],
            claims=("bandwidth", "queue", *RECOVERY),
            events=RETRANSMISSIONS,
            display_filter="tcp.analysis.retransmission || tcp.analysis.out_of_order",
            needs=LOSSES,
        )
