"""A server whose queue of new connections is full.

What it finds:
    SYNs that reached the server and were not answered, or handshakes that the client completed and the server went on
    repeating its part of: the host ignores new connections, while those that it has go on without loss.

Why it matters:
    Each ignored SYN costs a second, then two, then four. The application takes connections off its queue too slowly, or the
    queue is too short for a burst.

What to check next:
    - Counters of the host: nstat TcpExtListenOverflows and TcpExtListenDrops; ss -lnt (Recv-Q against Send-Q).
    - The backlog that the application asks for, and the system's limit (net.core.somaxconn).
    - What keeps the application from accepting: one busy thread, a full pool of workers.

References:
    RFC 9293, 3.10.7.2; Linux, net/ipv4 tcp_abort_on_overflow (ignored handshakes are repeated)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import duration

from ._api import MOST, MS, STREAMS, Effect, Finding, Threshold, say

CAUSES = ("accept_queue_overflow",)
_UNANSWERED = "syn_retransmissions > 0 AND syn_ack_retransmissions = 0 AND server_syn_packets <= 1"
ONLY_IF_TOGETHER = (
    "connections",
    "bool_or(handshake_loss_ns > 0) AND (bool_or(vantage = 'server')"
    f" OR count(*) FILTER ({_UNANSWERED} AND server_packets > 0) >= {{least_connections}})",
)
YIELDS_TO = ("port_scan", "syn_flood", "connection_timeout")

# Where the capture point is at the server, an unanswered SYN has arrived. Elsewhere it takes many of them, to a server of
# whose other packets none is lost.
_IGNORED = f"""
    WITH acked AS (
        SELECT DISTINCT e.stream FROM tcp_events AS e JOIN connections AS c USING (stream)
        WHERE e.kind = 'retransmission_syn' AND e.direction = 'server' AND e.time_ns > c.first_time_ns + c.handshake_ns
    ), tries AS (
        SELECT c.stream, server, vantage, syn_retransmissions, client_syn_packets, loss_ns, handshake_loss_ns,
               server_think_ns, client_data_packets + server_data_packets AS with_data, acked.stream IS NOT NULL AS acked,
               {_UNANSWERED} AS unanswered
        FROM connections AS c LEFT JOIN acked ON acked.stream = c.stream
        ANTI JOIN explained ON explained.stream = c.stream
        WHERE c.client_syn_packets > 0 AND c.server_packets > 0
    ), servers AS (
        SELECT server, mode(vantage) = 'server' AS at_server, count(*) FILTER (unanswered) AS ignored,
               sum(syn_retransmissions) / sum(client_syn_packets) AS ignored_share,
               sum(loss_ns) AS lost_ns, sum(with_data) AS data_packets
        FROM tries GROUP BY server
    ), kept AS (
        SELECT stream, server, at_server, syn_retransmissions, acked,
               handshake_loss_ns + CASE WHEN acked THEN server_think_ns ELSE 0 END AS cost_ns
        FROM tries JOIN servers USING (server)
        WHERE (acked AND (at_server OR ignored >= $least_connections))
           OR (unanswered AND at_server)
           OR (unanswered AND ignored >= $least_connections AND ignored_share >= $least_share AND lost_ns = 0
               AND data_packets >= $least_data_packets)
    )
    SELECT server, bool_or(at_server) AS at_server, count(*) AS connections,
           CAST(sum(syn_retransmissions) AS BIGINT) AS syns, CAST(sum(cost_ns) AS BIGINT) AS cost_ns, {STREAMS}
    FROM kept GROUP BY server HAVING sum(cost_ns) >= $least_ns ORDER BY cost_ns DESC, server LIMIT $most
"""


def find(
    tables: Tables,
    *,
    least_connections: Annotated[
        float, Threshold("connections", "seen from elsewhere: fewer may be loss on the path")
    ] = 4,
    least_cost_ms: Annotated[float, Threshold("ms", "half of the shortest timer of a SYN")] = 500,
    least_share: Annotated[
        float,
        Threshold("share", "of the SYNs, seen from elsewhere: no path that loses so many carries data without loss"),
    ] = 0.6,
    least_data_packets: Annotated[
        float, Threshold("packets", "of data that all got through, to know that the path is sound")
    ] = 20,
) -> Iterator[Finding]:
    """One finding for each server."""
    rows = tables.rows(
        _IGNORED,
        least_connections=least_connections,
        least_share=least_share,
        least_data_packets=least_data_packets,
        least_ns=least_cost_ms * MS,
        most=MOST,
    )
    for row in rows:
        yield Finding(
            cause="accept_queue_overflow",
            side=Side.SERVER,
            effect=Effect.SLOWED,
            confidence=0.85 if row["at_server"] and row["connections"] > 2 else 0.6,
            title=say(
                "{server} ignores new connections: {connections} had to ask again, which cost {cost}",
                server=row["server"],
                connections=plural(row["connections"], "connection"),
                cost=duration(row["cost_ns"]),
            ),
            explanation=say(_EXPLANATIONS[row["at_server"]], syns=plural(row["syns"], "SYN")),
            evidence={
                "server": row["server"],
                "connections": row["connections"],
                "syn_retransmissions": row["syns"],
                "captured_at_server": row["at_server"],
            },
            streams=row["streams"],
            claims=("handshake_loss",),
            events=("retransmission_syn",),
            display_filter="tcp.flags.syn == 1",
        )


_EXPLANATIONS = {
    True: "The capture was taken at the server, so the {syns} that were sent again had arrived there, and the host left them"
    " unanswered, as it does when its queue of new connections is full.",
    False: "{syns} were sent again to this server while no data to or from it was lost: the path works, the host ignores new"
    " connections.",
}
