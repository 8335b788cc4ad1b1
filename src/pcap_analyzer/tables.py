"""The tables of one analysis, as findings and reports read them."""

from typing import TYPE_CHECKING, Any

from .errors import OutOfMemoryError
from .i18n import say

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

Row = dict[str, Any]


class Tables:
    """Tables in DuckDB, whoever put them there: the core for a capture, a test for its few rows."""

    def __init__(self, connection: "DuckDBPyConnection") -> None:
        self._connection = connection

    def rows(self, query: str, **parameters: object) -> list[Row]:
        """All rows that `query` gives, by column name; `$name` in it stands for the parameter of that name.

        Raises:
            OutOfMemoryError: the query takes more memory than it may.

        """
        cursor = self._run(query, parameters)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def row(self, query: str, **parameters: object) -> Row:
        """The only row of a query that always gives one, such as a sum over everything."""
        (row,) = self.rows(query, **parameters)
        return row

    def execute(self, statement: str, **parameters: object) -> None:
        """Does what `statement` says, such as making a temporary table."""
        self._run(statement, parameters)

    def _run(self, text: str, parameters: Row) -> "DuckDBPyConnection":
        from .engine import duckdb

        try:
            return self._connection.execute(text, parameters or None)
        except duckdb.OutOfMemoryException as error:
            raise OutOfMemoryError(
                say(
                    "the tables of this capture are too much for the memory that SQL may take; analyse a part of it with"
                    " --filter, --since and --until"
                )
            ) from error

    def sql(self, query: str, **parameters: object) -> "DuckDBPyRelation":
        """`query` as a relation of DuckDB, which can be looked at, fetched in parts, or turned into a data frame."""
        return self._connection.sql(query, params=parameters or None)
