"""Connections that are never answered.

What it finds:
    SYNs that were sent again and never got any answer: no SYN-ACK, no reset, no ICMP error.

Why it matters:
    The application hangs until its timer ends, from seconds to two minutes. A firewall that drops, a host that is down and
    a missing route look the same.

What to check next:
    - Whether the host is up, and answers on another port or to ping.
    - Firewall rules between the two: dropping looks like this.
    - Routes in both directions: an answer that takes another way may be lost there.

References:
    RFC 9293, 3.8.3 (timeouts); RFC 1122, 4.2.3.5
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import duration

from ._api import SECOND, STREAMS, Effect, Finding, Threshold, say

CAUSES = ("connection_timeout",)
ONLY_IF = ("connections", "server_packets = 0 AND client_syn_packets > 1")
YIELDS_TO = ("port_scan", "syn_flood", "admin_prohibited")

_UNANSWERED = f"""
    WITH asked AS (
        SELECT stream, server, server_address, client_address, duration_ns AS cost_ns, client_syn_packets,
               (SELECT max(latest_time_ns) FROM captures) - first_time_ns AS watched_ns
        FROM connections ANTI JOIN explained USING (stream)
        WHERE server_packets = 0 AND client_syn_packets > 0 AND client_packets = client_syn_packets
    )
    SELECT count(*) AS connections, count(DISTINCT server) AS servers, arg_max(server, cost_ns) AS server,
           count(DISTINCT client_address) AS clients,
           CAST(sum(client_syn_packets) AS BIGINT) AS syns, max(cost_ns) AS waited_ns, {STREAMS}
    FROM asked
    WHERE watched_ns >= $least_ns AND client_syn_packets > 1
"""


def find(
    tables: Tables,
    *,
    least_wait_s: Annotated[float, Threshold("s", "the first SYN timer of RFC 6298: before it nothing is late")] = 1,
) -> Iterator[Finding]:
    """One finding for all servers that do not answer."""
    for row in tables.rows(_UNANSWERED, least_ns=least_wait_s * SECOND):
        if not row["connections"]:
            return
        place = row["server"] if row["servers"] == 1 else plural(row["servers"], "server port")
        yield Finding(
            cause="connection_timeout",
            side=Side.NETWORK,
            effect=Effect.FAILED,
            severity=Severity.CRITICAL,
            confidence=0.85,
            title=say(
                "Connections to {place} are never answered: {connections} waited for up to {waited}",
                place=place,
                connections=plural(row["connections"], "connection"),
                waited=duration(row["waited_ns"]),
            ),
            explanation=say(
                "{syns} went out and nothing came back: no SYN-ACK, no reset and no error of a router. They are dropped on"
                " the path, or the host is not there.",
                syns=plural(row["syns"], "SYN"),
            ),
            evidence={
                "server": row["server"] if row["servers"] == 1 else None,
                "servers": row["servers"],
                "connections": row["connections"],
                "clients": row["clients"],
                "syn_packets": row["syns"],
                "longest_wait_ns": row["waited_ns"],
            },
            streams=row["streams"],
            claims=("handshake_loss", "handshake"),
            events=("retransmission_syn",),
            display_filter="tcp.flags.syn == 1 && tcp.flags.ack == 0",
        )
