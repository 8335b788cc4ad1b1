"""What findings mean, for the terminal."""

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from pcap_analyzer.causes import CAUSES, NOTES
from pcap_analyzer.findings._api import Threshold
from pcap_analyzer.findings._explain import explanation
from pcap_analyzer.findings._run import modules
from pcap_analyzer.findings._thresholds import declared
from pcap_analyzer.i18n import say, told
from pcap_analyzer.units import number

from .terminal import WIDEST, emit
from .unbroken import visible


def all_names() -> list[str]:
    """Names of findings and causes."""
    return sorted({*modules(), *CAUSES, *NOTES})


def named(name: str) -> list[str]:
    """The findings called so, or that can name this cause."""
    return [each for each, module in sorted(modules().items()) if name == each or name in module.CAUSES]


def show_all(console: Console) -> None:
    """One line for each finding."""
    console.width = min(console.width, WIDEST)
    grid = Grid(box=None, padding=(0, 2, 0, 0), show_header=False)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for name in sorted(modules()):
        grid.add_row(Text(name, style="bold"), Text(visible(told(explanation(name).title))))
    emit(console, grid)


def show_one(name: str, console: Console) -> None:
    """A finding under its headings, its thresholds last."""
    console.width = min(console.width, WIDEST)
    words = explanation(name)
    parts: list[RenderableType] = [Text(say("{label}: {text}", label=name, text=told(words.title)), style="bold")]
    parts += [_part(say("What it finds"), [told(words.what)]), _part(say("Why it matters"), [told(words.why)])]
    parts += [_part(say("What to check next"), [f"- {told(check)}" for check in words.checks])]
    parts += [_part(say("Causes"), [_cause(cause) for cause in modules()[name].CAUSES])]
    if thresholds := declared(modules()[name].find):
        lines = [_threshold(key, what, value) for key, (what, value) in thresholds.items()]
        parts.append(_part(say("Thresholds"), lines))
    parts.append(_part(say("References"), list(words.references)))
    emit(console, *parts)


def _cause(cause: str) -> str:
    return say("{label}: {text}", label=cause, text=say({**CAUSES, **NOTES}[cause]))


def _threshold(name: str, what: Threshold, value: float) -> str:
    return say(
        "{name} = {value} {unit}: {why}", name=name, value=number(value), unit=told(what.unit), why=told(what.why)
    )


def _part(heading: str, lines: list[str]) -> RenderableType:
    text = Text(heading, style="cyan")
    for line in lines:
        text.append(f"\n{visible(line, 4000)}", style="default")
    return Padding(text, 0)
