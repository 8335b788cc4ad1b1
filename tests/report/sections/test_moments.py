"""Traffic over time."""

from collections.abc import Callable

import pytest

from pcap_analyzer.report.sections import moments
from pcap_analyzer.report.sections.moments import _width
from pcap_analyzer.tables import Tables

MS = 1_000_000


def bucket(start_ms: int, wire_bytes: int) -> dict[str, int]:
    return {"start_time_ns": start_ms * MS, "width_ns": MS, "wire_bytes": wire_bytes, "packets": 1}


@pytest.mark.parametrize(("length_ms", "width_ms"), [(1, 1), (240, 1), (241, 2), (1000, 5), (2400, 10), (2401, 20)])
def test_spans_are_few_and_of_a_round_width(length_ms: int, width_ms: int) -> None:
    assert _width(length_ms * MS, MS) == width_ms * MS


def test_buckets_are_added_up_from_the_first(tables: Callable[..., Tables]) -> None:
    some = tables(buckets=[bucket(1007, 10), bucket(1008, 20), bucket(1009, 5), bucket(1400, 40)])
    spans = moments.read(some)["buckets"]
    assert spans["width_ns"] == 2 * MS
    assert [(row["start_time_ns"] // MS, row["wire_bytes"]) for row in spans["rows"]] == [
        (1007, 30),
        (1009, 5),
        (1399, 40),
    ]
    assert [row["wire_bytes"] for row in spans["busiest"]] == [40, 30, 5]


def test_times_before_1970_are_binned_the_same_way(tables: Callable[..., Tables]) -> None:
    spans = moments.read(tables(buckets=[bucket(-1000, 1), bucket(-999, 2), bucket(-600, 3)]))["buckets"]
    assert [(row["start_time_ns"] // MS, row["wire_bytes"]) for row in spans["rows"]] == [(-1000, 3), (-600, 3)]


def test_the_ends_of_time_overflow_nothing(tables: Callable[..., Tables]) -> None:
    width = 8_640_000_000_000_000
    rows = [{"start_time_ns": start, "width_ns": width, "packets": 1} for start in (-(2**63), 2**63 - 1)]
    assert len(moments.read(tables(buckets=rows))["buckets"]["rows"]) == 2


def test_equal_moments_stand_in_order_of_time(tables: Callable[..., Tables]) -> None:
    busiest = moments.read(tables(buckets=[bucket(9, 10), bucket(3, 10), bucket(5, 11)]))["buckets"]["busiest"]
    assert [row["start_time_ns"] // MS for row in busiest] == [5, 3, 9]


def test_nothing_happened_without_packets(tables: Callable[..., Tables]) -> None:
    assert moments.read(tables())["buckets"]["rows"] == []
