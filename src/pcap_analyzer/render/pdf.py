"""A report on paper: PDF by ReportLab, which the extra `pdf` brings."""

import io
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.graphics.shapes import Drawing, Rect, String
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Paragraph as Text
from reportlab.platypus import SimpleDocTemplate, Spacer, TableStyle
from reportlab.platypus import Table as Grid

from pcap_analyzer.causes import SIDES
from pcap_analyzer.i18n import say
from pcap_analyzer.report.model import (
    Block,
    Chart,
    Column,
    Facts,
    Finding,
    Paragraph,
    Report,
    Section,
    Side,
    State,
    Table,
    Value,
    Verdict,
    Whole,
)
from pcap_analyzer.text import visible
from pcap_analyzer.units import Unit, offset
from pcap_analyzer.units import text as unit_text

from . import diagnosis

_MARGIN: Final = 16 * mm
# A frame keeps 6 points to its edges.
_WIDTH: Final = A4[0] - 2 * _MARGIN - 12
_LONGEST: Final = 2000
_PAD: Final = 4
_LABEL: Final = 34 * mm
# What the standard fonts of PDF lack, in what they have; anything else they lack is written as an escape.
_PLAIN: Final = str.maketrans({"→": "->", "←": "<-", "\u202f": "\u00a0", "✓": "+", "≥": ">=", "≤": "<="})
_SIDE_COLOURS: Final = {
    Side.CLIENT: "#1d7a6b",
    Side.NETWORK: "#9c150e",
    Side.SERVER: "#7b3fb3",
    Side.CAPTURE: "#b58e1a",
    Side.NONE: "#8793a3",
    Side.UNKNOWN: "#8793a3",
}
# Never colour alone: each state has a sign of its own.
_SIGNS: Final = {State.CLEAN: "+", State.NOTE: "i", State.FOUND: "!", State.UNKNOWN: "?"}
_INK, _FAINT, _LINE, _BLUE = (HexColor(code) for code in ("#12171e", "#626d7b", "#c9d0d8", "#2a86dd"))


@cache
def _style(size: float = 9, *, bold: bool = False, faint: bool = False, right: bool = False, kept: bool = False) -> Any:
    return ParagraphStyle(
        f"{size}{bold}{faint}{right}{kept}",
        fontName="Helvetica-Bold" if bold else "Helvetica",
        fontSize=size,
        leading=size * 1.35,
        textColor=_FAINT if faint else _INK,
        alignment=2 if right else 0,
        splitLongWords=True,
        # A title stays with what it is the title of.
        keepWithNext=kept,
        spaceAfter=3 if kept and bold else 0,
    )


def _plain(text: str) -> str:
    """`text` in the letters that the fonts have; nothing in it can drive what reads it."""
    return visible(text, _LONGEST).translate(_PLAIN).encode("cp1252", "backslashreplace").decode("cp1252")


def _text(text: str, size: float = 9, **style: bool) -> Any:
    return Text(escape(_plain(text)), _style(size, **style))


def document(report: Report) -> bytes:
    """The whole report. The same report gives the same bytes."""
    target = io.BytesIO()
    frame = SimpleDocTemplate(
        target,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=_plain(report.title),
        author="PCAP Analyzer",
        invariant=1,
    )
    parts = [_text(report.title, 9, faint=True)]
    for section in report.sections:
        parts += _section(section)

    def foot(canvas: Any, page: Any) -> None:
        canvas.setFont("Helvetica", 7)
        canvas.setFillColor(_FAINT)
        canvas.drawString(_MARGIN, 9 * mm, _plain(report.footnote))
        canvas.drawRightString(A4[0] - _MARGIN, 9 * mm, str(page.page))

    frame.build(parts, onFirstPage=foot, onLaterPages=foot)
    return target.getvalue()


def _section(section: Section) -> list[Any]:
    drawn = [part for block in section.blocks for part in (*_draw(block), Spacer(1, 4))]
    if section.name == "verdict":
        return drawn
    return [Spacer(1, 8), _text(section.title, 12, bold=True, kept=True), *drawn]


def _draw(block: Block) -> list[Any]:
    match block:
        case Paragraph():
            return [_text(block.text, 9, bold=block.state is not None)]
        case Facts():
            return [*([_text(block.title, 9, bold=True, kept=True)] if block.title else []), _facts(block)]
        case Table():
            return [_table(block), *([_text(block.note, 7.5, faint=True)] if block.note else [])]
        case Chart():
            return [_text(block.title, 8, faint=True, kept=True), _chart(block)]
        case Whole():
            return [_bar(block), _parts(block)]
        case Verdict():
            return list(_verdict(block))
        case Finding():
            return _finding(block)


def _verdict(block: Verdict) -> Iterator[Any]:
    yield Spacer(1, 4)
    yield _text(block.sentence, 17, bold=True)
    yield Spacer(1, 4)
    for detail in block.details:
        yield _text(detail, 10)


def _finding(block: Finding) -> list[Any]:
    head = (_text(block.title, 10, bold=True, kept=True), _text(diagnosis.line(block), 8, faint=True, kept=True))
    return [*head, _rows(diagnosis.rows(block)), Spacer(1, 4)]


