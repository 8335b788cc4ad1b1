"""Unusually much data that leaves a host.

What it finds:
    Hosts of a private network that send far more to one address outside than they get from there.

Why it matters:
    Most hosts download more than they upload. The other way round is a backup, a video call, a file that was sent – or data
    that is stolen.

What to check next:
    - Who the receiver is: a service in use (cloud storage, backup, a branch), or nobody knows it.
    - The user, the time of day, and whether it repeats.

References:
    MITRE ATT&CK TA0010 (exfiltration)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.units import size

from ._api import INTERNAL, MOST, Effect, Finding, Threshold, say

CAUSES = ("data_exfiltration",)
ONLY_IF_TOGETHER = ("flows", "sum(client_payload_bytes) >= {least_mb} * 1e6")
SECURITY = True

# Lists are made of the pairs that are told alone: a list for each pair of a large capture would not fit into memory.
_UPLOADS = f"""
    WITH outward AS (
        SELECT client_address, server_address, flow, first_frame, client_payload_bytes, server_payload_bytes FROM flows
        WHERE {INTERNAL.format(address="client_address")} AND NOT {INTERNAL.format(address="server_address")}
    ), told AS (
        SELECT client_address, server_address FROM outward GROUP BY client_address, server_address
        HAVING sum(client_payload_bytes) >= $least_bytes
           AND sum(client_payload_bytes) >= $least_ratio * greatest(1, sum(server_payload_bytes))
        ORDER BY sum(client_payload_bytes) DESC, client_address, server_address LIMIT $most
    )
    SELECT client_address, server_address, CAST(sum(client_payload_bytes) AS BIGINT) AS sent_bytes,
           CAST(sum(server_payload_bytes) AS BIGINT) AS received_bytes, count(*) AS flow_count, min(flow, 100) AS flows,
           min(first_frame, 100) AS frames
    FROM outward SEMI JOIN told USING (client_address, server_address)
    GROUP BY client_address, server_address ORDER BY sent_bytes DESC, client_address, server_address
"""


def find(
    tables: Tables,
    *,
    least_mb: Annotated[float, Threshold("MB", "more than pages, mails and most attachments")] = 50,
    least_ratio: Annotated[float, Threshold("times", "what came back; calls and meetings are near 1")] = 10,
) -> Iterator[Finding]:
    """A note for each pair of hosts."""
    for row in tables.rows(_UPLOADS, least_bytes=least_mb * 1e6, least_ratio=least_ratio, most=MOST):
        yield Finding(
            cause="data_exfiltration",
            side=Side.CLIENT,
            effect=Effect.NOTED,
            severity=Severity.INFO,
            confidence=0.3,
            title=say(
                "{client} sent {sent} to {server} outside the network, and got {received} back",
                client=row["client_address"],
                server=row["server_address"],
                sent=size(row["sent_bytes"]),
                received=size(row["received_bytes"]),
            ),
            explanation=say(
                "Backups, uploads to cloud storage and sent files look the same: the receiver's name decides."
            ),
            evidence={
                "client": row["client_address"],
                "server": row["server_address"],
                "sent_bytes": row["sent_bytes"],
                "received_bytes": row["received_bytes"],
            },
            flows=row["flows"],
            flows_total=row["flow_count"],
            frames=row["frames"],
            frames_total=row["flow_count"],
            display_filter=_filter(row["client_address"], row["server_address"]),
        )


def _filter(source: str, destination: str) -> str:
    name = "ipv6" if ":" in source else "ip"
    return f"{name}.src == {source} && {name}.dst == {destination}"
