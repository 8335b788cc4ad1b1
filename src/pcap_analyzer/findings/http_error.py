"""Errors of HTTP.

What it finds:
    Servers that answer a good part of the requests with a status of 500 and above.

Why it matters:
    The server itself says that it failed. Such answers are often quick, so that nothing looks slow.

What to check next:
    - The server's error log at these requests.
    - 502, 503, 504: what stands behind the server or proxy: is it down, overloaded, too slow?

References:
    RFC 9110, 15.6 (server errors)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import count

from ._api import MOST, Effect, Finding, Threshold, say

CAUSES = ("http_error",)
ONLY_IF = ("http_transactions", "status >= 500")

_ERRORS = """
    WITH answers AS (
        SELECT server, flow, stream, status, path, response_frame, status >= 500 AS failed
        FROM http_transactions WHERE status IS NOT NULL AND status >= 200
    )
    SELECT server, count(*) AS answers, count(*) FILTER (failed) AS errors,
           string_agg(DISTINCT CAST(status AS VARCHAR), ', ' ORDER BY CAST(status AS VARCHAR)) FILTER (failed) AS codes,
           arg_min(path, response_frame) FILTER (failed) AS path, min(response_frame, 100) FILTER (failed) AS frames,
           string_agg(DISTINCT CAST(stream AS VARCHAR), ',' ORDER BY CAST(stream AS VARCHAR)) FILTER (failed) AS streams
    FROM answers GROUP BY server HAVING count(*) FILTER (failed) > 0
    ORDER BY errors DESC, server LIMIT $most
"""


def find(
    tables: Tables,
    *,
    least_share: Annotated[float, Threshold("share", "of the answers: below one in twenty it is a note")] = 0.05,
) -> Iterator[Finding]:
    """One finding for each server."""
    for row in tables.rows(_ERRORS, most=MOST):
        much = row["errors"] >= least_share * row["answers"]
        yield Finding(
            cause="http_error",
            side=Side.SERVER,
            effect=Effect.FAILED if much else Effect.NOTED,
            severity=Severity.MAJOR if much else Severity.INFO,
            confidence=0.95,
            title=say(
                "{server} answers with errors: {errors} of {answers} had status {codes}",
                server=row["server"],
                errors=count(row["errors"]),
                answers=plural(row["answers"], "answer"),
                codes=row["codes"],
            ),
            explanation=say(
                "A status of 500 and above says that the server could not do what was asked, by its own word."
            ),
            evidence={
                "server": row["server"],
                "errors": row["errors"],
                "answers": row["answers"],
                "status_codes": row["codes"],
                "first_path": row["path"],
            },
            streams=row["streams"],
            frames=row["frames"],
            frames_total=row["errors"],
            display_filter="http.response.code >= 500",
        )
