"""Findings about security, and notes: each speaks, is silent, and turns at its threshold."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from finding_world import SECOND, World

from pcap_analyzer.findings._found import Found
from pcap_analyzer.findings._run import modules

Run = Callable[..., list[Found]]


@dataclass(frozen=True)
class Case:
    """A world that depends on one number: at `least` the finding speaks, just `below` it does not."""

    finding: str
    world: Callable[[float], World]
    plenty: float
    least: float
    below: float
    thresholds: dict[str, float]


def tries(count: float) -> World:
    short: dict[str, Any] = {"duration_ns": SECOND, "client_payload_bytes": 900, "server_payload_bytes": 900}
    return World().tcp(copies=int(count), server="198.51.100.1:22", **short)


def flows(count: float, every_s: float = 0, **columns: object) -> World:
    world = World().lasting()
    for number in range(int(count)):
        at_ns = round(number * every_s * SECOND)
        row = {
            "flow": number,
            "protocol": "udp",
            "client_address": f"203.0.113.{number}",
            "server_address": "192.168.1.1",
            "server_port": 80,
            "client_packets": 100,
            "first_time_ns": at_ns,
            "last_time_ns": at_ns + 1,
        }
        world.add("flows", **(row | columns))
    return world


def upload(megabytes: float, server: str = "203.0.113.1") -> World:
    return flows(1, client_address="192.168.1.5", server_address=server, client_payload_bytes=round(megabytes * 1e6))


def reaching(hosts: float, client: str = "192.168.1.5") -> World:
    return World().tcp(copies=int(hosts), client=f"{client}:40000", server="192.168.2.{n}:445")


def silence(seconds: float) -> World:
    world = World().lasting()
    for start_s in (0, 1 + seconds):
        world.add("buckets", start_time_ns=round(start_s * SECOND), width_ns=SECOND, packets=9, wire_bytes=900)
    return world


def burst(times: float) -> World:
    """A hundred seconds of one megabyte each, one of which holds so many times the mean."""
    world = World().lasting(100)
    other = 1_000_000 * (100 - times) / 99
    for second in range(100):
        size = round(1_000_000 * times) if second == 50 else round(other)
        world.add("buckets", start_time_ns=second * SECOND, width_ns=SECOND, packets=9, wire_bytes=size)
    return world


def long_names(count: float) -> World:
    world = World().lasting()
    for number in range(int(count)):
        name = f"{number:04}{'abcdefgh' * 5}.tunnel.example"
        world.add("dns_transactions", protocol="dns", client="192.0.2.1:4", query_name=name, query_frame=number + 1)
    return world


CASES = [
    Case("brute_force", tries, 9, 5, 4, {"least_tries": 5}),
    Case("distributed_flood", flows, 9, 5, 4, {"least_sources": 5}),
    Case("data_exfiltration", upload, 500, 50, 49.9, {}),
    Case("beaconing", lambda n: flows(n, 60, client_address="192.168.1.5"), 20, 10, 9, {}),
    Case("lateral_movement", reaching, 9, 5, 4, {"least_hosts": 5}),
    Case("dns_tunnelling", long_names, 9, 5, 4, {"least_names": 5}),
    Case("traffic_gap", silence, 60, 10, 9.9, {}),
    Case("traffic_burst", burst, 50, 10.01, 9.99, {"least_mbps": 1}),
    Case("asymmetric_traffic", lambda n: World().tcp(client_packets=100 * (1 - int(n))), 1, 1, 0, {}),
    Case("sack_missing", lambda ms: World().tcp({"loss_fast/network": ms}, sack_permitted=False), 90, 1, 0, {}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.finding)
def test_it_speaks(found: Run, case: Case) -> None:
    (one,) = found(case.finding, case.world(case.plenty), **case.thresholds)
    assert one.finding.cause in modules()[case.finding].CAUSES
    assert one.severity.value in ("major", "minor", "info")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.finding)
def test_it_turns_at_its_threshold(found: Run, case: Case) -> None:
    assert found(case.finding, case.world(case.least), **case.thresholds)
    assert found(case.finding, case.world(case.below), **case.thresholds) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.finding)
def test_it_is_silent_on_quiet_traffic(found: Run, case: Case) -> None:
    world = World().lasting().tcp({"network_rtt/network": 60}, sack_permitted=True)
    assert found(case.finding, world.add("buckets", width_ns=SECOND, packets=9, wire_bytes=900)) == []


def test_private_networks_are_looked_at_too(found: Run) -> None:
    for client in ("10.1.2.3", "172.16.0.9", "192.168.7.7"):
        assert found("lateral_movement", reaching(12, client))
    assert found("lateral_movement", reaching(12, "203.0.113.9")) == []
    assert found("data_exfiltration", upload(500, server="10.9.9.9")) == []


def test_clocks_and_names_that_are_asked_for_at_a_pace_are_no_beacon(found: Run) -> None:
    assert found("beaconing", flows(20, 60, client_address="192.168.1.5", server_port=123)) == []
