"""A flood of SYNs.

What it finds:
    A server port that gets very many SYNs at a high rate whose handshakes are never completed.

Why it matters:
    Half-open connections fill the server's queue, so that others get no answer. Senders are often forged.

What to check next:
    - SYN cookies on the server (net.ipv4.tcp_syncookies) and protection of the provider.
    - Where the packets enter the network: source addresses may be false, ports and interfaces are not.

References:
    RFC 4987 (SYN flooding and common mitigations)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import count, duration

from ._api import MOST, SECOND, STREAMS, Effect, Finding, Threshold, say

CAUSES = ("syn_flood",)
ONLY_IF_TOGETHER = (
    "connections",
    "count(*) FILTER ((completeness & 4) = 0 AND client_syn_packets > 0) >= {least_attempts}",
)

# Bit 4 of completeness is the client's acknowledgement.
_FLOODS = f"""
    WITH attempts AS (
        SELECT stream, server, client_address, first_time_ns, duration_ns AS cost_ns,
               (completeness & 4) = 0 AND client_payload_bytes = 0 AND zk_conn_state <> 'REJ' AS half_open
        FROM connections WHERE client_syn_packets > 0
    ), crowded AS (
        SELECT server, count(*) AS attempts FROM attempts GROUP BY server
        HAVING count(*) FILTER (half_open) >= $least_attempts
    )
    SELECT server, count(*) AS half_open, count(DISTINCT client_address) AS clients, any_value(attempts) AS attempts,
           max(first_time_ns) - min(first_time_ns) AS span_ns, {STREAMS}
    FROM attempts JOIN crowded USING (server) WHERE half_open GROUP BY server
    HAVING count(*) * {SECOND} >= $least_rate * (max(first_time_ns) - min(first_time_ns))
    ORDER BY half_open DESC, server LIMIT $most
"""


def find(
    tables: Tables,
    *,
    least_attempts: Annotated[
        float, Threshold("connections", "half open to one port: no application leaves so many")
    ] = 100,
    least_rate: Annotated[float, Threshold("connections/s", "slower ones are clients that try in vain")] = 20,
    least_share: Annotated[float, Threshold("share", "of the attempts to that port")] = 0.5,
) -> Iterator[Finding]:
    """One finding for each port that is flooded."""
    for row in tables.rows(_FLOODS, least_attempts=least_attempts, least_rate=least_rate, most=MOST):
        if row["half_open"] < least_share * row["attempts"]:
            continue
        yield Finding(
            cause="syn_flood",
            side=Side.CLIENT,
            effect=Effect.FAILED,
            severity=Severity.CRITICAL,
            confidence=0.9,
            title=say(
                "{server} is flooded with SYNs: {half_open} in {span} never completed their handshake",
                server=row["server"],
                half_open=count(row["half_open"]),
                span=duration(row["span_ns"]),
            ),
            explanation=say(
                "They came from {clients}, which may be false; of {attempts} to this port so many were left"
                " half open or broken off.",
                clients=plural(row["clients"], "address", "addresses"),
                attempts=plural(row["attempts"], "attempt"),
            ),
            evidence={
                "server": row["server"],
                "half_open_connections": row["half_open"],
                "attempts": row["attempts"],
                "client_addresses": row["clients"],
                "span_ns": row["span_ns"],
            },
            streams=row["streams"],
            display_filter="tcp.flags.syn == 1 && tcp.flags.ack == 0",
        )
