"""Resets that a device on the path forges.

What it finds:
    Connections that end in a reset whose time to live differs from that of the other packets of the same sender: another
    machine sent it.

Why it matters:
    Firewalls, intrusion prevention and filters of providers end connections in the name of both ends. Neither end's log
    shows a reason.

What to check next:
    - Logs of firewalls, intrusion prevention and proxies on the path at that second.
    - The distance that the reset's time to live tells, against the route: which device is so far away?

References:
    Weaver, Sommer, Paxson, Detecting Forged TCP Reset Packets, NDSS 2009
"""

from collections.abc import Iterator

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural

from ._api import STREAMS, Effect, Finding, say

CAUSES = ("reset_midstream_middlebox",)
_FORGES = "(reset_by = '{end}' AND {end}_ttl_min <> {end}_ttl_max AND {end}_packets > {end}_rst_packets)"
ONLY_IF = (
    "connections",
    f"client_data_packets + server_data_packets > 0 AND ({_FORGES.format(end='client')} OR {_FORGES.format(end='server')})",
)
YIELDS_TO = ("port_scan", "syn_flood")

_FORGED = f"""
    WITH forged AS (
        SELECT c.stream, c.server, c.duration_ns AS cost_ns, h.sender, h.ttl_min, h.ttl_max
        FROM connections AS c ANTI JOIN explained USING (stream)
        JOIN halves AS h ON h.stream = c.stream AND h.sender = c.reset_by
        WHERE h.ttl_min <> h.ttl_max AND h.data_packets + h.peer_data_packets > 0
          AND h.capture_duplicate_packets + h.network_duplicate_packets = 0 AND h.packets > h.rst_packets AND h.fin_time_ns IS NULL
    )
    SELECT count(*) AS connections, count(DISTINCT server) AS servers, min(server) AS server, min(sender) AS sender,
           count(DISTINCT sender) AS senders, min(ttl_min) AS ttl_min, max(ttl_max) AS ttl_max, {STREAMS}
    FROM forged
"""


def find(tables: Tables) -> Iterator[Finding]:
    """One finding for all forged resets."""
    for row in tables.rows(_FORGED):
        if not row["connections"]:
            return
        yield Finding(
            cause="reset_midstream_middlebox",
            side=Side.NETWORK,
            effect=Effect.FAILED,
            severity=Severity.MAJOR,
            confidence=0.8,
            title=say(
                "A device on the path ends connections with forged resets: {connections}",
                connections=plural(row["connections"], "connection"),
            ),
            explanation=say(
                "The reset carries another time to live than the packets of the host that it claims to come from ({least}"
                " against {most}), so it began its way elsewhere.",
                least=row["ttl_min"],
                most=row["ttl_max"],
            ),
            evidence={
                "connections": row["connections"],
                "server": row["server"] if row["servers"] == 1 else None,
                "claimed_sender": row["sender"] if row["senders"] == 1 else None,
                "ttl_min": row["ttl_min"],
                "ttl_max": row["ttl_max"],
            },
            streams=row["streams"],
            events=("reset",),
            display_filter="tcp.flags.reset == 1",
        )
