"""Blocks of every report as elements: sentences, facts, tables, a whole in its parts."""

from pcap_analyzer.causes import SIDES
from pcap_analyzer.i18n import say
from pcap_analyzer.report.model import Chart, Column, Fact, Facts, Paragraph, Part, Side, State, Table, Value, Whole
from pcap_analyzer.units import Unit
from pcap_analyzer.units import text as unit_text

from . import icons
from .element import Child, Html, join, tag

_DEEPEST = 4


def side_name(side: Side) -> str:
    """A side as it stands in a column."""
    return "–" if side is Side.NONE else say(SIDES[side])


def paragraph(block: Paragraph) -> Html:
    """A sentence, with the sign of its state if it has one."""
    strong = " strong" if block.state in (State.FOUND, State.CLEAN) else ""
    return tag("p", block.state and icons.state(block.state), tag("span", block.text), class_=f"said{strong}")


def facts(block: Facts) -> Html:
    """One fact a line."""
    with_states = any(fact.state for fact in block.items)
    rows = (_fact(fact, with_states) for fact in block.items)
    return join(
        tag("h3", block.title, class_="bt") if block.title else None,
        tag("dl", *rows, class_=None if with_states else "plain"),
    )


def _fact(fact: Fact, with_states: bool) -> Html:
    sign = (icons.state(fact.state) if fact.state else tag("span"),) if with_states else ()
    # A list of terms may hold groups, and nothing else than terms and groups: the sign stands within the term.
    if with_states:
        return tag("div", tag("dt", *sign, class_="sign"), tag("dt", fact.label), tag("dd", fact.text), class_="fact")
    return tag("div", tag("dt", fact.label), tag("dd", fact.text), class_="fact")


def table(block: Table) -> Html:
    """Rows of values; a column of shares has bars."""
    head = tag("tr", *(tag("th", column.title, scope="col", class_=_class(column)) for column in block.columns))
    depths = block.depths or (0,) * len(block.rows)
    rows = (
        tag(
            "tr",
            *(
                _cell(value, column, 0 if at else depth)
                for at, (value, column) in enumerate(zip(row, block.columns, strict=True))
            ),
        )
        for row, depth in zip(block.rows, depths, strict=True)
    )
    body = tag("table", tag("thead", head), tag("tbody", *rows), class_="tbl")
    return join(body, tag("p", block.note, class_="more") if block.note else None)


def _class(column: Column) -> str:
    kind = "" if column.unit is Unit.TEXT else "num share" if column.unit is Unit.SHARE else "num"
    return f"{kind} rank{column.rank}".strip() if column.rank else kind


def _cell(value: Value, column: Column, depth: int) -> Html:
    children: list[Child] = [unit_text(value, column.unit)]
    if column.unit is Unit.SHARE and isinstance(value, int | float):
        children.append(share_bar(value))
    if depth:
        children = [tag("span", *children, class_=f"tree{min(depth, _DEEPEST)}")]
    return tag("td", *children, class_=_class(column) or None)


def share_bar(share: float) -> Html:
    """A bar beside a share; what is not 0 is always seen."""
    width = max(1.5, share * 100) if share > 0 else 0
    return tag(
        "svg",
        tag("rect", width="100%", height=6, rx=2, class_="of"),
        tag("rect", width=f"{width:.1f}%", height=6, rx=2, class_="is"),
        aria_hidden="true",
    )


def whole(block: Whole) -> Html:
    """A row for each part: what, how long, how much of all, on whose side."""
    total = sum(part.amount for part in block.parts)
    head = tag(
        "tr",
        tag("th", say("What"), scope="col"),
        tag("th", say("Side"), scope="col"),
        tag("th", say("Time" if block.unit is Unit.DURATION_NS else "Amount"), scope="col", class_="num"),
        tag("th", block.of, scope="col", class_="num share"),
    )
    rows = (_part(part, block.unit, total) for part in block.parts)
    return tag("table", tag("thead", head), tag("tbody", *rows), class_="tbl")


def _part(part: Part, unit: Unit, total: float) -> Html:
    share = part.amount / total if total else 0.0
    side = "" if part.rest else side_name(part.side)
    return tag(
        "tr",
        tag("td", part.label),
        tag("td", side),
        tag("td", unit_text(part.amount, unit), class_="num"),
        tag("td", unit_text(share, Unit.SHARE), share_bar(share), class_="num share"),
    )


def chart(block: Chart) -> Html:
    """Amounts over time, as bars that need no script."""
    peak = max((value for _, value in block.points), default=0.0)
    bars = (
        tag(
            "rect",
            x=f"{at / block.length_ns * 100:.3f}%",
            width=f"{max(0.1, block.width_ns / block.length_ns * 100):.3f}%",
            y=f"{100 - value / peak * 100:.2f}%",
            height=f"{value / peak * 100:.2f}%",
            class_="f-moving",
        )
        for at, value in block.points
        if value
    )
    label = say("{title}, at most {peak}", title=block.title, peak=unit_text(peak, block.unit))
    return join(
        tag("h3", label, class_="bt"),
        tag("svg", *bars, role="img", aria_label=label, width="100%", height=96),
    )
