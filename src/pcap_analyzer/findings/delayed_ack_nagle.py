"""Nagle's algorithm and delayed acknowledgements.

What it finds:
    Short segments that were held back until the acknowledgement of the one before came, which its receiver delayed.

Why it matters:
    Each message written in two pieces waits 40 ms (Linux) to 200 ms for nothing, on the fastest network too.

What to check next:
    - Whether the sending application writes a message in several calls: put it together and write once.
    - TCP_NODELAY at the sender; TCP_QUICKACK at the receiver helps less.

References:
    RFC 896 (Nagle); RFC 9293, 3.7.4 and 3.8.6.3 (delayed acknowledgements)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side, side_word
from pcap_analyzer.tables import Tables
from pcap_analyzer.units import duration

from ._api import MS, STREAMS, TIMES, Effect, Finding, Threshold, say

CAUSES = ("delayed_ack_nagle",)
ONLY_IF = (
    "connections",
    "greatest(client_nagle_delayed_ack_ns, server_nagle_delayed_ack_ns) >= {least_held_ms} * 1e6 AND greatest(client_nagle_delayed_ack_ns, server_nagle_delayed_ack_ns) >= {least_share} * waited_ns",
)

_HELD = f"""
    WITH held AS (
        SELECT stream, sender, nagle_delayed_ack_ns AS cost_ns, waited_ns
        FROM receivers
        WHERE nagle_delayed_ack_ns >= $least_ns AND nagle_delayed_ack_ns >= $least_share * waited_ns
    )
    SELECT sender, count(*) AS connections, CAST(sum(cost_ns) AS BIGINT) AS held_ns,
           CAST(sum(waited_ns) AS BIGINT) AS waited_ns, {STREAMS}
    FROM held GROUP BY sender ORDER BY sender
"""


def find(
    tables: Tables,
    *,
    least_held_ms: Annotated[
        float, Threshold("ms", "five delayed acknowledgements of 40 ms: a pattern, not an accident")
    ] = 200,
    least_share: Annotated[float, Threshold("share", "below a fifth of the waiting something else matters more")] = 0.2,
) -> Iterator[Finding]:
    """One finding for each side whose segments are held back."""
    for row in tables.rows(_HELD, least_ns=least_held_ms * MS, least_share=least_share):
        yield Finding(
            cause="delayed_ack_nagle",
            side=Side(row["sender"]),
            effect=Effect.SLOWED,
            confidence=0.9,
            title=say(
                "The {sender} holds back short segments until delayed acknowledgements come: {held} of waiting for nothing",
                sender=side_word(row["sender"]),
                held=duration(row["held_ns"]),
            ),
            explanation=say(
                "A short segment was out, the other side delayed its acknowledgement, and only when that came did the next"
                " short segment leave: Nagle's algorithm waits for what the peer delays."
            ),
            evidence={
                "sender": row["sender"],
                "connections": row["connections"],
                "held_ns": row["held_ns"],
                "waited_ns": row["waited_ns"],
            },
            streams=row["streams"],
            claims=(f"nagle_delayed_ack/{row['sender']}",),
            display_filter="tcp.analysis.ack_rtt > 0.03",
            needs=TIMES,
        )
