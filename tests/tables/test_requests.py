"""Requests over TCP on real captures, whose truth client and server wrote down (`tests/captures/README.md`)."""

from pathlib import Path

import pytest

import pcap_analyzer as pa

CAPTURES = Path(__file__).parents[1] / "captures"
MS = 1_000_000
TOLERANCE_NS = 10 * MS

# What the server's program wrote down: port of the client, path, status, and how long it thought.
HTTP = {
    "server_think_http.pcap": {
        58596: [("/", 200, 0), ("/report", 200, 900), ("/health", 200, 0), ("/search", 200, 600), ("/", 200, 0)],
        58600: [("/health", 200, 0), ("/search", 200, 600), ("/", 200, 0)],
    },
    "http_5xx.pcapng": {
        36320: [("/", 200, 0), ("/api", 503, 0), ("/login", 500, 0), ("/api", 503, 0), ("/", 200, 0)],
        36326: [("/api", 503, 0), ("/login", 500, 0), ("/api", 503, 0)],
    },
}
THOUGHT_MS = [300, 5, 450, 2, 300, 5, 450, 2, 300, 5]  # of server_think.pcap, in the same way

THINK = (
    "SELECT coalesce(sum(duration_ns), 0)::BIGINT AS ns FROM tcp_ledger WHERE category = 'think' AND side = 'server'"
)


@pytest.mark.parametrize("capture", HTTP)
def test_each_request_of_http_has_its_answer_and_its_time(capture: str) -> None:
    with pa.analyze(CAPTURES / capture) as analysis:
        rows = analysis.tables.rows("SELECT * FROM http_transactions ORDER BY stream, number")
    for port, expected in HTTP[capture].items():
        mine = [row for row in rows if row["client"].endswith(f":{port}")]
        assert [(row["path"], row["status"]) for row in mine] == [(path, status) for path, status, _ in expected]
        thought = [think_ms * MS for *_, think_ms in expected]
        assert [row["service_time_ns"] for row in mine] == pytest.approx(thought, rel=0.05, abs=TOLERANCE_NS)
        assert {row["outcome"] for row in mine} == {"complete"}


def test_turns_of_an_unknown_service_are_timed() -> None:
    with pa.analyze(CAPTURES / "server_think.pcap") as analysis:
        rows = analysis.tables.rows("SELECT * FROM turns ORDER BY number")
        services = analysis.tables.rows("SELECT * FROM service_transactions")
    thought = [think_ms * MS for think_ms in THOUGHT_MS]
    assert [row["service_time_ns"] for row in rows] == pytest.approx(thought, rel=0.05, abs=TOLERANCE_NS)
    assert {row["mux"] for row in rows} == {False}
    assert services == [], "its port is that of Redis, its bytes are not"


@pytest.mark.parametrize("capture", ["server_think_http.pcap", "http_5xx.pcapng", "server_think.pcap"])
def test_the_ledger_thinks_as_long_as_the_turns(capture: str) -> None:
    with pa.analyze(CAPTURES / capture) as analysis:
        turns = analysis.tables.row("SELECT sum(service_time_ns)::BIGINT AS ns FROM turns")
        ledger = analysis.tables.row(THINK)
    assert ledger["ns"] == pytest.approx(turns["ns"], rel=0.05, abs=TOLERANCE_NS)
