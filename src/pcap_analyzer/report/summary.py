"""Several captures in one table, a line for each."""

from collections.abc import Sequence

from pcap_analyzer.text import plural
from pcap_analyzer.units import SECOND_NS, Unit

from .model import Column, Report, Section, Table, Value

_COLUMNS = (
    Column("Capture"),
    Column("Verdict"),
    Column("Side", rank=2),
    Column("Cost", Unit.DURATION_NS, rank=1),
    Column("Health", Unit.COUNT, rank=3),
    Column("Packets", Unit.COUNT, rank=4),
)


def build(reports: Sequence[Report]) -> Report:
    """The verdict of each report, in the order given."""
    table = Table(_COLUMNS, tuple(map(_row, reports)))
    return Report(plural(len(reports), "capture"), {}, {}, (Section("summary", "Summary", (table,)),))


def _row(report: Report) -> tuple[Value, ...]:
    verdict, cost_s = report.data["verdict"], report.data["verdict"]["cost_s"]
    return (
        report.title,
        verdict["cause"] or "not enough data",
        verdict["side"],
        None if cost_s is None else round(cost_s * SECOND_NS),
        report.data["health"]["score"],
        report.data["capture"]["packets"],
    )
