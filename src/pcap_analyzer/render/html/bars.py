"""Bars of what time went into."""

from collections.abc import Sequence
from typing import Final

from pcap_analyzer.i18n import say
from pcap_analyzer.ledger import ACTIVITIES, Activity
from pcap_analyzer.report.drawings import Bar, Bars, Piece
from pcap_analyzer.units import Unit, duration
from pcap_analyzer.units import text as unit_text

from .element import Html, join, tag

# Beside its colour: what is read without colours.
SIGNS: Final = {Activity.LOSS: "hatch", Activity.SERVER: "dots"}
# How wide a label is, and a bar at its usual and at its narrowest, in points of the screen.
_CHARACTER: Final = 6.6
_MARGIN: Final = 8.0
_BAR: Final = 560.0
_NARROW: Final = 280.0


def draw(block: Bars) -> Html:
    """One bar over everything with its legend, then the single ones on one scale."""
    total = sum(piece.amount for piece in block.whole.pieces)
    longest = max((sum(piece.amount for piece in bar.pieces) for bar in block.single), default=0)
    return join(
        _row(block.whole, total, 30),
        legend(block.whole.pieces, total),
        tag("p", block.title, class_="lsub") if block.single else None,
        *(_row(bar, longest, 20) for bar in block.single),
        tag("p", block.note, class_="note") if block.note else None,
    )


def legend(pieces: Sequence[Piece], total: int) -> Html:
    """Each piece's name with its share."""
    items = (
        tag(
            "span",
            swatch(piece.activity),
            say(ACTIVITIES[piece.activity]),
            " ",
            tag("b", unit_text(piece.amount / total, Unit.SHARE)),
        )
        for piece in pieces
    )
    return tag("div", *items, class_="legend")


def swatch(activity: Activity) -> Html:
    """A small piece of a bar."""
    sign = SIGNS.get(activity)
    return tag(
        "svg",
        tag("rect", width=14, height=10, rx=2, class_=f"f-{activity.value}"),
        tag("rect", width=14, height=10, rx=2, class_=f"f-{sign}") if sign else None,
        class_="sw",
        viewBox="0 0 14 10",
        aria_hidden="true",
    )


def _row(bar: Bar, scale: int, height: int) -> Html:
    name = (
        tag("a", bar.name, href=f"#{bar.target}", translate="no") if bar.target else tag("b", bar.name, translate="no")
    )
    return tag(
        "div",
        tag("div", name, tag("span", bar.below), class_="n"),
        _bar(bar, scale, height),
        tag("div", tag("b", bar.total), tag("span", bar.beside) if bar.beside else None, class_="t"),
        class_="lrow",
    )


def _bar(bar: Bar, scale: int, height: int) -> Html:
    told = ", ".join(f"{say(ACTIVITIES[piece.activity])} {duration(piece.amount)}" for piece in bar.pieces)
    drawn = []
    at = 0.0
    for piece in bar.pieces:
        width = piece.amount / scale * 100
        drawn.append(_piece(piece, at, width, height))
        at += width
    return tag(
        "svg",
        *drawn,
        class_="bars",
        width="100%",
        height=height,
        role="img",
        aria_label=say("{label}: {text}", label=bar.name, text=told),
    )


def _piece(piece: Piece, at: float, width: float, height: int) -> Html:
    place: dict[str, str | int] = {"x": f"{at:.2f}%", "width": f"{width:.2f}%", "height": height}
    sign = SIGNS.get(piece.activity)
    label = duration(piece.amount)
    return tag(
        "g",
        tag("title", say("{label}: {text}", label=say(ACTIVITIES[piece.activity]), text=label)),
        tag("rect", class_=f"f-{piece.activity.value}", **place),
        tag("rect", class_=f"f-{sign}", **place) if sign else None,
        _label(label, piece, at, width, height),
        # A gap keeps neighbours apart where colours do not.
        tag("rect", x=f"{at:.2f}%", width="1.5", height=height, class_="gap") if at else None,
    )


def _label(text: str, piece: Piece, at: float, width: float, height: int) -> Html | None:
    """The amount within its piece, where there is room; `tight` marks what a narrow page has no room for."""
    needed = len(text) * _CHARACTER + _MARGIN
    if width / 100 * _BAR < needed:
        return None
    tight = " tight" if width / 100 * _NARROW < needed else ""
    return tag("text", text, x=f"{at + width / 2:.2f}%", y=height // 2 + 4, class_=f"on-{piece.activity.value}{tight}")