def _facts(block: Facts) -> Any:
    return _rows(
        [(f"{_SIGNS[fact.state]} {fact.label}" if fact.state else fact.label, fact.text) for fact in block.items]
    )


def _rows(rows: Sequence[tuple[str, str]]) -> Any:
    cells = [[_text(label, 8, faint=True), _text(text, 8.5)] for label, text in rows]
    style = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 1),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
    ]
    return Grid(cells, colWidths=[_LABEL, _WIDTH - _LABEL], style=TableStyle(style), splitInRow=1)


def _table(block: Table) -> Any:
    kept = _fitting(block)
    depths = block.depths or (0,) * len(block.rows)
    columns = [block.columns[index] for index in kept]
    texts = [
        [
            ("   " * depth if not place else "") + _cell(row[index], block.columns[index])
            for place, index in enumerate(kept)
        ]
        for row, depth in zip(block.rows, depths, strict=True)
    ]
    head = [_text(column.title, 7.5, faint=True, right=column.unit is not Unit.TEXT) for column in columns]
    body = [
        [
            _text(text.replace("   ", "\u00a0\u00a0\u00a0"), 8, right=column.unit is not Unit.TEXT)
            for text, column in zip(row, columns, strict=True)
        ]
        for row in texts
    ]
    return Grid([head, *body], colWidths=_widths(columns, texts), style=_lined(), repeatRows=1, splitInRow=1)


def _fitting(block: Table) -> list[int]:
    """The columns that there is room for: those of the highest rank go first."""
    kept = list(range(len(block.columns)))
    while len(kept) > 1:
        columns = [block.columns[index] for index in kept]
        texts = [[_cell(row[index], block.columns[index]) for index in kept] for row in block.rows]
        last = max(kept, key=lambda index: (block.columns[index].rank, index))
        if sum(_natural(columns, texts)) <= _WIDTH or not block.columns[last].rank:
            break
        kept.remove(last)
    return kept


def _natural(columns: Sequence[Column], texts: Sequence[Sequence[str]]) -> list[float]:
    """How wide each column is if nothing in it is folded; a long text takes a third of the page at most."""
    return [
        min(
            _WIDTH / 3,
            3 * _PAD
            + max(
                stringWidth(_plain(column.title), "Helvetica", 7.5),
                *(stringWidth(_plain(row[place]), "Helvetica", 8) for row in texts),
            ),
        )
        for place, column in enumerate(columns)
    ]


def _widths(columns: Sequence[Column], texts: Sequence[Sequence[str]]) -> list[float]:
    natural = _natural(columns, texts)
    return [width * _WIDTH / sum(natural) for width in natural]


def _cell(value: Value, column: Column) -> str:
    return unit_text(value, column.unit)


def _lined() -> Any:
    return TableStyle(
        [
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), _PAD),
            ("RIGHTPADDING", (0, 0), (-1, -1), _PAD),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ]
    )


def _chart(block: Chart) -> Any:
    height, peak = 60, max((value for _, value in block.points), default=0.0)
    drawing = Drawing(_WIDTH, height + 22)
    drawing.add(Rect(0, 12, _WIDTH, height, strokeColor=_LINE, fillColor=None, strokeWidth=0.4))
    for at, value in block.points:
        width = max(0.4, block.width_ns / block.length_ns * _WIDTH)
        drawing.add(
            Rect(
                at / block.length_ns * _WIDTH,
                12,
                width,
                value / peak * height if peak else 0,
                fillColor=_BLUE,
                strokeColor=None,
            )
        )
    drawing.add(String(0, height + 14, _plain(unit_text(peak, block.unit)), fontSize=7, fillColor=_FAINT))
    drawing.add(String(0, 3, _plain(offset(0)), fontSize=7, fillColor=_FAINT))
    drawing.add(String(_WIDTH, 3, _plain(offset(block.length_ns)), fontSize=7, fillColor=_FAINT, textAnchor="end"))
    return drawing


def _bar(block: Whole) -> Any:
    """One bar; each part has the letter of its row."""
    whole = sum(part.amount for part in block.parts)
    drawing = Drawing(_WIDTH, 18)
    at = 0.0
    for number, part in enumerate(block.parts):
        width = part.amount / whole * _WIDTH
        colour = HexColor(_SIDE_COLOURS[part.side])
        drawing.add(Rect(at, 2, width, 14, fillColor=colour, strokeColor=HexColor("#ffffff"), strokeWidth=0.8))
        if width > 9:
            white = HexColor("#ffffff")
            drawing.add(String(at + 3, 6, chr(ord("A") + number), fontSize=8, fillColor=white))
        at += width
    return drawing


def _parts(block: Whole) -> Any:
    whole = sum(part.amount for part in block.parts)
    columns = (
        Column(""),
        Column(say("What")),
        Column(say("Side")),
        Column(say("Time") if block.unit is Unit.DURATION_NS else say("Amount"), block.unit),
        Column(block.of, Unit.SHARE),
    )
    rows = tuple(
        (
            chr(ord("A") + number),
            part.label,
            "" if part.rest or part.side is Side.NONE else say(SIDES[part.side]),
            part.amount,
            part.amount / whole,
        )
        for number, part in enumerate(block.parts)
    )
    return _table(Table(columns, rows))
