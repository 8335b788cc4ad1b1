"""SQL that a user wrote: one statement that reads the tables of a capture, or one line that says why not."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .database import connect_to_nothing
from .errors import QueryError
from .i18n import mark, say
from .text import nearest
from .views import catalogue

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Functions that stand where a table stands. All others read files, settings, or memory that they are pointed at.
_TABLE_FUNCTIONS = frozenset({"generate_series", "json_each", "json_tree", "range", "repeat", "unnest"})
# Functions of values that look beyond the tables.
_CLOSED_FUNCTIONS = frozenset({"current_setting", "getenv", "write_log"})

_TOO_DEEP = mark("nested too deeply; ask in smaller steps")


@dataclass(frozen=True)
class Query:
    """SQL that may run, and which tables it reads."""

    text: str
    tables: frozenset[str]

    @property
    def on_demand(self) -> tuple[str, ...]:
        """Those of its tables that are filled only when asked for."""
        return tuple(table["name"] for table in catalogue() if table["on_demand"] and table["name"] in self.tables)


def check(text: str) -> Query:
    """Whether `text` is SQL that may run on a capture, found out without one.

    Raises:
        QueryError: it is not; the text says why, and which name may have been meant.

    """
    from .engine import duckdb

    connection = connect_to_nothing()
    try:
        statement, tree = _parse(connection, text)
        tables = _tables(tree)
        connection.sql(statement)  # binds every name and type, and reads nothing
    except duckdb.Error as error:
        raise explain(error) from error
    finally:
        connection.close()
    return Query(statement, tables)


def explain(error: Exception) -> QueryError:
    """An error of DuckDB in one line: what is wrong, and the names that may have been meant."""
    first, *rest = (line.strip() for line in str(error).splitlines())
    line = " ".join([first, *(line for line in rest if line.startswith(("Did you mean", "Candidate b")))])
    for kind in ("Parser Error: ", "Binder Error: ", "Catalog Error: ", "Invalid Input Error: "):
        line = line.removeprefix(kind)
    if line.startswith("Max expression depth"):
        line = say(_TOO_DEEP)
    return _error(line)


def _error(line: str) -> QueryError:
    return QueryError(say("{label}: {text}", label="SQL", text=line))


def _parse(connection: "DuckDBPyConnection", text: str) -> tuple[str, dict[str, Any]]:
    """The one statement of `text`, without what ends it, and DuckDB's tree of it."""
    statements = connection.extract_statements(text)
    if not statements:
        raise _error(say('nothing to run; try "SELECT * FROM flows"'))
    if any(not statement.query for statement in statements):
        raise _error(say("PIVOT needs its values spelt out here: PIVOT … ON column IN (value, …)"))
    if len(statements) > 1:
        raise _error(say("{count} statements where one is allowed; ask one question at a time", count=len(statements)))
    if statements[0].named_parameters:
        raise _error(say("parameters such as ? and $name have no value here; write the value itself"))
    (tree,) = connection.execute("SELECT json_serialize_sql(?)", [text]).fetchone() or ("{}",)
    try:
        parsed: dict[str, Any] = json.loads(tree)
    except RecursionError as error:
        raise _error(say(_TOO_DEEP)) from error
    if statements[0].type.name != "SELECT" or parsed.get("error", True):
        word = text.split(maxsplit=1)[0].upper()
        raise _error(say("{word} is not allowed; only SELECT, WITH, VALUES, DESCRIBE and SUMMARIZE are", word=word))
    return _without_end(text), parsed


def _without_end(text: str) -> str:
    """`text` up to the semicolons that end it. Comments may follow those, and would swallow what is put after them."""
    from .engine import duckdb

    encoded = text.encode()
    end = len(encoded)
    for position, _ in reversed(duckdb.tokenize(text)):
        if encoded[position : position + 1] != b";":
            break
        end = position
    return encoded[:end].decode().strip()


def _tables(tree: dict[str, Any]) -> frozenset[str]:
    """The tables of the catalogue that a parsed statement names, once everything in it is known to be harmless."""
    known = [table["name"] for table in catalogue()]
    nodes = list(_walk(tree))
    common = {entry["key"].lower() for node in nodes for entry in (node.get("cte_map") or {}).get("map", ())}
    used = set()
    for node in nodes:
        if node.get("type") == "TABLE_FUNCTION":
            _check_function(node["function"]["function_name"])
        elif node.get("class") == "FUNCTION" and node["function_name"].lower() in _CLOSED_FUNCTIONS:
            raise _closed(node["function_name"])
        elif node.get("type") == "BASE_TABLE":
            used.add(_check_table(node, known, common))
    return frozenset(used.intersection(known))


def _walk(value: object) -> Iterator[dict[str, Any]]:
    """Every node of a parsed statement."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            yield item
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)


def _check_function(name: str) -> None:
    if name.lower() not in _TABLE_FUNCTIONS:
        raise _closed(name)


def _closed(name: str) -> QueryError:
    return _error(say("{name} is not allowed; SQL reads the tables of the capture and nothing else", name=name))


def _check_table(node: dict[str, Any], known: list[str], common: set[str]) -> str:
    """The name of a table in lower case, when it is one of ours or one that the statement itself defines."""
    name: str = node["table_name"]
    folded = name.lower()
    if not node["catalog_name"] and node["schema_name"] in ("", "main") and folded in common.union(known):
        return folded
    near = nearest(name, known)
    if near:
        raise _error(say("no table {table}; did you mean {name}?", table=name, name=say(" or ").join(near)))
    raise _error(say("no table {table}; there are {names}", table=name, names=", ".join(known)))
