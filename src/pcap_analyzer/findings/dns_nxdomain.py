"""Names that do not exist.

What it finds:
    Clients most of whose questions are about names that do not exist. Names that were found under another suffix right
    after, reverse lookups and the random names that browsers probe with are left out: they are how things work.

Why it matters:
    An application looks for a host under a wrong name: a typing error, a search suffix that no longer fits, a service that
    was moved. It fails, or tries the next name.

What to check next:
    - The names listed here: which application asks for them, and from which setting they come.
    - The search list of the client.

References:
    RFC 8020 (NXDOMAIN); RFC 1536, 6 (search lists)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import count

from ._api import MOST, Effect, Finding, Threshold, say

CAUSES = ("dns_nxdomain",)
ONLY_IF = ("dns_transactions", "outcome = 'no_such_name' AND protocol = 'dns'")

_MISSING = """
    WITH asked AS (
        SELECT regexp_replace(client, ':[0-9]+$', '') AS host, query_name, response_frame, flow,
               outcome = 'no_such_name'
                   AND NOT bool_or(outcome = 'answer') OVER (PARTITION BY host, split_part(query_name, '.', 1)) AS missing
        FROM dns_transactions
        WHERE protocol = 'dns' AND query_frame IS NOT NULL AND response_frame IS NOT NULL AND query_type <> 'PTR'
          AND contains(query_name, '.')
    )
    SELECT host, count(*) FILTER (missing) AS queries, count(DISTINCT query_name) FILTER (missing) AS names,
           min(query_name, 10) FILTER (missing) AS some_names, min(response_frame, 100) FILTER (missing) AS frames,
           min(DISTINCT flow, 100) FILTER (missing) AS flows, count(DISTINCT flow) FILTER (missing) AS flow_count,
           count(*) AS answers
    FROM asked GROUP BY host HAVING names >= $least_names
    ORDER BY queries DESC, host LIMIT $most
"""


def find(
    tables: Tables,
    *,
    least_names: Annotated[float, Threshold("names", "one or two wrong names are everyday life")] = 3,
    least_share: Annotated[
        float, Threshold("share", "of the client's answers: resolvers see 10 to 40 % in healthy networks")
    ] = 0.5,
) -> Iterator[Finding]:
    """One finding for each client; a note where most of its questions are answered."""
    for row in tables.rows(_MISSING, least_names=least_names, most=MOST):
        much = row["queries"] >= least_share * row["answers"]
        yield Finding(
            cause="dns_nxdomain",
            side=Side.CLIENT,
            effect=Effect.SLOWED if much else Effect.NOTED,
            severity=Severity.MINOR if much else Severity.INFO,
            confidence=0.85,
            title=say(
                "{client} asks for names that do not exist: {queries} of {answers}",
                client=row["host"],
                queries=count(row["queries"]),
                answers=plural(row["answers"], "question"),
            ),
            explanation=say(
                "The DNS answered quickly and definitely: there are no such names, and none of them was found under another"
                " suffix either."
            ),
            evidence={
                "client": row["host"],
                "nxdomain_answers": row["queries"],
                "answers": row["answers"],
                "distinct_names": row["names"],
                "names": ", ".join(row["some_names"]),
            },
            flows=row["flows"],
            flows_total=row["flow_count"],
            frames=row["frames"],
            frames_total=row["queries"],
            display_filter="dns.flags.rcode == 3",
        )
