"""A resolver that does not answer.

What it finds:
    Queries that never got an answer, also when they were repeated; and queries that were answered only after a repeat.

Why it matters:
    Clients wait for a second, often five, before they ask again or elsewhere. With two resolvers configured, a dead one
    delays every second name.

What to check next:
    - Whether the resolver runs and can be reached on port 53 by UDP and TCP; firewalls between the two.
    - The list of resolvers at the client: remove the one that does not answer.
    - Whether only some names stay unanswered: then their own servers do not answer the resolver.

References:
    RFC 1035, 7.2; RFC 8767 (serving stale answers while servers are silent)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Row, Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import duration

from ._api import MOST, MS, SECOND, Effect, Finding, Threshold, say

CAUSES = ("dns_no_answer",)
ONLY_IF = ("dns_transactions", "protocol = 'dns' AND (outcome = 'unanswered' OR queries > 1)")

# The last try of each question counts: a later one, to whichever server, that was answered makes it a delay. A question at
# the very end of the capture may still be answered.
_SILENT = """
    WITH asked AS (
        SELECT *, (SELECT max(latest_time_ns) FROM captures) - query_time_ns AS watched_ns,
               query_frame IN (SELECT retry_of_frame FROM dns_transactions) AS tried_again
        FROM dns_transactions
        WHERE protocol = 'dns' AND query_frame IS NOT NULL
    ), tries AS (
        SELECT server, flow, query_name, query_frame, outcome, coalesce(tried_again, false) AS tried_again,
               outcome = 'unanswered' AND watched_ns >= $least_wait_ns AS unanswered,
               unanswered OR (outcome <> 'unanswered' AND queries > 1
                              AND response_time_ns - last_response_time_ns >= $least_late_ns) AS missing,
               CASE WHEN unanswered THEN least(watched_ns, $most_wait_ns)
                    ELSE response_time_ns - last_response_time_ns END AS cost_ns
        FROM asked
    )
    SELECT server, count(*) FILTER (unanswered AND NOT tried_again) AS never,
           count(*) FILTER (missing AND (NOT unanswered OR tried_again)) AS late,
           arg_min(query_name, query_frame) FILTER (missing) AS name,
           CAST(sum(cost_ns) FILTER (missing) AS BIGINT) AS cost_ns, min(query_frame, 100) FILTER (missing) AS frames,
           min(DISTINCT flow, 100) FILTER (missing) AS flows, count(DISTINCT flow) FILTER (missing) AS flow_count,
           count(*) FILTER (outcome NOT IN ('unanswered', 'unsolicited')) AS answered
    FROM tries GROUP BY server HAVING bool_or(missing) ORDER BY never DESC, cost_ns DESC, server LIMIT $most
"""


def find(
    tables: Tables,
    *,
    least_wait_s: Annotated[float, Threshold("s", "resolvers have answered by then, or been asked again")] = 1,
    least_late_ms: Annotated[float, Threshold("ms", "a repeat that came sooner cost nobody anything")] = 100,
    least_share: Annotated[float, Threshold("share", "of the questions: below one in twenty it is a note")] = 0.05,
    most_wait_s: Annotated[float, Threshold("s", "the usual time-out of resolvers: later nobody waits for it")] = 5,
) -> Iterator[Finding]:
    """One finding for each resolver."""
    rows = tables.rows(
        _SILENT,
        least_wait_ns=least_wait_s * SECOND,
        most_wait_ns=most_wait_s * SECOND,
        least_late_ns=least_late_ms * MS,
        most=MOST,
    )
    for row in rows:
        material = row["never"] + row["late"] >= least_share * (row["never"] + row["answered"])
        yield _of_server(row, failed=row["never"] > 0, material=material)


def _of_server(row: Row, *, failed: bool, material: bool) -> Finding:
    """Of a resolver: a failure where a question stayed without any answer, a delay where asking again helped."""
    severity = (Severity.MAJOR if row["answered"] else Severity.CRITICAL) if failed else None
    return Finding(
        cause="dns_no_answer",
        side=Side.SERVER if failed or not row["answered"] else Side.NETWORK,
        effect=(Effect.FAILED if failed else Effect.SLOWED) if material else Effect.NOTED,
        severity=severity if material else Severity.INFO,
        confidence=0.85 if failed else 0.6,
        title=say(
            _TITLES[failed],
            server=row["server"],
            never=plural(row["never"], "question"),
            late=plural(row["late"], "question"),
            cost=duration(row["cost_ns"]),
        ),
        explanation=say(_EXPLANATIONS[row["answered"] > 0], answered=plural(row["answered"], "other question")),
        evidence={
            "server": row["server"],
            "unanswered_questions": row["never"],
            "answered_after_repeat": row["late"],
            "answered_questions": row["answered"],
            "first_name": row["name"],
        },
        cost_ns=row["cost_ns"],
        flows=row["flows"],
        flows_total=row["flow_count"],
        frames=row["frames"],
        frames_total=row["never"] + row["late"],
        display_filter="dns.flags.response == 0 && !dns.response_in",
    )


_EXPLANATIONS = {
    True: "Queries went out and no answer came back, though {answered} to it {answered:was|were} answered; queries or answers"
    " are lost, or the resolver drops them.",
    False: "Queries went out and no answer came back to any of them; queries or answers are lost, or no resolver is there.",
}
_TITLES = {
    True: "The resolver {server} does not answer: {never} never, {late} only when asked again, {cost} of waiting",
    False: "Questions to the resolver {server} get lost: {late} were answered only when asked again, {cost} of waiting",
}
