"""The scorer of exchanges itself: what tshark's fields become, and what it refuses to allow."""

from collections import Counter
from pathlib import Path

import pytest
from score_exchanges import (
    ALLOWED,
    FIELDS,
    PROTOCOLS,
    Allowed,
    Frame,
    Reading,
    compare,
    dns_of_tshark,
    judge,
    nanoseconds,
    ntp_of_tshark,
    read_allowed,
    score,
    unlike,
)


def frame(number: int, protocols: str, **values: str) -> Frame:
    empty: Frame = {name: [] for name in FIELDS}
    given = {name.replace("_", ".", 1): value.split("|") for name, value in values.items()}
    return empty | {"frame.number": [str(number)], "frame.protocols": [f"eth:ethertype:ip:{protocols}"]} | given


def test_seconds_become_whole_nanoseconds() -> None:
    assert [nanoseconds(text) for text in ("1.5", "0.000000001", "-0.25", "3")] == [
        1_500_000_000,
        1,
        -250_000_000,
        3 * 10**9,
    ]


def test_a_repeated_query_is_no_second_one_and_what_has_no_response_is_unanswered() -> None:
    frames = [
        frame(1, "udp:dns", **{"dns_flags.response": "0"}),
        frame(2, "udp:dns", **{"dns_flags.response": "0", "dns_retransmit_request_in": "1"}),
        frame(3, "udp:dns", **{"dns_flags.response": "1", "dns_response_to": "1", "dns_time": "0.5"}),
        frame(4, "tcp:dns", **{"dns_flags.response": "0"}),
        frame(5, "icmp:ip:udp:dns", **{"dns_flags.response": "0"}),
        frame(6, "tcp:http2:dns", **{"dns_flags.response": "0"}),
    ]
    assert dns_of_tshark(frames) == Counter(["1 answered by 3 after 500000000 ns", "4 unanswered"])


def test_a_response_of_ntp_repeats_the_time_of_its_request() -> None:
    ends = {"udp_srcport": "1", "udp_dstport": "2"}
    back = {"udp_srcport": "2", "udp_dstport": "1"}
    frames = [
        frame(1, "udp:ntp", **ends, frame_time_epoch="10.0", **{"ntp_flags.mode": "3"}, ntp_xmt="a"),
        frame(2, "udp:ntp", **ends, frame_time_epoch="11.0", **{"ntp_flags.mode": "3"}, ntp_xmt="b"),
        frame(3, "udp:ntp", **back, frame_time_epoch="11.5", **{"ntp_flags.mode": "4"}, ntp_org="a", ntp_xmt="c"),
    ]
    assert ntp_of_tshark(frames) == Counter(["1 answered by 3 after 1500000000 ns", "2 unanswered"])


def test_what_only_one_of_the_two_says_differs() -> None:
    reading = Reading(Path("x.pcap"))
    compare(reading, "DNS", Counter(["a", "b"]), Counter(["b", "c"]))
    assert (reading.agreeing["DNS"], reading.differing["DNS"]) == (1, {"tshark: a": 1, "ours: c": 1})
    assert list(judge([reading], {("x.pcap", "DNS"): Allowed({"tshark: a", "ours: c"})})) == []
    assert len(list(judge([reading], {}))) == 2
    assert score("DNS", [reading], True).got == "1 of 3 = 33.33%, 1 captures differ"


def test_permissions_that_nobody_needs_are_refused() -> None:
    assert list(unlike({}, Allowed({"ours: a"}))) == ["no longer differs, remove 'ours: a'"]
    assert list(unlike({"ours: a": 2}, Allowed(count=2))) == []
    assert list(unlike({"ours: a": 2}, Allowed(count=3))) == ["2 facts differ, not 3"]
    assert list(judge([], {("x.pcap", "DNS"): Allowed()})) == [
        f"x.pcap DNS is not there: remove it from {ALLOWED.name}"
    ]


def test_nothing_is_allowed_without_a_reason() -> None:
    with pytest.raises(SystemExit, match=r"no reason for x\.pcap"):
        read_allowed("[[differs]]\ncapture = 'x.pcap'\nprotocol = 'DNS'\nfacts = []\nreason = ' '")
    known = {protocol.name for protocol in PROTOCOLS}
    assert {protocol for _, protocol in read_allowed(ALLOWED.read_text())} <= known
