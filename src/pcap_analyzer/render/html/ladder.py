"""A ladder: frames as arrows between two lives, top to bottom."""

from typing import Final

from pcap_analyzer.i18n import digits, gap, say
from pcap_analyzer.ledger import Activity
from pcap_analyzer.report.drawings import Ladder, Step
from pcap_analyzer.report.model import Side
from pcap_analyzer.text import plural
from pcap_analyzer.units import SECOND_NS

from .element import Html, join, tag

_ROW: Final = 40
_TOP: Final = 30
_LEFT: Final = 24.0
_RIGHT: Final = 94.0


def draw(block: Ladder) -> Html:
    """The drawing, and what it leaves out."""
    height = _TOP + _ROW * len(block.steps) + 10
    rows = (_row(step, _TOP + _ROW * number) for number, step in enumerate(block.steps))
    drawing = tag(
        "svg",
        tag("line", x1=f"{_LEFT}%", x2=f"{_LEFT}%", y1=_TOP - 6, y2=height, class_="life"),
        tag("line", x1=f"{_RIGHT}%", x2=f"{_RIGHT}%", y1=_TOP - 6, y2=height, class_="life"),
        tag("text", say("Client"), x=f"{_LEFT}%", y=14, class_="b m"),
        tag("text", say("Server"), x=f"{_RIGHT}%", y=14, class_="b m"),
        *rows,
        class_="lad",
        width="100%",
        height=height,
        role="group",
        aria_label=say("Ladder of {rows}, {title}", rows=plural(len(block.steps), "row"), title=block.title),
    )
    return join(
        tag("h4", say("Around the evidence"), tag("small", block.title)),
        tag("div", drawing, tag("p", block.note, class_="note") if block.note else None, class_="ladder"),
    )


def _row(step: Step, y: int) -> Html:
    if step.sender is None:
        return tag(
            "g",
            tag(
                "rect",
                x=0,
                y=y + 4,
                width="100%",
                height=_ROW - 8,
                class_="skipped" if step.activity is Activity.REST else "silence",
            ),
            tag("text", step.text, x=f"{(_LEFT + _RIGHT) / 2}%", y=y + 24, class_="b m"),
        )
    from_client = step.sender is Side.CLIENT
    tip = _RIGHT if from_client else _LEFT
    line = y + _ROW - 8
    middle = f"{(_LEFT + _RIGHT) / 2}%"
    colour = step.activity.value
    return tag(
        "g",
        tag("rect", x=0, y=y, width="100%", height=_ROW, class_="cited") if step.cited else None,
        tag("text", f"+{digits(step.time_ns / SECOND_NS, '.6f')}{gap()}s", x=0, y=y + 14),
        tag("text", say("frame {number}", number=step.frame), x=0, y=y + 28),
        tag("text", step.text, x=middle, y=y + 13, class_="b m"),
        tag("text", step.detail, x=middle, y=y + 26, class_="m") if step.detail else None,
        tag("line", x1=f"{_LEFT}%", x2=f"{_RIGHT}%", y1=line, y2=line, class_=f"a a-{colour}"),
        tag("use", href="#to-server" if from_client else "#to-client", x=f"{tip}%", y=line, class_=f"f-{colour}"),
    )
