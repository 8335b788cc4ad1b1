"""Top talkers."""

from collections.abc import Callable

from pcap_analyzer.report.model import Table
from pcap_analyzer.report.sections import endpoints
from pcap_analyzer.tables import Tables


def test_most_bytes_first_and_ties_by_address(tables: Callable[..., Tables]) -> None:
    rows = [{"address": name, "sent_bytes": size} for name, size in [("b", 5), ("c", 9), ("a", 5)]]
    read = endpoints.read(tables(endpoints=rows))
    assert [row["address"] for row in read["endpoints"]] == ["c", "a", "b"]
    assert read["endpoints_total"] == 3


def test_a_share_is_never_above_all(tables: Callable[..., Tables]) -> None:
    read = endpoints.read(tables(endpoints=[{"address": "a", "sent_bytes": 150, "received_bytes": 150}]))
    (table,) = endpoints.show(read | {"capture": {"wire_bytes": 100}, "names": {}}).blocks
    assert isinstance(table, Table)
    assert table.rows[0][-1] == 1.0
