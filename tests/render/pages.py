"""Pages made by hand: every kind of block, and names that try to break out of each place where one can stand."""

from pcap_analyzer.ledger import Activity
from pcap_analyzer.report.drawings import (
    Band,
    Bar,
    Bars,
    Chapter,
    Exhibit,
    Figure,
    Figures,
    Kind,
    Ladder,
    Line,
    Listing,
    Mark,
    Named,
    Page,
    PageSection,
    Panel,
    Panels,
    Piece,
    Role,
    Sequence,
    Sides,
    Span,
    Step,
    Style,
)
from pcap_analyzer.report.model import (
    Chart,
    Column,
    Fact,
    Facts,
    Finding,
    Paragraph,
    Part,
    Severity,
    Side,
    State,
    Table,
    Verdict,
    Whole,
)
from pcap_analyzer.units import Unit

MILLISECOND = 1_000_000
SECOND = 1000 * MILLISECOND

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;\u202e\x1b[31m\u2028{{7*7}}"


def finding(number: int, severity: Severity, side: Side, name: str) -> Finding:
    """A finding that says `name` wherever a finding can say something."""
    return Finding(
        id="network_loss_downstream",
        title=f"Packets are lost on the way to {name}",
        cause="network_loss_downstream",
        side=side,
        severity=severity,
        confidence=0.94 - number * 0.2,
        cost_ns=(24 - 7 * number) * SECOND,
        cost_share=1 - 0.3 * number,
        explanation=f"Segments to {name} were missing when later ones arrived, and came as retransmissions.",
        evidence=(
            Fact("Segments sent again", f"213 of 14,576 (1.5 %), to {name}"),
            Fact("Repair", "p50 51 ms, p95 84 ms, n = 213"),
        ),
        flows=(f"{name}:51544 → 203.0.113.80:443, stream 7", "192.0.2.7:51571 → 203.0.113.80:443, stream 15"),
        flows_total=5,
        frames=(5157, 5158, 5159, 5167, 5252),
        frames_total=426,
        display_filter=f'tcp.stream in {{7,15}} && tcp.analysis.retransmission && http.host == "{name}"',
        next_checks=(f"Drops on the link towards {name}", "A second capture, at the servers"),
        thresholds=(Fact("At least", "1 % of segments, from the profile WAN"),),
    )


def page(name: str = "files.example.net", rows: int = 60) -> Page:
    """A page with every kind of block in it; `name` stands wherever a packet could put a name."""
    return Page(
        headline=f"The network loses packets on the way to {name}.",
        file=f"{name}.pcap",
        beside="26.4 MB, 38,412 packets, 62.4 s from 2026-03-12 09:14:02 UTC",
        sections=(
            _verdict(name),
            PageSection(
                "findings",
                "Findings",
                tuple(
                    Exhibit(finding(number, severity, side, name), None if number else ladder(name), ("stream-7", ""))
                    for number, (severity, side) in enumerate(
                        ((Severity.CRITICAL, Side.NETWORK), (Severity.MAJOR, Side.SERVER), (Severity.INFO, Side.CLIENT))
                    )
                ),
                "Costliest first.",
            ),
            _ledger(name),
            PageSection("time", "Over time", (panels(name),), "Seconds since the first packet."),
            PageSection("connections", "Connections", (listing(name, rows),), "Most time lost first."),
            PageSection("details", "Connections in detail", (_chapter(name),)),
            _rest(name),
        ),
        facts=("PCAP Analyzer 0, schema 1", f"read {name}"),
    )


def _verdict(name: str) -> PageSection:
    sentence = f"The network loses packets on the way to {name}."
    detail = "It cost 24.9 s of the 34.6 s that three downloads took."
    return PageSection(
        "verdict",
        "Verdict",
        (
            Verdict(sentence, "network_loss_downstream", Side.NETWORK, Severity.CRITICAL, 0.94, 24 * SECOND, (detail,)),
            Figures((Figure("Time lost", "24.9 s"), Figure("Seen from", "Client", f"of {name}"))),
            Sides(
                ((Side.NETWORK, 24 * SECOND), (Side.SERVER, 17 * SECOND), (Side.CLIENT, 0)),
                Side.NETWORK,
                f"With {name}",
                Side.CLIENT,
            ),
            Facts((Fact("", f"Drops on the link towards {name}"),), "Check next"),
            Facts(tuple(Fact(state.value, f"{name}.", state) for state in State), "Capture quality"),
        ),
    )


def _ledger(name: str) -> PageSection:
    pieces = tuple(Piece(activity, (number + 1) * SECOND) for number, activity in enumerate(Activity))
    bars = Bars(
        Bar("All connections", "share of 45 s", pieces, "45.0 s", "waited for"),
        (Bar(name, f"stream 7, from {name}", pieces[3:6], "15.0 s", "6.00 s lost", "stream-7"),),
        "The one that cost most",
        f"Without {name}",
    )
    parts = (
        Part("Loss recovery, timeout", Side.NETWORK, 3 * SECOND),
        Part("2 smaller parts", Side.NONE, SECOND, rest=True),
    )
    return PageSection(
        "ledger", "Where the time went", (bars, Paragraph(f"About {name}."), Whole(Unit.DURATION_NS, "Of 4 s", parts))
    )


def panels(name: str) -> Panels:
    """Every style of a line."""
    times = tuple(range(0, 60 * SECOND, SECOND))
    wave = tuple((at, 1e6 * (1 + at // SECOND % 7)) for at in times)
    counts = tuple((at, at // SECOND % 5) for at in times if at % (7 * SECOND))
    return Panels(
        origin_ns=1_700_000_000 * SECOND,
        start_ns=0,
        end_ns=60 * SECOND,
        panels=(
            Panel(
                "Throughput",
                Unit.RATE_BPS,
                "steps of 1 s",
                SECOND,
                (
                    Line(f"To {name}", Activity.MOVING, Style.AREA, wave),
                    Line("Back", Activity.SETUP, Style.LINE, counts, dashed=True),
                ),
            ),
            Panel(
                f"Sent by {name}",
                Unit.COUNT,
                "per second",
                SECOND,
                (
                    Line("Timeouts", Activity.LOSS, Style.STACK, counts),
                    Line("Others", Activity.SERVER, Style.STACK, counts),
                ),
            ),
        ),
        bands=(Band(12 * SECOND, 13 * SECOND, f"1 s silence of {name}", Activity.LOSS),),
    )


def listing(name: str, rows: int) -> Listing:
    """One row for each kind of value, among others."""
    columns = (
        Column("Stream"),
        Column("Server ← client"),
        Column("When", rank=4),
        Column("Duration", Unit.DURATION_NS, rank=3),
        Column("Bytes", Unit.BYTES, rank=5),
        Column("Rate", Unit.RATE_BPS, rank=6),
        Column("Share", Unit.SHARE, rank=7),
        Column("Sent again", Unit.COUNT, rank=2),
        Column("Time lost", Unit.DURATION_NS),
        Column("Mostly to", rank=1),
    )
    return Listing(
        columns,
        tuple(_row(name, number) for number in range(rows)),
        8,
        60 * SECOND,
        f"60 of 99,999, none of {name}.",
    )


def _row(name: str, number: int) -> tuple[str | int | float | Named | Span | None, ...]:
    # Lengths over many powers of ten: every form in which a number is written occurs.
    size = 7 ** (number % 20) + number
    return (
        f"tcp {number}",
        Named(
            f"{name}:443" if number == 3 else f"192.0.2.{number % 250}:443",
            f"198.51.100.7:{50000 + number}",
            "stream-7" if number == 0 else "",
        ),
        Span(
            number * SECOND % (50 * SECOND),
            number * SECOND % (50 * SECOND) + size % (9 * SECOND),
            list(Activity)[number % 9],
        ),
        size,
        size,
        size * 1.5,
        (number % 50) / 49,
        number if number % 3 else None,
        (60 - number) * 17 * MILLISECOND,
        name if number == 5 else "Loss recovery",
    )


def _chapter(name: str) -> Chapter:
    figures = Figures(tuple(Figure(label, "23.5 s", f"of {name}") for label in ("A", "B", "C", "D", "E", "F")))
    parts = (Part("Loss recovery, timeout", Side.NETWORK, 3 * SECOND), Part("Think time", Side.SERVER, SECOND))
    return Chapter(
        "stream-7",
        f"Stream 7: {name}",
        f"{name} → 203.0.113.80:443",
        (
            figures,
            sequence(name),
            panels(name),
            Whole(Unit.DURATION_NS, "Of 4 s", parts),
            ladder(name),
            Facts((Fact("Waited for", f"all of {name}"),), name),
        ),
    )


def ladder(name: str) -> Ladder:
    """Both directions, and silence."""
    steps = (
        Step(SECOND, 5157, Side.SERVER, "Seq 3,482,441 Len 1,448", f"TCP Previous segment not captured, {name}"),
        Step(SECOND, 0, None, "504 ms without a packet", activity=Activity.LOSS),
        Step(SECOND, 0, None, "7 segments are not shown", activity=Activity.REST),
        Step(2 * SECOND, 5252, Side.CLIENT, "Dup ACK #39", "", Activity.LOSS, cited=True),
    )
    return Ladder("+1.000 s to +2.000 s", name, name, steps, f"2 more of {name}")


def sequence(name: str) -> Sequence:
    """Every role of a mark, and a stall."""
    roles = [role for role in Role if role not in (Role.ACK, Role.SACK, Role.WINDOW)]
    kinds = tuple(Kind(role, f"{role.value} of {name}", f"since {name}") for role in roles)
    marks = tuple(
        Mark(
            at * SECOND // 10,
            at * SECOND // 10,
            at * 1448,
            (at + 1) * 1448,
            100 + at,
            1,
            at % len(roles) if at % 9 == 0 else 0,
        )
        for at in range(120)
    )
    acks = tuple((at * SECOND // 10 + 40 * MILLISECOND, at * 1448) for at in range(120))
    edges = tuple((at, ack + 20_000, ack + 40_000) for at, ack in acks)
    sacks = tuple((at, ack + 3000, ack + 9000) for at, ack in acks if at % 7 == 0)
    bands = (
        Band(5 * SECOND, 7 * SECOND, f"2.00 s silence of {name}", Activity.LOSS),
        Band(9 * SECOND, 10 * SECOND, "1 s zero window", Activity.WINDOW),
    )
    return Sequence(
        Side.SERVER, 1_700_000_000 * SECOND, 0, 12 * SECOND, kinds, marks, acks, edges, sacks, bands, f"All of {name}."
    )


def _rest(name: str) -> PageSection:
    tree = Table(
        (Column("Protocol"), Column("Of all", Unit.SHARE)), ((name, 1.0), ("ip", 0.5)), f"without {name}", (0, 1)
    )
    chart = Chart(f"Rate of {name}", Unit.RATE_BPS, SECOND, 10 * SECOND, ((0, 5.0), (3 * SECOND, 9.0)))
    return PageSection("capture", "Capture", (Facts((Fact("Written by", name),)), tree, chart))
