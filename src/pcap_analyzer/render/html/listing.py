"""The long table: the first rows as elements, all of them as data to sort and to filter."""

from typing import Final

from pcap_analyzer.i18n import noun, say
from pcap_analyzer.report.drawings import Cell, Listing, Named, Span
from pcap_analyzer.report.model import Column
from pcap_analyzer.text import plural
from pcap_analyzer.units import Unit, count
from pcap_analyzer.units import text as unit_text

from . import icons, pack
from .element import Html, island, join, tag

# What is there before the script runs, and without it.
_FIRST: Final = 25


def search() -> Html:
    """The field to filter by; it appears with the script."""
    field = tag(
        "input",
        type="search",
        placeholder=say("Filter: address, port, protocol"),
        aria_label=say("Filter the connections"),
        autocomplete="off",
        spellcheck="false",
    )
    return tag("label", icons.icon("search"), field, tag("kbd", "/"), class_="search", hidden=True)


def draw(block: Listing) -> Html:
    """The table, and what it does not show."""
    kinds = [_kind(block.rows[0][at]) for at in range(len(block.columns))]
    classes = [
        _class(column, kind, at == block.sorted_by)
        for at, (column, kind) in enumerate(zip(block.columns, kinds, strict=True))
    ]
    heads = (
        tag(
            "th",
            tag("button", column.title, type="button"),
            scope="col",
            class_=class_ or None,
            aria_sort="descending" if at == block.sorted_by else None,
        )
        for at, (column, class_) in enumerate(zip(block.columns, classes, strict=True))
    )
    rows = (
        tag(
            "tr",
            *(
                _cell(cell, column, class_, block.length_ns)
                for cell, column, class_ in zip(row, block.columns, classes, strict=True)
            ),
        )
        for row in block.rows[:_FIRST]
    )
    one, many = noun(1, "connection", "connections"), noun(2, "connection", "connections")
    shown = say(
        "{shown} of {kept} shown.",
        shown=count(min(_FIRST, len(block.rows))),
        kept=plural(len(block.rows), "connection"),
    )
    data = {
        "length": block.length_ns,
        "columns": [
            {"unit": column.unit.value, "kind": kind, "class": class_, **_packed([row[at] for row in block.rows])}
            for at, (column, kind, class_) in enumerate(zip(block.columns, kinds, classes, strict=True))
        ],
    }
    return join(
        tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *rows), class_="tbl listing"),
        tag(
            "div",
            tag("span", shown, data_count=True, data_one=one, data_many=many, role="status"),
            tag("button", say("Show more"), type="button", class_="btn", data_more=True, hidden=True),
            tag("span", block.note, class_="note") if block.note else None,
            class_="more",
        ),
        tag("div", island(data), data_rows=True),
    )


def _kind(cell: Cell) -> str:
    return "named" if isinstance(cell, Named) else "span" if isinstance(cell, Span) else "value"


def _class(column: Column, kind: str, keep: bool) -> str:
    parts = ["named" if kind == "named" else "when" if kind == "span" else "" if column.unit is Unit.TEXT else "num"]
    parts += [f"rank{column.rank}"] if column.rank else []
    parts += ["keep"] if keep else []
    return " ".join(filter(None, parts))


def _packed(cells: list[Cell]) -> dict[str, object]:
    """A column in few characters: each word once, each number without the zeros that all of them end in."""
    match cells[0]:
        case Named():
            named = [cell for cell in cells if isinstance(cell, Named)]
            return {
                "names": pack.words([cell.name for cell in named]),
                "below": [cell.below for cell in named],
                "targets": {at: cell.target for at, cell in enumerate(named) if cell.target},
            }
        case Span():
            spans = [cell for cell in cells if isinstance(cell, Span)]
            return {
                "starts": pack.numbers([cell.start_ns for cell in spans]),
                "ends": pack.numbers([cell.end_ns for cell in spans]),
                "activities": pack.words([cell.activity.value for cell in spans]),
            }
        case str():
            return {"words": pack.words([str(cell) for cell in cells])}
        case _:
            return {"numbers": pack.numbers([cell for cell in cells if cell is None or isinstance(cell, int | float)])}


def _cell(cell: Cell, column: Column, class_: str, length_ns: int) -> Html:
    if isinstance(cell, Named):
        name = tag("a", cell.name, href=f"#{cell.target}") if cell.target else cell.name
        return tag("td", tag("b", name, translate="no"), tag("span", cell.below, translate="no"), class_=class_)
    if isinstance(cell, Span):
        return tag("td", _span(cell, length_ns), class_=class_)
    return tag("td", unit_text(cell, column.unit), class_=class_)


def _span(cell: Span, length_ns: int) -> Html:
    share = (cell.end_ns - cell.start_ns) / length_ns
    return tag(
        "svg",
        tag("rect", y=7, width="100%", height=2, class_="life"),
        tag(
            "rect",
            x=f"{cell.start_ns / length_ns * 100:.2f}%",
            y=4,
            width="2" if share < 0.014 else f"{share * 100:.2f}%",
            height=8,
            rx=2,
            class_=f"f-{cell.activity.value}",
        ),
        aria_hidden="true",
    )
