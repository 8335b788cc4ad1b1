"""A host that reports at a steady pace.

What it finds:
    Pairs of hosts between which a new flow begins again and again, with nearly the same time between.

Why it matters:
    Malware asks its server for orders in this way. So do updaters, monitoring, time servers and everything with a timer.

What to check next:
    - The name of the server (DNS, SNI, Host) and the program behind it.
    - Whether the pace has a small random part added on purpose.

References:
    MITRE ATT&CK T1071, T1029 (scheduled transfer)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import duration

from ._api import MOST, SECOND, Effect, Finding, Threshold, say

CAUSES = ("beaconing",)
ONLY_IF = ("flows", "server_port NOT IN (53, 123, 5353)")
SECURITY = True

# Names and clocks are asked for by every host at a pace of its own.
_OFTEN = """
    CREATE OR REPLACE TEMP TABLE often AS
    SELECT client_address, server_address, server_port FROM flows
    WHERE server_port IS NOT NULL AND server_port NOT IN (53, 123, 5353)
      AND NOT starts_with(server_address, 'ff') AND server_address NOT LIKE '%.255'
      AND coalesce(TRY_CAST(split_part(server_address, '.', 1) AS INT), 0) < 224
    GROUP BY ALL
    -- The mean of even intervals is no further from their median than they vary.
    HAVING count(*) >= $least_times
       AND (max(first_time_ns) - min(first_time_ns)) * (1 + $most_variation) >= (count(*) - 1) * $least_interval_ns
"""
_STEADY = """
    WITH gaps AS (
        SELECT client_address, server_address, server_port, flow, first_frame, first_time_ns,
               first_time_ns - lag(first_time_ns) OVER (
                   PARTITION BY client_address, server_address, server_port ORDER BY first_time_ns, flow
               ) AS gap_ns
        FROM flows SEMI JOIN often USING (client_address, server_address, server_port)
    )
    SELECT client_address, server_address, server_port, count(*) AS times, CAST(median(gap_ns) AS BIGINT) AS interval_ns,
           stddev_pop(gap_ns) / avg(gap_ns) AS variation, min(flow, 100) AS flows, min(first_frame, 100) AS frames
    FROM gaps GROUP BY client_address, server_address, server_port
    HAVING median(gap_ns) >= $least_interval_ns AND stddev_pop(gap_ns) <= $most_variation * avg(gap_ns)
    ORDER BY times DESC, client_address, server_address, server_port LIMIT $most
"""


def find(
    tables: Tables,
    *,
    least_times: Annotated[float, Threshold("flows", "fewer may be even by chance")] = 10,
    least_interval_s: Annotated[float, Threshold("s", "faster ones are a client at work")] = 5,
    most_variation: Annotated[
        float, Threshold("times the mean", "of the intervals' standard deviation; events at random have 1")
    ] = 0.1,
) -> Iterator[Finding]:
    """A note for each pair."""
    limits = {"least_interval_ns": least_interval_s * SECOND, "most_variation": most_variation}
    tables.execute(_OFTEN, least_times=least_times, **limits)
    if not tables.row("SELECT count(*) AS pairs FROM often")["pairs"]:
        return
    for row in tables.rows(_STEADY, most=MOST, **limits):
        yield Finding(
            cause="beaconing",
            side=Side.CLIENT,
            effect=Effect.NOTED,
            severity=Severity.INFO,
            confidence=0.4,
            title=say(
                "{client} calls {server} port {port} every {interval}: {times}",
                client=row["client_address"],
                server=row["server_address"],
                port=row["server_port"],
                interval=duration(row["interval_ns"]),
                times=plural(row["times"], "time"),
            ),
            explanation=say(
                "Updaters, monitoring and everything with a timer look the same: the server's name decides."
            ),
            evidence={
                "client": row["client_address"],
                "server": row["server_address"],
                "port": row["server_port"],
                "flows": row["times"],
                "interval_ns": row["interval_ns"],
                "variation": round(row["variation"], 4),
            },
            flows=row["flows"],
            flows_total=row["times"],
            frames=row["frames"],
            frames_total=row["times"],
        )
