"""A path on which from some moment nothing passes any more.

What it finds:
    Established connections that end in one end sending the same data again and again without any answer.

Why it matters:
    The application hangs until its own timer ends, which may take many minutes.

What to check next:
    - What changed at that moment: a firewall or NAT that lost its state, a route, a VPN, a host that died.
    - Whether new connections to the same server work.

References:
    RFC 1122, 4.2.3.5 (how long TCP tries); RFC 6298, 5.5
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import duration

from ._api import LOSSES, MS, RETRANSMISSIONS, STREAMS, Effect, Finding, Threshold, say

CAUSES = ("path_blackhole_midstream",)
ONLY_IF_TOGETHER = (
    "connections",
    "bool_or(loss_rto_ns > 0) AND bool_or(NOT one_way AND pmtu_ns = 0 AND end_reason <> 'reset'"
    " AND client_zero_window_ns + server_zero_window_ns = 0)",
)
YIELDS_TO = ("mtu_black_hole", "idle_timeout")

# The connection's last frame repeats what nobody answered, after some attempts before.
_DEAD = f"""
    WITH ending AS (
        SELECT e.stream, e.direction, e.relative_seq, c.loss_rto_ns AS cost_ns, c.server
        FROM tcp_events AS e JOIN connections AS c ON c.stream = e.stream AND c.last_frame = e.frame_number
        ANTI JOIN explained ON explained.stream = e.stream
        WHERE e.kind IN ('retransmission_rto', 'retransmission_repeated', 'retransmission_tlp') AND NOT c.one_way
          AND c.end_reason <> 'reset' AND c.client_zero_window_ns + c.server_zero_window_ns = 0 AND c.pmtu_ns = 0
    ), dead AS (
        SELECT stream, any_value(ending.cost_ns) AS cost_ns, any_value(ending.server) AS server, count(*) AS attempts,
               max(time_ns) - min(time_ns - duration_ns) AS silent_ns
        FROM ending JOIN tcp_events AS e USING (stream, direction, relative_seq)
        WHERE e.kind LIKE 'retransmission_%'
        GROUP BY stream HAVING count(*) >= $least_attempts AND max(time_ns) - min(time_ns - duration_ns) >= $least_ns
    )
    SELECT count(*) AS connections, min(server) AS server, count(DISTINCT server) AS servers, max(attempts) AS attempts,
           max(silent_ns) AS silent_ns, {STREAMS}
    FROM dead
"""


def find(
    tables: Tables,
    *,
    least_attempts: Annotated[
        float, Threshold("attempts", "three in a row without any answer, each timer twice the last")
    ] = 3,
    least_silent_ms: Annotated[float, Threshold("ms", "three doubling timers of 200 ms take longer")] = 1000,
) -> Iterator[Finding]:
    """One finding for all connections that end so."""
    for row in tables.rows(_DEAD, least_attempts=least_attempts, least_ns=least_silent_ms * MS):
        if not row["connections"]:
            return
        yield Finding(
            cause="path_blackhole_midstream",
            side=Side.NETWORK,
            effect=Effect.FAILED,
            severity=Severity.CRITICAL,
            confidence=0.85,
            title=say(
                "From some moment nothing passes any more: {connections} got no answer for the last {silent}",
                connections=plural(row["connections"], "connection"),
                silent=duration(row["silent_ns"]),
            ),
            explanation=say(
                "The connection worked, then one end sent the same data {attempts} more and heard nothing until the"
                " capture ended: neither answer, nor reset, nor error.",
                attempts=plural(row["attempts"], "time"),
            ),
            evidence={
                "connections": row["connections"],
                "server": row["server"] if row["servers"] == 1 else None,
                "attempts": row["attempts"],
                "silent_ns": row["silent_ns"],
            },
            streams=row["streams"],
            claims=("loss_rto", "loss_tlp", "loss_fast"),
            events=RETRANSMISSIONS,
            display_filter="tcp.analysis.retransmission",
            needs=LOSSES,
        )
