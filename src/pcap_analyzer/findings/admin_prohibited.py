"""Connections that a device on the path rejects.

What it finds:
    SYNs that were answered by an ICMP message instead of the server: administratively prohibited, or unreachable.

Why it matters:
    A firewall or router refuses the connection on purpose, or has no way to the server. The server never saw it.

What to check next:
    - The rules of the device that sent the message: its address is in the evidence.
    - "Host" or "network unreachable": routes, and whether the server is up.

References:
    RFC 1812, 5.2.7.1 (destination unreachable codes); RFC 4443, 3.1
"""

from collections.abc import Iterator

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural

from ._api import STREAMS, Effect, Finding, say

CAUSES = ("admin_prohibited",)
ONLY_IF = ("icmp_messages", "quoted_protocol = 'tcp'")
YIELDS_TO = ("port_scan", "syn_flood")

_REJECTED = f"""
    WITH quoted AS (
        SELECT quoted_stream AS stream, min(frame_number) AS frame, any_value(source) AS device,
               any_value(code_name) AS reason
        FROM icmp_messages
        WHERE type_name = 'destination_unreachable' AND quoted_protocol = 'tcp' AND quoted_stream IS NOT NULL
          AND coalesce(code_name, '') <> 'fragmentation_needed'
        GROUP BY quoted_stream
    ), rejected AS (
        SELECT stream, server, duration_ns AS cost_ns, frame, device, reason
        FROM connections JOIN quoted USING (stream) ANTI JOIN explained USING (stream)
        WHERE server_packets = 0 AND client_syn_packets > 0
    )
    SELECT count(*) AS connections, count(DISTINCT server) AS servers, min(server) AS server, min(device) AS device,
           count(DISTINCT device) AS devices, string_agg(DISTINCT reason, ', ' ORDER BY reason) AS reasons,
           min(frame, 100) AS frames, {STREAMS}
    FROM rejected
"""


def find(tables: Tables) -> Iterator[Finding]:
    """One finding for all rejected connections."""
    row = tables.row(_REJECTED)
    if not row["connections"]:
        return
    place = row["server"] if row["servers"] == 1 else plural(row["servers"], "server port")
    yield Finding(
        cause="admin_prohibited",
        side=Side.NETWORK,
        effect=Effect.FAILED,
        severity=Severity.CRITICAL,
        confidence=0.95,
        title=say(
            "A device on the path rejects connections to {place}: {connections} ({reasons})",
            place=place,
            connections=plural(row["connections"], "connection"),
            reasons=(row["reasons"] or "unreachable").replace("_", " "),
        ),
        explanation=say("A router or firewall answered the SYN with an ICMP message, and the server never saw it."),
        evidence={
            "server": row["server"] if row["servers"] == 1 else None,
            "connections": row["connections"],
            "device": row["device"] if row["devices"] == 1 else None,
            "reasons": row["reasons"],
        },
        streams=row["streams"],
        claims=("handshake", "handshake_loss"),
        frames=row["frames"],
        frames_total=row["connections"],
        display_filter="icmp.type == 3 || icmpv6.type == 1",
    )
