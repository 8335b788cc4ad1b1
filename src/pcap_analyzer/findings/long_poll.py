"""Requests that wait for an event by design.

What it finds:
    Connections on which nearly every request waits for seconds, gets a short answer, and is followed by the next at once:
    the client asks to be told when something happens.

Why it matters:
    Such waits look like a slow server and are none: nobody waits for the answer. Time-outs of proxies and firewalls must be
    longer than they are.

What to check next:
    - Whether the path of the requests is known for it (poll, events, notifications, sync).
    - If it is not: then the server is very slow each time.

References:
    RFC 6202 (long polling and streaming)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import duration

from ._api import MS, SECOND, STREAMS, Effect, Finding, Threshold, say

CAUSES = ("long_poll",)
ONLY_IF = ("turns", "service_time_ns >= {least_wait_s} * 1e9")

_POLLS = f"""
    WITH polls AS (
        SELECT stream, count(*) FILTER (waits) AS polls, median(service_time_ns) AS wait_ns,
               CAST(sum(service_time_ns) AS BIGINT) AS cost_ns
        FROM (SELECT *, service_time_ns >= $least_wait_ns AS waits FROM turns WHERE service_time_ns IS NOT NULL)
        GROUP BY stream
        HAVING count(*) FILTER (waits) >= 2 AND count(*) FILTER (waits) >= $least_share * count(*)
           AND median(response_bytes) <= $most_bytes AND coalesce(median(client_think_ns), 0) <= $most_pause_ns
    )
    SELECT count(*) AS connections, CAST(sum(polls) AS BIGINT) AS polls, CAST(median(wait_ns) AS BIGINT) AS wait_ns, {STREAMS}
    FROM polls
"""


def find(
    tables: Tables,
    *,
    least_wait_s: Annotated[float, Threshold("s", "nobody waits so long for each answer and asks on at once")] = 3,
    least_share: Annotated[
        float, Threshold("share", "of the connection's requests: it is used for nothing else")
    ] = 0.8,
    most_kb: Annotated[float, Threshold("kB", "an event, not a document")] = 2,
    most_pause_ms: Annotated[
        float, Threshold("ms", "between an answer and the next request: the client goes on at once")
    ] = 500,
) -> Iterator[Finding]:
    """A note about all such connections."""
    row = tables.row(
        _POLLS,
        least_wait_ns=least_wait_s * SECOND,
        least_share=least_share,
        most_bytes=most_kb * 1000,
        most_pause_ns=most_pause_ms * MS,
    )
    if not row["connections"]:
        return
    yield Finding(
        cause="long_poll",
        side=Side.NONE,
        effect=Effect.NOTED,
        confidence=0.6,
        title=say(
            "{polls} on {connections} wait for an event, {wait} each",
            polls=plural(row["polls"], "request"),
            connections=plural(row["connections"], "connection"),
            wait=duration(row["wait_ns"]),
        ),
        explanation=say(
            "Nearly every request waited so long, got a short answer and was followed by the next at once: a long poll, not a"
            " slow server."
        ),
        evidence={"connections": row["connections"], "requests": row["polls"], "median_wait_ns": row["wait_ns"]},
        streams=row["streams"],
        display_filter="tcp.len > 0",
    )
