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
YIELDS_TO = ("mtu_black_hole", "blackhole", "idle_timeout", "link_outage", "bufferbloat")

# Needless: acknowledged before it was sent again, or reported as received twice.
# A long queue, filled by whichever connection, makes timers of all others between these hosts run out.
_STALLED = f"""
    WITH others AS (
        SELECT DISTINCT client_address, server_address FROM connections SEMI JOIN explained USING (stream)
    ), stalled AS (
        SELECT stream, h.longest_pause_ns, h.rto_retransmissions, h.unneeded_retransmissions,
               greatest(loss_rto_ns, 1) AS cost_ns
        FROM halves AS h JOIN connections USING (stream) ANTI JOIN others USING (client_address, server_address)
        WHERE h.unneeded_retransmissions + greatest(h.spurious_retransmissions, h.peer_dsack_packets) > 0
          AND h.unneeded_retransmissions + greatest(h.spurious_retransmissions, h.peer_dsack_packets)
              >= h.retransmitted_packets - greatest(0, h.syn_packets - 1)
          AND h.rto_retransmissions + h.unneeded_retransmissions > 0
          AND h.longest_pause_ns >= $least_ns AND h.longest_pause_ns >= $least_round_trips * rtt_ns
          AND (loss_rto_ns >= $least_ns OR h.unneeded_retransmissions > 0)
          AND client_zero_window_ns + server_zero_window_ns = 0 AND h.keep_alives = 0 AND h.window_probes = 0
    )
    SELECT count(*) AS connections, max(longest_pause_ns) AS pause_ns,
           CAST(sum(rto_retransmissions + unneeded_retransmissions) AS BIGINT) AS needless, {STREAMS}
    FROM stalled
"""


def find(
    tables: Tables,
    *,
    least_stall_ms: Annotated[float, Threshold("ms", "the shortest retransmission timer in use (Linux)")] = 200,
    least_round_trips: Annotated[float, Threshold("round trips", "a timer is at least two of them long")] = 4,
) -> Iterator[Finding]:
    """One finding for all that stalled."""
    for row in tables.rows(_STALLED, least_ns=least_stall_ms * MS, least_round_trips=least_round_trips):
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
                "A timer ran out and {needless} segments were sent again, yet the receiver had all of them: they were late,"
                " not lost.",
                needless=f"{row['needless']:,}",
            ),
            evidence={
                "connections": row["connections"],
                "longest_pause_ns": row["pause_ns"],
                "needless_retransmissions": row["needless"],
            },
            streams=row["streams"],
            claims=("loss_rto", "loss_tlp", "loss_fast"),
            events=("retransmission_rto", "retransmission_unneeded", "retransmission_spurious"),
            display_filter="tcp.analysis.spurious_retransmission || tcp.analysis.retransmission || tcp.options.sack.dsack",
            needs=LOSSES,
        )
