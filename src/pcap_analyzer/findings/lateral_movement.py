"""One host that reaches for the administration of many others.

What it finds:
    A host of a private network that connects to remote-administration services (SSH, SMB, RPC, RDP, WinRM, VNC) of many
    other private hosts.

Why it matters:
    An intruder goes from one machine to the next in this way, and so do administrators, management systems and backup.

What to check next:
    - Whether that host is one that manages others.
    - Accounts used at the targets, and whether the attempts fail.

References:
    MITRE ATT&CK TA0008 (lateral movement)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import duration

from ._api import INTERNAL, MOST, STREAMS, Effect, Finding, Threshold, say

CAUSES = ("lateral_movement",)
ONLY_IF = ("connections", "server_port IN (22, 135, 139, 445, 3389, 5900, 5985, 5986)")
SECURITY = True

_REACHING = f"""
    WITH reaching AS (
        SELECT stream, client_address, server_address, server_port, first_time_ns, first_time_ns AS cost_ns
        FROM connections
        WHERE server_port IN (22, 135, 139, 445, 3389, 5900, 5985, 5986)
          AND {INTERNAL.format(address="client_address")} AND {INTERNAL.format(address="server_address")}
    )
    SELECT client_address, count(DISTINCT server_address) AS hosts, count(*) AS connections,
           max(first_time_ns) - min(first_time_ns) AS span_ns,
           string_agg(DISTINCT CAST(server_port AS VARCHAR), ', ' ORDER BY CAST(server_port AS VARCHAR)) AS ports, {STREAMS}
    FROM reaching GROUP BY client_address HAVING count(DISTINCT server_address) >= $least_hosts
    ORDER BY hosts DESC, client_address LIMIT $most
"""


def find(
    tables: Tables,
    *,
    least_hosts: Annotated[float, Threshold("hosts", "more than a user works on; servers that manage others do")] = 10,
) -> Iterator[Finding]:
    """One finding for each host."""
    for row in tables.rows(_REACHING, least_hosts=least_hosts, most=MOST):
        yield Finding(
            cause="lateral_movement",
            side=Side.CLIENT,
            effect=Effect.NOTED,
            severity=Severity.MINOR,
            confidence=0.4,
            title=say(
                "{client} reaches for the administration of {hosts} in {span} (ports {ports})",
                client=row["client_address"],
                hosts=plural(row["hosts"], "host"),
                span=duration(row["span_ns"]),
                ports=row["ports"],
            ),
            explanation=say(
                "Management systems, backup and administrators do the same: ask whether this host is one of them."
            ),
            evidence={
                "client": row["client_address"],
                "hosts": row["hosts"],
                "connections": row["connections"],
                "ports": row["ports"],
                "span_ns": row["span_ns"],
            },
            streams=row["streams"],
            display_filter="tcp.flags.syn == 1 && tcp.flags.ack == 0",
        )
