"""A short stall of the path without loss.

What it finds:
    Timers that ran out although nothing was lost: the receiver had everything, and reports what was sent again as
    received twice.

Why it matters:
    Everything waits for as long as the path stalls, and afterwards the sender begins anew with a small window for nothing.

What to check next:
    - Radio links that change cell or channel, links that sleep, virtual machines that pause (migration, snapshots).
    - Whether other connections stalled at the same time.

References:
    RFC 5682 (spurious timeouts); RFC 2883 (D-SACK)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import duration

from ._api import LOSSES, MS, STREAMS, Effect, Finding, Threshold, say

CAUSES = ("delay_spike",)
_KINDS = "'retransmission_rto', 'retransmission_unneeded', 'retransmission_spurious'"
ONLY_IF = (
    "connections",
    "client_unneeded_retransmissions + server_unneeded_retransmissions + client_spurious_retransmissions"
    " + server_spurious_retransmissions + client_dsack_packets + server_dsack_packets > 0"
    " AND client_zero_window_ns + server_zero_window_ns = 0"
    f" AND (SELECT max(duration_ns) FROM tcp_events WHERE kind IN ({_KINDS}) AND payload_bytes > 0)"
    " >= greatest({least_stall_ms} * 1e6, {least_share} * waited_ns)",
)
YIELDS_TO = ("mtu_black_hole", "blackhole", "idle_timeout", "link_outage", "bufferbloat")

# Needless: acknowledged before it was sent again, or reported as received twice. How long the path stalled is the time
# from the first copy to the needless one. Where anything is lost between the same hosts, a repeat that was not needed is
# the fault of a lost acknowledgement; and a long queue makes timers run out without a stall.
_STALLED = f"""
    WITH ways AS (
        SELECT stream, sender, client_address, server_address, waited_ns,
               unneeded_retransmissions + greatest(spurious_retransmissions, peer_dsack_packets) AS needless,
               retransmitted_packets - greatest(0, syn_packets - 1) AS repeated,
               client_zero_window_ns + server_zero_window_ns + keep_alives + window_probes = 0 AS clear
        FROM halves JOIN connections USING (stream)
    ), others AS (
        SELECT client_address, server_address FROM connections SEMI JOIN explained USING (stream)
        UNION SELECT client_address, server_address FROM ways WHERE repeated > needless
    ), stalls AS (
        SELECT stream, direction AS sender, max(e.duration_ns) AS stall_ns
        FROM tcp_events AS e
        WHERE kind IN ({_KINDS}) AND payload_bytes > 0
        GROUP BY ALL
    ), stalled AS (
        SELECT stream, stall_ns AS cost_ns, needless, stall_ns
        FROM ways JOIN stalls USING (stream, sender) JOIN connections AS c USING (stream)
        ANTI JOIN others ON others.client_address = ways.client_address AND others.server_address = ways.server_address
        WHERE needless > 0 AND clear AND stall_ns >= $least_ns AND stall_ns >= $least_round_trips * c.rtt_ns
          AND stall_ns >= $least_share * ways.waited_ns
    )
    SELECT count(*) AS connections, max(stall_ns) AS pause_ns, CAST(sum(needless) AS BIGINT) AS needless, {STREAMS}
    FROM stalled
"""


def find(
    tables: Tables,
    *,
    least_stall_ms: Annotated[float, Threshold("ms", "the shortest retransmission timer in use (Linux)")] = 200,
    least_share: Annotated[float, Threshold("share", "below a tenth of the waiting something else matters more")] = 0.1,
    least_round_trips: Annotated[float, Threshold("round trips", "a timer is at least two of them long")] = 4,
) -> Iterator[Finding]:
    """One finding for all that stalled."""
    for row in tables.rows(
        _STALLED, least_ns=least_stall_ms * MS, least_round_trips=least_round_trips, least_share=least_share
    ):
        if not row["connections"]:
            return
        yield Finding(
            cause="delay_spike",
            side=Side.NETWORK,
            effect=Effect.SLOWED,
            confidence=0.75,
            title=say(
                "The path stalled for up to {pause} without losing anything, in {connections}",
                pause=duration(row["pause_ns"]),
                connections=plural(row["connections"], "connection"),
            ),
            explanation=say(
                "A timer ran out and {needless} {needless:was|were} sent again, yet the receiver had all the data: it was late,"
                " not lost.",
                needless=plural(row["needless"], "segment"),
            ),
            evidence={
                "connections": row["connections"],
                "stall_ns": row["pause_ns"],
                "needless_retransmissions": row["needless"],
            },
            streams=row["streams"],
            claims=("loss_rto", "loss_tlp", "loss_fast"),
            events=("retransmission_rto", "retransmission_unneeded", "retransmission_spurious"),
            display_filter="tcp.analysis.spurious_retransmission || tcp.analysis.retransmission || tcp.options.sack.dsack",
            needs=LOSSES,
        )
