"""A report for the terminal, by rich: wide or narrow, with colour or without."""

import unicodedata
from typing import Final, Literal

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Column as GridColumn
from rich.table import Table as Grid
from rich.text import Text

from pcap_analyzer.report.model import (
    Block,
    Chart,
    Column,
    Facts,
    Finding,
    Paragraph,
    Report,
    Section,
    State,
    Table,
    Value,
    Verdict,
    Whole,
)
from pcap_analyzer.units import Unit, offset
from pcap_analyzer.units import text as unit_text

from . import diagnosis, whole
from .unbroken import restored, visible

WIDEST: Final = 110
_GAP: Final = 2
_BAR_WIDTH: Final = 12
_EIGHTHS: Final = " ▏▎▍▌▋▊▉█"
_LEVELS: Final = " ▁▂▃▄▅▆▇█"
_CHART_ROWS: Final = 4

_ASCII: Final = str.maketrans(
    {"✓": "+", "✗": "x", "•": "*", "·": "-", "→": "->", "–": "-", "…": "...", "“": '"', "”": '"', "µ": "u"}
    | {"’": "'", "«": '"', "»": '"', "œ": "oe", "\u202f": " ", "\u00a0": " "}
    | {"─": "-", "│": "|", "├": "|", "└": "`", "▏": "|"}
    | {"▓": "=", "▒": "+", "░": "."}
    | dict.fromkeys("▁▂▃▄▅▆▇█▉▊▋▌▍▎", "#")
)

# Never colour alone: each state has a sign of its own.
_SIGNS: Final = {State.CLEAN: "✓", State.NOTE: "·", State.FOUND: "!", State.UNKNOWN: "?"}
_STYLES: Final = {State.CLEAN: "green", State.NOTE: "cyan", State.FOUND: "bold yellow", State.UNKNOWN: "magenta"}


def show(report: Report, console: Console, *, details: bool = True) -> None:
    """Prints the report as wide as the terminal, up to a width that can still be read well; sections of `details` if wanted."""
    console.width = width = min(console.width, WIDEST)
    parts: list[RenderableType] = [Text(visible(report.title), style="bold")]
    parts += [_section(section, width) for section in report.sections if details or not section.detail]
    if report.footnote:
        parts.append(Text(visible(report.footnote, 1000), style="dim"))
    emit(console, *parts)


def emit(console: Console, *parts: RenderableType) -> None:
    """Prints parts with an empty line between them, in a pipe without the blanks that rich fills lines with."""
    with console.capture() as captured:
        for number, part in enumerate(parts):
            if number:
                console.print()
            console.print(part)
    text = restored(captured.get())
    if not console.is_terminal:
        text = "".join(f"{line.rstrip()}\n" for line in text.splitlines())
    console.file.write(_plain(text, console.encoding))


