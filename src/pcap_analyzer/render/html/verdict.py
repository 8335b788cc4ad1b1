"""The card of the verdict, and the list of findings."""

from typing import Final

from pcap_analyzer.causes import severity_word
from pcap_analyzer.i18n import mark, say
from pcap_analyzer.report.drawings import Exhibit, Figures, PageBlock, Sides
from pcap_analyzer.report.model import Fact, Facts, Finding, Paragraph, Side, Verdict
from pcap_analyzer.text import plural
from pcap_analyzer.units import confidence, count, duration

from . import icons, ladder
from .blocks import side_name
from .element import Child, Html, join, tag

_CHIPS: Final = 8
_FAULT: Final = {
    Side.CLIENT: mark("Client at fault"),
    Side.NETWORK: mark("Network at fault"),
    Side.SERVER: mark("Server at fault"),
    Side.CAPTURE: mark("The capture is the problem"),
    Side.NONE: mark("Nothing at fault"),
    Side.UNKNOWN: mark("Cannot tell"),
}
_TAPS: Final = {Side.CLIENT: 86, Side.NETWORK: 175, Side.SERVER: 264}
_CAPTURED: Final = {
    Side.CLIENT: mark("Captured near the client"),
    Side.NETWORK: mark("Captured between them"),
    Side.SERVER: mark("Captured near the server"),
}
_ACTIVITIES: Final = {Side.NETWORK: ("loss", "hatch"), Side.SERVER: ("server", "dots"), Side.CLIENT: ("client", "")}


def card(blocks: tuple[PageBlock, ...]) -> Html:
    """The verdict with its figures, its sides and what to check next; the quality of the capture below it."""
    said: list[Child] = []
    beside: list[Child] = []
    below: list[Child] = []
    after: list[Child] = []
    for block in blocks:
        match block:
            case Verdict():
                said += _sentence(block)
            case Paragraph():
                said.append(tag("h1", block.text, id="verdict-title"))
            case Figures():
                said.append(_figures(block))
            case Sides():
                beside.append(_sides(block))
            case Facts() if not any(fact.state for fact in block.items):
                below.append(_next(block))
            case Facts():
                after.append(_quality(block))
            case _:
                raise TypeError(f"no place in a verdict for {type(block).__name__}")
    return join(tag("div", tag("div", *said, class_="say"), *beside, *below, class_="card verdict"), *after)


def _sentence(block: Verdict) -> list[Child]:
    tone = "ok" if block.side is Side.NONE else block.severity.value
    chip = tag("span", block.cause, class_="chip", translate="no") if block.cause else None
    return [
        tag("p", tag("b", say(_FAULT[block.side]), class_=tone), chip, class_="eyebrow"),
        tag("h1", block.sentence, id="verdict-title"),
        *(tag("p", detail, class_="lead") for detail in block.details),
    ]


def _figures(block: Figures) -> Html:
    items = (
        tag(
            "div",
            tag("dt", item.label),
            tag("dd", item.text, " " if item.below else None, tag("small", item.below) if item.below else None),
        )
        for item in block.items
    )
    return tag("dl", *items, class_="facts")


def _next(block: Facts) -> Html:
    checks = (tag("li", fact.text) for fact in block.items)
    return tag("div", tag("h2", block.title, class_="k"), tag("ol", *checks), class_="next")


def _quality(block: Facts) -> Html:
    told = (tag("li", fact.state and icons.state(fact.state), _short(fact)) for fact in block.items)
    return tag("ul", *told, class_="quality", aria_label=block.title)


def _short(fact: Fact) -> str:
    return say("{label}: {text}", label=fact.label, text=fact.text.rstrip("."))


def _sides(block: Sides) -> Html:
    total = sum(amount for _, amount in block.amounts)
    rows = (_side(side, amount, total) for side, amount in block.amounts)
    return tag(
        "aside",
        tag("h2", say("Who costs the time"), id="who-title"),
        _path(block),
        tag("table", tag("tbody", *rows)),
        tag("p", block.note, class_="tot"),
        class_="who",
        aria_labelledby="who-title",
    )


