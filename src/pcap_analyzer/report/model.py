"""What a report is made of. Sections fill these; renderers draw them and know nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pcap_analyzer.causes import Severity as Severity
from pcap_analyzer.causes import Side as Side
from pcap_analyzer.units import Unit

# A value in a table or list, its unit told by the column.
Value = str | int | float | None


class State(Enum):
    """What became of a check: nothing wrong, worth knowing, wrong, or not to be told. No data is never good news."""

    CLEAN = "clean"
    NOTE = "note"
    FOUND = "found"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or two."""

    text: str
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing known, with what it is called; a check has a state too."""

    label: str
    text: str
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Things known, one a line, under a title where they are all about one thing."""

    items: tuple[Fact, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    `rank` says how soon it may go where there is little room: 0 never, the largest first. A column of shares may be
    drawn as bars. `tree` marks text that is indented by the row's depth.
    """

    title: str
    unit: Unit = Unit.TEXT
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of values. `depths`, where given, makes a tree of them; `note` tells what is not shown."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    note: str = ""
    depths: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """Amounts over time. Each point stands for the time from its offset to that of the next; what has no point is 0."""

    title: str
    unit: Unit
    width_ns: int
    length_ns: int
    points: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a whole. `rest` is true for one that stands for several small ones."""

    label: str
    side: Side
    amount: float
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole in its parts, drawn as one bar with a row for each, in the order given. `of` names what shares are of."""

    unit: Unit
    of: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer in one sentence: what, on whose side, how sure, and the seconds of waiting it stands for.

    `cause` is None where the data do not suffice; `cost_ns` is None where no time can be told. `details` qualify it: a
    second cause that weighs nearly as much, what lowers confidence.
    """

    sentence: str
    cause: str | None
    side: Side
    severity: Severity
    confidence: float
    cost_ns: int | None
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found, with all that is needed to look it up again and to go on.

    `id` is the name that `pcap-analyzer explain` takes; `cause` is one of the closed list, or the finding's own name
    where it has none there. `cost_share` is its cost as a share of the costliest finding's, for a bar. `flows` names
    the connections concerned, the costliest first, of `flows_total`; `frames` are frame numbers, of `frames_total`.
    `display_filter` is for Wireshark, empty where none fits. `thresholds` are the choices it was judged by, each with
    value, unit and source as its text.
    """

    id: str
    title: str
    cause: str
    side: Side
    severity: Severity
    confidence: float
    cost_ns: int | None
    cost_share: float
    explanation: str
    evidence: tuple[Fact, ...]
    flows: tuple[str, ...]
    flows_total: int
    frames: tuple[int, ...]
    frames_total: int
    display_filter: str
    next_checks: tuple[str, ...]
    thresholds: tuple[Fact, ...] = ()


Block = Paragraph | Facts | Table | Chart | Whole | Verdict | Finding


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of a report. `name` never changes, whatever the language of the title.

    One that is a `detail` is left out where there is little room.
    """

    name: str
    title: str
    blocks: tuple[Block, ...]
    detail: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report. `data` is the same for the same capture; all that depends on the run is in `run`."""

    title: str
    data: Mapping[str, Any]
    run: Mapping[str, Any]
    sections: tuple[Section, ...]
    footnote: str = ""
