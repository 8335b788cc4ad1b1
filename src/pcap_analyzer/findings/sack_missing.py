"""Connections without selective acknowledgements.

What it finds:
    Connections that lose packets and whose ends do not both permit selective acknowledgements (SACK).

Why it matters:
    Without SACK a sender learns of one lost segment per round trip: several losses in one window take as many round trips,
    or end in a timer.

What to check next:
    - The options in both SYNs: an old system, a setting (net.ipv4.tcp_sack), or a firewall that strips them.

References:
    RFC 2018 (SACK); RFC 6582 (recovery without it)
"""

from collections.abc import Iterator

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural

from ._api import STREAMS, Effect, Finding, say

CAUSES = ("sack_missing",)
ONLY_IF = (
    "connections",
    "sack_permitted = false AND loss_ns > 0 AND client_syn_packets > 0 AND server_syn_packets > 0",
)

_WITHOUT = f"""
    WITH without AS (
        SELECT stream, loss_ns AS cost_ns FROM connections
        WHERE sack_permitted = false AND loss_ns > 0 AND client_syn_packets > 0 AND server_syn_packets > 0
    )
    SELECT count(*) AS connections, CAST(sum(cost_ns) AS BIGINT) AS recovery_ns, {STREAMS} FROM without
"""


def find(tables: Tables) -> Iterator[Finding]:
    """A note about all such connections."""
    row = tables.row(_WITHOUT)
    if not row["connections"]:
        return
    yield Finding(
        cause="sack_missing",
        side=Side.NONE,
        effect=Effect.NOTED,
        confidence=0.9,
        title=say(
            "Losses are repaired without selective acknowledgements in {connections}",
            connections=plural(row["connections"], "connection"),
        ),
        explanation=say(
            "At least one of the two SYNs does not permit them, so each loss takes a round trip of its own."
        ),
        evidence={"connections": row["connections"], "recovery_ns": row["recovery_ns"]},
        streams=row["streams"],
        display_filter="tcp.flags.syn == 1 && !tcp.options.sack_perm",
    )