def _side(side: Side, amount: int, total: int) -> Html:
    colour, sign = _ACTIVITIES[side]
    width = f"{amount / total * 100:.1f}%"
    bar = tag(
        "svg",
        tag("rect", width="100%", height=8, rx=2, class_="f-rest"),
        tag("rect", width=width, height=8, rx=2, class_=f"f-{colour}"),
        tag("rect", width=width, height=8, rx=2, class_=f"f-{sign}") if sign else None,
        aria_hidden="true",
    )
    share = tag("span", confidence(amount / total), class_="faint")
    return tag(
        "tr",
        tag("th", side_name(side), scope="row"),
        tag("td", bar),
        tag("td", tag("b", duration(amount) if amount else say("0 s")), " ", share),
    )


def _path(block: Sides) -> Html:
    """Client, network and server; the one that is blamed is outlined, and the capture point marked."""
    blamed = block.blamed
    tap = _TAPS.get(block.captured_at)
    label = say("Client, network, server. {fault}.", fault=say(_FAULT[blamed]))
    if tap:
        label = say("{path} {capture}.", path=label, capture=say(_CAPTURED[block.captured_at]))
    packets = (
        tag("rect", x=x, y=42, width=9, height=8, rx=1.5, class_="packet") for x in (62, 98, 140, 170, 200, 240, 272)
    )
    return tag(
        "svg",
        tag("path", d="M54 46H120M230 46H296", class_="wire"),
        tag("rect", x=8, y=27, width=46, height=38, rx=7, class_="blamed" if blamed is Side.CLIENT else "end"),
        tag("rect", x=296, y=27, width=46, height=38, rx=7, class_="blamed" if blamed is Side.SERVER else "end"),
        tag("rect", x=120, y=22, width=110, height=48, rx=24, class_="blamed" if blamed is Side.NETWORK else "end"),
        tag(
            "path",
            d="M21 37h20v13H21zM18 54.5h26M309 35h20v9h-20zM309 48h20v9h-20zM313 39.5h.1M313 52.5h.1",
            class_="glyph",
        ),
        *packets,
        tag("text", say("Client"), x=31, y=15, class_="i2"),
        tag("text", say("Network"), x=175, y=13, class_="i2"),
        tag("text", say("Server"), x=319, y=15, class_="i2"),
        *_tap(tap),
        class_="path",
        viewBox="0 0 350 100",
        role="img",
        aria_label=label,
    )


def _tap(x: int | None) -> tuple[Html, ...]:
    if x is None:
        return ()
    return (
        tag("path", d=f"M{x} 58v18", class_="tap"),
        tag("circle", cx=x, cy=57, r=3, class_="tap"),
        tag("text", say("captured here"), x=x, y=90),
    )


def findings(blocks: list[Exhibit]) -> Html:
    """A row for each, which opens in place."""
    heads = (
        ("", ""),
        ("", say("Severity")),
        ("", say("Finding")),
        ("side", say("Side")),
        ("r", say("Time lost")),
        ("cf", say("Confidence")),
        ("", ""),
    )
    head = tag(
        "div", *(tag("span", title, class_=class_ or None) for class_, title in heads), class_="fh", aria_hidden="true"
    )
    rows = (_finding(block, rank) for rank, block in enumerate(blocks, 1))
    return tag("div", head, *rows, class_="card findings")


def _finding(exhibit: Exhibit, rank: int) -> Html:
    block = exhibit.finding
    sure = confidence(block.confidence)
    summary = tag(
        "summary",
        tag("span", str(rank), class_="rank"),
        tag("span", icons.severity(block.severity), class_="sevc"),
        tag("div", tag("h3", block.title), class_="ti"),
        tag("span", side_name(block.side), class_="side dim"),
        _cost(block),
        tag("span", icons.confidence(block.confidence), " ", sure, class_="cf dim"),
        icons.icon("chevron", "chev"),
    )
    return tag(
        "details",
        summary,
        _opened(exhibit, sure),
        id=f"finding-{rank}",
        name="finding",
        data_finding=block.id,
        open=rank == 1,
    )


