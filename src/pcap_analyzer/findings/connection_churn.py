"""Very many short connections.

What it finds:
    Clients that make a new connection to the same server for every request or two.

Why it matters:
    Each connection pays a handshake, and with TLS one or two more round trips, starts with a small window, and leaves a port
    that cannot be used again for a minute. Tables of firewalls and NAT fill up.

What to check next:
    - Keep-alive and connection pools in the client or its library, and the server's limit of requests per connection.
    - A proxy that closes after each answer.

References:
    RFC 9112, 9.3 (persistent connections); RFC 9293, 3.4.2 (TIME-WAIT)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.units import count, duration

from ._api import MOST, SECOND, STREAMS, Effect, Finding, Threshold, say

CAUSES = ("connection_churn",)
ONLY_IF_TOGETHER = (
    "connections",
    "count(*) FILTER (handshake_ns IS NOT NULL AND duration_ns <= {longest_s} * 1e9"
    " AND client_data_packets BETWEEN 1 AND {most_requests}) >= {least_connections}",
)
YIELDS_TO = ("port_scan", "syn_flood")

_MANY = f"""
    WITH short AS (
        SELECT stream, client_address, server, first_time_ns, handshake_part_ns + network_tls_ns + server_tls_ns AS cost_ns
        FROM connections ANTI JOIN explained USING (stream)
        WHERE handshake_ns IS NOT NULL AND client_syn_packets > 0
          AND duration_ns <= $longest_ns AND client_data_packets > 0 AND client_data_packets <= $most_requests
    ), crowded AS (
        SELECT client_address, server FROM short GROUP BY ALL HAVING count(*) >= $least_connections
    )
    SELECT client_address, server, count(*) AS connections, CAST(sum(cost_ns) AS BIGINT) AS setup_ns,
           max(first_time_ns) - min(first_time_ns) AS span_ns, {STREAMS}
    FROM short SEMI JOIN crowded USING (client_address, server) GROUP BY client_address, server
    HAVING count(*) * {SECOND} >= $least_rate * (max(first_time_ns) - min(first_time_ns))
    ORDER BY connections DESC, client_address, server LIMIT $most
"""


def find(
    tables: Tables,
    *,
    least_connections: Annotated[
        float, Threshold("connections", "a browser opens some tens to one server at most")
    ] = 100,
    least_rate: Annotated[
        float, Threshold("connections/s", "below, connections are reused or the client is quiet")
    ] = 5,
    longest_s: Annotated[float, Threshold("s", "a connection that lives longer is used")] = 2,
    most_requests: Annotated[float, Threshold("segments with data", "of the client: one or two requests")] = 3,
) -> Iterator[Finding]:
    """One finding for each pair of client and server."""
    rows = tables.rows(
        _MANY,
        least_connections=least_connections,
        least_rate=least_rate,
        longest_ns=longest_s * SECOND,
        most_requests=most_requests,
        most=MOST,
    )
    for row in rows:
        yield Finding(
            cause="connection_churn",
            side=Side.CLIENT,
            effect=Effect.SLOWED,
            severity=Severity.MINOR,
            confidence=0.85,
            title=say(
                "{client} makes a new connection to {server} for each request: {connections} in {span}",
                client=row["client_address"],
                server=row["server"],
                connections=count(row["connections"]),
                span=duration(row["span_ns"]),
            ),
            explanation=say(
                "Each of them asked one or two things and closed; setting them up took {setup} in all.",
                setup=duration(row["setup_ns"]),
            ),
            evidence={
                "client": row["client_address"],
                "server": row["server"],
                "connections": row["connections"],
                "span_ns": row["span_ns"],
                "setup_ns": row["setup_ns"],
            },
            streams=row["streams"],
            claims=("handshake", "tls"),
            display_filter="tcp.flags.syn == 1 && tcp.flags.ack == 0",
        )
