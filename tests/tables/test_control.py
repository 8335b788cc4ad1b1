"""ICMP, ARP and streams of RTP in real captures, whose truth the hosts and the emulated path wrote down (`tests/captures/README.md`)."""

from pathlib import Path
from typing import Any

import pytest

import pcap_analyzer as pa

CAPTURES = Path(__file__).parents[1] / "captures"


def row(capture: str, query: str) -> dict[str, Any]:
    with pa.analyze(CAPTURES / capture) as analysis:
        return analysis.tables.row(query)


def test_echo_replies_that_were_dropped_are_missing() -> None:
    seen = row(
        "icmp_loss.pcapng",
        """
        SELECT count(*) FILTER (type = 8) AS requests, count(response_frame) AS answered, min(response_time_ns) AS quickest_ns,
               avg(response_time_ns) AS mean_ns, max(response_time_ns) AS slowest_ns
        FROM icmp_messages
        """,
    )
    # As ping said: 40 transmitted, 35 received, rtt min/avg/max 24.273/24.312/24.386 ms; it measures above the capture point.
    assert (seen["requests"], seen["answered"]) == (40, 35)
    for name, milliseconds in {"quickest_ns": 24.273, "mean_ns": 24.312, "slowest_ns": 24.386}.items():
        assert seen[name] / 1e6 == pytest.approx(milliseconds, rel=0.005)


def test_errors_are_tied_to_the_connections_that_they_end() -> None:
    query = """
        SELECT count(*) AS errors, count(DISTINCT quoted_stream) AS streams, any_value(code_name) AS code, max(mtu_bytes) AS mtu,
               bool_and(flows.protocol = 'tcp' AND quoted_source IN (flows.client, flows.server)) AS fits
        FROM icmp_messages JOIN flows ON quoted_flow = flows.flow
    """
    expected = {"errors": 4, "streams": 4, "code": "administratively_prohibited", "mtu": None, "fits": True}
    assert row("admin_prohibited.pcapng", query) == expected
    expected = {"errors": 10, "streams": 1, "code": "fragmentation_needed", "mtu": 1400, "fits": True}
    assert row("mtu_pmtud_ok.pcap", query) == expected


def test_both_owners_of_an_address_are_named() -> None:
    seen = row(
        "arp_conflict.pcap",
        """
        SELECT count(*) AS exchanges, min(responders) AS responders, min(conflicts) AS conflicts,
               any_value(other_address) AS address, list_sort(list(DISTINCT other_hardware)) AS owners
        FROM arp_exchanges
        """,
    )
    assert seen == {
        "exchanges": 8,
        "responders": 2,
        "conflicts": 1,
        "address": "192.168.202.220",
        "owners": ["00:1b:21:e4:85:8a", "3c:fd:fe:70:a4:37"],
    }


@pytest.mark.parametrize(
    ("capture", "packets", "lost", "bursts"),
    [("jitter_rtp.pcapng", 220, 0, 0), ("udp_loss_rtp.pcap", 203, 17, 4), ("microburst_udp.pcapng", 450, 253, 9)],
)
def test_packets_that_were_dropped_are_lost(capture: str, packets: int, lost: int, bursts: int) -> None:
    # The path dropped 0, 17 and 270 packets; 17 of the 270 were sent after the last that arrived, and no number tells of them.
    seen = row(
        capture, "SELECT ssrc, packets, lost_packets, missing_packets, ws_lost_packets, loss_bursts FROM rtp_streams"
    )
    assert list(seen.values()) == [0x1234ABCD, packets, lost, lost, lost, bursts]


def test_jitter_is_that_of_the_path() -> None:
    seen = row("jitter_rtp.pcapng", "SELECT jitter_ns, rfc3550_jitter_ns, mos FROM rtp_streams")
    assert seen["rfc3550_jitter_ns"] == pytest.approx(9_834_000, rel=0.01)  # by the delays that the path gave
    assert seen["jitter_ns"] == 10_871_272  # as tshark says: 10.871 ms
    assert 4.3 < seen["mos"] < 4.5
