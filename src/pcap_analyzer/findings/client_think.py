"""A client application that pauses between its requests.

What it finds:
    Connections whose time goes into steady pauses of the client: it has its answer and sends the next request only later.

Why it matters:
    Neither network nor server can make such work faster. It is often a sleep, a timer, or work that the client does
    between two requests.

What to check next:
    - What the client does between the answer and the next request: its own computing, a sleep, a polling interval.
    - Whether a person sets the pace; then nothing is wrong.

References:
    The response-time model of think time: Lazowska et al., Quantitative System Performance, 1984
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.units import duration, latency

from ._api import MOST, MS, SECOND, STREAMS, TIMES, Effect, Finding, Threshold, say

CAUSES = ("client_think_time",)
ONLY_IF = (
    "connections",
    "client_think_ns >= {least_pauses_s} * 1e9 AND client_think_ns >= {least_share} * duration_ns",
)

# The habit is the median of the pauses; what they come to in all is what the ledger says.
_PAUSING = """
    CREATE OR REPLACE TEMP TABLE pausing AS
    SELECT stream, any_value(client_address) AS client_address, any_value(c.client_think_ns) AS cost_ns
    FROM connections AS c JOIN turns AS t USING (stream)
    WHERE c.client_think_ns >= $least_ns AND c.client_think_ns >= $least_share * c.duration_ns
      AND client_keep_alives = 0 AND t.client_think_ns IS NOT NULL AND NOT mux
    GROUP BY stream
    HAVING count(*) + 1 >= $least_requests AND median(t.client_think_ns) BETWEEN $least_pause_ns AND $most_pause_ns
"""
_PAUSES = f"""
    WITH pauses AS (
        SELECT client_address, client_think_ns AS pause_ns, request_first_frame AS frame
        FROM turns JOIN pausing USING (stream) WHERE client_think_ns IS NOT NULL AND NOT mux
    ), clients AS (
        SELECT client_address, count(*) AS connections, CAST(sum(cost_ns) AS BIGINT) AS pauses_ns, {STREAMS}
        FROM pausing GROUP BY client_address ORDER BY pauses_ns DESC, client_address LIMIT $most
    ), paused AS (
        SELECT client_address, count(*) AS pauses, CAST(median(pause_ns) AS BIGINT) AS median_ns,
               CAST(quantile_cont(pause_ns, 0.95) AS BIGINT) AS p95_ns, max(pause_ns) AS longest_ns,
               count(*) FILTER (pause_ns >= $least_pause_ns) AS long,
               arg_max(frame, pause_ns, 100) FILTER (pause_ns >= $least_pause_ns) AS frames
        FROM pauses GROUP BY client_address
    )
    SELECT * FROM clients JOIN paused USING (client_address) ORDER BY pauses_ns DESC, client_address
"""


def find(
    tables: Tables,
    *,
    least_pauses_s: Annotated[float, Threshold("s", "less than a second in all is not worth a word")] = 1,
    least_share: Annotated[
        float, Threshold("share", "of the connection's life: the pauses are what it consists of")
    ] = 0.5,
    least_requests: Annotated[float, Threshold("requests", "fewer show no habit")] = 5,
    shortest_pause_ms: Annotated[float, Threshold("ms", "somebody who types makes pauses up to this")] = 400,
    longest_pause_s: Annotated[
        float, Threshold("s", "longer ones are those of a reader, or of an idle connection")
    ] = 2,
) -> Iterator[Finding]:
    """One finding for each client."""
    tables.execute(
        _PAUSING,
        least_ns=least_pauses_s * SECOND,
        least_share=least_share,
        least_requests=least_requests,
        least_pause_ns=shortest_pause_ms * MS,
        most_pause_ns=longest_pause_s * SECOND,
    )
    if not tables.row("SELECT count(*) AS connections FROM pausing")["connections"]:
        return
    for row in tables.rows(_PAUSES, least_pause_ns=shortest_pause_ms * MS, most=MOST):
        yield Finding(
            cause="client_think_time",
            side=Side.CLIENT,
            effect=Effect.PACED,
            confidence=0.6,
            title=say(
                "The client {client} sets the pace: between requests it paused for {pauses} in all, half of its pauses took"
                " {median} or longer",
                client=row["client_address"],
                pauses=duration(row["pauses_ns"]),
                median=latency(row["median_ns"]),
            ),
            explanation=say(
                "After an answer had arrived the next request left only later, again and again; network and server had"
                " nothing to do meanwhile."
            ),
            evidence={
                "client": row["client_address"],
                "connections": row["connections"],
                "pauses": row["pauses"],
                "pauses_ns": row["pauses_ns"],
                "median_ns": row["median_ns"],
                "p95_ns": row["p95_ns"],
                "longest_ns": row["longest_ns"],
            },
            streams=row["streams"],
            frames=row["frames"],
            frames_total=row["long"],
            display_filter="tcp.len > 0 && tcp.time_delta > 0.3",
            needs=TIMES,
        )
