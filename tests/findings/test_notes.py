"""Notes about what the traffic consists of: each speaks, is silent, and turns at its threshold."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import sin, tau
from random import Random
from typing import Any

import pytest
from finding_world import SECOND, World

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.findings._found import Found
from pcap_analyzer.findings._run import modules

Run = Callable[..., list[Found]]
HOUR = 3600 * SECOND


@dataclass(frozen=True)
class Case:
    """A world that depends on one number: at `least` the finding speaks, just `below` it does not."""

    finding: str
    world: Callable[[float], World]
    plenty: float
    least: float
    below: float
    thresholds: dict[str, float] = field(default_factory=dict)


def talkers(first_mb: float, hosts: int = 12, everywhere: bool = False) -> World:
    """Hosts that send ten megabytes to the one of the capture, which is in each flow; the first of them sends so many."""
    world = World().add("buckets", packets=10_000, wire_bytes=10_000_000)
    world.add("endpoints", address="192.0.2.1", flows=hosts, sent_bytes=0, received_bytes=10_000_000)
    for number in range(1, hosts):
        megabytes = first_mb if number == 1 else (10 - first_mb) / (hosts - 2)
        flows = hosts if everywhere else 1
        address = f"198.51.100.{number}"
        world.add("endpoints", address=address, flows=flows, sent_bytes=round(megabytes * 1e6), received_bytes=0)
    for flow in range(hosts):
        world.add("flows", flow=flow)
    return world


def transfer(megabytes: float, seconds: float = 2) -> World:
    size = round(megabytes * 1e6)
    return World().tcp(
        {"bandwidth/network": 1900, "network_rtt/network": 100},
        server_payload_bytes=size,
        server_unique_bytes=size,
        server_first_data_time_ns=SECOND,
        server_last_data_time_ns=SECOND + round(seconds * SECOND),
    )


def mixed(others: float, packets: int = 10_000) -> World:
    """A capture with so large a share of ARP."""
    arp = round(others * packets)
    world = World().add("buckets", packets=packets, other_packets=arp, wire_bytes=64 * packets)
    paths = {"eth": packets, "eth:arp": arp, "eth:ip": packets - arp, "eth:ip:tcp": (packets - arp) // 2}
    paths["eth:ip:udp"] = packets - arp - paths["eth:ip:tcp"]
    for path, count in paths.items():
        world.add(
            "protocols",
            path=path,
            protocol=path.rpartition(":")[2],
            depth=path.count(":"),
            packets=count,
            wire_bytes=count,
        )
    return world


def speaking(connections: float, port: int = 443, service: str = "http", **columns: Any) -> World:
    """Connections to a port on which a service that is not its own is spoken."""
    world = World().add("captures", packets=100).tcp(copies=int(connections), server=f"198.51.100.1:{port}", **columns)
    for stream in range(int(connections)):
        if service == "http":
            world.add("http_transactions", stream=stream)
        elif service == "tls":
            world.add("tls_handshakes", stream=stream, transport="tcp")
    return world


def over_time(packets: Callable[[int], float], seconds: int = 600, width_s: int = 1) -> World:
    """A capture that holds so many packets in each span."""
    world = World().add("captures", earliest_time_ns=0, latest_time_ns=seconds * SECOND - 1, packets=1000)
    for start_s in range(0, seconds, width_s):
        if count := round(packets(start_s)):
            world.add(
                "buckets",
                start_time_ns=start_s * SECOND,
                width_ns=width_s * SECOND,
                packets=count,
                wire_bytes=1000 * count,
            )
    return world


def timer(interval_s: float, repeats: int = 100) -> World:
    """Something that sends at a steady interval, and little else."""
    beats = {int(number * interval_s) for number in range(repeats)}
    return over_time(lambda start_s: 50 if start_s in beats else start_s % 20 == 7)


def busy_hour(times: float, hours: int = 10) -> World:
    """Ten hours, of which one carries so many times the mean."""
    mean = 1_000
    other = mean * (hours - times) / (hours - 1)
    return over_time(lambda start_s: mean * times if start_s == 4 * 3600 else other, hours * 3600, 3600)


CASES = [
    Case("dominant_talker", talkers, 9, 5, 4.99),
    Case("dominant_talker", lambda hosts: talkers(10, int(hosts)), 20, 8, 7),
    Case("throughput", transfer, 50, 1, 0.99),
    Case("throughput", lambda seconds: transfer(5, seconds), 9, 1, 0.99),
    Case("protocol_distribution", mixed, 0.9, 0.2, 0.1999),
    Case("protocol_distribution", lambda packets: mixed(0.5, int(packets)), 90_000, 1000, 998),
    Case("service_classification", speaking, 9, 2, 1),
    Case("temporal_pattern", lambda repeats: timer(100, int(repeats)), 6, 6, 3, {"least_repeats": 4}),
    Case("temporal_pattern", lambda times: busy_hour(times), 5, 3.01, 2.99),
    Case("temporal_pattern", lambda hours: busy_hour(4, int(hours)), 12, 6, 5),
]


def ids(case: Case) -> str:
    return f"{case.finding}-{case.least}"


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_it_speaks_and_is_a_note(found: Run, case: Case) -> None:
    (one,) = found(case.finding, case.world(case.plenty), **case.thresholds)
    assert one.finding.cause in modules()[case.finding].CAUSES
    assert (one.severity, one.finding.side, one.cost_ns) == (Severity.INFO, Side.NONE, None)


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_it_turns_at_its_threshold(found: Run, case: Case) -> None:
    assert found(case.finding, case.world(case.least), **case.thresholds)
    assert found(case.finding, case.world(case.below), **case.thresholds) == []


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_it_is_silent_on_quiet_traffic(found: Run, case: Case) -> None:
    world = World().lasting(600).tcp({"network_rtt/network": 60}).turns(answers=[1.0])
    world.add("protocols", path="eth:ip:tcp", protocol="tcp", depth=2, packets=1000, wire_bytes=100_000)
    for second in range(0, 600, 10):
        world.add("buckets", start_time_ns=second * SECOND, width_ns=10 * SECOND, packets=9, wire_bytes=900)
    assert found(case.finding, world) == []


def test_who_takes_part_in_everything_is_where_the_capture_was_taken(found: Run) -> None:
    assert found("dominant_talker", talkers(10, everywhere=True)) == []
    (one,) = found("dominant_talker", talkers(9))
    assert one.finding.evidence["host"] == "198.51.100.1"
    assert one.finding.evidence["top_talkers"].startswith("198.51.100.1 90.0 %, ")


def test_the_rate_counts_what_was_sent_once(found: Run) -> None:
    (one,) = found("throughput", transfer(5, 4))
    assert one.finding.evidence["largest_bps"] == 10_000_000
    assert one.finding.evidence["most_time_in"] == "bandwidth"


def test_what_ends_at_ip_counts_for_ip(found: Run) -> None:
    world = World().add("buckets", packets=1000, other_packets=400)
    for path, packets in {"eth": 1000, "eth:ip": 1000, "eth:ip:tcp": 600, "eth:ip:icmp": 100}.items():
        world.add("protocols", path=path, protocol=path.rpartition(":")[2], depth=path.count(":"), packets=packets)
    (one,) = found("protocol_distribution", world)
    assert one.finding.evidence["packets_by_protocol"] == "tcp 600, ip 300, icmp 100"
    assert one.finding.evidence["other_share"] == 0.4


def test_bytes_that_were_sent_again_make_no_large_transfer(found: Run) -> None:
    world = transfer(2)
    world.tables["tcp_flows"][0]["server_unique_bytes"] = 999_999
    assert found("throughput", world) == []


def test_frames_that_could_not_be_decoded_are_no_distribution(found: Run) -> None:
    world = mixed(0.5, 998)
    world.tables["buckets"][0] |= {"packets": 5000, "other_packets": 4000}
    assert found("protocol_distribution", world) == []


def test_packets_count_for_their_last_protocol(found: Run) -> None:
    (one,) = found("protocol_distribution", mixed(0.4))
    assert (one.finding.evidence["most_of_others"], one.finding.evidence["most_of_others_packets"]) == ("arp", 4000)
    assert (one.finding.evidence["tcp_share"], one.finding.evidence["udp_share"]) == (0.3, 0.3)


@pytest.mark.parametrize(
    ("port", "service", "columns", "said"),
    [
        (80, "http", {}, None),
        (80, "tls", {}, "tls"),
        (443, "tls", {}, None),
        (5432, "tls", {}, None),
        (5432, "http", {}, "http"),
        (5432, "?", {}, None),
        (80, "?", {}, "unknown"),
        (8080, "http", {}, None),
        # What was not seen from the beginning, or not whole, cannot tell.
        (443, "?", {"completeness": 30}, None),
        (443, "?", {"server_missed_bytes": 1}, None),
        (443, "?", {"server_data_packets": 0}, None),
    ],
)
def test_services_are_told_by_their_bytes(
    found: Run, port: int, service: str, columns: dict[str, int], said: str | None
) -> None:
    told = [
        one.finding.evidence["spoken"] for one in found("service_classification", speaking(3, port, service, **columns))
    ]
    assert told == ([said] if said else [])


def test_cut_frames_do_not_tell_a_service(found: Run) -> None:
    world = speaking(3, service="?")
    assert found("service_classification", world)
    world.tables["captures"][0]["cut_packets"] = 1
    assert found("service_classification", world) == []


@pytest.mark.parametrize("interval_s", [5, 10.5, 33.3, 100])
def test_a_timer_is_found_by_its_interval(found: Run, interval_s: float) -> None:
    (one,) = found("temporal_pattern", timer(interval_s))
    assert one.finding.evidence["interval_ns"] == pytest.approx(interval_s * SECOND, rel=0.03)


def test_what_comes_and_goes_without_a_timer_has_no_interval(found: Run) -> None:
    slow_change = over_time(lambda start_s: 100 if 200 <= start_s < 400 else 1)
    three_bursts = over_time(lambda start_s: 500 if start_s in (100, 200, 300) else 1)
    hardly = over_time(lambda start_s: 100 + 30 * sin(tau * start_s / 30))
    chance = Random(7)
    at_random = over_time(lambda _: chance.choice((0, 0, 0, 0, 50)))
    ripple = over_time(lambda start_s: 100 + 40 * sin(tau * start_s / 20) if 200 <= start_s < 500 else 1)
    for world in (slow_change, three_bursts, hardly, at_random, ripple):
        assert found("temporal_pattern", world) == []


def test_an_hour_among_empty_ones_is_no_busy_one(found: Run) -> None:
    world = over_time(lambda start_s: 5000 if start_s < 7200 else 0, 10 * 3600, 3600)
    world.add("buckets", start_time_ns=9 * HOUR, width_ns=HOUR, packets=1, wire_bytes=1000)
    assert found("temporal_pattern", world) == []
