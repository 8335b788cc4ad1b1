"""`pcap-analyzer export`."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pcap_analyzer.views import catalogue

Run = Callable[..., Any]


@pytest.fixture
def capture(captures: Path) -> Path:
    return captures / "healthy_dns_web.pcap"


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_every_table_that_needs_no_asking(run: Run, capture: Path, kind: str) -> None:
    result = run("export", capture, "--out", "new/tables", "--format", kind)
    assert (result.code, result.out) == (0, "")
    wanted = {f"{table['name']}.{kind}" for table in catalogue() if not table["on_demand"]}
    assert {path.name for path in Path("new/tables").iterdir()} == wanted


def test_parquet_holds_what_the_table_holds(run: Run, capture: Path) -> None:
    run("export", capture, "--out", "tables", "--table", "flows")
    asked = json.loads(run("query", capture, "FROM flows", "--format", "json").out)
    relation = duckdb.sql("SELECT * FROM 'tables/flows.parquet'")
    assert [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()] == asked


def test_all_means_the_tables_on_demand_too(run: Run, capture: Path) -> None:
    run("export", capture, "--out", "tables", "--all", "--format", "csv")
    with Path("tables/packets.csv").open(newline="") as file:
        assert len(list(csv.reader(file))) == 256


def test_no_text_is_a_formula_in_a_spreadsheet(run: Run, captures: Path) -> None:
    name = "=1+1.pcap"
    Path(name).write_bytes((captures / "healthy_dns_web.pcap").read_bytes())
    run("export", name, "--out", "tables", "--format", "csv", "--table", "captures")
    with Path("tables/captures.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["name"] == f"'{name}"


def test_an_unknown_table_is_named(run: Run, capture: Path) -> None:
    result = run("export", capture, "--out", "tables", "--table", "flow")
    assert result.code == 2
    assert "did you mean flows" in result.err


def test_several_captures_are_one(run: Run, captures: Path, capture: Path) -> None:
    both = (capture, captures / "loss_few_packets.pcapng")
    assert run("export", *both, "--out", "tables", "--table", "captures", "--table", "buckets").code == 0
    assert duckdb.sql("SELECT count(*) FROM 'tables/captures.parquet'").fetchone() == (2,)
    total = duckdb.sql(
        "SELECT (SELECT sum(packets) FROM 'tables/buckets.parquet') = sum(packets) FROM 'tables/captures.parquet'"
    )
    assert total.fetchone() == (True,)


def test_the_report_on_paper(run: Run, capture: Path) -> None:
    done = run("export", capture, "--out", "paper", "--format", "pdf")
    assert (done.code, done.out, done.err) == (0, "", f"Report: {Path('paper/report.pdf')}\n")
    (path,) = Path("paper").iterdir()
    assert path.read_bytes().startswith(b"%PDF-")


def test_paper_has_no_tables(run: Run, capture: Path) -> None:
    done = run("export", capture, "--out", "paper", "--format", "pdf", "--table", "flows")
    assert done.code == 2
    assert "without --table and --all" in done.err
    assert not Path("paper").exists()
