"""Verdict and findings for the terminal: the sentence first, then each cause with its bar, evidence and what to do."""

from typing import Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Column as GridColumn
from rich.table import Table as Grid
from rich.text import Text

from pcap_analyzer.causes import severity_word, side_word
from pcap_analyzer.i18n import say
from pcap_analyzer.report.model import Finding, Severity, Side, Verdict
from pcap_analyzer.text import plural
from pcap_analyzer.units import confidence, count, duration

from .unbroken import visible

_BAR_WIDTH: Final = 20
_LONGEST: Final = 2000
_FRAMES: Final = 12

# Never colour alone: each severity has a sign of its own, and its name stands beside it.
_SIGNS: Final = {Severity.CRITICAL: "✗", Severity.MAJOR: "!", Severity.MINOR: "•", Severity.INFO: "·"}
STYLES: Final = {
    Severity.CRITICAL: "bold red",
    Severity.MAJOR: "bold yellow",
    Severity.MINOR: "cyan",
    Severity.INFO: "dim",
}


def draw_verdict(block: Verdict) -> RenderableType:
    """The sentence, then what qualifies it."""
    grid = Grid(GridColumn(no_wrap=True), GridColumn(ratio=1), box=None, padding=(0, 2, 0, 0), show_header=False)
    sign, style = _SIGNS[block.severity], STYLES[block.severity]
    if block.cause is None:
        sign, style = "?", "magenta"
    elif block.side is Side.NONE and block.severity is Severity.INFO:
        sign, style = "✓", "green"
    grid.add_row(Text(sign, style=style), Text(visible(block.sentence, _LONGEST), style="bold"))
    for detail in block.details:
        grid.add_row("", Text(visible(detail, _LONGEST)))
    return grid


def draw_finding(block: Finding) -> RenderableType:
    """A title with severity, side and cost as a bar; below it the facts."""
    style = STYLES[block.severity]
    head = Text.assemble((f"{_SIGNS[block.severity]} ", style), (visible(block.title, _LONGEST), "bold"))
    cells = max(1, round(block.cost_share * _BAR_WIDTH)) if block.cost_share > 0 else 0
    told = Text.assemble((visible(line(block)), "dim"), ("█" * cells, style))
    grid = Grid(
        GridColumn(no_wrap=True, style="dim", min_width=11),
        GridColumn(ratio=1, overflow="fold"),
        box=None,
        padding=(0, 2, 0, 0),
        show_header=False,
        expand=True,
    )
    for label, text in rows(block):
        grid.add_row(Text(visible(label)), Text(visible(text, _LONGEST)))
    return Group(head, Padding(Group(told, grid), (0, 0, 0, 2)))


def line(block: Finding) -> str:
    """How bad, on whose side, how sure, and what it cost."""
    told = say(
        "{severity}, {side}, confidence {share}",
        severity=severity_word(block.severity.value),
        side=side_word(block.side.value),
        share=confidence(block.confidence),
    )
    if block.cost_ns:
        told = say("{line}, {duration} ", line=told, duration=duration(block.cost_ns))
    return told


def rows(block: Finding) -> list[tuple[str, str]]:
    """What is told below the title, each with its label; the last says where there is more."""
    told: list[tuple[str, str]] = [(say("Why"), block.explanation)]
    if block.evidence:
        told.append((say("Evidence"), say("; ").join(f"{fact.label} {fact.text}" for fact in block.evidence)))
    if block.flows:
        more = block.flows_total - len(block.flows)
        flows = ", ".join(block.flows)
        told.append((say("Where"), f"{flows} {say('and {count} more', count=count(more))}" if more > 0 else flows))
    if block.frames:
        shown = ", ".join(str(frame) for frame in block.frames[:_FRAMES])
        of = "" if block.frames_total <= _FRAMES else f" … ({plural(block.frames_total, 'frame')})"
        told.append((say("Frames"), shown + of))
    if block.display_filter:
        told.append(("Wireshark", block.display_filter))
    told += [(say("Next") if not number else "", check) for number, check in enumerate(block.next_checks)]
    told.append((say("More"), f"pcap-analyzer explain {block.id}"))
    return told
