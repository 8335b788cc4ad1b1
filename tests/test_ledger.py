"""The words of the ledger."""

import pytest

from pcap_analyzer import _core
from pcap_analyzer.ledger import COST_SQL, LABELS, is_rest


def test_every_category_of_the_table_has_a_label() -> None:
    (table,) = (table for table in _core.catalogue() if table["name"] == "tcp_ledger")
    (column,) = (column for column in table["columns"] if column["name"] == "category")
    names = column["sentence"].partition(": ")[2].rstrip(".").split(", ")
    assert set(names) == set(LABELS)


@pytest.mark.parametrize(
    ("category", "side", "rest"),
    [
        ("idle", "server", True),
        ("teardown", "none", True),
        ("think", "client", True),
        ("think", "server", False),
        ("application", "client", False),
        ("network_rtt", "network", False),
    ],
)
def test_nobody_waits_while_the_client_thinks(category: str, side: str, rest: bool) -> None:
    assert is_rest(category, side) is rest


def test_the_cost_leaves_rests_and_round_trips_out() -> None:
    assert all(name in COST_SQL for name in ("idle", "teardown", "network_rtt", "think"))
