"""A page as one file: nothing in it comes from elsewhere, and its policy allows its own style and script alone."""

from itertools import chain

from pcap_analyzer.i18n import active, digits, mark, say
from pcap_analyzer.report.drawings import (
    Bars,
    Chapter,
    Exhibit,
    Figures,
    Ladder,
    Listing,
    Page,
    PageBlock,
    PageSection,
    Panels,
    Sequence,
    Sides,
)
from pcap_analyzer.report.model import Chart, Facts, Finding, Paragraph, Table, Verdict, Whole

from . import assets, bars, blocks, charts, icons, ladder, listing, verdict
from .element import Html, tag

_WIDE = (Table, Listing, Panels, Whole)
_KEYS = (
    ("/", mark("filter the connections")),
    ("j k", mark("next and previous finding")),
    ("g o, g f, g l, g t, g c", mark("go to verdict, findings, ledger, charts, connections")),
    ("← →, + −, 0", mark("in a chart: pan, zoom, show all")),
    ("n N", mark("in a time–sequence graph: next and previous loss")),
    ("?", mark("these keys")),
)


def document(page: Page) -> str:
    """The whole page."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=assets.policy()),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{page.headline.rstrip('.')}: {page.file}"),
        tag("style", Html(assets.style())),
    )
    body = tag(
        "body",
        _patterns(),
        tag("a", say("Skip to the verdict"), class_="skip", href="#verdict"),
        _bar(page),
        tag("div", _contents(page), tag("main", *map(_section, page.sections), _footer(page)), class_="page"),
        _keys(),
        tag("p", id="status", class_="vh", role="status"),
        assets.words(),
        tag("script", Html(assets.script())),
    )
    return f"<!doctype html>\n{tag('html', head, body, lang=active())}\n"


def cards(section: PageSection) -> str:
    """The cards of a section, and the patterns that they are drawn with, for a page that has our style and script."""
    return "".join([_patterns(), *_cards(section), assets.words() or ""])


def _patterns() -> Html:
    hatch = tag(
        "pattern",
        tag("path", d="M0 0V6"),
        id="hatch",
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )
    dots = tag("pattern", tag("circle", cx=3, cy=3, r=1), id="dots", width=6, height=6, patternUnits="userSpaceOnUse")
    right = tag("path", d="M0 0L-8 -4V4z", id="to-server")
    left = tag("path", d="M0 0L8 -4V4z", id="to-client")
    return tag("svg", tag("defs", hatch, dots, right, left), width=0, height=0, aria_hidden="true", class_="vh")


def _bar(page: Page) -> Html:
    logo = tag(
        "svg",
        tag("path", d="M2.5 19.5h4v-5h4v-4h3M17.5 6h4V2.5M15.2 8.6l.1-.1"),
        viewBox="0 0 24 24",
        aria_hidden="true",
    )
    return tag(
        "header",
        tag(
            "div",
            tag("div", logo, tag("span", "PCAP Analyzer"), class_="logo"),
            tag("div", tag("b", page.file, translate="no"), tag("span", page.beside), class_="file"),
            tag(
                "div",
                _switch(
                    "theme",
                    say("Colour theme"),
                    (("auto", say("Auto")), ("light", say("Light")), ("dark", say("Dark"))),
                ),
                class_="end",
            ),
        ),
        class_="bar",
    )


def _switch(name: str, label: str, choices: tuple[tuple[str, str], ...]) -> Html:
    options = (
        tag(
            "label",
            tag("input", type="radio", name=name, id=f"{name}-{value}", value=value, checked=number == 0),
            tag("span", text),
        )
        for number, (value, text) in enumerate(choices)
    )
    return tag("div", *options, class_="seg", role="radiogroup", aria_label=label)


def _contents(page: Page) -> Html:
    links = (
        tag("a", section.title, _count(section), href=f"#{section.name}", aria_current="true" if not number else None)
        for number, section in enumerate(page.sections)
    )
    return tag("nav", *links, class_="toc", aria_label=say("Report"))


def _count(section: PageSection) -> Html | None:
    """How many things a section holds, where these can be counted."""
    count = sum(len(b.rows) if isinstance(b, Listing) else isinstance(b, Exhibit | Chapter) for b in section.blocks)
    return tag("span", digits(count)) if count else None


def _section(section: PageSection) -> Html:
    if section.name == "verdict":
        return tag("section", verdict.card(section.blocks), id="verdict", aria_labelledby="verdict-title")
    title = f"{section.name}-title"
    head = tag(
        "div",
        tag("h2", section.title, id=title),
        tag("p", section.beside) if section.beside else None,
        _tools(section),
        class_="sh",
    )
    return tag(
        "section",
        head,
        *_cards(section),
        id=section.name,
        aria_labelledby=title,
        data_group=True,
        data_listing=_lists(section),
    )


def _lists(section: PageSection) -> bool:
    return any(isinstance(block, Listing) for block in section.blocks)


def _tools(section: PageSection) -> Html | None:
    if _lists(section):
        return tag("div", listing.search(), class_="end")
    if any(isinstance(block, Panels) for block in section.blocks):
        return tag("div", _switch("clock", say("Times"), (("relative", say("Relative")), ("utc", "UTC"))), class_="end")
    return None


def _cards(section: PageSection) -> list[Html]:
    """Findings and chapters stand in cards of their own, the blocks between them share one."""
    cards: list[Html] = []
    pending: list[PageBlock] = []
    found = [block for block in section.blocks if isinstance(block, Exhibit)]
    for block in section.blocks:
        if not isinstance(block, Exhibit | Chapter):
            pending.append(block)
            continue
        cards += _shared(pending)
        pending = []
        if isinstance(block, Chapter):
            cards.append(_chapter(block))
        elif block is found[0]:
            cards.append(verdict.findings(found))
    return cards + _shared(pending)


def _shared(pending: list[PageBlock]) -> list[Html]:
    """Wide blocks reach the edges of their card, all others keep a distance."""
    parts = (tag("div", _draw(block), class_="b" if isinstance(block, _WIDE) else "b pad") for block in pending)
    return [tag("div", *parts, class_="card")] if pending else []


def _chapter(block: Chapter) -> Html:
    summary = tag(
        "summary",
        tag("h3", block.title),
        tag("span", block.below, class_="mono faint", translate="no"),
        icons.icon("chevron", "chev"),
    )
    kinds = {type(inner) for inner in block.blocks}
    # A ledger and a ladder stand side by side where there is room.
    half = "half" if {Whole, Ladder} <= kinds else None
    drawn = chain.from_iterable(_titled(inner, half) for inner in block.blocks)
    return tag(
        "details", summary, tag("div", *drawn, class_="in", data_group=True), id=block.name, class_="card chapter"
    )


def _titled(block: PageBlock, half: str | None) -> list[Html]:
    match block:
        case Panels():
            return [tag("h4", say("Rates, round trips, windows")), _draw(block)]
        case Whole():
            head = tag("h4", say("Ledger"), tag("small", say("adds up to its duration exactly")))
            return [tag("div", head, _draw(block), class_=half)]
        case Ladder():
            return [tag("div", _draw(block), class_=half)]
        case Facts():
            return [tag("h4", say("In words")), tag("div", _draw(block), class_="pad")]
        case _:
            return [_draw(block)]


def _draw(block: PageBlock) -> Html:
    """A block as elements."""
    match block:
        case Paragraph():
            return blocks.paragraph(block)
        case Facts():
            return blocks.facts(block)
        case Table():
            return blocks.table(block)
        case Chart():
            return blocks.chart(block)
        case Whole():
            return blocks.whole(block)
        case Bars():
            return bars.draw(block)
        case Listing():
            return listing.draw(block)
        case Panels():
            return charts.panels(block)
        case Sequence():
            return charts.sequence(block)
        case Ladder():
            return ladder.draw(block)
        case Figures():
            return _figures(block)
        case Chapter():
            return _chapter(block)
        case Verdict() | Sides():
            return verdict.card((block,))
        case Exhibit():
            return verdict.findings([block])
        case Finding():
            return verdict.findings([Exhibit(block)])


def _figures(block: Figures) -> Html:
    items = (tag("div", tag("dt", item.label), tag("dd", item.text), tag("dd", item.below)) for item in block.items)
    return tag("dl", *items, class_="kpis")


def _footer(page: Page) -> Html:
    keys = tag("span", tag("kbd", "?"), " ", say("shows all keys"))
    return tag("footer", *(tag("span", fact) for fact in page.facts), keys)


def _keys() -> Html:
    rows = (tag("div", tag("dt", tag("kbd", keys)), tag("dd", say(what)), class_="fact") for keys, what in _KEYS)
    close = tag("form", tag("button", say("Close"), class_="btn"), method="dialog")
    return tag(
        "dialog", tag("h2", say("Keys")), tag("dl", *rows, class_="plain"), close, id="keys", aria_label=say("Keys")
    )
