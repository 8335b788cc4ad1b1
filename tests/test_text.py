"""Text from packets cannot drive a terminal."""

import pytest

from pcap_analyzer.text import nearest, plural, visible, visible_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("naïve → 名前", "naïve → 名前"),
        ("\x1b[2Jgone", r"\x1b[2Jgone"),
        ("a\nb\tc\x00", r"a\x0ab\x09c\x00"),
        ("\x9b31m", r"\x9b31m"),
        ("evil\u202egnp.exe", r"evil\u202egnp.exe"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_every_character_is_seen_for_what_it_is(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_long_text_is_cut() -> None:
    assert visible("x" * 300) == "x" * 252 + "…"


def test_line_ends_can_stay() -> None:
    assert visible_lines("a\nb\x1b\n") == "a\nb\\x1b\n"


def test_counts_read_well() -> None:
    assert [plural(count, "packet") for count in (0, 1, 1204)] == ["0 packets", "1 packet", "1,204 packets"]


def test_the_nearest_names_come_first() -> None:
    assert nearest("Flowz", ["captures", "flows"]) == ["flows"]
    assert nearest("nothing", ["captures", "flows"]) == []
