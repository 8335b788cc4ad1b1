"""Connections that the client resets.

What it finds:
    Connections that the client ended with a reset while the server was still sending.

Why it matters:
    The client gave up: the user left the page, a time-out ended, the application crashed. What the server sent after that
    was for nothing. A client that resets when it has everything is no fault and not told here.

What to check next:
    - The client's log at that second; its time-outs, against how long the answer took.
    - Whether a person cancelled.

References:
    RFC 9293, 3.5.2 and 3.10.7 (resets)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural

from ._api import MOST, STREAMS, Effect, Finding, Threshold, say

CAUSES = ("reset_midstream_client",)
ONLY_IF = ("connections", "reset_by = 'client'")
YIELDS_TO = ("idle_timeout", "reset_middlebox", "port_scan", "syn_flood", "tls_handshake_failure")

# Still sending: data came after the reset, or so much of it that the client had to refuse it again and again.
_RESET = f"""
    WITH reset AS (
        SELECT c.stream, c.client_address, c.duration_ns AS cost_ns, h.peer_payload_bytes AS sent_bytes, h.rst_packets
        FROM connections AS c ANTI JOIN explained USING (stream) JOIN halves AS h USING (stream)
        JOIN tcp_events AS e ON e.stream = c.stream AND e.frame_number = c.reset_frame
        WHERE h.sender = 'client' AND c.reset_by = 'client' AND h.peer_data_packets > 0
          AND coalesce(h.fin_time_ns, h.peer_fin_time_ns) IS NULL
          AND (h.rst_packets >= $least_resets OR h.peer_last_data_time_ns > e.time_ns)
    )
    SELECT client_address, count(*) AS connections, CAST(sum(sent_bytes) AS BIGINT) AS sent_bytes,
           CAST(sum(rst_packets) AS BIGINT) AS resets, {STREAMS}
    FROM reset GROUP BY client_address ORDER BY connections DESC, client_address LIMIT $most
"""


def find(
    tables: Tables,
    *,
    least_resets: Annotated[
        float,
        Threshold("packets", "each segment that comes after a reset is answered with one: so many were on their way"),
    ] = 3,
) -> Iterator[Finding]:
    """One finding for each client that resets."""
    for row in tables.rows(_RESET, least_resets=least_resets, most=MOST):
        yield Finding(
            cause="reset_midstream_client",
            side=Side.CLIENT,
            effect=Effect.FAILED,
            severity=Severity.MAJOR,
            confidence=0.85,
            title=say(
                "The client {client} breaks off transfers: {connections} reset while the server was sending",
                client=row["client_address"],
                connections=plural(row["connections"], "connection"),
            ),
            explanation=say(
                "Data of the server was still on its way when the client reset the connection; it refused {resets}.",
                resets=plural(row["resets"], "segment"),
            ),
            evidence={
                "client": row["client_address"],
                "connections": row["connections"],
                "sent_bytes": row["sent_bytes"],
                "rst_packets": row["resets"],
            },
            streams=row["streams"],
            events=("reset",),
            display_filter="tcp.flags.reset == 1",
        )
