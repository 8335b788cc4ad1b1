"""Top conversations."""

from collections.abc import Callable

from pcap_analyzer.report.model import Table
from pcap_analyzer.report.sections import conversations
from pcap_analyzer.tables import Tables


def flow(number: int, wire_bytes: int, duration_ns: int = 0) -> dict[str, object]:
    sizes = {"client_wire_bytes": wire_bytes, "duration_ns": duration_ns, "client": f"c{number}", "server": "s"}
    return {"flow": number, "protocol": "tcp", **sizes}


def test_the_biggest_come_first_and_the_sums_are_over_all(tables: Callable[..., Tables]) -> None:
    read = conversations.read(tables(flows=[flow(number, number % 7) for number in range(1100)]))
    assert len(read["flows"]) == 1000
    assert read["flows_total"] == 1100
    assert read["flows_sums"]["client_wire_bytes"] == sum(number % 7 for number in range(1100))
    assert [row["flow"] for row in read["flows"][:3]] == [6, 13, 20]


def test_a_rate_needs_a_duration(tables: Callable[..., Tables]) -> None:
    read = conversations.read(tables(flows=[flow(0, 1000, 1_000_000), flow(1, 100)]))
    (table,) = conversations.show(read).blocks
    assert isinstance(table, Table)
    assert [row[-1] for row in table.rows] == [8_000_000.0, None]
    assert table.rows[0][0] == "c0 → s"
