"""Blocks on a terminal."""

import io

from rich.console import Console

from pcap_analyzer.i18n import say, speaking
from pcap_analyzer.render.terminal import draw, emit, show
from pcap_analyzer.report.model import Block, Chart, Column, Fact, Facts, Paragraph, Report, Section, State, Table
from pcap_analyzer.units import SECOND_NS, Unit, duration, rate


def drawn(block: Block, width: int = 60) -> list[str]:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    emit(console, draw(block, width))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_states_have_signs_beside_colours() -> None:
    facts = tuple(Fact(state.value, "text", state) for state in State)
    assert [line[0] for line in drawn(Facts(facts))] == ["✓", "·", "!", "?"]


def test_no_text_is_taken_for_markup_or_control() -> None:
    assert drawn(Paragraph("[bold]x[/bold] :smile: \x1b[2J")) == [r"[bold]x[/bold] :smile: \x1b[2J"]
    assert drawn(Facts((Fact("[a]", "[/b]"),))) == ["[a]          [/b]"]


def test_a_tree_has_branches() -> None:
    table = Table((Column("P"),), tuple((name,) for name in "abcdef"), depths=(0, 1, 2, 1, 2, 0))
    assert drawn(table)[1:] == ["a", "├ b", "│ └ c", "└ d", "  └ e", "f"]


def test_columns_go_by_rank_and_the_first_one_folds() -> None:
    columns = (
        Column("Name"),
        Column("Bytes", Unit.BYTES),
        Column("Packets", Unit.COUNT, rank=1),
        Column("Share", Unit.SHARE),
    )
    table = Table(columns, (("192.0.2.1:40000 → 192.0.2.2:443", 1500, 12, 0.5),))
    assert drawn(table, 70)[1] == "192.0.2.1:40000 → 192.0.2.2:443  1.50 kB       12   50.0 % ██████"
    assert drawn(table, 60)[1] == "192.0.2.1:40000 → 192.0.2.2:443  1.50 kB       12  50.0 %"
    assert drawn(table, 50)[1] == "192.0.2.1:40000 → 192.0.2.2:443  1.50 kB  50.0 %"
    assert drawn(table, 40)[1:] == ["192.0.2.1:40000 →        1.50 kB  50.0 %", "192.0.2.2:443"]


def test_a_bar_is_seen_however_small() -> None:
    table = Table((Column("Share", Unit.SHARE),), ((0.0,), (0.0001,), (0.5,), (1.0,)))
    assert [line.split("%")[1].strip() for line in drawn(table)[1:]] == ["", "▏", "██████", "████████████"]


def test_a_chart_shows_its_peak_and_its_gaps() -> None:
    points = ((0, 8e6), (2 * SECOND_NS, 4e6), (3 * SECOND_NS, 8e6))
    lines = drawn(Chart("Rate", Unit.RATE_BPS, SECOND_NS, 4 * SECOND_NS, points), 8 + 11 + 2)
    assert lines == [
        "Rate",
        "8.00 Mbit/s ▏██    ██",
        "            ▏██    ██",
        "            ▏██  ████",
        "          0 ▏██  ████",
        "             +4.000 s",
    ]


def test_a_drawing_keeps_its_distance_to_what_follows() -> None:
    chart = Chart("Rate", Unit.RATE_BPS, 1, 1, ((0, 1.0),))
    section = Section("name", "Title", (chart, Paragraph("then"), chart))
    console = Console(file=io.StringIO(), width=60)
    show(Report("report", {}, {}, (section,)), console)
    assert isinstance(console.file, io.StringIO)
    lines = [line.strip() for line in console.file.getvalue().splitlines()]
    assert lines[lines.index("then") - 1] == ""
    assert lines[-1]


def test_facts_may_have_a_title() -> None:
    assert drawn(Facts((Fact("label", "text"),), "About one")) == ["About one", "  label        text"]


def test_a_chart_of_one_moment() -> None:
    lines = drawn(Chart("Rate", Unit.RATE_BPS, 1, 1, ((0, 0.0),)))
    assert lines[0] == "Rate"


def test_a_terminal_that_knows_only_ascii_gets_ascii() -> None:
    screen = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    emit(Console(file=screen, width=60), draw(Facts((Fact("a → b", "5 µs", State.CLEAN),)), 60))
    screen.flush()
    assert screen.buffer.getvalue() == b"+  a -> b        5 us\n"


def test_a_number_is_never_parted_from_its_unit() -> None:
    file = io.StringIO()
    with speaking("fr"):
        text = say("{duration}, {rate} on average", duration=duration(1_550_000_000), rate=rate(7_210_000))
        report = Report("x", {}, {}, (Section("s", "S", (Paragraph(text),)),))
        show(report, Console(file=file, width=14, legacy_windows=False))
    lines = [line.strip() for line in file.getvalue().splitlines()]
    assert "1,55\u202fs," in lines
    assert "7,21\u202fMbit/s" in lines
