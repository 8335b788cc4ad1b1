"""Rows of a query on a terminal."""

import io

from rich.console import Console

from pcap_analyzer.render.rows import show


def shown(width: int, *, terminal: bool) -> list[str]:
    console = Console(file=io.StringIO(), width=width, force_terminal=terminal, color_system=None, highlight=False)
    show(["name", "n"], ["VARCHAR", "UBIGINT"], [("[x]\x1b", "1"), ("a long name that takes room", None)], console)
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_a_table_where_it_fits() -> None:
    table = [
        "name                            n",
        "[x]\\x1b                         1",
        "a long name that takes room  NULL",
    ]
    assert shown(40, terminal=True) == table


def test_nothing_is_folded_in_a_pipe() -> None:
    assert shown(10, terminal=False) == shown(40, terminal=True)


def test_records_where_it_does_not_fit() -> None:
    assert shown(20, terminal=True) == [
        "Row 1",
        "name  [x]\\x1b",
        "n     1",
        "Row 2",
        "name  a long name",
        "      that takes",
        "      room",
        "n     NULL",
    ]
