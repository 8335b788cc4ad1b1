"""The table of DNS on real captures, whose truth client and resolver wrote down (`tests/captures/README.md`)."""

from pathlib import Path
from typing import Any

import pytest

import pcap_analyzer as pa

CAPTURES = Path(__file__).parents[1] / "captures"
MS = 1_000_000


def transactions(capture: str) -> list[dict[str, Any]]:
    with pa.analyze(CAPTURES / capture) as analysis:
        return analysis.tables.rows("SELECT * FROM dns_transactions")


def test_queries_that_are_ignored_stay_unanswered() -> None:
    rows = [(row["query_name"], row["queries"], row["outcome"]) for row in transactions("dns_no_answer.pcap")]
    assert rows == [
        ("ok.example.test", 1, "answer"),
        ("lost.example.test", 3, "unanswered"),
        ("half.example.test", 2, "answer"),
    ]


def test_the_time_from_the_first_query_holds_the_wait_for_the_repeat() -> None:
    half = transactions("dns_no_answer.pcap")[2]
    assert half["response_time_ns"] == pytest.approx(1002 * MS, abs=10 * MS)
    assert half["last_response_time_ns"] < 10 * MS


@pytest.mark.parametrize(
    ("capture", "code", "outcome"),
    [("dns_nxdomain.pcap", "NXDOMAIN", "no_such_name"), ("dns_servfail.pcap", "SERVFAIL", "error")],
)
def test_what_the_resolver_says(capture: str, code: str, outcome: str) -> None:
    *failed, good = transactions(capture)
    assert [(row["response_code_name"], row["outcome"]) for row in failed] == [(code, outcome)] * 5
    assert (good["response_code_name"], good["outcome"]) == ("NOERROR", "answer")


def test_a_slow_resolver() -> None:
    took = [(row["query_name"].split(".")[0], row["response_time_ns"]) for row in transactions("dns_slow.pcap")]
    expected = [("fast", 13.5), ("slow", 913.4), ("cdn", 613.4), ("fast", 13.2), ("slow", 913.6), ("cdn", 613.3)]
    assert took == [(name, pytest.approx(ms * MS, abs=1 * MS)) for name, ms in expected]


def test_an_answer_lost_behind_the_capture_is_asked_for_again() -> None:
    rows = transactions("dns_response_loss.pcapng")
    again = [(row["query_name"], row["retry_kind"], row["outcome"]) for row in rows if row["retry_of_frame"]]
    assert again == [("h1.example.test", "same", "answer")] + [("h3.example.test", "same", "answer")] * 2
    waited = {row["query_name"]: row["resolution_time_ns"] for row in rows}  # of the last try
    # The client is a round trip of 16 ms further away.
    assert waited["h1.example.test"] == pytest.approx((822 - 16) * MS, abs=10 * MS)
    assert waited["h3.example.test"] == pytest.approx((1619 - 16) * MS, abs=10 * MS)


def test_a_truncated_answer_is_tied_to_its_repeat_over_tcp() -> None:
    rows = transactions("dns_truncated.pcap")
    assert [(row["transport"], row["outcome"], row["retry_kind"]) for row in rows] == [
        ("udp", "truncated", None),
        ("tcp", "answer", "tcp"),
    ] * 2
    assert [row["retry_of_frame"] for row in rows[1::2]] == [row["query_frame"] for row in rows[::2]]
    assert [row["resolution_time_ns"] for row in rows[1::2]] == [
        pytest.approx(42.3 * MS, abs=1 * MS),
        pytest.approx(38.8 * MS, abs=1 * MS),
    ]


def test_addresses_lead_to_connections() -> None:
    with pa.analyze(CAPTURES / "healthy_dns_web.pcap") as analysis:
        joined = analysis.tables.rows(
            """SELECT DISTINCT query_name FROM dns_transactions
               JOIN flows ON flows.protocol = 'tcp'
                   AND list_contains(string_split(addresses, ','), server_address) AND first_frame > response_frame"""
        )
    assert joined != []
