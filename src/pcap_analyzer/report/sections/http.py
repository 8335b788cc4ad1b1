"""Requests of HTTP: what failed, and what the server took longest for."""

from typing import Any, Final

from pcap_analyzer.i18n import mark, say
from pcap_analyzer.report.model import Column, Section, Value
from pcap_analyzer.tables import Row
from pcap_analyzer.text import plural
from pcap_analyzer.units import Unit, count

from .services import Service, section

# A response whose request is not here says nothing about how long it took, and is no failure.
SERVICE: Final = Service(
    "http",
    "http_transactions",
    "SELECT client, server, stream, method, host, path, status, outcome, response_spread_ns,"
    " status >= 400 OR outcome IN ('unanswered', 'response_cut') AS failed, service_time_ns AS time_ns,"
    " coalesce(request_frame, response_frame) AS frame FROM http_transactions",
)
_OUTCOMES: Final = {
    "unanswered": mark("no answer"),
    "request_cut": mark("request cut"),
    "response_cut": mark("response cut"),
    "no_request": mark("no request"),
}


def show(data: dict[str, Any]) -> Section | None:
    """The worst requests. Nothing where there was none."""
    service = data["services"].get("http")
    if not service:
        return None
    sentence = say(
        "{requests}, {failed} without a whole answer or with a status of 400 and above",
        requests=plural(service["total"], "request"),
        failed=count(service["failed_total"]),
    )
    columns = (
        Column(say("Request")),
        Column(say("Host"), rank=2),
        Column(say("Server"), rank=4),
        Column(say("Status")),
        Column(say("Server took"), Unit.DURATION_NS),
        Column(say("Answer took"), Unit.DURATION_NS, rank=3),
        Column(say("Frame"), Unit.COUNT, rank=1),
    )
    return section("http", "HTTP", sentence, service, (columns, _row))


def _row(row: Row) -> tuple[Value, ...]:
    status = "" if row["status"] is None else str(row["status"])
    return (
        " ".join(filter(None, (row["method"], row["path"]))) or None,
        row["host"],
        row["server"],
        ", ".join(filter(None, (status, say(_OUTCOMES.get(row["outcome"], ""))))),
        row["time_ns"],
        row["response_spread_ns"],
        row["frame"],
    )
