"""Questions to the DNS: what failed, and what took longest."""

from typing import Any, Final

from pcap_analyzer.i18n import mark, say
from pcap_analyzer.report.model import Column, Section, Value
from pcap_analyzer.tables import Row
from pcap_analyzer.text import plural
from pcap_analyzer.units import Unit, count

from .services import Service, section

SERVICE: Final = Service(
    "dns",
    "dns_transactions",
    "SELECT client, server, query_name, query_type, outcome, response_code_name, queries, flow,"
    " outcome IN ('unanswered', 'error') AS failed, resolution_time_ns AS time_ns,"
    " coalesce(query_frame, response_frame) AS frame FROM dns_transactions WHERE protocol = 'dns'",
)
_OUTCOMES: Final = {
    "answer": mark("answer"),
    "no_data": mark("no such records"),
    "no_such_name": mark("no such name"),
    "referral": mark("referral"),
    "truncated": mark("truncated"),
    "error": mark("error"),
    "unanswered": mark("no answer"),
    "unsolicited": mark("no question"),
}


def show(data: dict[str, Any]) -> Section | None:
    """The worst questions. Nothing where there was none."""
    service = data["services"].get("dns")
    if not service:
        return None
    sentence = say(
        "{questions}, {failed} without answer or with an error",
        questions=plural(service["total"], "question"),
        failed=count(service["failed_total"]),
    )
    columns = (
        Column(say("Name")),
        Column(say("Type"), rank=4),
        Column(say("Resolver"), rank=2),
        Column(say("Outcome")),
        Column(say("Asked"), Unit.COUNT, rank=3),
        Column(say("Took"), Unit.DURATION_NS),
        Column(say("Frame"), Unit.COUNT, rank=1),
    )
    return section("dns", "DNS", sentence, service, (columns, _row))


def _row(row: Row) -> tuple[Value, ...]:
    code = row["response_code_name"] if row["outcome"] == "error" else None
    return (
        row["query_name"],
        row["query_type"],
        row["server"],
        code or say(_OUTCOMES[row["outcome"]]),
        row["queries"],
        row["time_ns"],
        row["frame"],
    )
