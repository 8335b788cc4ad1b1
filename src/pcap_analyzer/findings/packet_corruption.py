"""Data damaged on the path.

What it finds:
    Segments that were captured on the receiving host itself and yet asked for again: they arrived, and the host dropped
    them, as it does with a wrong checksum.

Why it matters:
    A damaged segment is as good as lost, and the loss counters of the network show nothing. It is seldom the link itself,
    which has a checksum of its own, but memory of a device or a faulty offload.

What to check next:
    - The host's own counters: TCP checksum errors (nstat: TcpInCsumErrors), receive errors, drops by a local firewall.
    - Network card, its offload functions and its driver; memory of devices on the path.
    - Wireshark with checksum validation switched on, for the frames listed here.

References:
    RFC 9293, 3.1 (checksum); Stone, Partridge, SIGCOMM 2000 (when the CRC and TCP checksum disagree)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side, side_word
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import duration

from ._api import LOSSES, MS, RECOVERY, RETRANSMISSIONS, STREAMS, Effect, Finding, Threshold, say

CAUSES = ("packet_corruption",)
_DROPS = """
    (vantage = '{receiver}' AND {sender}_lost_downstream_packets >= {{least_packets}}
     AND {receiver}_rtt_min_ns <= {{nearest_ms}} * 1e6)
"""
ONLY_IF = (
    "connections",
    "loss_ns > 0 AND vantage_confidence >= {least_certainty}"
    f" AND ({_DROPS.format(sender='client', receiver='server')} OR {_DROPS.format(sender='server', receiver='client')})",
)
YIELDS_TO = ("mtu_black_hole", "blackhole", "link_outage", "delay_spike")

# Lost "behind" a capture point that is the receiver's own host means dropped by that host. Its own answers show the
# distance: a host answers itself within microseconds, a host behind Wi-Fi or a router does not.
_DROPPED = f"""
    WITH dropped AS (
        SELECT stream, receiver, h.lost_downstream_packets AS lost, waited_ns, loss_ns + congestion_window_ns AS cost_ns
        FROM halves AS h JOIN connections USING (stream) ANTI JOIN explained USING (stream)
        WHERE vantage = receiver AND vantage_confidence >= $least_certainty
          AND h.peer_rtt_min_ns <= $nearest_ns AND h.lost_downstream_packets >= $least_packets
          AND h.lost_downstream_packets > h.lost_upstream_packets + h.unneeded_retransmissions + h.peer_dsack_packets
          AND loss_ns + congestion_window_ns >= $least_share * waited_ns
    )
    SELECT receiver, count(*) AS connections, CAST(sum(lost) AS BIGINT) AS lost, CAST(sum(cost_ns) AS BIGINT) AS cost_ns, {STREAMS}
    FROM dropped GROUP BY receiver ORDER BY receiver
"""


def find(
    tables: Tables,
    *,
    least_packets: Annotated[float, Threshold("packets", "fewer may be dropped by a full buffer for a moment")] = 3,
    least_share: Annotated[
        float, Threshold("share", "below a twentieth of the waiting something else matters more")
    ] = 0.05,
    nearest_ms: Annotated[
        float, Threshold("ms", "a host that is captured on itself answers sooner than this; no radio or router does")
    ] = 0.3,
    least_certainty: Annotated[float, Threshold("share", "of where the capture point is")] = 0.5,
) -> Iterator[Finding]:
    """One finding for each side that drops what arrives."""
    rows = tables.rows(
        _DROPPED,
        least_packets=least_packets,
        least_share=least_share,
        nearest_ns=nearest_ms * MS,
        least_certainty=least_certainty,
    )
    for row in rows:
        yield Finding(
            cause="packet_corruption",
            side=Side.NETWORK,
            effect=Effect.SLOWED,
            confidence=0.75,
            title=say(
                "Data arrives damaged at the {receiver}: {lost} reached the host and had to be sent again, which cost {cost}",
                receiver=side_word(row["receiver"]),
                lost=plural(row["lost"], "segment"),
                cost=duration(row["cost_ns"]),
            ),
            explanation=say(
                "The capture was taken on the {receiver} and holds these segments, yet the host went on asking for them:"
                " it dropped them, as it does when a checksum is wrong.",
                receiver=side_word(row["receiver"]),
            ),
            evidence={"receiver": row["receiver"], "connections": row["connections"], "dropped_packets": row["lost"]},
            streams=row["streams"],
            claims=RECOVERY,
            events=RETRANSMISSIONS,
            display_filter="tcp.checksum.status == 0 || tcp.analysis.retransmission",
            needs=LOSSES,
        )
