"""The catalogue of tables for the terminal."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from pcap_analyzer.i18n import mark, say, translated

from .terminal import emit

if TYPE_CHECKING:
    from pcap_analyzer._core import TableSpec

_HINT = mark(
    "Columns: pcap-analyzer tables NAME. Tables on demand have a row per packet and are filled only for a query."
)


def show_tables(catalogue: "list[TableSpec]", console: Console) -> None:
    """Every table with its sentence."""
    grid = _grid(say("Table"), say("A row is"))
    for table in catalogue:
        mark = Text(" " + say("(on demand)"), style="dim") if table["on_demand"] else Text()
        grid.add_row(Text(table["name"]), Text(translated(table["sentence"])) + mark)
    emit(console, grid, Text(say(_HINT), style="dim"))


def show_columns(table: "TableSpec", console: Console) -> None:
    """One table: each column with its type, unit and sentence."""
    title = Text.assemble((table["name"], "bold"), "\n", translated(table["sentence"]))
    grid = _grid(say("Column"), say("Type"), say("Unit"), say("Meaning"))
    for column in table["columns"]:
        grid.add_row(*map(Text, (column["name"], column["type"], column["unit"], translated(column["sentence"]))))
    emit(console, title, grid)


def _grid(*titles: str) -> Grid:
    grid = Grid(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for title in titles[:-1]:
        grid.add_column(title, no_wrap=True, style="cyan" if title == titles[0] else None)
    grid.add_column(titles[-1])
    return grid
