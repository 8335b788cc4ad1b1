"""A resolver that answers late.

What it finds:
    Answers of the DNS that took long, counted from the query that they answer.

Why it matters:
    Nothing else can begin before the name is known: the wait comes on top of everything that follows, and users take it
    for a slow server.

What to check next:
    - The resolver's load and its upstream servers; whether it is the nearest one.
    - Whether only some names are slow: then their own servers are.
    - A local cache; records with a very short time to live are asked for again and again.

References:
    RFC 1035, 7.2 (resolvers retry after some seconds); Nielsen, Usability Engineering, 1993 (0.1 s, 1 s)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import count, duration

from ._api import MOST, MS, Effect, Finding, Threshold, say

CAUSES = ("dns_slow",)
ONLY_IF = ("dns_transactions", "response_time_ns > 0")

_SLOW = """
    WITH answers AS (
        SELECT server, flow, query_name, response_frame, last_response_time_ns AS took_ns,
               last_response_time_ns >= $slow_ns AS slow
        FROM dns_transactions
        WHERE protocol = 'dns' AND response_frame IS NOT NULL AND query_frame IS NOT NULL
    )
    SELECT server, count(*) FILTER (slow) AS slow, max(took_ns) AS longest_ns,
           CAST(sum(took_ns) FILTER (slow) AS BIGINT) AS cost_ns, arg_max(query_name, took_ns) AS name,
           min(response_frame, 100) FILTER (slow) AS frames,
           min(DISTINCT flow, 100) FILTER (slow) AS flows, count(DISTINCT flow) FILTER (slow) AS flow_count, count(*) AS answers,
           CAST(median(took_ns) AS BIGINT) AS median_ns
    FROM answers GROUP BY server HAVING bool_or(slow) ORDER BY cost_ns DESC, server LIMIT $most
"""


def find(
    tables: Tables,
    *,
    slow_answer_ms: Annotated[
        float, Threshold("ms", "twice what feels immediate; a cache answers within milliseconds", wait=True)
    ] = 200,
) -> Iterator[Finding]:
    """One finding for each resolver."""
    for row in tables.rows(_SLOW, slow_ns=slow_answer_ms * MS, most=MOST):
        yield Finding(
            cause="dns_slow",
            side=Side.SERVER,
            effect=Effect.SLOWED,
            confidence=0.9,
            title=say(
                _TITLES[row["slow"] == 1],
                server=row["server"],
                slow=count(row["slow"]),
                answers=plural(row["answers"], "answer"),
                longest=duration(row["longest_ns"]),
                cost=duration(row["cost_ns"]),
            ),
            explanation=say(
                "Between query and answer passed so long that whoever asked noticed; what depends on the name began only"
                " then."
            ),
            evidence={
                "server": row["server"],
                "slow_answers": row["slow"],
                "answers": row["answers"],
                "longest_ns": row["longest_ns"],
                "median_ns": row["median_ns"],
                "slowest_name": row["name"],
            },
            cost_ns=row["cost_ns"],
            flows=row["flows"],
            flows_total=row["flow_count"],
            frames=row["frames"],
            frames_total=row["slow"],
            display_filter=f"dns.time > {slow_answer_ms / 1000:g}",
        )


_TITLES = {
    True: "The resolver {server} answers late: {slow} of {answers} took {longest}",
    False: "The resolver {server} answers late: {slow} of {answers} took up to {longest}, {cost} in all",
}
