"""Tables without a capture."""

from collections.abc import Callable

import duckdb
import pytest

from pcap_analyzer.errors import OutOfMemoryError
from pcap_analyzer.tables import Tables


def test_rows_come_by_column_name(tables: Callable[..., Tables]) -> None:
    some = tables(endpoints=[{"address": "192.0.2.1", "flows": 3}, {"address": "192.0.2.2", "flows": 1}])
    assert some.rows("SELECT address, flows FROM endpoints WHERE flows > $least", least=2) == [
        {"address": "192.0.2.1", "flows": 3}
    ]


def test_a_sum_is_one_row(tables: Callable[..., Tables]) -> None:
    assert tables().row("SELECT count(*) AS flows FROM flows") == {"flows": 0}


def test_a_relation_can_be_fetched_in_parts(tables: Callable[..., Tables]) -> None:
    relation = tables(flows=[{"flow": number} for number in range(3)]).sql("SELECT flow FROM flows ORDER BY flow")
    assert relation.fetchmany(2) == [(0,), (1,)]
    assert relation.fetchmany(2) == [(2,)]


def test_a_query_that_takes_too_much_memory_says_what_to_do() -> None:
    connection = duckdb.connect(config={"memory_limit": "8MB", "temp_directory": ""})
    with pytest.raises(OutOfMemoryError, match="--filter"):
        Tables(connection).rows("SELECT list(range) AS numbers FROM range(10_000_000)")
