"""What a finding is: the contract between a module of this folder and whatever runs it.

A module has

- a docstring with the headings *What it finds*, *Why it matters*, *What to check next* and *References*, which feeds
  `pcap-analyzer explain`, the report and the documents;
- a function `find(tables, *, threshold=default, …)` that yields findings. It sees the tables of the capture and those of
  `_prepare`. Each threshold is annotated with a `Threshold`, which says its unit and why its default is what it is;
- `CAUSES`: the causes that it can name, of `causes.CAUSES` or `causes.NOTES`;
- optionally `SECURITY = True`: it tells about security, stands in a section of its own, and is never a verdict;
- optionally `ONLY_IF`: a table and a condition on its rows, in which `{name}` stands for a threshold. Where no row meets it
  the finding is silent, and it is not run: most captures have few kinds of trouble. `ONLY_IF_TOGETHER` in its place has a
  condition on all rows together, such as how many there are of a kind;
- optionally `YIELDS_TO`: names of findings that explain more. They run before it, and the view `explained` holds the
  streams that they spoke about.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final, Protocol

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.i18n import say as say
from pcap_analyzer.tables import Tables


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a keyword argument of a finding means. A wait is one that `--latency` replaces."""

    unit: str
    why: str
    wait: bool = False


class Effect(IntEnum):
    """What something did to users, in order of rank."""

    FAILED = 0
    SLOWED = 1
    # Nothing is out of order: the client, or a link that is simply full, sets this pace.
    PACED = 2
    NOTED = 3


class Need(IntEnum):
    """What a finding needs of the capture to be sure; where it lacks, confidence falls."""

    COMPLETE = 0
    BOTH_DIRECTIONS = 1
    HANDSHAKE = 2
    CLOCK = 3


TIMES: Final = frozenset({Need.BOTH_DIRECTIONS, Need.CLOCK})
LOSSES: Final = frozenset({Need.COMPLETE, Need.BOTH_DIRECTIONS})
WINDOWS: Final = frozenset({Need.COMPLETE, Need.BOTH_DIRECTIONS, Need.HANDSHAKE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found.

    Attributes:
        cause: one of `causes.CAUSES` or `causes.NOTES`.
        side: on whose side it is.
        effect: what it did to users; findings are ranked by it, then by cost.
        confidence: how sure it is, 0 to 1, on a capture that is whole.
        title: one sentence with the figures that matter.
        explanation: why this follows from what was seen.
        evidence: figures by name with unit, as they stand in the JSON report.
        severity: where it is given; otherwise it follows from the cost.
        streams: numbers of TCP streams joined by commas, those concerned most first.
        claims: the parts of those streams' time it accounts for, `category` or `category/side`.
        cost_ns: waiting that is in no ledger, such as that for an answer of the DNS.
        flows: numbers of flows, where they are not TCP.
        flows_total: how many flows are concerned, where not all are given.
        frames: numbers of frames that show it.
        frames_total: how many frames show it, where not all are given.
        events: what shows it in those streams, where no frames are given: kinds of `tcp_events`.
        display_filter: for Wireshark; it is narrowed to the streams.
        needs: what it needs of the capture.

    """

    cause: str
    side: Side
    effect: Effect
    confidence: float
    title: str
    explanation: str
    evidence: Mapping[str, Any]
    severity: Severity | None = None
    streams: str = ""
    claims: tuple[str, ...] = ()
    cost_ns: int | None = None
    flows: Sequence[int] = ()
    flows_total: int | None = None
    frames: Sequence[int] = ()
    frames_total: int | None = None
    events: tuple[str, ...] = ()
    display_filter: str = ""
    needs: frozenset[Need] = field(default=frozenset())


class Find(Protocol):
    """The function `find` of a module."""

    def __call__(self, tables: Tables, **thresholds: Any) -> Iterator[Finding]:
        """Yields what it finds."""


LOSS: Final = ("handshake_loss", "loss_fast", "loss_tlp", "loss_rto")
RECOVERY: Final = ("loss_fast", "loss_tlp", "loss_rto", "congestion_window")
RETRANSMISSIONS: Final = (
    "retransmission_fast",
    "retransmission_tlp",
    "retransmission_rto",
    "retransmission_repeated",
)

# The streams of a group, those that cost most first: of rows with `stream` and `cost_ns`.
STREAMS: Final = "string_agg(CAST(stream AS VARCHAR), ',' ORDER BY cost_ns DESC, stream) AS streams"
# Ports of services that ask for a login: FTP, SSH, Telnet, mail, SMB, databases, RDP, VNC.
LOGINS: Final = "21, 22, 23, 25, 110, 143, 445, 465, 587, 993, 995, 1433, 1521, 3306, 3389, 5432, 5900"
# Whether an address belongs to a private network (RFC 1918, RFC 6598, RFC 4193, link-local): SQL for `{address}`.
INTERNAL: Final = (
    r"regexp_matches({address}, '^(10\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.|100\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\.|"
    r"169\.254\.|127\.|f[cd][0-9a-f][0-9a-f]:|fe80:|::1$)')"
)
# Hosts of one kind of trouble that get a finding of their own, the costliest first: more are a list, not a diagnosis.
MOST: Final = 5
# Nanoseconds. As floats, since DuckDB takes a small int as one of 32 bits.
MS: Final = 1e6
SECOND: Final = 1e9
