"""Sections of services: sums over all rows, and the worst rows first."""

from collections.abc import Callable

from pcap_analyzer.report.sections import http, services
from pcap_analyzer.tables import Tables

MILLISECOND = 1_000_000


def test_what_failed_comes_first_then_the_slowest(tables: Callable[..., Tables]) -> None:
    rows = [
        {"status": 200, "outcome": "answered", "service_time_ns": n * MILLISECOND, "request_frame": n}
        for n in range(1, 21)
    ]
    rows += [{"status": 503, "outcome": "answered", "service_time_ns": MILLISECOND, "request_frame": 99}]
    built = tables(http_transactions=rows)
    found = services.read(built, (http.SERVICE,), services.count_rows(built))["services"]["http"]
    assert (found["total"], found["failed_total"]) == (21, 1)
    assert (found["time_p50_ns"], found["time_p95_ns"]) == (10 * MILLISECOND, 19 * MILLISECOND)
    assert [row["frame"] for row in found["rows"]] == [99, *range(20, 9, -1)]


def test_a_service_that_is_not_there_is_not_told(tables: Callable[..., Tables]) -> None:
    built = tables()
    assert services.read(built, (http.SERVICE,), services.count_rows(built)) == {"services": {}}
