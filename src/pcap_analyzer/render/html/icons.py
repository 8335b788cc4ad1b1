"""Signs: each severity, side and state has one, so that nothing is told by colour alone."""

from typing import Final

from pcap_analyzer.i18n import mark, say
from pcap_analyzer.report.model import Severity, State

from .element import Html, tag

_PATHS: Final = {
    "clean": "M3 8.5l3.2 3L13 4.5",
    "found": "M8 2.5v6.5M8 12.5v.6",
    "note": "M8 1.8a6.2 6.2 0 1 0 0 12.4a6.2 6.2 0 0 0 0-12.4zM8 7.2v4M8 4.6v.1",
    "unknown": "M5.5 6a2.5 2.5 0 1 1 3.4 2.4c-.6.3-.9.7-.9 1.4v.3M8 12.8v.2",
    "copy": "M5.5 5.5h7v8h-7zM3.5 10.5v-8h7",
    "search": "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.8 10.8L14 14",
    "chevron": "M6 4l4 4-4 4",
}
_FORMS: Final = {
    Severity.CRITICAL: "M5 0l5 5-5 5-5-5z",
    Severity.MAJOR: "M5 .5L10 9.5H0z",
    Severity.MINOR: "M1 1h8v8H1z",
    Severity.INFO: "M5 1a4 4 0 1 0 0 8 4 4 0 0 0 0-8z",
}
_NAMES: Final = {
    Severity.CRITICAL: mark("Critical"),
    Severity.MAJOR: mark("Major"),
    Severity.MINOR: mark("Minor"),
    Severity.INFO: mark("Info"),
}
_STATES: Final = {
    State.CLEAN: mark("clean"),
    State.NOTE: mark("worth knowing"),
    State.FOUND: mark("found"),
    State.UNKNOWN: mark("cannot tell"),
}
_TICKS: Final = 5


def icon(name: str, class_: str = "ic") -> Html:
    """A sign in the colour of the text around it."""
    return tag("svg", tag("path", d=_PATHS[name]), class_=class_, viewBox="0 0 16 16", aria_hidden="true")


def state(value: State) -> Html:
    """The sign of what became of a check, with its word for who hears the page."""
    return tag("span", icon(value.value), tag("span", say(_STATES[value]), class_="vh"), class_=f"s-{value.value}")


def severity(value: Severity) -> Html:
    """A badge: form, word and colour."""
    form = tag("svg", tag("path", d=_FORMS[value]), viewBox="0 0 10 10", aria_hidden="true")
    return tag("span", form, say(_NAMES[value]), class_=f"sev {value.value}")


def confidence(share: float) -> Html:
    """Five ticks, one for each 20 %."""
    ticks = (
        tag("rect", x=6 * tick, width=4, height=10, rx=1, class_="on" if share * _TICKS >= tick + 0.5 else None)
        for tick in range(_TICKS)
    )
    return tag("svg", *ticks, class_="conf", viewBox="0 0 28 10", aria_hidden="true")
