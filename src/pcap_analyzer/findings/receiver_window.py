"""A receive window smaller than the path needs.

What it finds:
    Transfers that stop because the receiver's window has no room for another segment, while it is never closed.

Why it matters:
    A window limits the rate to one window for each round trip. A small buffer on a long path costs most of the link's
    rate, and no loss or delay shows it.

What to check next:
    - The receive buffer at that end: SO_RCVBUF set by the application switches the system's own tuning off.
    - Whether both SYNs carry a window scale; without it no window is larger than 65,535 bytes.
    - The system's limit for tuning (Linux: net.ipv4.tcp_rmem; Windows: autotuninglevel).

References:
    RFC 7323, 2 (window scale); Siekkinen et al., Computer Networks 52(9), 2008 (receiver-window score)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side, side_word
from pcap_analyzer.tables import Tables
from pcap_analyzer.units import duration, latency, size

from ._api import MS, STREAMS, WINDOWS, Effect, Finding, Threshold, say

CAUSES = ("receiver_window_limited",)
ONLY_IF = (
    "connections",
    "greatest(client_receiver_window_ns, server_receiver_window_ns) >= {least_limited_ms} * 1e6 AND greatest(client_receiver_window_ns, server_receiver_window_ns) >= {least_share} * waited_ns",
)
YIELDS_TO = ("zero_window",)

_LIMITED = f"""
    WITH limited AS (
        SELECT stream, receiver, receiver_window_ns AS cost_ns, waited_ns, rtt_ns
        FROM receivers ANTI JOIN explained USING (stream)
        WHERE receiver_window_ns >= $least_ns AND receiver_window_ns >= $least_share * waited_ns
    )
    SELECT receiver, count(*) AS connections, CAST(sum(cost_ns) AS BIGINT) AS limited_ns,
           CAST(sum(waited_ns) AS BIGINT) AS waited_ns, max(h.peer_window_max_bytes) AS window_max_bytes,
           max(rtt_ns) AS rtt_ns, {STREAMS}
    FROM limited JOIN halves AS h USING (stream, receiver)
    GROUP BY receiver ORDER BY receiver
"""


def find(
    tables: Tables,
    *,
    least_limited_ms: Annotated[float, Threshold("ms", "twice the 0.1 s that people notice as a delay")] = 200,
    least_share: Annotated[
        float, Threshold("share", "a window that grows by itself limits the start of every transfer; Siekkinen: 0.25")
    ] = 0.25,
) -> Iterator[Finding]:
    """One finding for each side whose windows are too small."""
    for row in tables.rows(_LIMITED, least_ns=least_limited_ms * MS, least_share=least_share):
        window = size(row["window_max_bytes"] or 0)
        yield Finding(
            cause="receiver_window_limited",
            side=Side(row["receiver"]),
            effect=Effect.SLOWED,
            confidence=0.9,
            title=say(
                "The receive window of the {receiver} is too small for the path: the sender waited {limited} for room in it",
                receiver=side_word(row["receiver"]),
                limited=duration(row["limited_ns"]),
            ),
            explanation=say(
                "The window never exceeded {window}, and with a round trip of {rtt} no more than one window passes in"
                " that time, however fast the path is.",
                window=window,
                rtt=latency(row["rtt_ns"] or 0),
            ),
            evidence={
                "connections": row["connections"],
                "window_max_bytes": row["window_max_bytes"],
                "rtt_ns": row["rtt_ns"],
                "limited_ns": row["limited_ns"],
                "waited_ns": row["waited_ns"],
            },
            streams=row["streams"],
            claims=(f"receiver_window/{row['receiver']}", f"zero_window/{row['receiver']}"),
            display_filter="tcp.analysis.window_full",
            needs=WINDOWS,
        )
