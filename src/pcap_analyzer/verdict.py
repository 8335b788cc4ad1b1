"""FINDINGS → VERDICT: what the capture comes to, in one line for it and one for each connection."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from .causes import HEALTHY, SIDES, Severity, Side
from .findings._api import Effect
from .findings._found import Found
from .findings._run import Options, run
from .i18n import ENGLISH, say, speaking
from .tables import Row, Tables
from .text import plural
from .units import count

# A second cause is named too where it weighs at least this share of the first.
_SECOND_SHARE: Final = 0.3

# What there is to judge by: connections, exchanges, and how whole they are.
_BASIS: Final = """
    SELECT (SELECT count(*) FROM connections) AS connections,
           (SELECT count(*) FROM connections WHERE one_way) AS one_way,
           (SELECT CAST(coalesce(sum(waited_ns), 0) AS BIGINT) FROM connections) AS waited_ns,
           (SELECT count(*) FROM flows) AS flows,
           (SELECT coalesce(CAST(sum(packets) AS BIGINT), 0) FROM captures) AS packets
"""
_CONNECTION_COSTS: Final = """
    WITH chosen AS (SELECT unnest(CAST(string_split($streams, ',') AS BIGINT[])) AS stream)
    SELECT stream, number, coalesce(CAST(sum(duration_ns) FILTER (granted) AS BIGINT), 0) AS cost_ns
    FROM suffered SEMI JOIN chosen USING (stream) LEFT JOIN shares USING (number, stream)
    GROUP BY stream, number
"""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All that was found, in order of rank, and what it comes to; what is about security stands apart."""

    verdict: Row
    findings: list[Found]
    security: list[Found]
    health: Row
    basis: Row


def diagnose(tables: Tables, options: Options | None = None) -> Diagnosis:
    """Runs all findings over the tables of a capture, and judges."""
    with speaking(ENGLISH):
        ranked = run(tables, options)
        found = [each for each in ranked if not each.security]
        security = [each for each in ranked if each.security]
        basis = tables.row(_BASIS)
        return Diagnosis(_verdict(found, basis), found, security, _health(tables, found, basis), basis)


def _verdict(found: list[Found], basis: Row) -> Row:
    """Of the capture: its first finding above info, healthy where there is none, nothing where there is nothing to judge."""
    told = [each for each in found if each.severity is not Severity.INFO]
    if told:
        return _of_finding(told)
    if not basis["flows"]:
        return _line(Side.UNKNOWN, None, 0.0, None, say("Not enough data: no packet belongs to a conversation."))
    whole = 1 - 0.5 * basis["one_way"] / basis["connections"] if basis["connections"] else 0.5
    checked = plural(basis["connections"], "TCP connection")
    summary = say("Nothing wrong was found in {connections}.", connections=checked)
    return _line(Side.NONE, HEALTHY, 0.9 * whole, None, summary)


def _of_finding(told: list[Found]) -> Row:
    first = told[0]
    verdict = _line(
        first.finding.side,
        first.finding.cause,
        first.confidence,
        first.cost_ns,
        say("{side}: {title}.", side=say(SIDES[first.finding.side]), title=first.finding.title),
    )
    second = next((each for each in told[1:] if each.finding.cause != first.finding.cause), None)
    if second and _weighs(second, first):
        verdict["second"] = _short(second)
    return verdict


def _weighs(second: Found, first: Found) -> bool:
    """Whether the second matters nearly as much as the first."""
    if second.effect is not first.effect:
        return second.effect is Effect.SLOWED and (second.cost_ns or 0) >= (first.cost_ns or 0)
    return (second.cost_ns or 0) >= _SECOND_SHARE * (first.cost_ns or 0)


def _line(side: Side, cause: str | None, confidence: float, cost_ns: int | None, summary: str) -> Row:
    return {
        "side": side.value,
        "cause": cause,
        "confidence": round(confidence, 3),
        "cost_s": seconds(cost_ns),
        "summary": summary,
        "second": None,
    }


def _short(found: Found) -> Row:
    return {
        "id": found.id,
        "side": found.finding.side.value,
        "cause": found.finding.cause,
        "confidence": round(found.confidence, 3),
        "cost_s": seconds(found.cost_ns),
    }


def seconds(nanoseconds: int | None) -> float | None:
    """Nanoseconds as seconds, to the microsecond."""
    return None if nanoseconds is None else round(nanoseconds / 1e9, 6)


def of_connections(tables: Tables, diagnosis: Diagnosis, streams: Iterable[int]) -> dict[int, Row]:
    """A line for each of these connections: what it suffered most from, and what nearly as much."""
    listed = ",".join(map(str, streams))
    if not listed:
        return {}
    places = {each.number: place for place, each in enumerate(diagnosis.findings) if each.severity is not Severity.INFO}
    by_place = dict(enumerate(diagnosis.findings))
    costs: dict[int, list[tuple[Any, ...]]] = {}
    for row in tables.rows(_CONNECTION_COSTS, streams=listed):
        if row["number"] in places:
            place = places[row["number"]]
            costs.setdefault(row["stream"], []).append((by_place[place].effect, -row["cost_ns"], place))
    return {stream: _of_connection(sorted(entries), by_place) for stream, entries in costs.items()}


def _of_connection(entries: list[tuple[Any, ...]], by_place: dict[int, Found]) -> Row:
    lines = [{**_short(by_place[place]), "cost_s": seconds(-cost)} for _, cost, place in entries[:2]]
    first, *others = lines
    second = others[0] if others and others[0]["cost_s"] >= _SECOND_SHARE * first["cost_s"] > 0 else None
    return {**first, "second": second}


def healthy_connection() -> Row:
    """The line of a connection that no finding speaks about."""
    return {"id": None, "side": "none", "cause": HEALTHY, "confidence": 0.8, "cost_s": 0.0, "second": None}


_FAILED_STREAMS: Final = """
    SELECT count(DISTINCT stream) AS failed FROM suffered
    WHERE number IN (SELECT unnest(CAST(string_split($numbers, ',') AS BIGINT[])))
"""


def _health(tables: Tables, found: list[Found], basis: Row) -> Row:
    """100 for a capture on which nothing failed and nobody waited for a fault, 0 where everything failed.

    It is the share of connections that did not fail, times the share of the waiting that no finding accounts for. Every
    nanosecond and every connection counts once, so more faults never raise it.
    """
    told = [each for each in found if each.severity is not Severity.INFO]
    failing = ",".join(str(each.number) for each in told if each.effect is Effect.FAILED) or "-1"
    failed = tables.row(_FAILED_STREAMS, numbers=failing)["failed"]
    outside_ns = sum(each.finding.cost_ns or 0 for each in told)
    waited_ns = basis["waited_ns"] + outside_ns
    excess_ns = sum(each.cost_ns or 0 for each in told)
    if not basis["connections"] and not outside_ns:
        return {
            "score": None,
            "summary": say("Not enough data for a score."),
            "failed_share": None,
            "excess_share": None,
        }
    failed_share = min(1.0, failed / basis["connections"]) if basis["connections"] else 0.0
    excess_share = min(1.0, excess_ns / waited_ns) if waited_ns else 0.0
    score = round(100 * (1 - failed_share) * (1 - excess_share))
    summary = say(
        "{score} of 100: {failed} of {connections} failed, and findings account for {excess} % of the waiting.",
        score=count(score),
        failed=count(failed),
        connections=plural(basis["connections"], "connection"),
        excess=count(round(100 * excess_share)),
    )
    return {
        "score": score,
        "summary": summary,
        "failed_share": round(failed_share, 6),
        "excess_share": round(excess_share, 6),
    }
