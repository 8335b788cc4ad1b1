"""Only one direction of the traffic.

What it finds:
    TCP connections with data of which only the packets of one end were captured.

Why it matters:
    The two directions take different ways, or the capture sees one of them only. Round trips, losses and waits cannot be told
    from one side.

What to check next:
    - The mirror port or tap: both directions, both VLANs, both members of a link aggregation.
    - Asymmetric routing: firewalls that keep state drop such connections.

References:
    Paxson, End-to-End Routing Behavior in the Internet, SIGCOMM 1996 (asymmetry)
"""

from collections.abc import Iterator

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import count

from ._api import STREAMS, Effect, Finding, say

CAUSES = ("asymmetric_traffic",)
ONLY_IF = ("connections", "one_way AND client_data_packets + server_data_packets > 0")

_ONE_WAY = f"""
    WITH one AS (
        SELECT stream, client_payload_bytes + server_payload_bytes AS cost_ns FROM connections
        WHERE one_way AND client_data_packets + server_data_packets > 0
    )
    SELECT count(*) AS connections, {STREAMS},
           (SELECT count(*) FROM connections WHERE client_data_packets + server_data_packets > 0) AS total
    FROM one
"""


def find(tables: Tables) -> Iterator[Finding]:
    """A note about all such connections."""
    row = tables.row(_ONE_WAY)
    if not row["connections"]:
        return
    yield Finding(
        cause="asymmetric_traffic",
        side=Side.CAPTURE,
        effect=Effect.NOTED,
        confidence=0.95,
        title=say(
            "Only one direction was captured of {connections} of {total}",
            connections=count(row["connections"]),
            total=plural(row["total"], "TCP connection"),
        ),
        explanation=say("One end's data was acknowledged or went on, and no packet of the other end is here."),
        evidence={"connections": row["connections"], "connections_total": row["total"]},
        streams=row["streams"],
        display_filter="tcp.analysis.ack_lost_segment || tcp",
    )
