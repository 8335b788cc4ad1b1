"""A transfer that uses all of its link.

What it finds:
    Transfers that keep the narrowest link busy for most of their time, without an over-long queue. The few losses are
    how TCP finds the rate.

Why it matters:
    The link is as fast as it is: the transfer cannot be faster, whatever is done at client or server. Nothing is broken.

What to check next:
    - Whether the rate is what the link should give: contract, Wi-Fi rate, duplex, VPN.
    - What else used the link at that time.
    - Less data: compression, caching, another time of day.

References:
    Siekkinen et al., Computer Networks 52(9), 2008 (unshared bottleneck)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.units import duration, rate

from ._api import LOSSES, MS, RECOVERY, SECOND, STREAMS, Effect, Finding, Threshold, say

CAUSES = ("bandwidth_limited",)
ONLY_IF = (
    "connections",
    "bandwidth_ns + queue_ns >= {least_busy_ms} * 1e6 AND bandwidth_ns + queue_ns >= {least_share} * waited_ns",
)
YIELDS_TO = ("ecn_congestion", "reordering", "packet_corruption", "traffic_policing", "bufferbloat")

_BUSY = f"""
    WITH busy AS (
        SELECT stream, waited_ns, bandwidth_ns + queue_ns AS busy_ns,
               bandwidth_ns + queue_ns + loss_ns + congestion_window_ns AS cost_ns,
               greatest(client_payload_bytes, server_payload_bytes) * 8.0 * {SECOND} / duration_ns AS rate_bps
        FROM connections ANTI JOIN explained USING (stream)
        WHERE bandwidth_ns + queue_ns >= $least_ns AND bandwidth_ns + queue_ns >= $least_share * waited_ns
    )
    SELECT count(*) AS connections, CAST(sum(busy_ns) AS BIGINT) AS busy_ns, CAST(sum(waited_ns) AS BIGINT) AS waited_ns,
           max(rate_bps) AS rate_bps, {STREAMS}
    FROM busy
"""


def find(
    tables: Tables,
    *,
    least_busy_ms: Annotated[float, Threshold("ms", "a shorter transfer is over before anybody waits for it")] = 500,
    least_share: Annotated[float, Threshold("share", "most of the waiting is for the link")] = 0.5,
) -> Iterator[Finding]:
    """One finding for all transfers that fill their link."""
    for row in tables.rows(_BUSY, least_ns=least_busy_ms * MS, least_share=least_share):
        if not row["connections"]:
            return
        yield Finding(
            cause="bandwidth_limited",
            side=Side.NETWORK,
            effect=Effect.PACED,
            severity=Severity.MINOR,
            confidence=0.8,
            title=say(
                "Transfers use all that the link gives, about {rate}: it was busy for {busy} of {waited}",
                rate=rate(row["rate_bps"] or 0),
                busy=duration(row["busy_ns"]),
                waited=duration(row["waited_ns"]),
            ),
            explanation=say(
                "Acknowledgements came back as evenly as a link serves packets, and no queue grew far beyond the round trip."
                " Nothing is broken; less data or a faster link would help."
            ),
            evidence={
                "connections": row["connections"],
                "rate_bps": round(row["rate_bps"] or 0),
                "busy_ns": row["busy_ns"],
                "waited_ns": row["waited_ns"],
            },
            streams=row["streams"],
            claims=("bandwidth", "queue", *RECOVERY),
            display_filter="tcp.len > 0",
            needs=LOSSES,
        )
