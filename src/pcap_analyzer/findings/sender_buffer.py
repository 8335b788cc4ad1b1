"""A sender that keeps too little in flight.

What it finds:
    Transfers whose flight never grows, although the window has room and nothing was lost.

Why it matters:
    A send buffer limits the rate to one buffer for each round trip, as a small receive window does, and on a long path
    that is a small part of what the link could carry.

What to check next:
    - The send buffer of the sending application (SO_SNDBUF); left alone, the system tunes it.
    - Whether the application writes a block and waits for an answer before it writes the next.
    - The system's limit for tuning (Linux: net.ipv4.tcp_wmem).

References:
    Zhang, Breslau, Paxson, Shenker, SIGCOMM 2002 (sender-window limit)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side, side_word
from pcap_analyzer.tables import Tables
from pcap_analyzer.units import duration, latency, size

from ._api import MS, STREAMS, WINDOWS, Effect, Finding, Threshold, say

CAUSES = ("sender_buffer_limited",)
ONLY_IF = (
    "connections",
    "greatest(client_sender_buffer_ns, server_sender_buffer_ns) >= {least_limited_ms} * 1e6 AND greatest(client_sender_buffer_ns, server_sender_buffer_ns) >= {least_share} * waited_ns",
)
YIELDS_TO = ("zero_window", "receiver_window")

_LIMITED = f"""
    WITH limited AS (
        SELECT stream, sender, waited_ns, rtt_ns, sender_buffer_ns,
               -- Without a loss, a flight that grows by little is held by the same buffer.
               sender_buffer_ns + CASE WHEN loss_ns = 0 THEN congestion_window_ns ELSE 0 END AS cost_ns
        FROM receivers ANTI JOIN explained USING (stream)
        WHERE sender_buffer_ns >= $least_ns AND sender_buffer_ns >= $least_share * waited_ns
    )
    SELECT sender, count(*) AS connections, CAST(sum(cost_ns) AS BIGINT) AS limited_ns,
           CAST(sum(waited_ns) AS BIGINT) AS waited_ns, max(h.flight_max_bytes) AS flight_max_bytes,
           max(rtt_ns) AS rtt_ns, {STREAMS}
    FROM limited JOIN halves AS h USING (stream, sender)
    GROUP BY sender ORDER BY sender
"""


def find(
    tables: Tables,
    *,
    least_limited_ms: Annotated[float, Threshold("ms", "twice the 0.1 s that people notice as a delay")] = 200,
    least_share: Annotated[
        float, Threshold("share", "below a quarter of the waiting the flight is as often limited by something else")
    ] = 0.25,
) -> Iterator[Finding]:
    """One finding for each side that keeps too little in flight."""
    for row in tables.rows(_LIMITED, least_ns=least_limited_ms * MS, least_share=least_share):
        yield Finding(
            cause="sender_buffer_limited",
            side=Side(row["sender"]),
            effect=Effect.SLOWED,
            confidence=0.8,
            title=say(
                "The {sender} keeps too little in flight: the path was free for {limited} while it waited for"
                " acknowledgements",
                sender=side_word(row["sender"]),
                limited=duration(row["limited_ns"]),
            ),
            explanation=say(
                "No more than {flight} was ever on its way in a round trip of {rtt}, although the receive window had"
                " room and nothing was lost: a send buffer or a block size ends it there.",
                flight=size(row["flight_max_bytes"] or 0),
                rtt=latency(row["rtt_ns"] or 0),
            ),
            evidence={
                "connections": row["connections"],
                "flight_max_bytes": row["flight_max_bytes"],
                "rtt_ns": row["rtt_ns"],
                "limited_ns": row["limited_ns"],
                "waited_ns": row["waited_ns"],
            },
            streams=row["streams"],
            claims=(f"sender_buffer/{row['sender']}", "congestion_window"),
            display_filter="tcp.len > 0",
            needs=WINDOWS,
        )
