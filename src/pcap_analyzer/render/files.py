"""The rows of a query as CSV, JSON and Parquet, in memory that does not grow with them.

Each query has passed `pcap_analyzer.sql.check`, so it stays one SELECT when it is put into parentheses. DuckDB makes
the text of each row, which is several times faster than Python, and it comes in batches.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pcap_analyzer.database import quote_name, quote_text

from .json import escape_unsafe

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_BATCH_ROWS = 10_000
_NUMBERS = ("BIGINT", "DECIMAL", "HUGEINT", "INTEGER", "SMALLINT", "TINYINT", "UBIGINT", "UHUGEINT", "UINTEGER")
_FLOATS = ("DOUBLE", "FLOAT")


def csv(connection: "DuckDBPyConnection", query: str) -> Iterator[str]:
    """CSV as RFC 4180 quotes it, with a header row; NULL is an empty field. Lines end as on Unix."""
    names, types = columns(connection, query)
    header = ",".join(map(_csv_field, names)) + "\n"
    fields = [_csv_expression(f"c{index}", kind) for index, kind in enumerate(types)]
    # The header waits for the first rows: of a query that fails nothing is written.
    for batch in _batches(connection, query, " || ',' || ".join(fields)):
        yield header + "\n".join(batch) + "\n"
        header = ""
    if header:
        yield header


def json_rows(connection: "DuckDBPyConnection", query: str) -> Iterator[str]:
    """An array of objects, one a line. Numbers are never NaN: what JSON cannot say is null."""
    names, types = columns(connection, query)
    keys = [json.dumps(name, ensure_ascii=False) for name in _unique(names)]
    members = [
        f"{quote_text(f'{key}: ')} || coalesce({_json_expression(f'c{index}', kind)}, 'null')"
        for index, (key, kind) in enumerate(zip(keys, types, strict=True))
    ]
    separator = "[\n  "
    for batch in _batches(connection, query, "'{' || " + " || ', ' || ".join(members) + " || '}'"):
        yield separator + escape_unsafe(",\n  ".join(batch))
        separator = ",\n  "
    yield "[]\n" if separator.startswith("[") else "\n]\n"


def write_parquet(connection: "DuckDBPyConnection", query: str, path: Path) -> None:
    """Parquet at `path`, which the connection must be allowed to write."""
    connection.execute(f"COPY ({query}\n) TO {quote_text(str(path))} (FORMAT parquet, COMPRESSION zstd)")


def for_spreadsheets(connection: "DuckDBPyConnection", table: str) -> str:
    """A query for `table` whose texts no spreadsheet takes for a formula: before one that it might stands an apostrophe."""
    names, types = columns(connection, f"FROM {quote_name(table)}")
    return f"SELECT {', '.join(map(_harmless, names, types))} FROM {quote_name(table)}"  # noqa: S608


def _harmless(name: str, kind: str) -> str:
    column = quote_name(name)
    if kind != "VARCHAR":
        return column
    return rf"CASE WHEN regexp_matches({column}, '^[-=+@\t\r]') THEN chr(39) || {column} ELSE {column} END AS {column}"


def columns(connection: "DuckDBPyConnection", query: str) -> tuple[list[str], list[str]]:
    """Names and types of what `query` gives."""
    relation = connection.sql(query)
    return list(relation.columns), [str(kind) for kind in relation.types]


def texts(connection: "DuckDBPyConnection", query: str, most: int | None) -> list[tuple[str | None, ...]]:
    """The first rows as text, `most` of them at most; NULL is None."""
    names, _ = columns(connection, query)
    casts = ", ".join(f"CAST(c{index} AS VARCHAR)" for index in range(len(names)))
    limit = "" if most is None else f" LIMIT {most}"
    return connection.execute(f"SELECT {casts} FROM {_positions(query, len(names))}{limit}").fetchall()  # noqa: S608


def count(connection: "DuckDBPyConnection", query: str) -> int:
    """How many rows `query` gives."""
    (total,) = connection.execute(f"SELECT count(*) FROM ({query}\n)").fetchone() or (0,)  # noqa: S608
    return int(total)


def _batches(connection: "DuckDBPyConnection", query: str, expression: str) -> Iterator[list[str]]:
    names, _ = columns(connection, query)
    cursor = connection.execute(f"SELECT {expression} FROM {_positions(query, len(names))}")  # noqa: S608
    while rows := cursor.fetchmany(_BATCH_ROWS):
        yield [row[0] for row in rows]


def _positions(query: str, width: int) -> str:
    """`query` with its columns named by position, since its own names may be equal."""
    # The line end closes a comment that the query may end with.
    return f"({query}\n) AS result({', '.join(f'c{index}' for index in range(width))})"


def _csv_field(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\r\n') else text


def _csv_expression(column: str, kind: str) -> str:
    text = f"CAST({column} AS VARCHAR)"
    if _is(kind, _NUMBERS + _FLOATS) or kind == "BOOLEAN":
        return f"coalesce({text}, '')"
    quoted = f"""'"' || replace({text}, '"', '""') || '"'"""
    return f"""CASE WHEN regexp_matches({text}, '[,"\\r\\n]') THEN {quoted} ELSE coalesce({text}, '') END"""


def _json_expression(column: str, kind: str) -> str:
    text = f"CAST({column} AS VARCHAR)"
    nested = kind.endswith("]") or kind.startswith(("STRUCT(", "MAP(", "UNION("))
    if nested and not any(name in kind for name in _FLOATS):
        return f"CAST(to_json({column}) AS VARCHAR)"
    if _is(kind, _FLOATS):
        return f"CASE WHEN isfinite({column}) THEN {text} END"
    if _is(kind, _NUMBERS) or kind in ("BOOLEAN", "JSON"):
        return text
    # Also numbers inside of lists, where NaN could hide: text is always valid.
    return f"CAST(to_json({text}) AS VARCHAR)"


def _is(kind: str, names: tuple[str, ...]) -> bool:
    return kind.partition("(")[0] in names


def _unique(names: list[str]) -> list[str]:
    """Names for the members of an object, a repeated one with its place behind it."""
    seen: set[str] = set()
    unique = []
    for index, name in enumerate(names):
        fresh = name if name not in seen else f"{name}_{index + 1}"
        seen.add(fresh)
        unique.append(fresh)
    return unique


STREAMED: dict[str, Callable[["DuckDBPyConnection", str], Iterator[str]]] = {"csv": csv, "json": json_rows}
