"""Charts over time and the time–sequence graph: their frames as elements, their numbers as data for the script."""

from collections.abc import Sequence as Many
from typing import Final

from pcap_analyzer.i18n import say
from pcap_analyzer.report.drawings import Band, Line, Panel, Panels, Role, Sequence, Style
from pcap_analyzer.report.model import Side
from pcap_analyzer.text import plural
from pcap_analyzer.units import count, offset
from pcap_analyzer.units import text as unit_text

from . import icons, pack
from .bars import swatch
from .element import Html, island, tag

_MICROSECOND_NS: Final = 1000
# More digits than any screen shows.
_DIGITS: Final = 4

_FORMS: Final = {
    Role.DATA: "M2 9L12 1",
    Role.FAST: "M7 0l5 5-5 5-5-5z",
    Role.TIMEOUT: "M7 .5L12 9.5H2z",
    Role.NEEDLESS: "M7 1l4 4-4 4-4-4z",
    Role.REORDERED: "M7 1.2a3.8 3.8 0 1 0 0 7.6a3.8 3.8 0 0 0 0-7.6z",
    Role.COPY: "M3.5 1.5h7v7h-7z",
    Role.PROBE: "M3.5 1.5h7v7h-7z",
    Role.ACK: "M0 9h5V5h5V1h4",
    Role.SACK: "M7 1v8",
    Role.WINDOW: "M0 5h14",
}


def panels(block: Panels) -> Html:
    """One chart under the other."""
    charts = (_chart(panel, block) for panel in block.panels)
    data = {
        "origin": block.origin_ns,
        "start": block.start_ns,
        "end": block.end_ns,
        "bands": _bands(block.bands),
        "panels": [
            {
                "title": panel.title,
                "unit": panel.unit.value,
                "width": panel.width_ns,
                "lines": [_line(line, panel.width_ns) for line in panel.lines],
            }
            for panel in block.panels
        ],
    }
    return tag(
        "div",
        tag("div", *charts, tag("p", say("Point at a chart to read its values."), class_="readout"), class_="charts"),
        _values(),
        tag(
            "noscript",
            tag("p", say("The script of this page draws the charts; all else is here without it."), class_="readout"),
        ),
        island(data),
        data_panels=True,
    )


def _chart(panel: Panel, block: Panels) -> Html:
    several = len(panel.lines) > 1
    lines = tag("ul", *(tag("li", _key(line), line.label) for line in panel.lines), class_="lines") if several else None
    head = tag("div", tag("b", panel.title), tag("span", panel.note), lines, class_="h")
    plot = tag("div", class_="plot", role="img", tabindex=0, aria_label=_sentence(panel, block))
    return tag("div", head, plot, class_="chart")


def _key(line: Line) -> Html:
    if line.style is Style.STACK:
        return swatch(line.activity)
    path = tag(
        "path",
        d="M0 5h14",
        class_=f"a-{line.activity.value}",
        stroke_width=2,
        stroke_dasharray="4 3" if line.dashed else None,
    )
    return tag("svg", path, class_="sw", viewBox="0 0 14 10", aria_hidden="true")


def _sentence(panel: Panel, block: Panels) -> str:
    """What who cannot see the chart is told: the highest point of each line, and when that was."""
    told: list[str] = [
        say(
            "{title} from {start} to {end}, {note}",
            title=panel.title,
            start=offset(block.start_ns),
            end=offset(block.end_ns),
            note=panel.note,
        )
    ]
    for line in panel.lines:
        if line.points:
            at, most = max(line.points, key=lambda point: point[1])
            peak = unit_text(most, panel.unit)
            told.append(say("{line} at most {peak} at {time}", line=line.label, peak=peak, time=offset(at)))
    return say("{told}. Arrow keys pan, plus and minus zoom, 0 shows all.", told="; ".join(told))


def _line(line: Line, width_ns: int) -> dict[str, object]:
    return {
        "label": line.label,
        "activity": line.activity.value,
        "style": line.style.value,
        "dashed": line.dashed,
        "x": pack.steps([at for at, _ in line.points], width_ns),
        "y": [_short(value) for _, value in line.points],
    }


def _short(value: float) -> float:
    return value if isinstance(value, int) else float(f"{value:.{_DIGITS}g}")


def _bands(bands: Many[Band]) -> list[list[object]]:
    return [[band.start_ns, band.end_ns, band.label, band.activity.value] for band in bands]


def _values() -> Html:
    """Filled by the script when it is opened."""
    table = tag("div", tabindex=0, role="region", aria_label=say("Values of the charts"))
    return tag("details", tag("summary", say("Show as table")), table, class_="values")


