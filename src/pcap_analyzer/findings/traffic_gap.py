"""Silence in the capture.

What it finds:
    Times in which nothing at all was captured, although there was traffic before and after.

Why it matters:
    Where many hosts fall silent together, the network or the capture stood still. A capture of one quiet host has such times
    by nature.

What to check next:
    - Whether the capture dropped packets then, and whether every host was silent.

References:
    RFC 7679 (gaps and how they are measured)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import duration

from ._api import SECOND, Effect, Finding, Threshold, say

CAUSES = ("traffic_gap",)
# All gaps together are as long as what no span of the table covers.
ONLY_IF_TOGETHER = (
    "buckets",
    "max(start_time_ns + width_ns) - min(start_time_ns) - sum(width_ns) >= {least_gap_s} * 1e9",
)

_GAPS = """
    WITH gaps AS (
        SELECT start_time_ns, lead(start_time_ns) OVER (ORDER BY start_time_ns) - (start_time_ns + width_ns) AS gap_ns
        FROM buckets
    )
    SELECT count(*) AS gaps, max(gap_ns) AS longest_ns, CAST(sum(gap_ns) AS BIGINT) AS silent_ns,
           arg_max(start_time_ns, gap_ns) - (SELECT min(earliest_time_ns) FROM captures) AS at_ns
    FROM gaps WHERE gap_ns >= $least_ns
"""


def find(
    tables: Tables,
    *,
    least_gap_s: Annotated[float, Threshold("s", "hosts on a network say something more often", wait=True)] = 10,
) -> Iterator[Finding]:
    """A note about all gaps."""
    row = tables.row(_GAPS, least_ns=least_gap_s * SECOND)
    if not row["gaps"]:
        return
    yield Finding(
        cause="traffic_gap",
        side=Side.NONE,
        effect=Effect.NOTED,
        confidence=0.9,
        title=say(
            "Nothing was captured for up to {longest}: {gaps}",
            longest=duration(row["longest_ns"]),
            gaps=plural(row["gaps"], "gap"),
        ),
        explanation=say(
            "Before and after there was traffic; whether that is quiet or a fault the other findings tell."
        ),
        evidence={
            "gaps": row["gaps"],
            "longest_ns": row["longest_ns"],
            "silent_ns": row["silent_ns"],
            "longest_after_ns": row["at_ns"],
        },
        display_filter=f"frame.time_delta > {least_gap_s:g}",
    )
