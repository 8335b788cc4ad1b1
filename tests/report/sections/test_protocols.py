"""The hierarchy of protocols."""

from collections.abc import Callable

from pcap_analyzer.report.model import Table
from pcap_analyzer.report.sections import protocols
from pcap_analyzer.tables import Tables


def path(text: str, packets: int) -> dict[str, object]:
    return {"path": text, "protocol": text.split(":")[-1], "depth": text.count(":"), "packets": packets}


def test_children_follow_their_parent(tables: Callable[..., Tables]) -> None:
    rows = [path("eth:ipv6", 1), path("eth:ip-x", 1), path("eth:ip:tcp", 2), path("eth", 5), path("eth:ip", 3)]
    read = protocols.read(tables(protocols=rows))["protocols"]
    assert [row["path"] for row in read] == ["eth", "eth:ip", "eth:ip:tcp", "eth:ip-x", "eth:ipv6"]


def test_small_branches_are_left_out_and_said_to_be() -> None:
    rows = [path("eth", 1000), *(path(f"eth:p{number:02}", number + 1) for number in range(30))]
    data = {"protocols": [row | {"wire_bytes": 0} for row in rows], "capture": {"packets": 1000}}
    (table,) = protocols.show(data).blocks
    assert isinstance(table, Table)
    assert len(table.rows) == 20
    assert table.rows[0][0] == "eth"
    assert table.note == "20 of 31 protocol paths, those with most packets."
