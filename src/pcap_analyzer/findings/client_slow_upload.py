"""A client application that produces its upload in slow pieces.

What it finds:
    Uploads with pauses in the middle: all that was sent is acknowledged, the window is open, and the client sends
    nothing more for a while.

Why it matters:
    The upload is as slow as the client writes. Path and server wait for it.

What to check next:
    - How the client produces what it sends: reading from slow storage, compression, encryption, a rate limit of its own.
    - Whether it writes small pieces with a pause between them.

References:
    Zhang, Breslau, Paxson, Shenker, SIGCOMM 2002 (application limit)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.units import duration

from ._api import MOST, MS, SECOND, STREAMS, TIMES, Effect, Finding, Threshold, say

CAUSES = ("client_slow_upload",)
ONLY_IF = (
    "connections",
    "client_application_ns >= {least_pauses_ms} * 1e6 AND client_application_ns >= {least_share} * waited_ns",
)
YIELDS_TO = ("jitter",)

_SLOW = f"""
    WITH slow AS (
        SELECT stream, client_address, client_application_ns AS cost_ns, waited_ns
        FROM connections ANTI JOIN explained USING (stream) JOIN halves AS h USING (stream)
        WHERE h.sender = 'client' AND client_application_ns >= $least_ns AND client_application_ns >= $least_share * waited_ns
          AND h.payload_bytes >= $least_bytes AND h.longest_pause_ns <= $longest_ns
          AND h.peer_data_packets <= $most_answers * h.data_packets
    )
    SELECT client_address, count(*) AS connections, CAST(sum(cost_ns) AS BIGINT) AS pauses_ns,
           CAST(sum(waited_ns) AS BIGINT) AS waited_ns, {STREAMS}
    FROM slow GROUP BY client_address ORDER BY pauses_ns DESC, client_address
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
    """One finding for each client, the slowest first."""
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
            cause="client_slow_upload",
            side=Side.CLIENT,
            effect=Effect.SLOWED,
            confidence=0.9,
            title=say(
                "The application at {client} produces its upload in slow pieces: it paused for {pauses} while sending",
                client=row["client_address"],
                pauses=duration(row["pauses_ns"]),
            ),
            explanation=say(
                "All that had been sent was acknowledged and the server's window was open, yet the client had nothing"
                " more to send until later."
            ),
            evidence={
                "client": row["client_address"],
                "connections": row["connections"],
                "pauses_ns": row["pauses_ns"],
                "waited_ns": row["waited_ns"],
            },
            streams=row["streams"],
            claims=("application/client",),
            display_filter="tcp.len > 0 && tcp.time_delta > 0.05",
            needs=TIMES,
        )
