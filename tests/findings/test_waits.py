"""Findings that follow from where the time of connections went: each speaks, is silent, and turns at its threshold."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from finding_world import MS, SECOND, World

from pcap_analyzer.causes import Side
from pcap_analyzer.findings._api import Effect
from pcap_analyzer.findings._found import Found


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


def waiting(part: str, **columns: Any) -> Callable[[float], World]:
    """A connection that waits for `part` for some milliseconds, and for little else."""
    return lambda milliseconds: World().tcp({part: milliseconds, "network_rtt/network": 40}, **columns)


def of_second(part: str, **columns: Any) -> Callable[[float], World]:
    """A connection that waits for `part` for a share of ten seconds, and for the path for the rest."""
    return lambda share: World().tcp({part: 10_000 * share, "network_rtt/network": 10_000 * (1 - share)}, **columns)


def answering(milliseconds: float, count: int = 10, **columns: Any) -> World:
    """A connection whose server takes so long in all for so many answers."""
    world = World().tcp({"think/server": milliseconds, "network_rtt/network": 40}, **columns)
    return world.turns(answers=[milliseconds / count] * count)


def late_once(milliseconds: float) -> World:
    """A connection with twenty answers, of which one is late."""
    world = World().tcp({"think/server": milliseconds, "network_rtt/network": 40})
    return world.turns(answers=[milliseconds, *([0.0] * 19)])


def pausing(milliseconds: float, count: int = 9, **columns: Any) -> World:
    """A connection that consists of so many pauses of the client."""
    world = World().tcp(
        {"think/client": count * milliseconds}, duration_ns=round(count * milliseconds * MS) + MS, **columns
    )
    return world.turns(pauses=[milliseconds] * count)


CASES = [
    Case("zero_window", "zero_window_receiver", Side.CLIENT, waiting("zero_window/client"), 3000, 100, 99),
    Case("zero_window", "zero_window_receiver", Side.SERVER, of_second("zero_window/server"), 0.5, 0.1, 0.099),
    Case("receiver_window", "receiver_window_limited", Side.CLIENT, waiting("receiver_window/client"), 3000, 200, 199),
    Case(
        "receiver_window", "receiver_window_limited", Side.SERVER, of_second("receiver_window/server"), 0.9, 0.25, 0.24
    ),
    Case("sender_buffer", "sender_buffer_limited", Side.SERVER, waiting("sender_buffer/server"), 900, 200, 199),
    Case("sender_buffer", "sender_buffer_limited", Side.CLIENT, of_second("sender_buffer/client"), 0.9, 0.25, 0.24),
    Case("delayed_ack_nagle", "delayed_ack_nagle", Side.CLIENT, waiting("nagle_delayed_ack/client"), 900, 200, 199),
    Case("delayed_ack_nagle", "delayed_ack_nagle", Side.SERVER, of_second("nagle_delayed_ack/server"), 0.9, 0.2, 0.19),
    # Ten answers, so ten times what one may take; of twenty one that interrupts.
    Case("server_think", "server_think_time", Side.SERVER, answering, 5000, 1000, 999),
    Case("server_think", "server_think_time", Side.SERVER, late_once, 5000, 1000, 999),
    Case(
        "server_think",
        "server_think_time",
        Side.SERVER,
        lambda share: of_second("think/server")(share).turns(answers=[10_000 * share]),
        0.9,
        0.1,
        0.099,
    ),
    Case(
        "server_slow_stream",
        "server_slow_stream",
        Side.SERVER,
        waiting("application/server", server_longest_pause_ns=SECOND, client_data_packets=1),
        2000,
        300,
        299,
    ),
    Case(
        "server_slow_stream",
        "server_slow_stream",
        Side.SERVER,
        lambda ns: waiting("application/server", server_longest_pause_ns=round(-ns), client_data_packets=1)(2000),
        -200 * MS,
        -3 * SECOND,
        -3 * SECOND - 1,
    ),
    Case(
        "client_slow_upload",
        "client_slow_upload",
        Side.CLIENT,
        waiting("application/client", client_longest_pause_ns=SECOND, server_data_packets=1),
        2000,
        300,
        299,
    ),
    Case(
        "client_slow_upload",
        "client_slow_upload",
        Side.CLIENT,
        lambda count: waiting(
            "application/client",
            client_longest_pause_ns=SECOND,
            client_data_packets=100,
            server_data_packets=-int(count),
        )(2000),
        -1,
        -20,
        -21,
    ),
    Case("client_think", "client_think_time", Side.CLIENT, pausing, 800, 400, 399),
    Case("client_think", "client_think_time", Side.CLIENT, lambda count: pausing(900, int(count)), 20, 4, 3),
    Case(
        "chatty_protocol",
        "chatty_protocol",
        Side.CLIENT,
        lambda turns: World().tcp({"network_rtt/network": 60 * turns}, handshake_server_rtt_ns=60 * MS),
        50,
        20,
        19,
    ),
    Case(
        "high_latency",
        "high_latency",
        Side.NETWORK,
        lambda rtt: World().tcp({"network_rtt/network": 10 * rtt}, handshake_server_rtt_ns=round(rtt * MS)),
        300,
        100,
        99,
    ),
    Case("tls_slow_handshake", "tls_slow_handshake", Side.SERVER, waiting("tls/server"), 2000, 200, 199),
    Case("bandwidth_limited", "bandwidth_limited", Side.NETWORK, waiting("bandwidth/network"), 3000, 500, 499),
    Case("bandwidth_limited", "bandwidth_limited", Side.NETWORK, of_second("queue/network"), 0.9, 0.5, 0.49),
    Case(
        "bufferbloat",
        "bandwidth_bottleneck_bufferbloat",
        Side.NETWORK,
        lambda loaded: World().tcp(
            {"queue/network": 2000, "loss_fast/network": 1}, client_rtt_p95_ns=0, server_rtt_p95_ns=round(loaded * MS)
        ),
        500,
        95,
        94,
    ),
    Case(
        "syn_loss",
        "syn_loss",
        Side.NETWORK,
        lambda times: World().tcp({"handshake_loss/network": 1000 * times}, syn_retransmissions=int(times)),
        3,
        1,
        0,
    ),
    Case(
        "synack_loss",
        "synack_loss",
        Side.NETWORK,
        lambda times: World().tcp({"handshake_loss/network": 1000 * times}, syn_ack_retransmissions=int(times)),
        3,
        1,
        0,
    ),
    Case(
        "accept_queue_overflow",
        "accept_queue_overflow",
        Side.SERVER,
        lambda ms: World().tcp({"handshake_loss/network": ms}, vantage="server", syn_retransmissions=1),
        3000,
        500,
        499,
    ),
    Case(
        "mtu_black_hole",
        "mtu_black_hole",
        Side.NETWORK,
        lambda share: of_second("pmtu/network", server_retransmitted_packets=4)(share),
        0.9,
        0.1,
        0.099,
    ),
    Case(
        "mtu_pmtud_working",
        "mtu_pmtud_working",
        Side.NONE,
        lambda count: waiting("pmtu/network", server_pmtu_retransmissions=int(count))(40),
        10,
        1,
        0,
    ),
    Case(
        "network_loss",
        "network_loss_downstream",
        Side.NETWORK,
        lambda share: of_second("loss_fast/network", server_retransmitted_packets=5)(share),
        0.5,
        0.05,
        0.049,
    ),
    # One lost packet, and the timer that it cost.
    Case(
        "network_loss",
        "network_loss_upstream",
        Side.NETWORK,
        waiting("loss_rto/network", client_retransmitted_packets=1),
        1000,
        200,
        199,
    ),
]


def ids(case: Case) -> str:
    return f"{case.finding}-{case.side.value}-{case.least}"


Run = Callable[..., list[Found]]


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_it_speaks(found: Run, case: Case) -> None:
    (one,) = found(case.finding, case.world(case.plenty))
    assert (one.finding.cause, one.finding.side) == (case.cause, case.side)
    assert 0 < one.confidence <= 1
    assert one.flows_total == 1
    assert one.flows[0]["client"] == "192.0.2.1:40000"
    assert one.frames


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_it_is_silent_on_a_quiet_connection(found: Run, case: Case) -> None:
    assert found(case.finding, World().lasting().tcp({"network_rtt/network": 60, "handshake/network": 20})) == []


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_it_turns_at_its_threshold(found: Run, case: Case) -> None:
    assert found(case.finding, case.world(case.least))
    assert found(case.finding, case.world(case.below)) == []


def test_losses_of_both_directions_that_weigh_alike_are_told_as_such(found: Run) -> None:
    world = World().tcp({"loss_fast/network": 500}, client_retransmitted_packets=2, server_retransmitted_packets=10)
    (one,) = found("network_loss", world)
    assert one.finding.cause == "network_loss_both"
    (one,) = found("network_loss", world, both_share=0.3)
    assert one.finding.cause == "network_loss_downstream"


def test_one_lost_packet_in_a_large_transfer_is_how_tcp_works(found: Run) -> None:
    world = World().tcp(
        {"bandwidth/network": 80_000, "loss_fast/network": 30},
        server_retransmitted_packets=1,
        server_data_packets=700_000,
    )
    assert found("network_loss", world) == []


def test_a_fault_on_one_of_many_connections_is_found_and_named(found: Run) -> None:
    world = World().tcp({"network_rtt/network": 5000}, copies=20, client="192.0.2.{n}:40000")
    world.tcp(
        {"loss_fast/network": 90, "network_rtt/network": 100}, client="192.0.2.99:5", server_retransmitted_packets=9
    )
    (one,) = found("network_loss", world)
    assert [flow["client"] for flow in one.flows] == ["192.0.2.99:5"]
    assert "1 of 21 connections" in one.finding.title


@pytest.mark.parametrize(
    ("finding", "ledger", "columns"),
    [
        ("network_loss", {"loss_rto/network": 900}, {"server_retransmitted_packets": 9}),
        ("server_think", {"think/server": 900}, {}),
        ("zero_window", {"zero_window/client": 900}, {}),
        ("high_latency", {"network_rtt/network": 900}, {"handshake_server_rtt_ns": 300 * MS}),
        ("bandwidth_limited", {"bandwidth/network": 900}, {}),
        ("tls_slow_handshake", {"tls/server": 900}, {}),
    ],
)
def test_connections_to_one_server_that_suffer_together_are_one_finding(
    found: Run, finding: str, ledger: dict[str, float], columns: dict[str, Any]
) -> None:
    world = World()
    for number in range(6):
        world.tcp(ledger, client=f"192.0.2.{number}:40000", **columns).turns(answers=[900.0])
    (one,) = found(finding, world)
    assert (one.flows_total, {flow["client"] for flow in one.flows}) == (6, {f"192.0.2.{n}:40000" for n in range(6)})
    assert one.cost_ns == 6 * 900 * MS


def test_pauses_of_people_and_of_idle_connections_are_no_finding(found: Run) -> None:
    for world in (pausing(150), pausing(4000), pausing(800, client_keep_alives=4)):
        assert found("client_think", world) == []


def test_the_habit_of_a_client_is_its_usual_pause(found: Run) -> None:
    world = World().tcp({"think/client": 9000}, duration_ns=10 * SECOND)
    assert found("client_think", world.turns(pauses=[10.0] * 8 + [8920.0])) == []
    (one,) = found("client_think", pausing(800))
    assert {name: one.finding.evidence[name] for name in ("pauses", "median_ns", "longest_ns")} == {
        "pauses": 9,
        "median_ns": 800 * MS,
        "longest_ns": 800 * MS,
    }


def test_the_figures_of_a_slow_server_are_those_of_its_slow_answers(found: Run) -> None:
    world = World().tcp({"think/server": 2310, "network_rtt/network": 40})
    world.turns(answers=[5.0, 300.0, 2.0, 1200.0, 3.0, 800.0])
    (one,) = found("server_think", world)
    assert "3 of 6 answers took 100 ms or longer, up to 1,200 ms" in one.finding.title
    assert (one.finding.evidence["median_of_slow_ns"], one.finding.evidence["median_ns"]) == (800 * MS, 152_500_000)
    assert (one.frames, one.frames_total) == ([21, 41, 61], 3)


def test_an_answer_to_nothing_that_was_captured_is_not_late(found: Run) -> None:
    world = World().tcp({"think/server": 9000}).turns(answers=[9000.0], request_first_frame=None)
    assert found("server_think", world) == []


def test_requests_in_flight_at_once_have_no_time_of_their_own(found: Run) -> None:
    world = World().tcp({"think/server": 9000}).turns(answers=[9000.0], mux=True)
    (one,) = found("server_think", world)
    assert one.finding.evidence["answers"] == 1
    assert found("server_think", world.turns(answers=[5.0])) == []


def test_a_link_that_is_simply_full_ranks_behind_what_slows(found: Run) -> None:
    (one,) = found("bandwidth_limited", waiting("bandwidth/network")(3000))
    assert one.effect is Effect.PACED
