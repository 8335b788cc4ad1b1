"""A whole in its parts for the terminal: one bar, and a row for each part with the letter that it has in the bar."""

from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table as Grid
from rich.text import Text

from pcap_analyzer.causes import side_word
from pcap_analyzer.i18n import say
from pcap_analyzer.report.model import Part, Side, Whole
from pcap_analyzer.units import Unit
from pcap_analyzer.units import text as unit_text

from .unbroken import visible

# Never colour alone: each side has a pattern too, and its name stands in the row.
_PATTERNS: Final = {
    Side.CLIENT: "▒",
    Side.NETWORK: "▓",
    Side.SERVER: "█",
    Side.CAPTURE: "?",
    Side.NONE: "░",
    Side.UNKNOWN: "?",
}
_STYLES: Final = {
    Side.CLIENT: "cyan",
    Side.NETWORK: "yellow",
    Side.SERVER: "magenta",
    Side.CAPTURE: "red",
    Side.NONE: "dim",
    Side.UNKNOWN: "dim",
}
_REST_LETTER: Final = "·"
_GAP: Final = 2


def draw(block: Whole, width: int) -> RenderableType:
    """The bar is as wide as there is room for."""
    letters = [_REST_LETTER if part.rest else chr(ord("A") + index) for index, part in enumerate(block.parts)]
    bar = Text()
    for part, letter, cells in zip(block.parts, letters, cells_of(block, width), strict=True):
        if cells:
            bar.append(letter, style=f"bold reverse {_STYLES[part.side]}")
            bar.append(_PATTERNS[part.side] * (cells - 1), style=_STYLES[part.side])
    grid = Grid(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="dim", show_edge=False)
    grid.add_column("")
    grid.add_column("", overflow="fold")
    grid.add_column(say("Side"))
    grid.add_column(say("Time") if block.unit is Unit.DURATION_NS else "", justify="right", no_wrap=True)
    grid.add_column(Text(block.of), justify="right", no_wrap=True)
    whole = sum(part.amount for part in block.parts)
    for part, letter in zip(block.parts, letters, strict=True):
        grid.add_row(*_row(part, letter, block.unit, whole))
    return Group(bar, grid)


def _row(part: Part, letter: str, unit: Unit, whole: float) -> tuple[Text, ...]:
    sign = Text.assemble((letter, f"bold reverse {_STYLES[part.side]}"), (_PATTERNS[part.side], _STYLES[part.side]))
    side = "" if part.rest or part.side is Side.NONE else side_word(part.side.value)
    share = unit_text(part.amount / whole, Unit.SHARE)
    return (sign, Text(visible(part.label)), Text(side), Text(unit_text(part.amount, unit)), Text(share))


def cells_of(block: Whole, width: int) -> list[int]:
    """How many characters of the bar each part gets: `width` in all, and none to what is much less than one."""
    whole = sum(part.amount for part in block.parts)
    exact = [part.amount / whole * width for part in block.parts]
    cells = [max(1, int(size)) if size >= 0.5 else 0 for size in exact]
    # What rounding left goes to those that lost most by it, what it took comes from the largest.
    while sum(cells) < width:
        cells[max(range(len(cells)), key=lambda index: exact[index] - cells[index])] += 1
    while sum(cells) > width:
        cells[max(range(len(cells)), key=lambda index: cells[index])] -= 1
    return cells
