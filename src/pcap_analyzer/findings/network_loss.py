"""Packets lost on the path.

What it finds:
    Connections in which segments were lost and sent again, for a time that matters: the recovery itself, and the smaller
    flight after it. Which direction lost them, and on which side of the capture point.

Why it matters:
    A lost segment costs one round trip where later data shows the hole, and 0.2 s to seconds where a timer has to run
    out. After each loss the sender slows down.

What to check next:
    - Error and drop counters of the interfaces on that path and in that direction; duplex, cables, Wi-Fi quality.
    - Whether losses come at times of high load: then a queue overflows.
    - A capture on the other side of the suspected device: what one has and the other lacks was lost between them.

References:
    RFC 6298 (retransmission timer); RFC 6675, RFC 8985 (loss recovery); Mathis et al., CCR 27(3), 1997 (rate and loss)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Row, Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import count, duration
from pcap_analyzer.units import share as share_text

from ._api import LOSSES, MS, RECOVERY, RETRANSMISSIONS, STREAMS, Effect, Finding, Threshold, say

CAUSES = ("network_loss_downstream", "network_loss_upstream", "network_loss_both")
ONLY_IF = ("connections", "loss_ns > 0 AND loss_ns + congestion_window_ns >= {least_share} * waited_ns")
YIELDS_TO = (
    "packet_corruption",
    "link_outage",
    "blackhole",
    "delay_spike",
    "idle_timeout",
    "traffic_policing",
    "bufferbloat",
    "bandwidth_limited",
    "ecn_congestion",
    "mtu_black_hole",
)

# What was sent again for nothing was not lost: the peer had it (D-SACK), or had acknowledged it.
_LOST = f"""
    WITH ways AS (
        SELECT stream, direction, data_packets,
               greatest(0, retransmitted_packets - unneeded_retransmissions - pmtu_retransmissions
                           - greatest(spurious_retransmissions, peer_dsack_packets)
                           - greatest(0, syn_packets - 1)) AS lost,
               lost_upstream_packets AS before_tap, lost_downstream_packets AS behind_tap, rto_retransmissions
        FROM halves WHERE retransmitted_packets > 0
    ), losing AS (
        SELECT stream, direction, data_packets, lost, before_tap, behind_tap, rto_retransmissions, waited_ns,
               loss_ns + congestion_window_ns AS cost_ns
        FROM ways JOIN connections USING (stream) ANTI JOIN explained USING (stream)
        WHERE lost > 0 AND loss_ns > 0 AND loss_ns + congestion_window_ns >= $least_share * waited_ns
          AND (lost >= $least_packets OR loss_ns >= $least_stall_ns)
    ), streams AS (
        SELECT stream, max(cost_ns) AS cost_ns, max(waited_ns) AS waited_ns FROM losing GROUP BY stream
    )
    SELECT CAST(sum(lost) FILTER (direction = 'upstream') AS BIGINT) AS lost_upstream,
           CAST(sum(lost) FILTER (direction = 'downstream') AS BIGINT) AS lost_downstream,
           CAST(sum(data_packets) FILTER (direction = 'upstream') AS BIGINT) AS sent_upstream,
           CAST(sum(data_packets) FILTER (direction = 'downstream') AS BIGINT) AS sent_downstream,
           CAST(sum(before_tap) AS BIGINT) AS before_tap, CAST(sum(behind_tap) AS BIGINT) AS behind_tap,
           CAST(sum(rto_retransmissions) AS BIGINT) AS timeouts,
           (SELECT count(*) FROM connections) AS connections_total,
           (SELECT count(*) FROM streams) AS connections,
           (SELECT CAST(sum(cost_ns) AS BIGINT) FROM streams) AS cost_ns,
           (SELECT CAST(sum(waited_ns) AS BIGINT) FROM streams) AS waited_ns,
           (SELECT {STREAMS} FROM streams) AS streams
    FROM losing
"""


def find(
    tables: Tables,
    *,
    least_share: Annotated[
        float,
        Threshold("share", "below a twentieth of the waiting, a lost packet in a large transfer is how TCP works"),
    ] = 0.05,
    least_packets: Annotated[float, Threshold("packets", "one lost packet is no pattern")] = 2,
    least_stall_ms: Annotated[
        float, Threshold("ms", "the shortest retransmission timer in use (Linux): even one such stall is noticed")
    ] = 200,
    both_share: Annotated[
        float, Threshold("share", "the direction that loses less is named too from a fifth of what the other loses")
    ] = 0.2,
) -> Iterator[Finding]:
    """One finding: which direction loses."""
    for row in tables.rows(
        _LOST, least_share=least_share, least_packets=least_packets, least_stall_ns=least_stall_ms * MS
    ):
        if not row["streams"]:
            return
        direction = _direction(row, both_share)
        lost = (row["lost_upstream"] or 0) + (row["lost_downstream"] or 0)
        sent = (row["sent_upstream"] or 0) + (row["sent_downstream"] or 0)
        yield Finding(
            cause=f"network_loss_{direction}",
            side=Side.NETWORK,
            effect=Effect.SLOWED,
            confidence=0.95 if lost >= 3 else 0.8,
            title=say(
                _TITLES[direction],
                lost=plural(lost, "packet"),
                share=share_text(min(1, lost / sent)) if sent else "–",
                cost=duration(row["cost_ns"]),
                connections=count(row["connections"]),
                total=plural(row["connections_total"], "connection"),
            ),
            explanation=say(
                "{before} had been lost before the capture point and {behind} behind it, seen from their sender;"
                " {timeouts} had to wait for a timer.",
                before=count(row["before_tap"]),
                behind=count(row["behind_tap"]),
                timeouts=count(row["timeouts"]),
            ),
            evidence={
                "connections": row["connections"],
                "connections_total": row["connections_total"],
                "lost_upstream_packets": row["lost_upstream"] or 0,
                "lost_downstream_packets": row["lost_downstream"] or 0,
                "loss_share": round(lost / sent, 6) if sent else None,
                "lost_before_capture_point": row["before_tap"],
                "lost_behind_capture_point": row["behind_tap"],
                "timeouts": row["timeouts"],
                "waited_ns": row["waited_ns"],
            },
            streams=row["streams"],
            claims=RECOVERY,
            events=RETRANSMISSIONS,
            display_filter="tcp.analysis.retransmission || tcp.analysis.out_of_order || tcp.analysis.lost_segment",
            needs=LOSSES,
        )


def _direction(row: Row, both_share: float) -> str:
    up, down = row["lost_upstream"] or 0, row["lost_downstream"] or 0
    if min(up, down) >= both_share * max(up, down):
        return "both"
    return "upstream" if up > down else "downstream"


_TITLES = {
    "downstream": "Packets from server to client are lost: {lost} ({share}) in {connections} of {total} cost {cost}",
    "upstream": "Packets from client to server are lost: {lost} ({share}) in {connections} of {total} cost {cost}",
    "both": "Packets are lost in both directions: {lost} ({share}) in {connections} of {total} cost {cost}",
}
