"""A receive window that closes.

What it finds:
    Connections in which one end told the other to stop sending (a window of zero), for a time that matters.

Why it matters:
    The window closes when the application does not read what the host has received. Neither path nor sender can do
    anything about it: the sender waits and probes until the application reads again.

What to check next:
    - What the receiving application does while the window is closed: CPU, disk writes, locks, garbage collection.
    - Whether it reads from its socket in a thread that also does something slow.
    - Its socket buffer (SO_RCVBUF), if it reads in large pieces at long intervals.

References:
    RFC 9293, 3.8.6 (window management); RFC 9293, 3.8.6.1 (zero-window probing)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side, side_word
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import duration

from ._api import MS, STREAMS, WINDOWS, Effect, Finding, Threshold, say

CAUSES = ("zero_window_receiver",)
ONLY_IF = (
    "connections",
    "greatest(client_zero_window_ns, server_zero_window_ns) >= {least_closed_ms} * 1e6 AND greatest(client_zero_window_ns, server_zero_window_ns) >= {least_share} * waited_ns",
)

_CLOSED = f"""
    WITH closed AS (
        SELECT stream, receiver, zero_window_ns + receiver_window_ns AS cost_ns, zero_window_ns, waited_ns
        FROM receivers
        WHERE zero_window_ns >= $least_ns AND zero_window_ns >= $least_share * waited_ns
    )
    SELECT receiver, count(*) AS connections, CAST(sum(zero_window_ns) AS BIGINT) AS closed_ns,
           CAST(sum(waited_ns) AS BIGINT) AS waited_ns, CAST(sum(h.peer_zero_window_spans) AS BIGINT) AS spans, {STREAMS}
    FROM closed JOIN halves AS h USING (stream, receiver)
    GROUP BY receiver ORDER BY receiver
"""


def find(
    tables: Tables,
    *,
    least_closed_ms: Annotated[
        float, Threshold("ms", "shorter stops are hidden by what is on its way over a path of 100 ms")
    ] = 100,
    least_share: Annotated[float, Threshold("share", "below a tenth of the waiting something else matters more")] = 0.1,
) -> Iterator[Finding]:
    """One finding for each side that closes its windows."""
    for row in tables.rows(_CLOSED, least_ns=least_closed_ms * MS, least_share=least_share):
        yield Finding(
            cause="zero_window_receiver",
            side=Side(row["receiver"]),
            effect=Effect.SLOWED,
            confidence=0.95,
            title=say(
                "The application at the {receiver} reads too slowly: its receive window was closed {times} for"
                " {closed} in all",
                receiver=side_word(row["receiver"]),
                times=plural(row["spans"], "time"),
                closed=duration(row["closed_ns"]),
            ),
            explanation=say(
                "A host closes its window when its buffer is full, that is, when the application does not take what has"
                " arrived. The sender had more to send and had to wait."
            ),
            evidence={
                "connections": row["connections"],
                "zero_window_spans": row["spans"],
                "zero_window_ns": row["closed_ns"],
                "waited_ns": row["waited_ns"],
            },
            streams=row["streams"],
            claims=(f"zero_window/{row['receiver']}", f"receiver_window/{row['receiver']}"),
            events=("zero_window", "window_probe"),
            display_filter="tcp.analysis.zero_window || tcp.analysis.zero_window_probe || tcp.analysis.window_full",
            needs=WINDOWS,
        )
