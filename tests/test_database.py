"""DuckDB is closed off, whatever passes the check of SQL."""

from pathlib import Path

import duckdb
import pytest

from pcap_analyzer.database import connect, connect_to_nothing, quote_name, quote_text
from pcap_analyzer.views import catalogue


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM read_blob('/etc/hostname')",
        "SELECT * FROM glob('/etc/*')",
        "FROM '/etc/passwd'",
        "ATTACH '/tmp/x.db'",
        "COPY (SELECT 1) TO '/tmp/x.csv'",
        "EXPORT DATABASE '/tmp/x'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET memory_limit = '1TB'",
        "SET enable_external_access = true",
        "RESET lock_configuration",
        "SELECT getenv('HOME')",
        "SELECT * FROM local_variable",
    ],
)
def test_nothing_of_the_machine_can_be_reached(statement: str) -> None:
    local_variable = [1]
    with connect() as connection, pytest.raises(duckdb.Error):
        connection.execute(statement).fetchall()
    assert local_variable


def test_one_folder_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with connect(writable=tmp_path / "in") as connection:
        connection.execute(f"COPY (SELECT 1) TO {quote_text(str(tmp_path / 'in' / 'x.parquet'))}")
        with pytest.raises(duckdb.PermissionException):
            connection.execute(f"COPY (SELECT 1) TO {quote_text(str(tmp_path / 'x.parquet'))}")


def test_large_results_spill_into_the_folder_given(tmp_path: Path) -> None:
    with connect(spill=tmp_path / "spill") as connection:
        assert connection.execute("SELECT current_setting('temp_directory')").fetchone() == (str(tmp_path / "spill"),)


def test_every_table_of_the_catalogue_is_there_to_check_against() -> None:
    with connect_to_nothing() as connection:
        names = {name for (name,) in connection.execute("SHOW TABLES").fetchall()}
    assert names == {table["name"] for table in catalogue()}


def test_quoting() -> None:
    assert quote_name('a"b') == '"a""b"'
    assert quote_text("a'b") == "'a''b'"
