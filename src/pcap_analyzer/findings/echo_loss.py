"""Echo requests without a reply.

What it finds:
    Hosts that answer most pings and not all of them.

Why it matters:
    Request or reply was lost on the path. What happens to pings happens to other packets too, unless a device treats ICMP
    as less important.

What to check next:
    - The same measurement at another size and rate: limits for ICMP look like loss.
    - A capture at the other end: whether the requests arrive.

References:
    RFC 792 (echo); RFC 2680 (one-way loss metric)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.units import count
from pcap_analyzer.units import share as share_text

from ._api import MOST, SECOND, Effect, Finding, Threshold, say

CAUSES = ("network_loss_downstream",)
ONLY_IF = ("icmp_messages", "type_name = 'echo_request' AND response_frame IS NULL")

_LOST = """
    WITH asked AS (
        SELECT source, destination, flow, frame_number,
               response_frame IS NULL AND error_frame IS NULL AND repeated_frame IS NULL AS lost
        FROM icmp_messages
        WHERE type_name = 'echo_request' AND duplicate_of_frame IS NULL
          AND (response_frame IS NOT NULL OR (SELECT max(latest_time_ns) FROM captures) - time_ns >= $wait_ns)
    )
    SELECT source, destination, count(*) AS requests, count(*) FILTER (lost) AS lost,
           min(DISTINCT flow, 100) AS flows, count(DISTINCT flow) AS flow_count,
           min(frame_number, 100) FILTER (lost) AS frames
    FROM asked GROUP BY source, destination
    HAVING count(*) FILTER (lost) >= $least_lost AND count(*) FILTER (lost) >= $least_share * count(*)
       AND count(*) FILTER (NOT lost) > 0
    ORDER BY lost DESC, source, destination LIMIT $most
"""


def find(
    tables: Tables,
    *,
    least_wait_s: Annotated[float, Threshold("s", "a reply that takes longer counts as lost for ping too")] = 1,
    least_lost: Annotated[float, Threshold("requests", "one lost packet is no pattern")] = 2,
    least_share: Annotated[
        float, Threshold("share", "one in a hundred is noticed in calls, and slows TCP down")
    ] = 0.01,
) -> Iterator[Finding]:
    """One finding for each pair of hosts."""
    rows = tables.rows(_LOST, wait_ns=least_wait_s * SECOND, least_lost=least_lost, least_share=least_share, most=MOST)
    for row in rows:
        yield Finding(
            cause="network_loss_downstream",
            side=Side.NETWORK,
            effect=Effect.SLOWED,
            confidence=0.7,
            title=say(
                "Pings to {host} are lost: {lost} of {requests} ({share}) got no reply",
                host=row["destination"],
                lost=count(row["lost"]),
                requests=count(row["requests"]),
                share=share_text(row["lost"] / row["requests"]),
            ),
            explanation=say(
                "The host answers the others, so it is there. Whether request or reply was lost cannot be seen from here."
            ),
            evidence={
                "host": row["destination"],
                "requests": row["requests"],
                "lost_requests": row["lost"],
                "loss_share": round(row["lost"] / row["requests"], 6),
            },
            flows=row["flows"],
            flows_total=row["flow_count"],
            frames=row["frames"],
            frames_total=row["lost"],
            display_filter="icmp.resp_not_found || icmpv6.echo.resp_not_found",
        )
