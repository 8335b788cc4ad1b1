"""Traffic far above its mean.

What it finds:
    Moments in which many times as many bytes passed as on average.

Why it matters:
    Bursts fill queues and cost losses that averages hide.

What to check next:
    - Who sent then: the conversations of that moment.

References:
    RFC 7640 (burstiness); Jiang, Dovrolis, Why Is the Internet Traffic Bursty, SIGMETRICS 2005
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import rate

from ._api import SECOND, Effect, Finding, Threshold, say

CAUSES = ("traffic_burst",)
# Where a second is so much above the mean, one of its spans is too.
_LENGTH_NS = "(max(start_time_ns + width_ns) - min(start_time_ns) + 1e9)"
ONLY_IF_TOGETHER = (
    "buckets",
    f"{_LENGTH_NS} >= {{least_length_s}} * 1e9 AND max(wire_bytes * 8e9 / width_ns) >= {{least_mbps}} * 1e6"
    f" AND max(wire_bytes / width_ns) * {_LENGTH_NS} >= {{least_ratio}} * sum(wire_bytes)",
)

# By the second, or by the span of the table where that is longer.
_BURSTS = f"""
    WITH spans AS (
        SELECT min(start_time_ns) AS start_time_ns, greatest(max(width_ns), {int(1e9)}) AS width_ns,
               sum(wire_bytes) AS wire_bytes
        FROM buckets GROUP BY start_time_ns // {int(1e9)}
    ), rates AS (
        SELECT start_time_ns, width_ns, wire_bytes * 8.0 * {SECOND} / width_ns AS rate_bps,
               max(start_time_ns) OVER () - min(start_time_ns) OVER () + width_ns AS length_ns,
               sum(wire_bytes) OVER () AS all_bytes
        FROM spans
    )
    SELECT count(*) AS bursts, max(rate_bps) AS peak_bps, any_value(all_bytes * 8.0 * {SECOND} / length_ns) AS mean_bps,
           any_value(width_ns) AS width_ns,
           arg_max(start_time_ns, rate_bps) - (SELECT min(earliest_time_ns) FROM captures) AS at_ns
    FROM rates
    WHERE rate_bps >= $least_ratio * all_bytes * 8.0 * {SECOND} / length_ns AND rate_bps >= $least_bps
      AND length_ns >= $least_ns
"""


def find(
    tables: Tables,
    *,
    least_ratio: Annotated[float, Threshold("times the mean", "ordinary traffic varies by a few times")] = 10,
    least_mbps: Annotated[float, Threshold("Mbit/s", "a slower one fills no queue of today")] = 10,
    least_length_s: Annotated[float, Threshold("s", "a shorter capture has no mean worth the name")] = 60,
) -> Iterator[Finding]:
    """A note about all bursts."""
    row = tables.row(_BURSTS, least_ratio=least_ratio, least_bps=least_mbps * 1e6, least_ns=least_length_s * SECOND)
    if not row["bursts"]:
        return
    yield Finding(
        cause="traffic_burst",
        side=Side.NONE,
        effect=Effect.NOTED,
        confidence=0.9,
        title=say(
            "Traffic comes in bursts: up to {peak} against {mean} on average",
            peak=rate(row["peak_bps"]),
            mean=rate(row["mean_bps"]),
        ),
        explanation=say("{bursts} of equal length lie that far above the mean.", bursts=plural(row["bursts"], "span")),
        evidence={
            "bursts": row["bursts"],
            "peak_bps": round(row["peak_bps"]),
            "mean_bps": round(row["mean_bps"]),
            "span_ns": row["width_ns"],
            "peak_after_ns": row["at_ns"],
        },
    )
