"""DuckDB, closed off: it sees the tables of one capture and nothing of the machine."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from . import _core
from .settings import SQL_COPIED_VALUES, SQL_MEMORY_BYTES, SQL_ROWS_PER_THREAD, SQL_THREADS
from .views import VIEWS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def forbid_data_frames() -> None:
    """Lets nothing in this process load pandas or pyarrow.

    DuckDB looks for both with nearly every statement. Where they are missing the search takes time; where they are
    installed, loading them takes longer than most analyses.
    """
    for name in ("pandas", "pyarrow"):
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]


def connect(spill: Path | None = None, writable: Path | None = None, threads: int = 1) -> "DuckDBPyConnection":
    """A connection without tables that can reach no file, no network, no extension and no Python variable.

    What does not fit into memory spills into the folder `spill`. SQL may write into the folder `writable` alone.
    """
    from .engine import duckdb

    connection = duckdb.connect(
        config={
            "memory_limit": f"{SQL_MEMORY_BYTES}B",
            "threads": threads,
            "temp_directory": str(spill or ""),
            "python_enable_replacements": False,
            # Of values that are no more than copied it knows nothing worth the time, and DuckDB 1.5 fails where its
            # knowledge of them meets an ASOF join: "Failed to cast expression to type".
            "disabled_optimizers": "statistics_propagation",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
        }
    )
    if writable:
        connection.execute(f"SET allowed_directories = [{quote_text(f'{writable}/')}]")
    # The order matters: after the second nothing can be allowed, after the third nothing can be changed.
    connection.execute("SET TimeZone = 'UTC'; SET enable_external_access = false; SET lock_configuration = true")
    return connection


def connect_to(tables: _core.Tables, spill: Path | None = None, writable: Path | None = None) -> "DuckDBPyConnection":
    """A connection with the tables of an analysis.

    Small ones are copied: to plan a query on a stream of Arrow takes longer than to run it. Of the others each query
    reads the stream again.
    """
    arrow = {name: tables.table(name) for name in tables.names()}
    threads = sum(map(len, arrow.values())) // SQL_ROWS_PER_THREAD
    connection = connect(spill, writable, max(1, min(SQL_THREADS, threads)))
    for specification in _core.catalogue():
        _add_table(connection, specification, arrow.pop(specification["name"]))
    _add_views(connection)
    return connection


def _add_table(connection: "DuckDBPyConnection", specification: "_core.TableSpec", table: _core.Table) -> None:
    if not len(table):
        _add_empty(connection, specification)
    elif len(table) * len(specification["columns"]) <= SQL_COPIED_VALUES:
        connection.from_arrow(table).create(specification["name"])
    else:
        connection.register(specification["name"], table)


def connect_to_nothing() -> "DuckDBPyConnection":
    """A connection with every table of the catalogue, each without a row: for checking SQL before a capture is read."""
    connection = connect()
    for table in _core.catalogue():
        _add_empty(connection, table)
    _add_views(connection)
    return connection


def _add_empty(connection: "DuckDBPyConnection", table: "_core.TableSpec") -> None:
    columns = ", ".join(f"{quote_name(column['name'])} {column['type']}" for column in table["columns"])
    connection.execute(f"CREATE TABLE {quote_name(table['name'])} ({columns})")


def connect_to_files(folder: Path) -> "DuckDBPyConnection":
    """A connection with the tables of an analysis as they lie in `folder` as Parquet; those that are not there have no rows."""
    connection = connect(writable=folder)
    for table in _core.catalogue():
        path = folder / f"{table['name']}.parquet"
        columns = ", ".join(f"CAST(NULL AS {each['type']}) AS {quote_name(each['name'])}" for each in table["columns"])
        source = f"FROM read_parquet({quote_text(str(path))})" if path.exists() else f"SELECT {columns} WHERE false"
        connection.execute(f"CREATE VIEW {quote_name(table['name'])} AS {source}")
    _add_views(connection)
    return connection


def _add_views(connection: "DuckDBPyConnection") -> None:
    for view in VIEWS:
        connection.execute(view.statement)


def quote_name(name: str) -> str:
    """A name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """Text as SQL."""
    return "'" + text.replace("'", "''") + "'"
