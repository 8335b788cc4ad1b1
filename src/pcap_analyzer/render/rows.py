"""The rows of a query for the terminal: a table where it fits, else one record after the other."""

from collections.abc import Sequence
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.table import Table as Grid
from rich.text import Text

from pcap_analyzer.i18n import say
from pcap_analyzer.text import visible
from pcap_analyzer.units import count

from .terminal import emit

Cells = tuple[str | None, ...]

_NUMBERS: Final = ("BIGINT", "INTEGER", "HUGEINT", "SMALLINT", "TINYINT", "DOUBLE", "FLOAT", "DECIMAL")


def show(names: Sequence[str], types: Sequence[str], rows: Sequence[Cells], console: Console) -> None:
    """Prints rows that are text already. In a pipe nothing is folded, whatever the width."""
    width = _width(names, rows)
    if not console.is_terminal:
        console.width = max(width, 1)
    emit(console, _table(names, types, rows) if width <= console.width else _records(names, rows))


def _table(names: Sequence[str], types: Sequence[str], rows: Sequence[Cells]) -> RenderableType:
    grid = Grid(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold cyan")
    for name, kind in zip(names, types, strict=True):
        number = kind.partition("(")[0].removeprefix("U") in _NUMBERS
        grid.add_column(Text(visible(name)), justify="right" if number else "left", no_wrap=True)
    for row in rows:
        grid.add_row(*map(_cell, row))
    return grid


def _records(names: Sequence[str], rows: Sequence[Cells]) -> RenderableType:
    grids = []
    for number, row in enumerate(rows, start=1):
        grid = Grid(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
        grid.add_column(no_wrap=True, style="cyan")
        grid.add_column(overflow="fold")
        for name, value in zip(names, row, strict=True):
            grid.add_row(Text(visible(name)), _cell(value))
        grids.append(Group(Text(say("Row {number}", number=count(number)), style="bold"), grid))
    return Group(*grids)


def _cell(value: str | None) -> Text:
    return Text("NULL", style="dim") if value is None else Text(visible(value, 1000))


def _width(names: Sequence[str], rows: Sequence[Cells]) -> int:
    widths = [Text(visible(name)).cell_len for name in names]
    for row in rows:
        for index, value in enumerate(row):
            widths[index] = max(widths[index], _cell(value).cell_len)
    return sum(widths) + 2 * (len(widths) - 1)
