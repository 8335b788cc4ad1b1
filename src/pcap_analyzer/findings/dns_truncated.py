"""Answers that do not fit into a datagram.

What it finds:
    Answers of the DNS that were truncated, so that the question had to be asked again over TCP; or was not, and failed.

Why it matters:
    It costs two round trips more. Where TCP to port 53 is blocked, such names cannot be resolved at all.

What to check next:
    - The size that the client offers by EDNS (1232 bytes are recommended), and what the resolver allows.
    - Whether TCP to port 53 works.

References:
    RFC 7766 (DNS over TCP); RFC 6891 (EDNS)
"""

from collections.abc import Iterator

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import count

from ._api import Effect, Finding, say

CAUSES = ("dns_truncated",)
ONLY_IF = ("dns_transactions", "truncated")

_TRUNCATED = """
    WITH cut AS (
        SELECT flow, query_frame, response_frame, regexp_replace(client, ':[0-9]+$', '') AS host, query_name, query_type
        FROM dns_transactions WHERE protocol = 'dns' AND outcome = 'truncated' AND query_frame IS NOT NULL
    ), whole AS (
        SELECT DISTINCT regexp_replace(client, ':[0-9]+$', '') AS host, query_name, query_type
        FROM dns_transactions WHERE protocol = 'dns' AND outcome IN ('answer', 'no_data', 'no_such_name', 'error')
    )
    SELECT count(*) AS truncated, count(*) FILTER (mended) AS mended, min(response_frame, 100) AS frames,
           min(DISTINCT flow, 100) AS flows, count(DISTINCT flow) AS flow_count
    FROM (SELECT cut.*, whole.host IS NOT NULL AS mended FROM cut LEFT JOIN whole USING (host, query_name, query_type))
"""


def find(tables: Tables) -> Iterator[Finding]:
    """One finding for all resolvers."""
    row = tables.row(_TRUNCATED)
    if not row["truncated"]:
        return
    lost = row["truncated"] - row["mended"]
    yield Finding(
        cause="dns_truncated",
        side=Side.NONE if not lost else Side.NETWORK,
        effect=Effect.NOTED if not lost else Effect.FAILED,
        severity=Severity.INFO if not lost else Severity.MAJOR,
        confidence=0.9 if not lost else 0.7,
        title=say(
            _TITLES[bool(lost)],
            truncated=plural(row["truncated"], "answer"),
            lost=count(lost),
        ),
        explanation=say(
            "An answer larger than the datagram that the client takes carries the flag TC, which asks it to come back over"
            " TCP."
        ),
        evidence={"truncated_answers": row["truncated"], "answered_later": row["mended"]},
        flows=row["flows"],
        flows_total=row["flow_count"],
        frames=row["frames"],
        frames_total=row["truncated"],
        display_filter="dns.flags.truncated == 1",
    )


_TITLES = {
    False: "{truncated} of the DNS were truncated and asked for again over TCP, as it should be",
    True: "{truncated} of the DNS were truncated, and {lost} of them never came over TCP either",
}
