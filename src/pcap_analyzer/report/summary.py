"""Several captures in one table, a line for each."""

from collections.abc import Sequence

from pcap_analyzer.causes import side_word
from pcap_analyzer.i18n import say
from pcap_analyzer.text import plural
from pcap_analyzer.units import SECOND_NS, Unit

from .model import Column, Report, Section, Table, Value


def _columns() -> tuple[Column, ...]:
    return (
        Column(say("Capture")),
        Column(say("Verdict")),
        Column(say("Side"), rank=2),
        Column(say("Cost"), Unit.DURATION_NS, rank=1),
        Column(say("Health"), Unit.COUNT, rank=3),
        Column(say("Packets"), Unit.COUNT, rank=4),
    )


def build(reports: Sequence[Report]) -> Report:
    """The verdict of each report, in the order given."""
    table = Table(_columns(), tuple(map(_row, reports)))
    return Report(plural(len(reports), "capture"), {}, {}, (Section("summary", say("Summary"), (table,)),))


def _row(report: Report) -> tuple[Value, ...]:
    verdict, cost_s = report.data["verdict"], report.data["verdict"]["cost_s"]
    return (
        report.title,
        verdict["cause"] or say("not enough data"),
        side_word(verdict["side"]),
        None if cost_s is None else round(cost_s * SECOND_NS),
        report.data["health"]["score"],
        report.data["capture"]["packets"],
    )
