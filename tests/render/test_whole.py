"""A whole in its parts."""

import io

import pytest
from rich.console import Console

from pcap_analyzer.render.terminal import draw, emit
from pcap_analyzer.render.whole import cells_of
from pcap_analyzer.report.model import Part, Side, Whole
from pcap_analyzer.units import SECOND_NS, Unit


def whole(*amounts: float) -> Whole:
    return Whole(Unit.DURATION_NS, "Of all", tuple(Part("x", Side.NETWORK, amount) for amount in amounts))


def test_each_side_has_a_letter_and_a_pattern() -> None:
    sides = (Side.SERVER, Side.NETWORK, Side.CLIENT, Side.CAPTURE, Side.NONE)
    parts = tuple(Part(side.value.title(), side, 2 * SECOND_NS) for side in sides)
    block = Whole(Unit.DURATION_NS, "Of 10.0 s", parts)
    console = Console(file=io.StringIO(), width=40, highlight=False)
    emit(console, draw(block, 40))
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().splitlines() == [
        "A███████B▓▓▓▓▓▓▓C▒▒▒▒▒▒▒D???????E░░░░░░░",
        "             Side       Time  Of 10.0 s",
        "A█  Server   server   2.00 s     20.0 %",
        "B▓  Network  network  2.00 s     20.0 %",
        "C▒  Client   client   2.00 s     20.0 %",
        "D?  Capture  capture  2.00 s     20.0 %",
        "E░  None              2.00 s     20.0 %",
    ]


def test_what_stands_for_several_has_no_letter() -> None:
    block = Whole(Unit.DURATION_NS, "Of all", (Part("a", Side.NONE, 3), Part("2 more", Side.NONE, 1, rest=True)))
    screen = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    emit(Console(file=screen, width=8), draw(block, 8))
    screen.flush()
    assert screen.buffer.getvalue().startswith(b"A.....-.\n")


@pytest.mark.parametrize("amounts", [(1,), (1, 1, 1), (1000, 1, 1), (5, 3, 3, 3), (1,) * 30, (97, 1, 1, 1)])
@pytest.mark.parametrize("width", [8, 58, 100])
def test_the_bar_is_exactly_as_wide_as_it_should_be(amounts: tuple[int, ...], width: int) -> None:
    cells = cells_of(whole(*amounts), width)
    assert sum(cells) == width
    assert all(count >= 0 for count in cells)
    assert cells == sorted(cells, reverse=True)


def test_what_is_much_less_than_a_character_gets_none() -> None:
    assert cells_of(whole(990, 9, 1), 100) == [99, 1, 0]
