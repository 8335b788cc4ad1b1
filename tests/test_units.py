"""Numbers as people read them."""

import pytest

from pcap_analyzer import units
from pcap_analyzer.units import Unit


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0 ns"),
        (999, "999 ns"),
        (1_000, "1.00 µs"),
        (85_000, "85.0 µs"),
        (999_400, "999 µs"),
        (999_600, "1.00 ms"),
        (12_345_678, "12.3 ms"),
        (8_120_000_000, "8.12 s"),
        (119_000_000_000, "119 s"),
        (125_000_000_000, "2 min 05 s"),
        (12_000_000_000_000, "3 h 20 min"),
        (4 * 86_400_000_000_000, "4 d 00 h"),
    ],
)
def test_a_duration_has_three_digits(nanoseconds: int, text: str) -> None:
    assert units.duration(nanoseconds) == text


def test_a_chosen_width_has_no_idle_digits() -> None:
    assert [units.span(value) for value in (2e6, 5e8, 1e10, 1.5e6)] == ["2 ms", "500 ms", "10 s", "1.50 ms"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(210_000, "210 µs"), (41_200_000, "41.2 ms"), (1_240_000_000, "1,240 ms"), (10_000_000_000, "10.0 s")],
)
def test_latencies_are_in_milliseconds(value: int, text: str) -> None:
    assert units.latency(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0 B"), (999, "999 B"), (1000, "1.00 kB"), (240_964, "241 kB"), (26_946_886, "26.9 MB")]
)
def test_sizes_are_si(value: int, text: str) -> None:
    assert units.size(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0 bit/s"), (999.9, "1000 bit/s"), (9.31e6, "9.31 Mbit/s"), (1e13, "10.0 Tbit/s")]
)
def test_rates_have_k_1000(value: float, text: str) -> None:
    assert units.rate(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0 %"), (1e-6, "<0.1 %"), (0.312, "31.2 %"), (0.99999, "99.9 %"), (1, "100 %")]
)
def test_a_share_is_never_rounded_to_nothing_or_all(value: float, text: str) -> None:
    assert units.share(value) == text


def test_a_moment_has_the_digits_of_the_capture() -> None:
    assert units.moment(1_795_446_277_571_566_411) == "2026-11-23 15:04:37.571566411 UTC"
    assert units.moment(1_795_446_277_571_566_411, 6) == "2026-11-23 15:04:37.571566 UTC"
    assert units.moment(-1, 0) == "1969-12-31 23:59:59 UTC"


def test_moments_at_the_ends_of_time() -> None:
    assert units.moment(-(2**63)).startswith("1677-09-21")
    assert units.moment(2**63 - 1).startswith("2262-04-11")


def test_what_is_not_known_is_a_dash() -> None:
    assert units.text(None, Unit.BYTES) == "–"
    assert units.text("plain", Unit.TEXT) == "plain"
    assert units.text(1204, Unit.COUNT) == "1,204"
    assert units.text(1_500_000_000, Unit.OFFSET_NS) == "+1.500 s"
