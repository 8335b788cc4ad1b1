"""A server application that answers late.

What it finds:
    Servers that had the whole request and took long to begin the answer. The path's round trip and the recovery of
    losses are taken off.

Why it matters:
    This time passes in the application or in what it asks in turn: database, file system, another service. No change to
    the network shortens it.

What to check next:
    - The server's own log or trace for the slowest of these requests.
    - What the server waits for: database, upstream services, locks, a full pool of threads or connections.
    - CPU, memory and disk of the server at that time.

References:
    Nielsen, Usability Engineering, 1993 (0.1 s feels immediate, 1 s interrupts)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import duration, latency, span

from ._api import MOST, MS, SECOND, STREAMS, TIMES, Effect, Finding, Threshold, say

CAUSES = ("server_think_time",)
ONLY_IF = ("connections", "server_think_ns >= {slow_answer_ms} * 1e6 AND server_think_ns >= {least_share} * waited_ns")
YIELDS_TO = ("long_poll", "accept_queue_overflow", "bufferbloat", "jitter", "delay_spike", "link_outage")

# What the ledger charges is what was waited for; turns tell which answers it was, and how long each took. Of several requests
# in flight at once none has a time of its own, so such turns count only where a connection has no others.
_SLOW = f"""
    WITH thinking AS (
        SELECT stream, server, server_think_ns, waited_ns
        FROM connections ANTI JOIN explained USING (stream)
        WHERE server_think_ns >= $slow_ns AND server_think_ns >= $least_share * waited_ns
    ), candidates AS (
        SELECT stream, service_time_ns, service_time_ns >= $slow_ns AS slow, response_first_frame AS frame, mux
        FROM turns SEMI JOIN thinking USING (stream)
        WHERE request_first_frame IS NOT NULL AND service_time_ns IS NOT NULL
    ), answers AS (
        SELECT * FROM candidates ANTI JOIN (
            SELECT stream, true AS mux FROM candidates GROUP BY stream HAVING NOT bool_and(mux)) USING (stream, mux)
    ), late AS (
        SELECT stream, any_value(server) AS server, any_value(server_think_ns) AS cost_ns, any_value(waited_ns) AS waited_ns
        FROM thinking JOIN answers USING (stream) GROUP BY stream
        -- Late as a rule, or once for so long that it interrupts: a short stutter among many quick answers is neither.
        HAVING sum(service_time_ns) FILTER (slow) >= $least_share * any_value(waited_ns)
           AND (any_value(server_think_ns) >= $slow_ns * count(*) OR max(service_time_ns) >= $interrupting_ns)
    ), servers AS (
        SELECT server, count(*) AS connections, CAST(sum(cost_ns) AS BIGINT) AS think_ns,
               CAST(sum(waited_ns) AS BIGINT) AS waited_ns, {STREAMS}
        FROM late GROUP BY server ORDER BY think_ns DESC, server LIMIT $most
    ), turned AS (
        SELECT server, count(*) AS answers, count(*) FILTER (slow) AS slow,
               CAST(median(service_time_ns) AS BIGINT) AS median_ns,
               CAST(median(service_time_ns) FILTER (slow) AS BIGINT) AS slow_median_ns,
               CAST(quantile_cont(service_time_ns, 0.95) AS BIGINT) AS p95_ns, max(service_time_ns) AS longest_ns,
               arg_max(frame, service_time_ns, 100) FILTER (slow) AS frames
        FROM answers JOIN late USING (stream) GROUP BY server
    )
    SELECT * FROM servers JOIN turned USING (server) ORDER BY think_ns DESC, server
"""


def find(
    tables: Tables,
    *,
    slow_answer_ms: Annotated[
        float, Threshold("ms", "Nielsen: an answer within 0.1 s feels immediate", wait=True)
    ] = 100,
    interrupting_answer_s: Annotated[
        float, Threshold("s", "Nielsen: from a second on a single wait interrupts what people do")
    ] = 1,
    least_share: Annotated[float, Threshold("share", "below a tenth of the waiting something else matters more")] = 0.1,
) -> Iterator[Finding]:
    """One finding for each server, the slowest first."""
    rows = tables.rows(
        _SLOW,
        slow_ns=slow_answer_ms * MS,
        interrupting_ns=interrupting_answer_s * SECOND,
        least_share=least_share,
        most=MOST,
    )
    for row in rows:
        yield Finding(
            cause="server_think_time",
            side=Side.SERVER,
            effect=Effect.SLOWED,
            confidence=0.9,
            title=say(
                "The application at {server} answers late: {think} in all; {slow} of {answers} took {limit} or longer,"
                " up to {longest}",
                server=row["server"],
                think=duration(row["think_ns"]),
                slow=f"{row['slow']:,}",
                answers=plural(row["answers"], "answer"),
                limit=span(slow_answer_ms * MS),
                longest=latency(row["longest_ns"]),
            ),
            explanation=say(
                "In {connections} the server had the whole request, and its answer left only later: half of the slow answers"
                " took {median} or longer. The round trip of the path is taken off.",
                connections=plural(row["connections"], "connection"),
                median=latency(row["slow_median_ns"]),
            ),
            evidence={
                "server": row["server"],
                "connections": row["connections"],
                "answers": row["answers"],
                "slow_answers": row["slow"],
                "think_ns": row["think_ns"],
                "median_of_slow_ns": row["slow_median_ns"],
                "median_ns": row["median_ns"],
                "p95_ns": row["p95_ns"],
                "longest_ns": row["longest_ns"],
                "waited_ns": row["waited_ns"],
            },
            streams=row["streams"],
            claims=("think/server",),
            frames=row["frames"],
            frames_total=row["slow"],
            display_filter="tcp.len > 0",
            needs=TIMES,
        )
