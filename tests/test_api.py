"""The package in a notebook."""

import json
from pathlib import Path

import duckdb
import pytest

import pcap_analyzer as pa


def test_an_analysis_judges_as_the_command_does(captures: Path) -> None:
    with pa.analyze(captures / "server_think.pcap") as analysis:
        report = json.loads(analysis.json())
        assert analysis.verdict == report["verdict"]
        assert analysis.findings == report["findings"]
        assert analysis.verdict["cause"] == "server_think_time"
        assert analysis.verdict["summary"] in repr(analysis)


def test_tables_go_on_to_other_libraries(captures: Path) -> None:
    with pa.analyze(captures / "healthy_dns_web.pcap") as analysis:
        relation = analysis.table("tcp_flows")
        assert isinstance(relation, duckdb.DuckDBPyRelation)
        assert hasattr(relation, "__arrow_c_stream__")
        assert relation.count("*").fetchall() == analysis.sql("SELECT count(*) FROM tcp_flows").fetchall()


def test_frames_and_thresholds_can_be_chosen(captures: Path) -> None:
    with pa.analyze(captures / "healthy_dns_web.pcap", filter="udp port 53", until="+1s", latency_s=0.5) as analysis:
        (row,) = analysis.rows("SELECT packets, left_out_packets FROM captures")
        assert 0 < row["packets"] < 255
        assert row["packets"] + row["left_out_packets"] == 255
        assert {flow["protocol"] for flow in analysis.rows("FROM flows")} == {"udp"}


def test_wrong_choices_are_one_line_each(captures: Path) -> None:
    for choice in ({"filter": "port http"}, {"since": "soon"}):
        with pytest.raises(pa.SettingError):
            pa.analyze(captures / "healthy_dns_web.pcap", **choice)  # type: ignore[arg-type]


def test_a_notebook_shows_the_page_in_a_frame(captures: Path) -> None:
    with pa.analyze(captures / "healthy_dns_web.pcap") as analysis:
        shown = analysis._repr_html_()
    assert shown.startswith('<iframe srcdoc="')
    assert shown.count('"') == 6
    assert "<script" not in shown


def test_the_page_speaks_the_language_that_is_asked_for(captures: Path) -> None:
    with pa.analyze(captures / "healthy_dns_web.pcap") as analysis:
        assert '<html lang="fr">' in analysis.html("fr")
        assert '<html lang="en">' in analysis.html()
