"""Services on ports that belong to others.

What it finds:
    Connections whose bytes tell another service than their port: HTTP on the port of TLS, something unknown on the port of
    HTTP. Services are told by their bytes where these are known, and else by the port.

Why it matters:
    Rules of firewalls, quality of service and monitoring go by ports. What runs on a port that is not its own escapes them, on
    purpose or by a mistake of the configuration.

What to check next:
    - What the server was set up to offer on this port.
    - A proxy or a load balancer that speaks plainly to where TLS is expected, or the other way round.
    - Where nobody knows the service: who its clients are.

References:
    RFC 6335 (service names and port numbers); RFC 7605 (use of assigned ports)
"""

from collections.abc import Iterator
from typing import Annotated, Final

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural

from ._api import MOST, STREAMS, Effect, Finding, Threshold, say

CAUSES = ("service_classification",)

# What the core can tell by its bytes, by the port that is registered for it.
_PORTS: Final = {
    80: "http",
    88: "kerberos",
    389: "ldap",
    443: "tls",
    445: "smb2",
    1883: "mqtt",
    3306: "mysql",
    5432: "postgresql",
    6379: "redis",
}
ONLY_IF_TOGETHER = (
    "connections",
    f"count(*) FILTER (server_port IN ({', '.join(map(str, _PORTS))}) AND client_data_packets > 0 AND server_data_packets > 0)"
    " >= {least_connections}",
)

# Only connections that were seen from their beginning, whole: else their bytes cannot tell. Any service may be within TLS,
# where it is not on a port that means the plain one. HTTP and TLS begin in one way; others have dialects that are not told.
_OTHERS = f"""
    WITH expected AS (
        SELECT stream, server, server_port, client_payload_bytes + server_payload_bytes AS bytes,
               CASE server_port {" ".join(f"WHEN {port} THEN '{service}'" for port, service in _PORTS.items())} END AS expected
        FROM connections
        WHERE expected IS NOT NULL AND client_data_packets > 0 AND server_data_packets > 0
          AND completeness % 2 = 1 AND missed_bytes = 0
          AND (SELECT sum(cut_packets) FROM captures) = 0
    ), told AS (
        SELECT stream, min(service) AS service FROM (
            SELECT stream, 'tls' AS service FROM tls_handshakes WHERE transport = 'tcp'
            UNION ALL SELECT stream, service FROM service_transactions
            UNION ALL SELECT stream, 'http' FROM http_transactions
        ) GROUP BY stream
    ), others AS (
        SELECT server, server_port, expected, coalesce(service, 'unknown') AS service, stream, bytes AS cost_ns
        FROM expected LEFT JOIN told USING (stream)
        WHERE coalesce(service, 'unknown') <> expected AND (service IS NOT NULL OR expected IN ('http', 'tls'))
          AND (service IS DISTINCT FROM 'tls' OR server_port IN (80, 88))
    )
    SELECT server, server_port, expected, service, count(*) AS connections, CAST(sum(cost_ns) AS BIGINT) AS bytes,
           {STREAMS}
    FROM others GROUP BY ALL HAVING count(*) >= $least ORDER BY connections DESC, server, service LIMIT $most
"""


def find(
    tables: Tables,
    *,
    least_connections: Annotated[
        float, Threshold("connections", "one may have been broken off before it could tell")
    ] = 2,
) -> Iterator[Finding]:
    """A note for each server and service."""
    for row in tables.rows(_OTHERS, least=least_connections, most=MOST):
        yield Finding(
            cause="service_classification",
            side=Side.NONE,
            effect=Effect.NOTED,
            confidence=0.7 if row["service"] == "unknown" else 0.9,
            title=say(
                "{server} does not speak {expected} on its port in {connections}, but: {service}",
                server=row["server"],
                expected=row["expected"],
                connections=plural(row["connections"], "connection"),
                service=row["service"],
            ),
            explanation=say("The bytes of these connections, seen from their beginning, are not those of the service."),
            evidence={
                "server": row["server"],
                "port": row["server_port"],
                "expected": row["expected"],
                "spoken": row["service"],
                "connections": row["connections"],
                "payload_bytes": row["bytes"],
            },
            streams=row["streams"],
            display_filter="tcp.len > 0",
        )
