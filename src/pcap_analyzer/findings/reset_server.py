"""Connections that the server resets.

What it finds:
    Established connections that the server ended with a reset while work was going on.

Why it matters:
    What was on its way is gone, and the client's request has failed or is incomplete.

What to check next:
    - The server's log at that second: a crash, a restart, a limit, a time-out of its own.
    - A load balancer or proxy that stands for the server and resets what it gives up.

References:
    RFC 9293, 3.5.2 and 3.10.7 (resets)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural

from ._api import MOST, SECOND, STREAMS, Effect, Finding, Threshold, say

CAUSES = ("reset_midstream_server",)
ONLY_IF = (
    "connections",
    "reset_by = 'server' AND client_data_packets + server_data_packets > 0"
    " AND client_fin_time_ns IS NULL AND server_fin_time_ns IS NULL",
)
YIELDS_TO = ("idle_timeout", "reset_middlebox", "port_scan", "syn_flood", "tls_handshake_failure")

# Under way: neither end had closed, and the last data is no older than a connection at work is ever silent.
_RESET = f"""
    WITH reset AS (
        SELECT c.stream, c.server, c.reset_frame, c.duration_ns AS cost_ns, h.payload_bytes AS sent_bytes
        FROM connections AS c ANTI JOIN explained USING (stream) JOIN halves AS h USING (stream)
        JOIN tcp_events AS e ON e.stream = c.stream AND e.frame_number = c.reset_frame
        WHERE h.sender = 'server' AND c.reset_by = 'server' AND h.data_packets + h.peer_data_packets > 0
          AND coalesce(h.fin_time_ns, h.peer_fin_time_ns) IS NULL
          AND e.time_ns - greatest(coalesce(h.last_data_time_ns, 0), coalesce(h.peer_last_data_time_ns, 0)) < $most_ns
    )
    SELECT server, count(*) AS connections, CAST(sum(sent_bytes) AS BIGINT) AS sent_bytes, {STREAMS}
    FROM reset GROUP BY server ORDER BY connections DESC, server LIMIT $most
"""


def find(
    tables: Tables,
    *,
    most_silence_s: Annotated[
        float, Threshold("s", "a connection that was silent for longer was idle, not at work")
    ] = 1,
) -> Iterator[Finding]:
    """One finding for each server that resets."""
    for row in tables.rows(_RESET, most_ns=most_silence_s * SECOND, most=MOST):
        yield Finding(
            cause="reset_midstream_server",
            side=Side.SERVER,
            effect=Effect.FAILED,
            severity=Severity.MAJOR,
            confidence=0.85,
            title=say(
                "{server} resets connections at work: {connections}",
                server=row["server"],
                connections=plural(row["connections"], "connection"),
            ),
            explanation=say(
                "Nobody had closed, data was on its way, and the server ended the connection with a reset whose time to live"
                " is that of its other packets."
            ),
            evidence={"server": row["server"], "connections": row["connections"], "sent_bytes": row["sent_bytes"]},
            streams=row["streams"],
            events=("reset",),
            display_filter="tcp.flags.reset == 1",
        )
