"""`pcap-analyzer tables`."""

import json
from collections.abc import Callable
from typing import Any

from pcap_analyzer.views import catalogue

Run = Callable[..., Any]


def test_all_tables_are_listed_with_their_sentence(run: Run) -> None:
    result = run("tables")
    assert (result.code, result.err) == (0, "")
    words = " ".join(result.out.split())
    for table in catalogue():
        assert table["name"] in words
        assert " ".join(table["sentence"].split()[:3]) in words
    assert "(on demand)" in words


def test_one_table_is_told_column_by_column(run: Run) -> None:
    result = run("tables", "Flows")
    assert result.code == 0
    assert "duration_ns" in result.out
    assert "BIGINT" in result.out
    assert "Latest less earliest time." in result.out


def test_columns_are_told_in_french(run: Run) -> None:
    words = " ".join(run("tables", "flows", "--lang", "fr").out.split())
    assert "Sens" in words
    assert "Dernière heure moins première heure." in words
    assert "Latest less earliest time." not in words


def test_json_is_the_catalogue(run: Run) -> None:
    assert json.loads(run("tables", "--format", "json").out) == catalogue()
    assert json.loads(run("tables", "flows", "--format", "json").out)["name"] == "flows"


def test_a_wrong_name_brings_the_nearest(run: Run) -> None:
    result = run("tables", "flowz")
    assert (result.code, result.out, result.err) == (2, "", "pcap-analyzer: no table flowz; did you mean flows?\n")
    assert "there are captures, " in run("tables", "xyzzy").err
