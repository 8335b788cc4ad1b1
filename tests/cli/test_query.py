"""`pcap-analyzer query`."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

Run = Callable[..., Any]


@pytest.fixture
def ask(run: Run, captures: Path) -> Run:
    def ask(sql: str, *options: str | Path) -> Any:
        return run("query", captures / "healthy_dns_web.pcap", sql, *options)

    return ask


def test_a_table_for_people(ask: Run) -> None:
    result = ask("SELECT client, client_packets, vlan FROM flows ORDER BY flow LIMIT 2")
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        "client              client_packets  vlan\n"
        "10.41.65.116:33875               1  NULL\n"
        "10.41.65.116:50054              44  NULL\n"
    )


def test_a_long_table_says_how_much_more_there_is(ask: Run) -> None:
    result = ask("SELECT frame_number FROM packets ORDER BY 1")
    assert len(result.out.splitlines()) == 51
    assert result.err == "50 of 255 rows; --rows 0 shows all, --format csv writes them\n"
    assert len(ask("SELECT frame_number FROM packets", "--rows", "0").out.splitlines()) == 256


def test_csv_has_a_header_and_empty_fields_for_null(ask: Run) -> None:
    result = ask("SELECT flow, stream, vlan, evicted FROM flows ORDER BY flow LIMIT 1", "--format", "csv")
    assert (result.code, result.out, result.err) == (0, "flow,stream,vlan,evicted\n0,0,,false\n", "")


def test_csv_is_quoted_so_that_it_comes_back_whole(ask: Run) -> None:
    odd = ["a,b", 'say "x"', "two\nlines", "cr\rhere", "", " plain "]
    texts = ", ".join("('" + text + "')" for text in odd)
    result = ask(f"""SELECT text AS "the,text", 1.5 AS n FROM (VALUES {texts}) AS t(text)""", "--format", "csv")
    rows = list(csv.reader(io.StringIO(result.out, newline="")))
    assert rows == [["the,text", "n"], *([text, "1.5"] for text in odd)]


def test_nanoseconds_stay_whole_numbers(ask: Run) -> None:
    result = ask("SELECT min(first_time_ns) AS t FROM flows", "--format", "csv")
    assert result.out == "t\n1795446277571566411\n"
    result = ask("SELECT min(first_time_ns) AS t FROM flows", "--format", "json")
    assert json.loads(result.out) == [{"t": 1795446277571566411}]


def test_csv_without_rows_is_a_header(ask: Run) -> None:
    assert ask("SELECT flow, client FROM flows WHERE false", "--format", "csv").out == "flow,client\n"


def test_tables_on_demand_are_filled(ask: Run) -> None:
    assert ask("SELECT count(*) AS n FROM packets", "--format", "csv").out == "n\n255\n"
    assert ask("SELECT count(*) AS n FROM tcp_segments", "--format", "csv").out == "n\n251\n"


def test_json_is_an_array_of_objects(ask: Run) -> None:
    sql = """
        SELECT 'é\x1b\x9b' AS text, NULL AS nothing, 'nan'::DOUBLE AS n, [1, 2] AS list, true AS yes,
               now() AS at, 1 AS yes
    """
    result = ask(sql, "--format", "json")
    assert (result.code, result.err) == (0, "")
    assert not {"\x1b", "\x9b"} & set(result.out)
    (row,) = json.loads(result.out)
    assert isinstance(row.pop("at"), str)
    assert row == {"text": "é\x1b\x9b", "nothing": None, "n": None, "list": [1, 2], "yes": True, "yes_7": 1}
    assert json.loads(ask("FROM flows WHERE false", "--format", "json").out) == []


def test_parquet_goes_to_a_file(ask: Run, tmp_path: Path) -> None:
    result = ask("SELECT flow, client FROM flows ORDER BY flow", "--format", "parquet", "-o", "flows.parquet")
    assert (result.code, result.out, result.err) == (0, "", "")
    read = duckdb.connect().execute(f"SELECT flow, client FROM '{tmp_path / 'flows.parquet'}' ORDER BY flow").fetchall()
    assert read[0] == (0, "10.41.65.116:33875")
    assert [path.name for path in tmp_path.iterdir()] == ["flows.parquet"]


@pytest.mark.parametrize("format_name", ["csv", "json"])
def test_text_goes_to_a_file(ask: Run, tmp_path: Path, format_name: str) -> None:
    sql = "SELECT flow, client FROM flows ORDER BY flow"
    result = ask(sql, "--format", format_name, "-o", "out.txt")
    assert (result.code, result.out, result.err) == (0, "", "")
    assert (tmp_path / "out.txt").read_text() == ask(sql, "--format", format_name).out


@pytest.mark.parametrize("format_name", ["csv", "json", "parquet", "table"])
def test_a_query_that_fails_writes_nothing(ask: Run, tmp_path: Path, format_name: str) -> None:
    output = tmp_path / "kept"
    output.write_text("before")
    options = [] if format_name == "table" else ["-o", output]
    result = ask("SELECT CAST(client AS INTEGER) FROM flows", "--format", format_name, *options)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("pcap-analyzer: SQL: Conversion Error: Could not convert string ")
    assert result.err.count("\n") == 1
    assert output.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["--format", "parquet"], "--format parquet needs a file: add -o FILE"),
        (["--format", "parquet", "-o", "/dev/null"], "/dev/null is no ordinary file: parquet needs one"),
        (["-o", "x"], "-o needs --format csv, json or parquet"),
        (["--format", "xml"], "'xml' is not one of"),
        (["--rows", "-1"], "-1 is not in the range"),
    ],
)
def test_wrong_usage_is_one_line(ask: Run, options: list[str], line: str) -> None:
    result = ask("SELECT 1", *options)
    assert (result.code, result.out) == (2, "")
    assert line in result.err
    assert result.err.count("\n") == 1


@pytest.mark.parametrize(
    "sql",
    ["FROM read_csv('/etc/passwd')", "ATTACH 'x.db'", "COPY flows TO 'x.csv'", "PRAGMA version", "FROM flowz", "SELEC"],
)
def test_what_is_refused_ends_with_2_and_one_line(ask: Run, sql: str, tmp_path: Path) -> None:
    result = ask(sql, "--format", "csv")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("pcap-analyzer: SQL: ")
    assert result.err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_wrong_sql_is_told_before_the_capture_is_looked_for(run: Run) -> None:
    assert "no table flowz" in run("query", "missing.pcap", "FROM flowz").err
    assert "missing.pcap: no such file" in run("query", "missing.pcap", "FROM flows").err


def test_a_file_that_cannot_be_written_is_named(ask: Run) -> None:
    result = ask("FROM flows", "--format", "csv", "-o", "no/such/folder.csv")
    assert (result.code, result.err) == (
        2,
        "pcap-analyzer: no/such/folder.csv: no such file or directory; check the name\n",
    )


def test_half_a_capture_says_so(run: Run, captures: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.pcap"
    cut.write_bytes((captures / "healthy_dns_web.pcap").read_bytes()[:100_000])
    result = run("query", cut, "SELECT count(*) > 0 AS some FROM flows", "--format", "csv")
    assert (result.code, result.out) == (0, "some\ntrue\n")
    assert "The input ends in the middle of a record" in result.err


def test_a_wide_table_on_a_terminal_becomes_records(on_terminal: Callable[..., str], captures: Path) -> None:
    written = on_terminal("query", captures / "healthy_dns_web.pcap", "FROM flows LIMIT 2", columns=60)
    assert "Row 1" in written
    assert "Row 2" in written
    assert "server_payload_bytes" in written


def test_csv_on_a_terminal_shows_control_characters(on_terminal: Callable[..., str], captures: Path) -> None:
    written = on_terminal("query", captures / "healthy_dns_web.pcap", "SELECT chr(27) || '[2J' AS x", "--format", "csv")
    assert written.split() == ["x", r"\x1b[2J"]
