"""Answers of the DNS that never arrive.

What it finds:
    Clients that repeat a question although its answer had passed the capture point on its way to them.

Why it matters:
    The resolver did its work, and the network lost it: each time the client waits for its timer.

What to check next:
    - Loss on the path from the capture point to the client; whether TCP connections lose there too.
    - A firewall near the client that drops answers: wrong port, too large, fragmented.

References:
    RFC 1035, 7.2; RFC 9210 (DNS over TCP when UDP fails)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import count, duration

from ._api import Effect, Finding, Threshold, say

CAUSES = ("network_loss_downstream",)
ONLY_IF = ("dns_transactions", "retry_kind = 'same'")

# Asked again from the same port with the same identifier, although the answer was good and had passed here.
_LOST = """
    WITH repeats AS (
        SELECT again.flow, again.query_frame, again.query_time_ns - first.query_time_ns AS cost_ns
        FROM dns_transactions AS again JOIN dns_transactions AS first ON again.retry_of_frame = first.query_frame
        WHERE again.protocol = 'dns' AND again.retry_kind = 'same' AND first.outcome IN ('answer', 'no_data', 'no_such_name')
          AND again.client = first.client AND again.query_time_ns > first.query_time_ns + first.response_time_ns
    )
    SELECT count(*) AS lost, CAST(sum(cost_ns) AS BIGINT) AS cost_ns, min(query_frame, 100) AS frames,
           min(DISTINCT flow, 100) AS flows, count(DISTINCT flow) AS flow_count,
           (SELECT count(*) FROM dns_transactions WHERE protocol = 'dns' AND response_frame IS NOT NULL) AS answers
    FROM repeats
"""


def find(
    tables: Tables,
    *,
    least_lost: Annotated[float, Threshold("answers", "one may be a client that asks twice")] = 2,
) -> Iterator[Finding]:
    """One finding for all resolvers."""
    row = tables.row(_LOST)
    if row["lost"] < least_lost:
        return
    yield Finding(
        cause="network_loss_downstream",
        side=Side.NETWORK,
        effect=Effect.SLOWED,
        confidence=0.8,
        title=say(
            "Answers of the DNS are lost on the way to the client: {lost} of {answers} had to be asked for again, which"
            " cost {cost}",
            lost=count(row["lost"]),
            answers=plural(row["answers"], "answer"),
            cost=duration(row["cost_ns"]),
        ),
        explanation=say(
            "The answer passed the capture point at once, and the client repeated the same query as if there had been none:"
            " it was lost behind the capture point."
        ),
        evidence={"lost_answers": row["lost"], "answers": row["answers"]},
        cost_ns=row["cost_ns"],
        flows=row["flows"],
        flows_total=row["flow_count"],
        frames=row["frames"],
        frames_total=row["lost"],
        display_filter="dns.retransmit_request || dns.retransmission",
    )
