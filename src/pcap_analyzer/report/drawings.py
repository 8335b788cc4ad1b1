"""What only a page has room for: blocks that are looked at closely, beside those of every report.

Times within a drawing are nanoseconds since the first packet of the capture, so that all drawings of a page share one
axis.
"""

from dataclasses import dataclass
from enum import Enum

from pcap_analyzer.ledger import Activity
from pcap_analyzer.units import Unit

from . import model
from .model import Side, Value


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time as a cell of a table: when something lived, and what it mostly did."""

    start_ns: int
    end_ns: int
    activity: Activity


@dataclass(frozen=True, slots=True)
class Named:
    """A name with what it stands for below it, as a cell of a table. `target` names the details on the same page."""

    name: str
    below: str = ""
    target: str = ""


Cell = Value | Span | Named


@dataclass(frozen=True, slots=True)
class Listing:
    """A long table to sort and to filter. `sorted_by` is the column it comes sorted by, the largest first.

    `length_ns` is what the spans in it are drawn against; `note` tells what is not listed.
    """

    columns: tuple[model.Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    sorted_by: int
    length_ns: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number that stands out, with its name and what it is measured against."""

    label: str
    text: str
    below: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """A row of such numbers."""

    items: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Sides:
    """Who costs the time: an amount for each side, and where between them the capture was taken."""

    amounts: tuple[tuple[Side, int], ...]
    blamed: Side
    note: str
    captured_at: Side = Side.UNKNOWN


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a bar: what was done, on whose side, and how long."""

    activity: Activity
    amount: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A whole in its pieces, with its name at the left and its sum at the right. `target` names its details."""

    name: str
    below: str
    pieces: tuple[Piece, ...]
    total: str
    beside: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Bars:
    """One bar over everything with shares of each activity, then some on one scale of their own."""

    whole: Bar
    single: tuple[Bar, ...]
    title: str
    note: str = ""


class Style(Enum):
    """How the points of a line are joined."""

    LINE = "line"
    AREA = "area"
    BARS = "bars"
    DOTS = "dots"
    STACK = "stack"


@dataclass(frozen=True, slots=True)
class Line:
    """Amounts over time. A point holds from its time for the width of its panel; where none is, there is no line.

    `dashed` tells lines apart that share a panel, beside their colours.
    """

    label: str
    activity: Activity
    style: Style
    points: tuple[tuple[int, float], ...]
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """Lines of one unit. `note` tells the width of its steps and how many things were measured."""

    title: str
    unit: Unit
    note: str
    width_ns: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of time that is tinted through all that is drawn, with its length in words."""

    start_ns: int
    end_ns: int
    label: str
    activity: Activity


@dataclass(frozen=True, slots=True)
class Panels:
    """Several panels over one axis of time. `origin_ns` is the time of its zero, since 1970 UTC."""

    origin_ns: int
    start_ns: int
    end_ns: int
    panels: tuple[Panel, ...]
    bands: tuple[Band, ...] = ()


class Role(Enum):
    """What a mark in a graph of sequence numbers is. Each has a form and a colour of its own."""

    DATA = "data"
    FAST = "fast"
    TIMEOUT = "timeout"
    NEEDLESS = "needless"
    REORDERED = "reordered"
    COPY = "copy"
    PROBE = "probe"
    ACK = "ack"
    SACK = "sack"
    WINDOW = "window"


@dataclass(frozen=True, slots=True)
class Mark:
    """Bytes that were sent: from `low` to `high`, in `frame`, or in `count` frames from there that are drawn as one."""

    start_ns: int
    end_ns: int
    low: int
    high: int
    frame: int
    count: int
    kind: int


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of marks: its role, its name in the legend, and why something is called that."""

    role: Role
    label: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Sequence:
    """Bytes over time, one way: what was sent, what was acknowledged, and how far the receiver allowed.

    `acks` are steps, `edges` the lowest and highest allowance of each step. `sacks` are bytes that were acknowledged out of
    order, from lowest to highest.
    """

    sender: Side
    origin_ns: int
    start_ns: int
    end_ns: int
    kinds: tuple[Kind, ...]
    marks: tuple[Mark, ...]
    acks: tuple[tuple[int, int], ...]
    edges: tuple[tuple[int, int, int], ...]
    sacks: tuple[tuple[int, int, int], ...]
    bands: tuple[Band, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Step:
    """A rung of a ladder: a frame from one end to the other, or silence where `sender` is None."""

    time_ns: int
    frame: int
    sender: Side | None
    text: str
    detail: str = ""
    activity: Activity = Activity.MOVING
    cited: bool = False


@dataclass(frozen=True, slots=True)
class Ladder:
    """Frames between two ends in order of time."""

    title: str
    client: str
    server: str
    steps: tuple[Step, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A finding with frames around its evidence, and where the details of its flows stand, empty for those without."""

    finding: model.Finding
    ladder: Ladder | None = None
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """Blocks that are opened together. `name` can be linked to."""

    name: str
    title: str
    below: str
    blocks: tuple["PageBlock", ...]


PageBlock = model.Block | Listing | Figures | Sides | Bars | Panels | Sequence | Ladder | Exhibit | Chapter


@dataclass(frozen=True, slots=True)
class PageSection:
    """A titled part of a page, with a line beside the title."""

    name: str
    title: str
    blocks: tuple[PageBlock, ...]
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A report as a page. `headline` is its title; `facts` say in a line what was analysed, and how."""

    headline: str
    file: str
    beside: str
    sections: tuple[PageSection, ...]
    facts: tuple[str, ...]
