"""A server application that answers late.

What it finds:
    Servers that had the whole request and took long to begin the answer. The path's round trip and the recovery of
    losses are taken off.

Why it matters:
    This time passes in the application or in what it asks in turn: database, file system, another service. No change to
    the network shortens it.

What to check next:
    - The server's own log or trace for the slowest of these requests.
    - What the server waits for: database, upstream services, locks, a full pool of threads or connections.
    - CPU, memory and disk of the server at that time.

References:
    Nielsen, Usability Engineering, 1993 (0.1 s feels immediate, 1 s interrupts)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import duration, latency

from ._api import MOST, MS, STREAMS, TIMES, Effect, Finding, Threshold, say

CAUSES = ("server_think_time",)
ONLY_IF = ("connections", "server_think_ns >= {slow_answer_ms} * 1e6 AND server_think_ns >= {least_share} * waited_ns")
YIELDS_TO = ("long_poll", "accept_queue_overflow", "bufferbloat", "jitter", "delay_spike", "link_outage")

# As many answers as there were pushes of the side that pushed less often.
_SLOW = f"""
    WITH late AS (
        SELECT stream, server, server_think_ns AS cost_ns, waited_ns,
               greatest(1, least(h.push_packets, h.peer_push_packets)) AS answers
        FROM connections ANTI JOIN explained USING (stream) JOIN halves AS h USING (stream)
        WHERE h.sender = 'client' AND server_think_ns >= $slow_ns * greatest(1, least(h.push_packets, h.peer_push_packets))
          AND server_think_ns >= $least_share * waited_ns
    )
    SELECT server, count(*) AS connections, CAST(sum(cost_ns) AS BIGINT) AS think_ns,
           CAST(sum(waited_ns) AS BIGINT) AS waited_ns, CAST(sum(answers) AS BIGINT) AS answers, {STREAMS}
    FROM late GROUP BY server ORDER BY think_ns DESC, server
    LIMIT $most
"""


def find(
    tables: Tables,
    *,
    slow_answer_ms: Annotated[
        float, Threshold("ms", "Nielsen: an answer within 0.1 s feels immediate", wait=True)
    ] = 100,
    least_share: Annotated[float, Threshold("share", "below a tenth of the waiting something else matters more")] = 0.1,
) -> Iterator[Finding]:
    """One finding for each server, the slowest first."""
    for row in tables.rows(_SLOW, slow_ns=slow_answer_ms * MS, least_share=least_share, most=MOST):
        mean = row["think_ns"] / row["answers"]
        yield Finding(
            cause="server_think_time",
            side=Side.SERVER,
            effect=Effect.SLOWED,
            confidence=0.9,
            title=say(
                "The application at {server} answers late: {think} in all, {mean} on average",
                server=row["server"],
                think=duration(row["think_ns"]),
                mean=latency(mean),
            ),
            explanation=say(
                "In {connections} the server had the whole request, and its answer left only later; the round trip of"
                " the path is taken off.",
                connections=plural(row["connections"], "connection"),
            ),
            evidence={
                "server": row["server"],
                "connections": row["connections"],
                "answers": row["answers"],
                "think_ns": row["think_ns"],
                "mean_think_ns": round(mean),
                "waited_ns": row["waited_ns"],
            },
            streams=row["streams"],
            claims=("think/server",),
            events=("late_answer",),
            display_filter="tcp.len > 0",
            needs=TIMES,
        )
