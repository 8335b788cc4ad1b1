"""Which frames are analysed."""

import pytest

from pcap_analyzer.errors import SettingError
from pcap_analyzer.selection import Selection, parse_moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("+90", (90_000_000_000, True)),
        ("+1.5m", (90_000_000_000, True)),
        ("+250ms", (250_000_000, True)),
        ("+2h", (7_200_000_000_000, True)),
        ("+0.000000001s", (1, True)),
        ("1970-01-02", (86_400_000_000_000, False)),
        ("1970-01-01T00:00:01.000000001Z", (1_000_000_001, False)),
        ("1970-01-01 01:00:00+01:00", (0, False)),
        ("1969-12-31T23:59:59.5Z", (-500_000_000, False)),
        ("1700000000.25", (1_700_000_000_250_000_000, False)),
    ],
)
def test_moments_are_read_to_the_nanosecond(text: str, moment: tuple[int, bool]) -> None:
    assert parse_moment(text) == moment


@pytest.mark.parametrize("text", ["", "soon", "+", "+5d", "2026-13-01", "12:00", "1.2.3", "-5s"])
def test_what_is_no_moment_is_said(text: str) -> None:
    with pytest.raises(SettingError, match="is no time"):
        parse_moment(text)


def test_a_selection_is_some_when_it_leaves_out_something() -> None:
    assert not Selection().is_some
    assert Selection(since=(0, True)).is_some
