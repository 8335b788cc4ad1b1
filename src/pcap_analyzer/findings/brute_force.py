"""Attempts to log in, again and again.

What it finds:
    A client that makes very many short connections to a service with a login (SSH, RDP, FTP, mail, databases, …), one
    after the other, each long enough for a try and too short for a session.

Why it matters:
    Somebody tries passwords. Most of it is noise from the Internet; inside a network it is a broken script or an intruder.

What to check next:
    - The service's log of failed logins from that address.
    - Often harmless: monitoring that connects and leaves, a job with an old password, a pool that cannot log in.

References:
    RFC 4949 (brute force); MITRE ATT&CK T1110
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import duration

from ._api import LOGINS, MOST, SECOND, STREAMS, Effect, Finding, Threshold, say

CAUSES = ("brute_force",)
ONLY_IF = ("connections", f"server_port IN ({LOGINS}) AND client_payload_bytes > 0")
SECURITY = True

_TRIES = f"""
    WITH tries AS (
        SELECT stream, client_address, server, first_time_ns, duration_ns AS cost_ns
        FROM connections
        WHERE server_port IN ({LOGINS}) AND client_payload_bytes > 0 AND server_payload_bytes > 0
          AND duration_ns <= $longest_ns AND client_payload_bytes <= $most_bytes AND server_payload_bytes <= $most_bytes
    )
    SELECT client_address, server, count(*) AS tries, max(first_time_ns) - min(first_time_ns) AS span_ns, {STREAMS}
    FROM tries GROUP BY client_address, server
    HAVING count(*) >= $least_tries AND count(*) * 60 * {SECOND} >= $least_rate * (max(first_time_ns) - min(first_time_ns))
    ORDER BY tries DESC, client_address, server LIMIT $most
"""


def find(
    tables: Tables,
    *,
    least_tries: Annotated[float, Threshold("connections", "nobody mistypes so often in one capture")] = 30,
    least_rate: Annotated[float, Threshold("connections/min", "faster than anybody types")] = 6,
    longest_s: Annotated[float, Threshold("s", "a failed login is over by then; a session lasts")] = 15,
    most_kb: Annotated[float, Threshold("kB", "each way: a login without work afterwards")] = 10,
) -> Iterator[Finding]:
    """One finding for each pair of client and service."""
    rows = tables.rows(
        _TRIES,
        least_tries=least_tries,
        least_rate=least_rate,
        longest_ns=longest_s * SECOND,
        most_bytes=most_kb * 1000,
        most=MOST,
    )
    for row in rows:
        yield Finding(
            cause="brute_force",
            side=Side.CLIENT,
            effect=Effect.NOTED,
            severity=Severity.MAJOR,
            confidence=0.6,
            title=say(
                "{client} tries to log in at {server} again and again: {tries} in {span}",
                client=row["client_address"],
                server=row["server"],
                tries=plural(row["tries"], "short connection"),
                span=duration(row["span_ns"]),
            ),
            explanation=say(
                "Each of them exchanged a few messages and ended, as a refused login does. Monitoring, or a job with an old"
                " password, looks the same."
            ),
            evidence={
                "client": row["client_address"],
                "server": row["server"],
                "connections": row["tries"],
                "span_ns": row["span_ns"],
            },
            streams=row["streams"],
            display_filter="tcp.flags.syn == 1 && tcp.flags.ack == 0",
        )