def _plain(text: str, encoding: str) -> str:
    """`text` in what the terminal can show: some know no more than ASCII, or a code page of Windows."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        plain = unicodedata.normalize("NFKD", text.translate(_ASCII))
        return "".join(character for character in plain if not unicodedata.combining(character))
    return text


def _section(section: Section, width: int) -> RenderableType:
    title = Text(section.title, style="bold cyan")
    rule = Rule(title, align="left", style="dim")
    blocks = section.blocks
    # A drawing and a finding keep a distance to what follows them.
    ends = [int(isinstance(block, Chart | Whole | Finding)) for block in blocks[:-1]] + [0]
    drawn = (draw(block, width - _GAP) for block in blocks)
    return Group(rule, *(Padding(part, (0, 0, end, _GAP)) for part, end in zip(drawn, ends, strict=True)))


def draw(block: Block, width: int) -> RenderableType:
    """A block as something that rich prints."""
    match block:
        case Paragraph():
            return _paragraph(block)
        case Facts():
            return _facts(block)
        case Table():
            return _table(block, width)
        case Chart():
            return _chart(block, width)
        case Whole():
            return whole.draw(block, width)
        case Verdict():
            return diagnosis.draw_verdict(block)
        case Finding():
            return diagnosis.draw_finding(block)


def _paragraph(block: Paragraph) -> RenderableType:
    text = Text(visible(block.text, 2000))
    if block.state is None:
        return text
    grid = _grid(GridColumn(no_wrap=True), GridColumn(ratio=1))
    grid.add_row(_sign(block.state), Text.assemble((text.plain, "bold")))
    return grid


def _facts(block: Facts) -> RenderableType:
    with_signs = any(fact.state for fact in block.items)
    label = GridColumn(no_wrap=True, style="dim", min_width=11)
    grid = _grid(*([GridColumn(no_wrap=True)] if with_signs else []), label, GridColumn(ratio=1, overflow="fold"))
    for fact in block.items:
        cells = [Text(visible(fact.label)), Text(visible(fact.text, 2000))]
        grid.add_row(*([_sign(fact.state)] if with_signs else []), *cells)
    return Group(Text(visible(block.title), style="bold"), Padding(grid, (0, 0, 0, _GAP))) if block.title else grid


def _table(block: Table, width: int) -> RenderableType:
    kept, bars = _fitting(block, width)
    grid = Grid(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="dim", show_edge=False)
    for index in kept:
        column = block.columns[index]
        foldable = column.unit is Unit.TEXT
        justify: Literal["left", "right"] = "left" if foldable or (column.unit is Unit.SHARE and bars) else "right"
        grid.add_column(Text(visible(column.title)), justify=justify, no_wrap=not foldable, overflow="fold")
    for row, branch in zip(block.rows, _branches(block), strict=True):
        grid.add_row(*(_cell(row[index], block.columns[index], "" if index else branch, bars) for index in kept))
    note = [Text(visible(block.note), style="dim")] if block.note else []
    return Group(grid, *note)


def _chart(block: Chart, width: int) -> RenderableType:
    peak = max((value for _, value in block.points), default=0.0)
    top = unit_text(peak, block.unit)
    columns = max(8, width - len(top) - 2)
    heights = _resampled(block, columns)
    lines = [Text(block.title, style="dim")]
    for row in range(_CHART_ROWS, 0, -1):
        label = top if row == _CHART_ROWS else "0" if row == 1 else ""
        marks = "".join(_level(height / peak * _CHART_ROWS - (row - 1) if peak else 0) for height in heights)
        lines.append(Text.assemble((f"{label:>{len(top)}} ", "dim"), ("▏", "dim"), (marks.rstrip(), "blue")))
    start, end = offset(0), offset(block.length_ns)
    axis = f"{start}{end:>{columns - len(start)}}" if len(start) + len(end) < columns else f"{end:>{columns}}"
    lines.append(Text(" " * (len(top) + 2) + axis, style="dim"))
    return Group(*lines)


def _grid(*columns: GridColumn) -> Grid:
    return Grid(*columns, box=None, padding=(0, _GAP, 0, 0), pad_edge=False, show_header=False, expand=True)


def _sign(state: State | None) -> Text:
    return Text(_SIGNS[state], style=_STYLES[state]) if state else Text(" ")


def _fitting(block: Table, width: int) -> tuple[list[int], bool]:
    """The columns that there is room for, and whether shares may be drawn as bars."""
    kept = list(range(len(block.columns)))
    while True:
        for bars in (True, False):
            if sum(_width(block, index, bars) + _GAP for index in kept) - _GAP <= width:
                return kept, bars
        last = max(kept, key=lambda index: (block.columns[index].rank, index))
        if not block.columns[last].rank:
            return kept, False
        kept.remove(last)


def _width(block: Table, index: int, bars: bool) -> int:
    column = block.columns[index]
    branches = [""] * len(block.rows) if index else _branches(block)
    cells = (_cell(row[index], column, branch, bars).cell_len for row, branch in zip(block.rows, branches, strict=True))
    return max(len(column.title), *cells)


def _branches(block: Table) -> list[str]:
    """What stands before the first cell of each row: the lines of the tree, if it is one."""
    depths = block.depths or (0,) * len(block.rows)
    branches = []
    # From below, so that it is known whether a brother follows; `open_at` holds the depths where one does.
    open_at: set[int] = set()
    for depth in reversed(depths):
        lines = "".join("│ " if level in open_at else "  " for level in range(1, depth))
        branches.append(lines + ("├ " if depth in open_at else "└ ") if depth else "")
        open_at = {level for level in open_at if level < depth} | {depth}
    return branches[::-1]


def _cell(value: Value, column: Column, branch: str, bars: bool) -> Text:
    text = visible(unit_text(value, column.unit))
    if column.unit is Unit.SHARE and bars and isinstance(value, int | float):
        return Text.assemble(f"{text:>7} ", (_bar(value), "blue"))
    return Text.assemble((branch, "dim"), text)


def _bar(share: float) -> str:
    """A bar with an eighth of a character as its smallest step; what is not 0 is always seen."""
    eighths = max(1 if share > 0 else 0, round(share * _BAR_WIDTH * 8))
    whole, rest = divmod(min(eighths, _BAR_WIDTH * 8), 8)
    return "█" * whole + _EIGHTHS[rest].strip()


def _level(height: float) -> str:
    """One character of a chart, filled from below by eighths."""
    return _LEVELS[min(8, max(0, round(height * 8)))]


def _resampled(chart: Chart, columns: int) -> list[float]:
    """One height for each column: the highest point in it, since a mean would hide the peak that the scale shows."""
    heights = [0.0] * columns
    for at, value in chart.points:
        first = at * columns // chart.length_ns
        last = min(columns, max(first + 1, (at + chart.width_ns) * columns // chart.length_ns))
        for column in range(first, last):
            heights[column] = max(heights[column], value)
    return heights


def console(*, stderr: bool = False) -> Console:
    """A console that takes width and colour from the terminal, and obeys NO_COLOR."""
    return Console(stderr=stderr, highlight=False, emoji=False, markup=False, legacy_windows=False)
