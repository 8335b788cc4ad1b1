"""SQL of users: one SELECT over the tables of a capture, or one line that says why not."""

import duckdb
import pytest

from pcap_analyzer.errors import QueryError
from pcap_analyzer.sql import check, explain


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        ("SELECT 1", set()),
        ("SELECT * FROM flows", {"flows"}),
        ("FROM FLOWS", {"flows"}),
        ("FROM main.flows", {"flows"}),
        ("SELECT (SELECT count(*) FROM packets)", {"packets"}),
        ("WITH packets AS (SELECT * FROM packets) FROM packets", {"packets"}),
        ("WITH a AS (FROM flows) SELECT * FROM a JOIN issues ON true", {"flows", "issues"}),
        ("SUMMARIZE flows", {"flows"}),
        ("DESCRIBE tcp_segments", {"tcp_segments"}),
        ("SHOW TABLES", set()),
        ("VALUES (1), (2)", set()),
        ("FROM range(3), unnest([1, 2])", set()),
        ("PIVOT flows ON protocol IN ('tcp', 'udp') USING count(*)", {"flows"}),
        ("SELECT columns('.*_ns') FROM flows", {"flows"}),
    ],
)
def test_what_is_allowed(text: str, tables: set[str]) -> None:
    assert check(text).tables == tables


def test_tables_on_demand_are_known_before_the_capture_is_read() -> None:
    assert check("FROM packets, flows").on_demand == ("packets",)
    assert check("FROM flows").on_demand == ()


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        ("SELECT 1;", "SELECT 1"),
        ("SELECT ';' ;; -- and; so on", "SELECT ';'"),
        ("SELECT 'é'; /* ; */", "SELECT 'é'"),
        ("SELECT 1 -- x", "SELECT 1 -- x"),
    ],
)
def test_what_ends_a_statement_is_left_out(text: str, statement: str) -> None:
    assert check(text).text == statement


@pytest.mark.parametrize(
    "text",
    [
        "FROM read_csv('/etc/passwd')",
        "FROM READ_CSV_AUTO('/etc/passwd')",
        "FROM '/etc/passwd'",
        "FROM 'x.parquet'",
        "FROM read_text('/etc/passwd')",
        "FROM read_blob('/dev/zero')",
        "FROM glob('/*')",
        "FROM sniff_csv('/etc/passwd')",
        "FROM query('FROM flows')",
        "FROM query_table('flows')",
        "FROM arrow_scan(1, 2, 3)",
        "FROM duckdb_settings()",
        "FROM duckdb_settings",
        "FROM information_schema.tables",
        "FROM flows WHERE flow IN (SELECT 1 FROM glob('*'))",
        "SELECT getenv('HOME')",
        "SELECT current_setting('temp_directory')",
        "ATTACH '/tmp/x.db'",
        "COPY flows TO '/tmp/x.csv'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "PRAGMA version",
        "PRAGMA table_info('flows')",
        "PRAGMA enable_external_access",
        "CALL pragma_version()",
        "SET memory_limit = '1TB'",
        "SET VARIABLE x = 1",
        "RESET ALL",
        "USE memory",
        "CREATE TABLE x AS FROM flows",
        "CREATE MACRO x() AS 1",
        "INSERT INTO flows VALUES (1)",
        "DELETE FROM flows",
        "DROP VIEW flows",
        "EXPORT DATABASE '/tmp/x'",
        "PREPARE x AS SELECT 1",
        "EXPLAIN ANALYZE FROM flows",
        "CHECKPOINT",
        "BEGIN",
    ],
)
def test_what_reaches_beyond_the_tables_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(QueryError, match=r"^SQL: ") as refused:
        check(text)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 'SQL: nothing to run; try "SELECT * FROM flows"'),
        ("-- nothing", 'SQL: nothing to run; try "SELECT * FROM flows"'),
        ("SELECT 1; SELECT 2", "SQL: 2 statements where one is allowed; ask one question at a time"),
        ("FROM flowz", "SQL: no table flowz; did you mean flows?"),
        ("PRAGMA version", "SQL: PRAGMA is not allowed; only SELECT, WITH, VALUES, DESCRIBE and SUMMARIZE are"),
        ("FROM glob('*')", "SQL: glob is not allowed; SQL reads the tables of the capture and nothing else"),
        ("SELECT ? FROM flows", "SQL: parameters such as ? and $name have no value here; write the value itself"),
        (
            "PIVOT flows ON protocol USING count(*)",
            "SQL: PIVOT needs its values spelt out here: PIVOT … ON column IN (value, …)",
        ),
        ("SELEC 1", 'SQL: syntax error at or near "SELEC"'),
        ("SELECT 1" + " + 1" * 3000, "SQL: nested too deeply; ask in smaller steps"),
        ("SELECT 1" + " + 1" * 700, "SQL: nested too deeply; ask in smaller steps"),
    ],
)
def test_one_line_says_what_is_wrong(text: str, line: str) -> None:
    with pytest.raises(QueryError) as wrong:
        check(text)
    assert str(wrong.value) == line


def test_a_wrong_column_brings_the_nearest() -> None:
    with pytest.raises(
        QueryError, match=r'^SQL: Referenced column "clint" not found in FROM clause! Candidate .*"client"'
    ):
        check("SELECT clint FROM flows")


def test_a_table_that_resembles_none_brings_all() -> None:
    with pytest.raises(QueryError, match=r"no table xyzzy; there are captures, interfaces, .*packets"):
        check("FROM xyzzy")


def test_an_error_of_a_value_is_one_line() -> None:
    error = duckdb.ConversionException("Conversion Error: Could not convert string 'x' to INT32\n\nLINE 1: …\n  ^")
    assert str(explain(error)) == "SQL: Conversion Error: Could not convert string 'x' to INT32"
