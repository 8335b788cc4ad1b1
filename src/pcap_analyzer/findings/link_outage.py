"""A path that is dead for a while.

What it finds:
    Connections in which everything vanished for a time, so that the same segment was sent again and again, and which
    then went on.

Why it matters:
    Senders double their timers at each attempt, so that users wait longer than the outage lasts.

What to check next:
    - Logs of switches, routers and access points at that time: link down, spanning tree, routing or VPN renewal, roaming.
    - Whether other hosts on the same path were silent at the same time.

References:
    RFC 6298, 5.5 (timers double); RFC 7323 (time stamps tell which copy was answered)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import duration

from ._api import LOSSES, MS, RETRANSMISSIONS, STREAMS, Effect, Finding, Threshold, say

CAUSES = ("link_outage",)
ONLY_IF = ("connections", "loss_rto_ns >= 0.5 * {least_dead_ms} * 1e6")
YIELDS_TO = ("mtu_black_hole", "blackhole", "idle_timeout")

# A run: the attempts to send one segment. It lasts from the first of them to the last, which got through.
_DEAD = f"""
    WITH runs AS (
        SELECT stream, direction, relative_seq, count(*) AS attempts, min(time_ns - duration_ns) AS start_ns,
               max(time_ns) AS end_ns
        FROM tcp_events
        WHERE kind IN ('retransmission_rto', 'retransmission_repeated', 'retransmission_tlp') AND payload_bytes > 0
        GROUP BY ALL HAVING count(*) >= $least_shared_attempts AND max(time_ns) - min(time_ns - duration_ns) >= $least_ns
    ), ended AS (
        SELECT runs.*, client_address, loss_rto_ns FROM runs JOIN connections USING (stream) ANTI JOIN explained USING (stream)
        WHERE client_zero_window_ns + server_zero_window_ns = 0 AND last_time_ns > end_ns AND end_reason <> 'reset'
    ), dead AS (
        SELECT ended.*, loss_rto_ns AS cost_ns,
               (SELECT count(DISTINCT o.stream) FROM ended AS o
                WHERE o.client_address = ended.client_address AND o.start_ns < ended.end_ns AND o.end_ns > ended.start_ns) AS together
        FROM ended
    ), kept AS (
        SELECT * FROM dead WHERE attempts >= $least_attempts OR together >= 2
    ), streams AS (
        SELECT stream, max(cost_ns) AS cost_ns FROM kept GROUP BY stream
    )
    SELECT (SELECT count(*) FROM streams) AS connections, max(attempts) AS attempts, max(end_ns - start_ns) AS dead_ns,
           max(together) AS together, (SELECT {STREAMS} FROM streams) AS streams
    FROM kept
"""


def find(
    tables: Tables,
    *,
    least_attempts: Annotated[
        float,
        Threshold("attempts", "four losses of one segment in a row: chance makes that of 10 % loss once in 10,000"),
    ] = 4,
    least_shared_attempts: Annotated[
        float, Threshold("attempts", "two are enough where several connections are silent at the same time")
    ] = 2,
    least_dead_ms: Annotated[float, Threshold("ms", "shorter is a stall; timers run for 200 ms at least")] = 600,
) -> Iterator[Finding]:
    """One finding for all that was silent."""
    rows = tables.rows(
        _DEAD,
        least_attempts=least_attempts,
        least_shared_attempts=least_shared_attempts,
        least_ns=least_dead_ms * MS,
    )
    for row in rows:
        if not row["connections"]:
            return
        yield Finding(
            cause="link_outage",
            side=Side.NETWORK,
            effect=Effect.FAILED,
            severity=Severity.MAJOR,
            confidence=0.9 if row["together"] > 1 else 0.75,
            title=say(
                "The path was dead for up to {dead}: {connections} sent the same data up to {attempts} before it went on",
                dead=duration(row["dead_ns"]),
                connections=plural(row["connections"], "connection"),
                attempts=plural(row["attempts"] + 1, "time"),
            ),
            explanation=say(
                "Every attempt in that time was lost, which chance does not explain, and afterwards the connection went on"
                " as before."
            ),
            evidence={
                "connections": row["connections"],
                "connections_at_once": row["together"],
                "attempts": row["attempts"],
                "dead_ns": row["dead_ns"],
            },
            streams=row["streams"],
            claims=("loss_rto", "loss_tlp"),
            events=RETRANSMISSIONS,
            display_filter="tcp.analysis.retransmission",
            needs=LOSSES,
        )
