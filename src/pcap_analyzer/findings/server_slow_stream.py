"""A server application that produces its answer in slow pieces.

What it finds:
    Answers with pauses in the middle: all that was sent is acknowledged, the window is open, and the server sends
    nothing more for a while.

Why it matters:
    The transfer is as slow as the application writes. Path and client wait for it.

What to check next:
    - How the server produces this answer: a query that streams, a file on slow storage, compression, a slow upstream.
    - Whether the pauses have one length, which points to a timer or a flush interval.

References:
    Zhang, Breslau, Paxson, Shenker, SIGCOMM 2002 (application limit)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.units import duration

from ._api import MOST, MS, STREAMS, TIMES, Effect, Finding, Threshold, say

CAUSES = ("server_slow_stream",)
YIELDS_TO = ("jitter",)

_SLOW = f"""
    WITH slow AS (
        SELECT stream, server, server_application_ns AS cost_ns, waited_ns
        FROM connections ANTI JOIN explained USING (stream)
        WHERE server_application_ns >= $least_ns AND server_application_ns >= $least_share * waited_ns
    )
    SELECT server, count(*) AS connections, CAST(sum(cost_ns) AS BIGINT) AS pauses_ns,
           CAST(sum(waited_ns) AS BIGINT) AS waited_ns, {STREAMS}
    FROM slow GROUP BY server ORDER BY pauses_ns DESC, server
    LIMIT $most
"""


def find(
    tables: Tables,
    *,
    least_pauses_ms: Annotated[float, Threshold("ms", "below, one flush of a buffer explains it")] = 300,
    least_share: Annotated[
        float, Threshold("share", "below a quarter of the waiting something else matters more")
    ] = 0.25,
) -> Iterator[Finding]:
    """One finding for each server, the slowest first."""
    for row in tables.rows(_SLOW, least_ns=least_pauses_ms * MS, least_share=least_share, most=MOST):
        yield Finding(
            cause="server_slow_stream",
            side=Side.SERVER,
            effect=Effect.SLOWED,
            confidence=0.9,
            title=say(
                "The application at {server} produces its answers in slow pieces: it paused for {pauses} while sending",
                server=row["server"],
                pauses=duration(row["pauses_ns"]),
            ),
            explanation=say(
                "All that had been sent was acknowledged and the client's window was open, yet the server had nothing"
                " more to send until later."
            ),
            evidence={
                "server": row["server"],
                "connections": row["connections"],
                "pauses_ns": row["pauses_ns"],
                "waited_ns": row["waited_ns"],
            },
            streams=row["streams"],
            claims=("application/server",),
            display_filter="tcp.len > 0 && tcp.time_delta > 0.05",
            needs=TIMES,
        )