def sequence(block: Sequence) -> Html:
    """The graph with its overview, its legend of switches, and the line that says what is pointed at."""
    roles = {kind.role: kind.label for kind in block.kinds}
    # One switch for all kinds that look alike.
    for kind in block.kinds:
        if kind.label not in roles[kind.role]:
            roles[kind.role] += f", {kind.label[0].lower()}{kind.label[1:]}"
    switches = {
        **roles,
        Role.ACK: "ACK",
        **({Role.SACK: "SACK"} if block.sacks else {}),
        Role.WINDOW: say("Window edge"),
    }
    direction = say("server → client" if block.sender is Side.SERVER else "client → server")
    label = say(
        "Time–sequence graph, {direction}: bytes over time, {marks}, {special} of them not ordinary data; {stalls}. Arrow"
        " keys pan, plus and minus zoom, n goes to the next loss.",
        direction=direction,
        marks=plural(len(block.marks), "mark"),
        special=count(sum(block.kinds[mark.kind].role is not Role.DATA for mark in block.marks)),
        stalls=plural(len(block.bands), "stall"),
    )
    buttons = tag(
        "div",
        tag("button", say("Next loss"), " ", tag("kbd", "n"), type="button", class_="btn", data_next=True),
        tag("button", say("Reset zoom"), " ", tag("kbd", "0"), type="button", class_="btn", data_reset=True),
        class_="end",
    )
    copy = tag(
        "button",
        icons.icon("copy"),
        say("Copy frame"),
        type="button",
        class_="btn",
        hidden=True,
        data_copy="",
        data_done=say("Copied"),
    )
    return tag(
        "div",
        tag(
            "h4",
            say("Time–sequence"),
            tag(
                "small",
                say("{direction}, bytes since the first; drag to zoom, click to hold a frame", direction=direction),
            ),
        ),
        tag(
            "div",
            tag("div", *(_switch(role, name) for role, name in switches.items()), class_="legend"),
            buttons,
            class_="tools",
        ),
        tag("div", class_="plot overview", aria_hidden="true"),
        tag("div", class_="plot", role="img", tabindex=0, aria_label=label),
        tag("p", tag("span", block.note), copy, class_="readout", aria_live="polite"),
        _bands_told(block),
        island(_sequence_data(block)),
        class_="graph",
        data_sequence=True,
    )


def _switch(role: Role, name: str) -> Html:
    form = tag(
        "svg",
        tag("path", d=_FORMS[role], class_=f"m-{role.value}"),
        class_="sw",
        viewBox="0 0 14 10",
        aria_hidden="true",
    )
    return tag("label", tag("input", type="checkbox", checked=True, data_role=role.value), form, name)


def _bands_told(block: Sequence) -> Html | None:
    """The stalls as a list, for who reads and for paper."""
    if not block.bands:
        return None
    rows = (tag("li", say("{label}: {text}", label=offset(band.start_ns), text=band.label)) for band in block.bands)
    summary = tag("summary", say("{stalls} as a list", stalls=plural(len(block.bands), "stall")))
    return tag("details", summary, tag("ul", *rows), class_="values")


def _sequence_data(block: Sequence) -> dict[str, object]:
    marks = block.marks
    return {
        "origin": block.origin_ns,
        "start": block.start_ns,
        "end": block.end_ns,
        "bands": _bands(block.bands),
        "kinds": [{"role": kind.role.value, "label": kind.label, "reason": kind.reason} for kind in block.kinds],
        "starts": pack.steps([mark.start_ns for mark in marks], _MICROSECOND_NS),
        "lengths": pack.sparse([mark.end_ns - mark.start_ns for mark in marks], 0),
        "lows": pack.steps([mark.low for mark in marks]),
        "sizes": [mark.high - mark.low for mark in marks],
        "frames": pack.steps([mark.frame for mark in marks]),
        "counts": pack.sparse([mark.count for mark in marks], 1),
        "classes": pack.sparse([mark.kind for mark in marks], 0),
        "times": pack.steps([at for at, _ in block.acks], _MICROSECOND_NS),
        "acks": pack.steps([ack for _, ack in block.acks]),
        "edges": pack.steps([low - ack for (_, ack), (_, low, _) in zip(block.acks, block.edges, strict=True)]),
        "sackTimes": pack.steps([at for at, _, _ in block.sacks], _MICROSECOND_NS),
        "sackLows": pack.steps([low for _, low, _ in block.sacks]),
        "sackSizes": [high - low for _, low, high in block.sacks],
        "spreads": pack.sparse([high - low for _, low, high in block.edges], 0),
    }
