"""Findings with frames around their evidence, and links to the connections that are drawn."""

from typing import Any

from pcap_analyzer.i18n import say
from pcap_analyzer.report.deep import Citation, Segments
from pcap_analyzer.report.drawings import Exhibit, PageSection
from pcap_analyzer.report.model import Finding, Section

from . import ladder
from .names import target

# Segments before and after the frame that a ladder stands around.
_REACH = 4


def citations(findings: list[dict[str, Any]], most: int) -> list[Citation]:
    """The frames that the first findings cite."""
    return [
        Citation(_key(finding["id"], number), frame, _REACH, 1)
        for number, finding in enumerate(findings[:most])
        for frame in finding["frames"]
    ]


def _key(name: str, number: int) -> str:
    return f"{name}-{number}"


def show(data: Any, told: Section | None, second: Segments | None, drawn: set[int]) -> PageSection | None:
    """What `told`, the section of every report, says, each finding with its ladder."""
    if told is None:
        return None
    origin = data["capture"]["earliest_time_ns"] or 0
    facts = iter(enumerate(data["findings"]))
    blocks = tuple(
        _exhibit(block, *next(facts), second, drawn, origin) if isinstance(block, Finding) else block
        for block in told.blocks
    )
    beside = say("What made work fail, then what made it slow. Connections that wait at the same time count each.")
    return PageSection("findings", told.title, blocks, beside)


def _exhibit(
    block: Finding, number: int, finding: dict[str, Any], second: Segments | None, drawn: set[int], origin: int
) -> Exhibit:
    targets = tuple(
        target(flow["stream"]) if flow["protocol"] == "tcp" and flow["stream"] in drawn else ""
        for flow in finding["flows"]
    )
    rows = second.rungs.get(_key(finding["id"], number), []) if second else []
    return Exhibit(block, ladder.draw(rows, origin), targets[: len(block.flows)])