def _cost(block: Finding) -> Html:
    if block.cost_ns is None:
        return tag("div", "–", class_="cost")
    bar = tag(
        "svg",
        tag("rect", width="100%", height=5, rx=2.5, class_="of"),
        tag("rect", width=f"{block.cost_share * 100:.1f}%", height=5, rx=2.5, class_="is"),
        aria_hidden="true",
    )
    return tag("div", duration(block.cost_ns), bar, class_="cost")


def _opened(exhibit: Exhibit, sure: str) -> Html:
    block = exhibit.finding
    why = [tag("li", tag("b", fact.label), say(": "), fact.text) for fact in block.evidence]
    choices = [tag("li", tag("b", fact.label), say(": "), fact.text) for fact in block.thresholds]
    left = (_list(say("Why we say so"), why), _list(say("Judged by"), choices))
    right = (
        _list(say("Where"), _flows(exhibit)),
        _frames(block),
        _list(say("What to check next"), map(_item, block.next_checks), "ol"),
    )
    said = say(
        "{side}, {severity}, confidence {share}.",
        side=side_name(block.side),
        severity=severity_word(block.severity.value),
        share=sure,
    )
    return tag(
        "div",
        tag("p", block.explanation),
        tag("div", *left),
        tag(
            "div",
            *right,
            tag("p", said, " ", say("More:"), " ", tag("code", f"pcap-analyzer explain {block.id}"), class_="note"),
        ),
        _copied("Wireshark", block.display_filter, say("Copy filter")),
        _copied(_frames_label(block), _frame_filter(block), say("Copy frames")),
        tag("div", ladder.draw(exhibit.ladder), class_="around") if exhibit.ladder else None,
        class_="fb",
    )


def _item(text: str) -> Html:
    return tag("li", text)


def _list(title: str, items: Child, kind: str = "ul") -> Html | None:
    told = list(items) if items is not None and not isinstance(items, str) else []
    return join(tag("h4", title), tag(kind, *told, class_="why")) if told else None


def _flows(exhibit: Exhibit) -> list[Html]:
    block = exhibit.finding
    targets = exhibit.targets or ("",) * len(block.flows)
    told = [
        tag("li", tag("a", flow, href=f"#{target}", translate="no") if target else tag("span", flow, translate="no"))
        for flow, target in zip(block.flows, targets, strict=True)
    ]
    more = block.flows_total - len(block.flows)
    return told + ([tag("li", say("and {count} more", count=count(more)))] if more > 0 else [])


def _frames(block: Finding) -> Html | None:
    if not block.frames:
        return None
    chips = [tag("span", str(frame), class_="chip") for frame in block.frames[:_CHIPS]]
    more = block.frames_total - len(chips)
    if more > 0:
        chips.append(tag("span", say("+ {count} more", count=count(more)), class_="chip"))
    return join(
        tag("h4", say("Evidence: {frames}", frames=plural(block.frames_total, "frame"))),
        tag("div", *chips, class_="chips"),
    )


def _frames_label(block: Finding) -> str:
    if len(block.frames) == block.frames_total:
        return say("Frames")
    return say("First {count}", count=count(len(block.frames)))


def _frame_filter(block: Finding) -> str:
    """Wireshark's filter for the frames, neighbours as one range."""
    if not block.frames:
        return ""
    ranges: list[list[int]] = []
    for frame in sorted(set(block.frames)):
        if ranges and frame == ranges[-1][1] + 1:
            ranges[-1][1] = frame
        else:
            ranges.append([frame, frame])
    told = ", ".join(str(first) if first == last else f"{first}..{last}" for first, last in ranges)
    return f"frame.number in {{{told}}}"


def _copied(label: str, text: str, action: str) -> Html | None:
    if not text:
        return None
    button = tag(
        "button", icons.icon("copy"), action, type="button", class_="btn", data_copy=True, data_done=say("Copied")
    )
    return tag("div", tag("span", label, class_="k"), tag("code", text, translate="no"), button, class_="filter")
