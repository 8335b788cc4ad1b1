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

from ._api import MOST, MS, SECOND, STREAMS, TIMES, Effect, Finding, Threshold, say

CAUSES = ("server_slow_stream",)
ONLY_IF = (
    "connections",
    "server_application_ns >= {least_pauses_ms} * 1e6 AND server_application_ns >= {least_share} * waited_ns",
)
YIELDS_TO = ("jitter",)

_SLOW = f"""
    WITH slow AS (
        SELECT stream, server, server_application_ns AS cost_ns, waited_ns
        FROM connections ANTI JOIN explained USING (stream) JOIN halves AS h USING (stream)
        WHERE h.sender = 'server' AND server_application_ns >= $least_ns AND server_application_ns >= $least_share * waited_ns
          AND h.payload_bytes >= $least_bytes AND h.longest_pause_ns <= $longest_ns
          AND h.peer_data_packets <= $most_answers * h.data_packets
    )
    SELECT server, count(*) AS connections, CAST(sum(cost_ns) AS BIGINT) AS pauses_ns,
           CAST(sum(waited_ns) AS BIGINT) AS waited_ns, {STREAMS}
    FROM slow GROUP BY server ORDER BY pauses_ns DESC, server
    LIMIT $most
"""


def find(
    tables: Tables,
    *,
    least_kb: Annotated[
        float, Threshold("kB", "more than an initial window (RFC 6928): a transfer, not messages")
    ] = 20,
    longest_pause_s: Annotated[
        float, Threshold("s", "what is silent for longer waits for events, and does not produce a transfer")
    ] = 3,
    most_answers_share: Annotated[
        float, Threshold("share", "of the other side's data segments: two sides that talk in turns are a dialogue")
    ] = 0.2,
    least_pauses_ms: Annotated[float, Threshold("ms", "below, one flush of a buffer explains it")] = 300,
    least_share: Annotated[
        float, Threshold("share", "below a quarter of the waiting something else matters more")
    ] = 0.25,
) -> Iterator[Finding]:
    """One finding for each server, the slowest first."""
    rows = tables.rows(
        _SLOW,
        least_ns=least_pauses_ms * MS,
        least_share=least_share,
        least_bytes=least_kb * 1000,
        longest_ns=longest_pause_s * SECOND,
        most_answers=most_answers_share,
        most=MOST,
    )
    for row in rows:
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
