"""A service that misses its objective.

What it finds:
    Services for which the profile sets a longest response, and that kept to it less often than they should. A response counts
    from the end of the request to the end of the answer, as the capture point saw both; a request that stayed unanswered for
    longer has missed it too.

Why it matters:
    It is the measure that was agreed on for this service, whatever is usual elsewhere.

What to check next:
    - The finding that names the cause on the same connections; where there is none, the service is as fast as it can be and
      the objective asks for more.
    - Where the capture was taken: near the client the path counts, near the server it does not.

References:
    Beyer and others, Site Reliability Engineering, 2016, chapter 4 (service level objectives)
"""

from collections.abc import Iterator
from typing import Annotated, Final

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Row, Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import latency

from ._api import MOST, MS, TIMES, Effect, Finding, Threshold, say

CAUSES = ("service_objective_missed",)

# Requests by all that a service can be named by. Those of the DNS are apart, since they are not on connections.
_JUDGED = """
    WITH objectives AS (
        SELECT unnest(CAST($services AS VARCHAR[])) AS service_name, unnest(CAST($limits_ns AS DOUBLE[])) AS limit_ns
    ), requests AS (
        SELECT stream, NULL AS flow, 'tcp' AS transport, server, lower(regexp_replace(name, ':[0-9]+$', '')) AS name,
               service, request_frame AS frame, outcome = 'answered' AS answered, coalesce(network_ns, 0) AS network_ns,
               coalesce(server_ns, 0) AS server_ns, coalesce(response_ns, 0) AS transfer_ns,
               begun_ns + duration_ns AS seen_ns
        FROM client_actions WHERE outcome IN ('answered', 'unanswered')
        UNION ALL
        SELECT NULL, flow, transport, server, NULL, protocol, query_frame, response_frame IS NOT NULL, 0,
               coalesce(response_time_ns, 0), 0, query_time_ns
        FROM dns_transactions WHERE query_frame IS NOT NULL AND protocol = 'dns'
    ), timed AS (
        SELECT *, CASE WHEN answered THEN network_ns + server_ns + transfer_ns
                       ELSE (SELECT max(latest_time_ns) FROM captures) - seen_ns END AS took_ns
        FROM requests
    ), judged AS (
        SELECT *, took_ns > limit_ns AS missed
        FROM timed JOIN objectives ON service_name IN (
            transport || '/' || regexp_extract(server, '([0-9]+)$', 1), server,
            trim(regexp_replace(server, ':[0-9]+$', ''), '[]'), name, service)
        WHERE answered OR took_ns > limit_ns
    )
    SELECT service_name, limit_ns, count(*) AS requests, count(*) FILTER (missed) AS missed,
           count(*) FILTER (NOT answered) AS unanswered, CAST(median(took_ns) AS BIGINT) AS median_ns,
           CAST(quantile_cont(took_ns, 0.95) AS BIGINT) AS p95_ns, CAST(max(took_ns) AS BIGINT) AS longest_ns,
           CAST(coalesce(sum(network_ns) FILTER (missed), 0) AS BIGINT) AS network_ns,
           CAST(coalesce(sum(server_ns) FILTER (missed), 0) AS BIGINT) AS server_ns,
           CAST(coalesce(sum(transfer_ns) FILTER (missed), 0) AS BIGINT) AS transfer_ns,
           arg_max(frame, took_ns, 100) FILTER (missed) AS frames,
           list(DISTINCT flow) FILTER (missed AND flow IS NOT NULL) AS flows,
           string_agg(DISTINCT CAST(stream AS VARCHAR), ',') FILTER (missed) AS streams
    FROM judged GROUP BY service_name, limit_ns
    HAVING count(*) FILTER (missed) > $most_share * count(*)
    ORDER BY missed DESC, service_name LIMIT $most
"""
# What held answers back while they passed.
_HOLDING = """
    SELECT side FROM tcp_ledger
    WHERE stream IN (SELECT unnest(CAST(string_split($streams, ',') AS BIGINT[])))
      AND category NOT IN ('handshake', 'handshake_loss', 'tls', 'think', 'idle', 'teardown')
    GROUP BY side ORDER BY sum(duration_ns) DESC, side LIMIT 1
"""
_EXPLANATIONS: Final = {
    Side.SERVER: "Most of that time the server had the whole request, or held its answer back.",
    Side.NETWORK: "Most of that time went into the path: its round trips, its losses, or its rate.",
    Side.CLIENT: "Most of that time the answer waited for the client.",
    Side.UNKNOWN: "What took the time cannot be told.",
}


def find(
    tables: Tables,
    *,
    most_missed_share: Annotated[
        float,
        Threshold("share", "of the requests; nineteen of twenty within the objective is what is usually promised"),
    ] = 0.05,
    **objectives: Annotated[float, Threshold("ms", "the longest response that the profile allows this service")],
) -> Iterator[Finding]:
    """One finding for each service that misses its objective."""
    if not objectives:
        return
    rows = tables.rows(
        _JUDGED,
        services=[name.removesuffix(".response_ms") for name in objectives],
        limits_ns=[limit_ms * MS for limit_ms in objectives.values()],
        most_share=most_missed_share,
        most=MOST,
    )
    for row in rows:
        side = _side(tables, row)
        yield Finding(
            cause="service_objective_missed",
            side=side,
            effect=Effect.SLOWED,
            severity=Severity.MAJOR,
            confidence=0.95,
            title=say(
                "{service} misses its objective of {limit}: {missed} of {requests} took longer, up to {longest}",
                service=row["service_name"],
                limit=latency(row["limit_ns"]),
                missed=f"{row['missed']:,}",
                requests=plural(row["requests"], "request"),
                longest=latency(row["longest_ns"]),
            ),
            explanation=say(_EXPLANATIONS[side]),
            evidence={
                "service": row["service_name"],
                "objective_ns": round(row["limit_ns"]),
                "requests": row["requests"],
                "missed": row["missed"],
                "missed_share": round(row["missed"] / row["requests"], 6),
                "unanswered": row["unanswered"],
                "median_ns": row["median_ns"],
                "p95_ns": row["p95_ns"],
                "longest_ns": row["longest_ns"],
                "server_of_missed_ns": row["server_ns"],
                "path_of_missed_ns": row["network_ns"],
                "transfer_of_missed_ns": row["transfer_ns"],
            },
            streams=row["streams"] or "",
            flows=row["flows"] or (),
            frames=row["frames"],
            frames_total=row["missed"],
            needs=TIMES,
        )


def _side(tables: Tables, row: Row) -> Side:
    """The side that took most of the time of the requests that missed it."""
    parts = {Side.SERVER: row["server_ns"], Side.NETWORK: row["network_ns"], None: row["transfer_ns"]}
    if not any(parts.values()):
        return Side.UNKNOWN
    side = max(parts, key=lambda part: parts[part])
    if side or not row["streams"]:
        return side or Side.UNKNOWN
    holding = [Side(each["side"]) for each in tables.rows(_HOLDING, streams=row["streams"])]
    return holding[0] if holding and holding[0] in _EXPLANATIONS else Side.UNKNOWN
