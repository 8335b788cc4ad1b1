"""Connections dropped because they were idle.

What it finds:
    Connections that were silent for a while, and whose next request was answered by a reset, or by nothing at all.

Why it matters:
    The first request after a pause fails, or hangs until a timer ends, and only then a new connection is made. It looks
    like a random failure.

What to check next:
    - Idle limits of server, load balancer, firewall and NAT, against the client's pool of connections.
    - TCP keep-alives shorter than the shortest of these limits; a pool that closes before they do.

References:
    RFC 5382, REQ-5 (NAT keeps an idle connection for 2 h 4 min at least); RFC 9293, 3.8.4 (keep-alives)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import duration

from ._api import LOSSES, RETRANSMISSIONS, SECOND, STREAMS, Effect, Finding, Threshold, say

CAUSES = ("idle_timeout",)
ONLY_IF = (
    "connections",
    "client_last_data_time_ns - server_last_data_time_ns >= {least_idle_s} * 1e9 AND NOT one_way AND pmtu_ns = 0"
    " AND (reset_by = 'server' OR loss_ns > 0)",
)

# Either the server had closed, and says so to the next request; or the next request gets no answer from anybody.
_DROPPED = f"""
    WITH ends AS (
        SELECT c.stream, c.server, c.loss_rto_ns AS cost_ns, c.reset_by, c.end_reason,
               h.last_data_time_ns AS asked_ns, h.peer_last_data_time_ns AS answered_ns, h.peer_fin_time_ns AS closed_ns,
               h.peer_ttl_min = h.peer_ttl_max AS one_ttl, r.time_ns AS reset_ns
        FROM connections AS c JOIN halves AS h USING (stream)
        LEFT JOIN tcp_events AS r ON r.stream = c.stream AND r.frame_number = c.reset_frame
        WHERE h.sender = 'client' AND NOT c.one_way AND h.peer_data_packets > 0 AND c.pmtu_ns = 0
    ), refused AS (
        SELECT stream, server, cost_ns, coalesce(closed_ns, asked_ns) - answered_ns AS idle_ns,
               CASE WHEN closed_ns IS NOT NULL OR one_ttl THEN 'server' ELSE 'network' END AS side, 0 AS attempts
        FROM ends
        WHERE reset_by = 'server' AND asked_ns - answered_ns >= $idle_ns AND reset_ns >= asked_ns
          AND coalesce(closed_ns, asked_ns) - answered_ns >= $idle_ns AND coalesce(closed_ns, asked_ns) <= asked_ns
    ), ignored AS (
        SELECT ends.stream, any_value(server) AS server, any_value(cost_ns) AS cost_ns,
               min(e.time_ns - e.duration_ns) - any_value(answered_ns) AS idle_ns, 'network' AS side, count(*) AS attempts
        FROM ends JOIN tcp_events AS e USING (stream)
        WHERE e.direction = 'client' AND e.kind LIKE 'retransmission_%' AND e.time_ns > answered_ns
          AND asked_ns - answered_ns >= $idle_ns AND end_reason <> 'fin' AND coalesce(reset_by, '') <> 'server'
        GROUP BY ends.stream
        HAVING count(*) >= $least_attempts AND min(e.time_ns - e.duration_ns) - any_value(answered_ns) >= $idle_ns
    )
    SELECT side, count(*) AS connections, min(server) AS server, count(DISTINCT server) AS servers,
           CAST(min(idle_ns) AS BIGINT) AS idle_ns, max(attempts) AS attempts, {STREAMS}
    FROM (SELECT * FROM refused UNION ALL SELECT * FROM ignored)
    GROUP BY side ORDER BY side
"""


def find(
    tables: Tables,
    *,
    least_idle_s: Annotated[
        float, Threshold("s", "longer than any wait of a connection at work (the first timer of RFC 6298 is 1 s)")
    ] = 1,
    least_attempts: Annotated[float, Threshold("attempts", "three in a row without any answer")] = 3,
) -> Iterator[Finding]:
    """One finding for each side that drops idle connections."""
    for row in tables.rows(_DROPPED, idle_ns=least_idle_s * SECOND, least_attempts=least_attempts):
        yield Finding(
            cause="idle_timeout",
            side=Side(row["side"]),
            effect=Effect.FAILED,
            severity=Severity.MAJOR,
            confidence=0.85 if row["side"] == "server" else 0.75,
            title=say(
                _TITLES[row["side"]],
                connections=plural(row["connections"], "connection"),
                idle=duration(row["idle_ns"]),
            ),
            explanation=say(_EXPLANATIONS[row["side"]], attempts=plural(row["attempts"], "time")),
            evidence={
                "connections": row["connections"],
                "server": row["server"] if row["servers"] == 1 else None,
                "idle_ns": row["idle_ns"],
                "attempts": row["attempts"],
            },
            streams=row["streams"],
            claims=("loss_rto", "loss_tlp", "loss_fast"),
            events=("reset", *RETRANSMISSIONS),
            display_filter="tcp.flags.reset == 1 || tcp.analysis.retransmission",
            needs=LOSSES,
        )


_TITLES = {
    "server": "The server drops idle connections: after {idle} of silence the next request on {connections} was refused",
    "network": "Something on the path forgets idle connections: after {idle} of silence {connections} got no answer",
}
_EXPLANATIONS = {
    "server": "The server had given up the connection while it was idle and answered the next request with a reset.",
    "network": "Before the pause the connection worked; after it the same request was sent {attempts} more and"
    " nobody answered, as when a firewall or NAT has removed its entry.",
}
