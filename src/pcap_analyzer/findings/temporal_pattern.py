"""Traffic that follows a pattern in time.

What it finds:
    Traffic that rises at a steady interval again and again, and in long captures an hour that carries several times as much as
    the others.

Why it matters:
    What comes at a steady interval is a timer: polling, a scheduled job, a heartbeat. Where users complain at certain times, the
    busy hour or the timer says which.

What to check next:
    - The conversations of one such moment: who sends then.
    - Timers and schedules with that interval: cron, monitoring, polling clients.

References:
    Box, Jenkins, Time Series Analysis, 1976 (autocorrelation); RFC 7640
"""

from collections.abc import Iterator
from typing import Annotated, Final

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Row, Tables
from pcap_analyzer.units import duration, moment, size

from ._api import Effect, Finding, Threshold, say

CAUSES = ("temporal_pattern",)
ONLY_IF_TOGETHER = ("buckets", "max(start_time_ns + width_ns) - min(start_time_ns) >= {least_length_s} * 1e9")

# Spans into which the capture is cut: enough for intervals from some spans to a fifth of its length.
_SPANS: Final = 600
_SHORTEST_SPANS: Final = 4

# Autocorrelation of packets over time, of the mean of three spans, so that an interval of no whole number of spans counts. An
# interval is a lag at which it is high and highest around, after it has been low: a slow change is high at every short lag.
_PERIOD = f"""
    WITH extent AS (
        SELECT min(earliest_time_ns) AS begun_ns, max(latest_time_ns) - min(earliest_time_ns) + 1 AS length_ns FROM captures
    ), bounds AS (
        -- Whole buckets, or the spans would hold more of them by turns.
        SELECT begun_ns, CAST(ceil(length_ns / {_SPANS} / bucket_ns) AS BIGINT) * bucket_ns AS width_ns,
               CAST(ceil(length_ns / width_ns) AS BIGINT) AS spans
        FROM extent, (SELECT max(width_ns) AS bucket_ns FROM buckets)
    ), counted AS (
        SELECT (start_time_ns - begun_ns) // bounds.width_ns AS span, sum(packets) AS packets FROM buckets, bounds GROUP BY span
    ), smooth AS (
        SELECT span, avg(coalesce(packets, 0)) OVER (ORDER BY span ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS packets
        FROM (SELECT unnest(range(spans)) AS span FROM bounds) LEFT JOIN counted USING (span)
    ), centred AS (
        SELECT span, packets - avg(packets) OVER () AS above,
               stddev_pop(packets) OVER () / avg(packets) OVER () AS variation FROM smooth
    ), lags AS (
        SELECT later.span - earlier.span AS lag, sum(later.above * earlier.above) AS product
        FROM bounds, centred AS earlier JOIN centred AS later
            ON later.span BETWEEN earlier.span AND earlier.span + spans // $least_repeats
        GROUP BY lag
    ), correlations AS (
        SELECT lag, product / max(product) FILTER (lag = 0) OVER () AS correlation FROM lags
    ), peaks AS (
        SELECT lag, correlation, lag(correlation) OVER by_lag AS before, lead(correlation) OVER by_lag AS after,
               min(correlation) OVER by_lag AS lowest,
               correlation >= max(correlation) OVER (ORDER BY lag ROWS BETWEEN 3 PRECEDING AND 3 FOLLOWING) AS peak
        FROM correlations WINDOW by_lag AS (ORDER BY lag)
    )
    -- Between whole numbers of spans: the top of the parabola through the peak and its neighbours.
    SELECT CAST((lag + coalesce((before - after) / nullif(2 * (before - 2 * correlation + after), 0), 0)) * width_ns AS BIGINT)
               AS interval_ns, correlation, (SELECT any_value(variation) FROM centred) AS variation,
           width_ns
    FROM peaks, bounds
    WHERE peak AND lag >= {_SHORTEST_SPANS} AND correlation >= $least_correlation AND 2 * lowest <= correlation
    ORDER BY lag LIMIT 1
"""
_HOUR_NS: Final = 3_600_000_000_000
_HOURS = f"""
    WITH hours AS (
        SELECT start_time_ns // {_HOUR_NS} * {_HOUR_NS} AS start_ns, CAST(sum(wire_bytes) AS BIGINT) AS wire_bytes
        FROM buckets GROUP BY ALL
    )
    SELECT max(wire_bytes) AS busiest_bytes, arg_max(start_ns, wire_bytes) AS busiest_ns,
           CAST(sum(wire_bytes) AS BIGINT) AS all_bytes, (max(start_ns) - min(start_ns)) // {_HOUR_NS} + 1 AS hours,
           count(*) AS hours_with_traffic
    FROM hours
"""


def find(
    tables: Tables,
    *,
    least_correlation: Annotated[
        float, Threshold("correlation", "three equal bursts among nothing reach two thirds by chance")
    ] = 0.7,
    least_repeats: Annotated[float, Threshold("intervals", "in the capture; fewer are no pattern")] = 5,
    least_variation: Annotated[
        float, Threshold("times the mean", "of the standard deviation; what hardly rises has no pattern worth a word")
    ] = 0.5,
    least_length_s: Annotated[float, Threshold("s", "a shorter capture shows no schedule")] = 60,
    least_hours: Annotated[float, Threshold("h", "with traffic; fewer have no busy one")] = 6,
    least_mb: Annotated[float, Threshold("MB", "in so many hours; less keeps nobody busy")] = 1,
    least_ratio: Annotated[float, Threshold("times the mean", "of an hour; hours differ by a few times anyway")] = 3,
) -> Iterator[Finding]:
    """A note about the interval, and one about the busy hour."""
    for row in tables.rows(_PERIOD, least_correlation=least_correlation, least_repeats=max(1, least_repeats)):
        if row["variation"] >= least_variation:
            yield _of_interval(row)
    row = tables.row(_HOURS)
    enough = row["hours_with_traffic"] >= least_hours and row["all_bytes"] >= least_mb * 1e6
    if enough and row["busiest_bytes"] * row["hours"] >= least_ratio * row["all_bytes"]:
        yield _of_hour(row)


def _of_interval(row: Row) -> Finding:
    return Finding(
        cause="temporal_pattern",
        side=Side.NONE,
        effect=Effect.NOTED,
        confidence=min(0.9, row["correlation"]),
        title=say("Traffic rises about every {interval}, again and again", interval=duration(row["interval_ns"])),
        explanation=say("Its packets over time look like themselves, moved by that interval; a timer does so."),
        evidence={
            "interval_ns": row["interval_ns"],
            "span_ns": row["width_ns"],
            "correlation": round(row["correlation"], 4),
            "variation": round(row["variation"], 4),
        },
    )


def _of_hour(row: Row) -> Finding:
    return Finding(
        cause="temporal_pattern",
        side=Side.NONE,
        effect=Effect.NOTED,
        confidence=0.9,
        title=say(
            "The busiest hour begins at {begin}: {busiest} of {total}",
            begin=moment(row["busiest_ns"], 0),
            busiest=size(row["busiest_bytes"]),
            total=size(row["all_bytes"]),
        ),
        explanation=say("It carries several times what an hour of the capture carries on average."),
        evidence={
            "busiest_hour_start_ns": row["busiest_ns"],
            "busiest_hour_bytes": row["busiest_bytes"],
            "mean_hour_bytes": round(row["all_bytes"] / row["hours"]),
            "hours": row["hours"],
        },
    )
