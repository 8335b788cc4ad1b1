"""A resolver that fails.

What it finds:
    Questions that a resolver answered with an error (SERVFAIL, REFUSED, FORMERR, …) and that no repeat could mend.

Why it matters:
    The name exists or not, nobody knows: the application cannot go on.

What to check next:
    - The resolver's log: servers of the zone that it cannot reach, failed validation (DNSSEC), a broken forwarder.
    - REFUSED: whether this client may ask this resolver.
    - The same question to another resolver.

References:
    RFC 1035, 4.1.1 (response codes); RFC 8914 (extended errors)
"""

from collections.abc import Iterator

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import count

from ._api import MOST, Effect, Finding, say

CAUSES = ("dns_servfail",)
ONLY_IF = ("dns_transactions", "outcome = 'error' AND protocol = 'dns'")

# Mended: a later try of the same client for the same name and type that was answered.
_FAILED = """
    WITH asked AS (
        SELECT server, flow, query_name, response_frame, response_code_name,
               outcome = 'error' AND query_frame IS NOT NULL AND NOT bool_or(outcome IN ('answer', 'no_data', 'no_such_name'))
                   OVER (PARTITION BY regexp_replace(client, ':[0-9]+$', ''), query_name, query_type) AS failed
        FROM dns_transactions WHERE protocol = 'dns'
    )
    SELECT server, count(*) FILTER (failed) AS errors, min(query_name, 10) FILTER (failed) AS some_names,
           string_agg(DISTINCT response_code_name, ', ' ORDER BY response_code_name) FILTER (failed) AS codes,
           min(response_frame, 100) FILTER (failed) AS frames,
           min(DISTINCT flow, 100) FILTER (failed) AS flows, count(DISTINCT flow) FILTER (failed) AS flow_count,
           count(*) FILTER (response_frame IS NOT NULL) AS answers
    FROM asked GROUP BY server HAVING bool_or(failed) ORDER BY errors DESC, server LIMIT $most
"""


def find(tables: Tables) -> Iterator[Finding]:
    """One finding for each resolver."""
    for row in tables.rows(_FAILED, most=MOST):
        yield Finding(
            cause="dns_servfail",
            side=Side.SERVER,
            effect=Effect.FAILED,
            severity=Severity.MAJOR,
            confidence=0.95,
            title=say(
                "The resolver {server} fails: {errors} of {answers} were errors ({codes})",
                server=row["server"],
                errors=count(row["errors"]),
                answers=plural(row["answers"], "answer"),
                codes=row["codes"],
            ),
            explanation=say("It answered with an error, and no later try for the same name did better."),
            evidence={
                "server": row["server"],
                "errors": row["errors"],
                "answers": row["answers"],
                "codes": row["codes"],
                "names": ", ".join(row["some_names"]),
            },
            flows=row["flows"],
            flows_total=row["flow_count"],
            frames=row["frames"],
            frames_total=row["errors"],
            display_filter="dns.flags.rcode != 0 && dns.flags.rcode != 3",
        )
