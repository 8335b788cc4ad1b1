"""What a run makes of a finding."""

from dataclasses import dataclass, field
from typing import Any, Final

from pcap_analyzer.causes import Severity
from pcap_analyzer.tables import Row

from ._api import Effect, Finding
from ._thresholds import Choice

_SEVERITIES: Final = tuple(Severity)
# A display filter names so many streams at most.
_FILTERED: Final = 20


@dataclass(slots=True)
class Found:
    """A finding with what the run adds: its cost, severity and confidence, its flows by name, its frames.

    `security` is true for what stands in the section about security and is never a verdict. `share` is its cost as a share of what the connections concerned waited for. `limits` tell what of the capture lowers
    its confidence.
    """

    number: int
    id: str
    finding: Finding
    choices: list[Choice]
    severity: Severity
    effect: Effect
    confidence: float
    cost_ns: int | None = None
    share: float | None = None
    flows: list[Row] = field(default_factory=list)
    flows_total: int = 0
    frames: list[int] = field(default_factory=list)
    frames_total: int = 0
    limits: list[str] = field(default_factory=list)
    security: bool = False

    @property
    def name(self) -> str:
        """The finding's module, of which a capture may have several findings."""
        return self.id.partition("-")[0]

    @property
    def display_filter(self) -> str:
        """The finding's display filter for Wireshark, narrowed to its streams where they are few."""
        streams = [flow["stream"] for flow in self.flows if flow["protocol"] == "tcp"]
        text = self.finding.display_filter
        if not streams or self.flows_total > _FILTERED:
            return text
        narrow = (
            f"tcp.stream in {{{', '.join(map(str, streams))}}}" if len(streams) > 1 else f"tcp.stream == {streams[0]}"
        )
        return f"{narrow} && ({text})" if text else narrow

    @property
    def rank(self) -> tuple[Any, ...]:
        """Its place: what made work fail by severity, then what made it slow by cost, then the rest."""
        first = self.frames[0] if self.frames else 0
        severity = _SEVERITIES.index(self.severity)
        failed = severity if self.effect is Effect.FAILED else 0
        return (self.effect, failed, -(self.cost_ns or 0), severity, self.finding.cause, first, self.id)
