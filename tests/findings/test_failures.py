"""Findings about work that failed, and about what the network did to packets."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from finding_world import MS, SECOND, World

from pcap_analyzer.causes import Side
from pcap_analyzer.findings._api import Effect
from pcap_analyzer.findings._found import Found

Run = Callable[..., list[Found]]


@dataclass(frozen=True)
class Case:
    """A world that depends on one number: at `least` the finding speaks, just `below` it does not."""

    finding: str
    cause: str
    side: Side
    world: Callable[[float], World]
    plenty: float
    least: float
    below: float
    thresholds: dict[str, float] = field(default_factory=dict)


def refused(times: float) -> World:
    return (
        World().tcp(
            {"handshake/network": 20}, copies=int(times), zk_conn_state="REJ", reset_by="server", reset_frame=10
        )
        if times
        else World().tcp()
    )


def unanswered(milliseconds: float) -> World:
    world = World().lasting(milliseconds / 1000)
    return world.tcp(
        {"handshake_loss/network": 3000}, server_packets=0, client_packets=3, client_syn_packets=3, first_time_ns=0
    )


def reset(end: str, after_ns: float, **columns: Any) -> World:
    """A connection that `end` resets some time after the last data, which is at 9 s."""
    world = World().tcp(reset_by=end, reset_frame=10, zk_conn_state="RSTR", end_reason="reset", **columns)
    return world.event("reset", direction=end, payload_bytes=0, time_ns=9 * SECOND + round(after_ns))


def forged(difference: float) -> World:
    return reset("server", 0, server_ttl_min=64 - int(difference))


def repeated(kind: str, copies: float, *, last: bool, apart_ms: int = 500, **columns: Any) -> World:
    """Data that is sent again every half second from the fifth second on, at the end of the connection or before."""
    world = World().tcp({"loss_rto/network": 4000}, last_frame=9 + int(copies) if last else 1000, **columns)
    for number in range(int(copies)):
        at_ns = 5 * SECOND + (number + 1) * apart_ms * MS
        world.event(kind, frame_number=10 + number, time_ns=at_ns, duration_ns=apart_ms * MS)
    return world


def forgotten(idle_s: float) -> World:
    """A connection that is idle from the first second on, and whose next request nobody answers."""
    world = World().tcp(
        {"loss_rto/network": 3000},
        end_reason="open",
        server_last_data_time_ns=SECOND,
        client_last_data_time_ns=round((1 + idle_s) * SECOND) + 3 * SECOND,
    )
    for number in range(3):
        at_ns = round((1 + idle_s) * SECOND) + (number + 1) * 500 * MS
        world.event("retransmission_rto", direction="client", time_ns=at_ns, duration_ns=500 * MS)
    return world


def given_up(idle_s: float) -> World:
    """A connection that the server closes after a pause, and whose next request it refuses."""
    closed_ns = round((1 + idle_s) * SECOND)
    world = World().tcp(
        reset_by="server",
        reset_frame=10,
        server_last_data_time_ns=SECOND,
        server_fin_time_ns=closed_ns,
        client_last_data_time_ns=closed_ns + SECOND,
    )
    return world.event("reset", time_ns=closed_ns + SECOND + 20 * MS)


def stalled(stall_ms: float, **columns: Any) -> World:
    columns = {"server_retransmitted_packets": 1, "server_rto_retransmissions": 1, "client_dsack_packets": 1} | columns
    world = World().tcp({"loss_rto/network": 300, "network_rtt/network": 500}, **columns)
    return world.event("retransmission_rto", duration_ns=round(stall_ms * MS))


def share_of_packets(name: str, **columns: Any) -> Callable[[float], World]:
    return lambda share: World().tcp(
        {"slow_start/none": 100},
        **{f"server_{name}": round(share * 10_000), "server_packets": 10_000, "server_data_packets": 10_000},
        **columns,
    )


CASES = [
    Case("connection_refused", "connection_refused", Side.SERVER, refused, 5, 1, 0),
    Case("connection_timeout", "connection_timeout", Side.NETWORK, unanswered, 9000, 1000, 999),
    Case(
        "reset_server", "reset_midstream_server", Side.SERVER, lambda ns: reset("server", -ns), 0, 1 - SECOND, -SECOND
    ),
    Case(
        "reset_client",
        "reset_midstream_client",
        Side.CLIENT,
        lambda count: reset("client", 20 * MS, client_rst_packets=int(count)),
        40,
        3,
        2,
    ),
    Case("reset_middlebox", "reset_midstream_middlebox", Side.NETWORK, forged, 4, 1, 0),
    Case(
        "blackhole",
        "path_blackhole_midstream",
        Side.NETWORK,
        lambda copies: repeated("retransmission_rto", copies, last=True, end_reason="open"),
        5,
        3,
        2,
    ),
    Case(
        "link_outage",
        "link_outage",
        Side.NETWORK,
        lambda copies: repeated("retransmission_repeated", copies, last=False),
        6,
        4,
        3,
    ),
    Case("idle_timeout", "idle_timeout", Side.NETWORK, forgotten, 30, 1, 0.99),
    Case("idle_timeout", "idle_timeout", Side.SERVER, given_up, 30, 1, 0.99),
    Case("delay_spike", "delay_spike", Side.NETWORK, stalled, 600, 200, 199),
    Case("reordering", "reordering", Side.NETWORK, share_of_packets("reordered_packets"), 0.05, 0.005, 0.0049),
    Case(
        "duplicate_packets",
        "duplicate_packets",
        Side.NETWORK,
        share_of_packets("network_duplicate_packets"),
        0.05,
        0.005,
        0.0049,
    ),
    Case("ecn_congestion", "ecn_congestion", Side.NETWORK, share_of_packets("ce_packets"), 0.05, 0.005, 0.0049),
    Case(
        "traffic_policing",
        "traffic_policing",
        Side.NETWORK,
        lambda share: World().tcp(
            {"bandwidth/network": 1000, "loss_fast/network": 500},
            server_data_packets=1000,
            server_retransmitted_packets=round(1000 * share),
        ),
        0.1,
        0.03,
        0.029,
    ),
    Case(
        "packet_corruption",
        "packet_corruption",
        Side.NETWORK,
        lambda count: World().tcp(
            {"loss_fast/network": 500},
            client_rtt_min_ns=20_000,
            server_retransmitted_packets=int(count),
            server_lost_downstream_packets=int(count),
        ),
        7,
        3,
        2,
    ),
    Case(
        "jitter",
        "jitter",
        Side.NETWORK,
        lambda spread: World().tcp(
            {"network_rtt/network": 2000},
            handshake_server_rtt_ns=20 * MS,
            server_rtt_samples=30,
            server_rtt_min_ns=20 * MS,
            server_rtt_p50_ns=20 * MS + round(spread * MS / 2),
            server_rtt_p95_ns=20 * MS + round(spread * MS),
            client_flight_max_bytes=1000,
        ),
        90,
        50,
        49,
    ),
    Case(
        "capture_loss",
        "capture_loss",
        Side.CAPTURE,
        lambda missed: World().tcp(
            client_payload_bytes=0, server_payload_bytes=999_000, server_missed_bytes=int(missed)
        ),
        50_000,
        1001,
        999,
    ),
    Case(
        "connection_churn",
        "connection_churn",
        Side.CLIENT,
        lambda count: World().tcp(
            {"handshake/network": 20}, copies=int(count), duration_ns=50 * MS, client_data_packets=1
        ),
        9,
        5,
        4,
        {"least_connections": 5},
    ),
    Case(
        "port_scan",
        "port_scan",
        Side.CLIENT,
        lambda count: World().tcp(
            copies=int(count),
            server="198.51.100.1:{n}",
            zk_conn_state="REJ",
            client_payload_bytes=0,
            server_payload_bytes=0,
        ),
        9,
        5,
        4,
        {"least_ports": 5},
    ),
    Case(
        "port_scan",
        "port_scan",
        Side.CLIENT,
        lambda count: World().tcp(
            copies=int(count),
            server="198.51.100.{n}:22",
            zk_conn_state="S0",
            client_payload_bytes=0,
            server_payload_bytes=0,
        ),
        9,
        5,
        4,
        {"least_hosts": 5},
    ),
    Case(
        "syn_flood",
        "syn_flood",
        Side.CLIENT,
        lambda count: World().tcp(
            copies=int(count), client="203.0.113.{n}:7", completeness=3, zk_conn_state="S0", client_payload_bytes=0
        ),
        9,
        5,
        4,
        {"least_attempts": 5},
    ),
    Case(
        "forged_refusal",
        "admin_prohibited",
        Side.NETWORK,
        lambda hops: (
            World()
            .tcp(server_ttl_min=60, server_ttl_max=60)
            .tcp({"handshake/network": 9}, zk_conn_state="REJ", server_ttl_min=60 - int(hops), server_ttl_max=60)
        ),
        3,
        1,
        0,
    ),
]


def ids(case: Case) -> str:
    return f"{case.finding}-{case.side.value}-{case.least}"


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_it_speaks(found: Run, case: Case) -> None:
    (one,) = found(case.finding, case.world(case.plenty), **case.thresholds)
    assert (one.finding.cause, one.finding.side) == (case.cause, case.side)
    assert 0 < one.confidence <= 1
    assert one.flows
    assert one.frames


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_it_is_silent_on_a_quiet_connection(found: Run, case: Case) -> None:
    assert found(case.finding, World().lasting().tcp({"network_rtt/network": 60, "handshake/network": 20})) == []


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_it_turns_at_its_threshold(found: Run, case: Case) -> None:
    assert found(case.finding, case.world(case.least), **case.thresholds)
    assert found(case.finding, case.world(case.below), **case.thresholds) == []


def test_a_client_that_resets_when_it_has_everything_is_no_fault(found: Run) -> None:
    assert found("reset_client", reset("client", 1 * MS, client_rst_packets=1)) == []


def test_two_connections_that_are_silent_together_are_an_outage_sooner(found: Run) -> None:
    world = repeated("retransmission_repeated", 2, last=False)
    assert found("link_outage", world) == []
    both = repeated("retransmission_repeated", 2, last=False)
    both.tcp({"loss_rto/network": 1000}, client="192.0.2.1:40001")
    for number in range(2):
        at_ns = 5 * SECOND + (number + 1) * 500 * MS
        both.event("retransmission_repeated", frame_number=20 + number, time_ns=at_ns, duration_ns=500 * MS)
    (one,) = found("link_outage", both)
    assert one.flows_total == 2


def test_where_packets_are_lost_a_needless_repeat_is_no_stall(found: Run) -> None:
    assert found("delay_spike", stalled(600).tcp({"loss_fast/network": 9}, server_retransmitted_packets=2)) == []


def test_idle_connections_that_close_are_no_finding(found: Run) -> None:
    world = given_up(30)
    world.tables["tcp_flows"][0]["client_last_data_time_ns"] = SECOND
    assert found("idle_timeout", world) == []


def test_a_capture_at_a_router_cannot_tell_damage_from_loss(found: Run) -> None:
    near = {"server_retransmitted_packets": 7, "server_lost_downstream_packets": 7}
    assert found("packet_corruption", World().tcp({"loss_fast/network": 500}, client_rtt_min_ns=2 * MS, **near)) == []


def test_who_tries_one_port_again_and_again_scans_nothing(found: Run) -> None:
    silent: dict[str, Any] = {"zk_conn_state": "S0", "client_payload_bytes": 0, "server_payload_bytes": 0}
    assert found("port_scan", World().tcp(copies=40, **silent)) == []
    assert found("port_scan", World().tcp(copies=40, server="198.51.100.{n}:80", **silent))


def test_a_web_page_with_many_connections_is_no_scan(found: Run) -> None:
    assert found("port_scan", World().tcp(copies=9, server="198.51.100.{n}:443"), least_hosts=5) == []


def test_drops_that_the_host_counted_are_lost_by_the_capture(found: Run) -> None:
    world = World().lasting().tcp().add("interfaces", os_dropped_packets=7)
    (one,) = found("capture_loss", world)
    assert one.finding.evidence["dropped_packets"] == 7


def test_drops_are_told_where_there_is_no_connection_at_all(found: Run) -> None:
    assert found("capture_loss", World().add("interfaces", os_dropped_packets=7))
    assert found("capture_loss", World().add("interfaces", os_dropped_packets=0)) == []


def test_a_stall_slows_work_and_does_not_make_it_fail(found: Run) -> None:
    (one,) = found("delay_spike", stalled(600))
    assert one.effect is Effect.SLOWED
