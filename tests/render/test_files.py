"""Rows as CSV and JSON come in batches."""

import time

from pcap_analyzer.database import connect
from pcap_analyzer.render.files import columns, count, csv, json_rows, texts


def test_the_first_rows_come_before_the_last_are_made() -> None:
    with connect() as connection:
        started = time.monotonic()
        chunks = csv(connection, "SELECT range AS x FROM range(1000000000)")
        assert next(chunks).startswith("x\n0\n1\n")
        assert time.monotonic() - started < 5


def test_batches_join_without_a_seam() -> None:
    with connect() as connection:
        whole = "".join(csv(connection, "SELECT range AS x FROM range(25000)"))
        assert whole == "x\n" + "".join(f"{number}\n" for number in range(25_000))
        whole = "".join(json_rows(connection, "SELECT range AS x FROM range(25000)"))
        assert whole == "[\n  " + ",\n  ".join(f'{{"x": {number}}}' for number in range(25_000)) + "\n]\n"


def test_order_is_kept() -> None:
    with connect() as connection:
        lines = "".join(csv(connection, "SELECT range AS x FROM range(100000) ORDER BY x DESC")).splitlines()
        assert lines[1:] == [str(number) for number in range(99_999, -1, -1)]


def test_a_million_rows_in_a_few_seconds() -> None:
    query = "SELECT range AS a, range * 2 AS b, 'tcp' AS c, range % 7 AS d, NULL AS e, 'x,y' AS f FROM range(1000000)"
    with connect() as connection:
        started = time.monotonic()
        assert sum(chunk.count("\n") for chunk in csv(connection, query)) == 1_000_001
        assert time.monotonic() - started < 10


def test_a_comment_at_the_end_swallows_nothing() -> None:
    with connect() as connection:
        query = "SELECT 1 AS x -- one"
        assert "".join(csv(connection, query)) == "x\n1\n"
        assert count(connection, query) == 1
        assert texts(connection, query, 5) == [("1",)]
        assert columns(connection, query) == (["x"], ["INTEGER"])
