"""Findings about what clients did: slow actions step by step, and services that miss their objective."""

from collections.abc import Callable
from typing import Any

import pytest
from finding_world import MS, SECOND, World

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.findings._found import Found

Run = Callable[..., list[Found]]


def acting(
    *, dns: float = 0, connect: float = 20, answer: float = 5, rtt: float = 20, transfer: float = 0, **columns: Any
) -> World:
    """A client that looks up a name, connects, and asks once: each step by its milliseconds."""
    world = World().lasting(60)
    syn_ns = round((1000 + dns) * MS)
    asked_ns = syn_ns + round(connect * MS)
    waiting = {"think/server": answer, "network_rtt/network": rtt, "handshake/network": connect}
    world.tcp(waiting, first_time_ns=syn_ns, handshake_ns=round(connect * MS), **columns)
    answered_ns = asked_ns + round((rtt + answer) * MS)
    world.turns(
        answers=[answer],
        request_begun_ns=asked_ns,
        request_ended_ns=asked_ns,
        response_begun_ns=answered_ns,
        response_ended_ns=answered_ns + round(transfer * MS),
        response_last_frame=12,
        rtt_ns=round(rtt * MS),
        service=None,
        command=None,
    )
    if dns:
        looked_up(world, dns)
    return world


def looked_up(world: World, milliseconds: float) -> World:
    """The lookup that ends when the connection begins, of which the first try was not answered."""
    flow = len(world.tables["flows"])
    world.add("flows", flow=flow, client_address="192.0.2.1", server_address="192.0.2.53", server_port=53)
    return world.add(
        "dns_transactions",
        flow=flow,
        protocol="dns",
        transport="udp",
        client="192.0.2.1:5",
        server="192.0.2.53:53",
        query_name="www.example.test",
        query_frame=3,
        query_time_ns=1000 * MS + round((milliseconds - 10) * MS),
        response_frame=4,
        response_time_ns=10 * MS,
        resolution_time_ns=round(milliseconds * MS),
        addresses="198.51.100.1",
        outcome="answer",
    )


STEPS = [
    ("name", Side.SERVER, lambda ms: acting(dns=ms, connect=0, answer=0, rtt=0)),
    ("connection", Side.UNKNOWN, lambda ms: acting(connect=ms, answer=0, rtt=0)),
    ("path", Side.NETWORK, lambda ms: acting(rtt=ms, connect=0, answer=0)),
    ("server", Side.SERVER, lambda ms: acting(answer=ms, connect=0, rtt=0)),
]


@pytest.mark.parametrize(("step", "side", "world"), STEPS, ids=[step for step, *_ in STEPS])
def test_a_slow_action_names_the_step_that_took_the_time(
    found: Run, step: str, side: Side, world: Callable[[float], World]
) -> None:
    (one,) = found("slow_action", world(5000))
    assert f"On 1 connection the first answer waited mostly for the {step}" in one.finding.title
    assert (one.finding.side, one.severity, one.cost_ns) == (side, Severity.INFO, None)


@pytest.mark.parametrize(("step", "side", "world"), STEPS, ids=[step for step, *_ in STEPS])
def test_an_action_is_slow_from_its_threshold_on(
    found: Run, step: str, side: Side, world: Callable[[float], World]
) -> None:
    assert found("slow_action", world(1000))
    assert found("slow_action", world(999)) == []
    assert found("slow_action", world(400), slow_action_s=0.4)


def test_the_chain_goes_from_the_name_to_the_answer(found: Run) -> None:
    (one,) = found("slow_action", acting(dns=5000, connect=14, answer=30, rtt=14, transfer=9000))
    evidence = one.finding.evidence
    steps = {name: evidence[f"{name}_ns"] / MS for name in ("dns", "connect", "network", "server", "response")}
    assert steps == {"dns": 5000, "connect": 14, "network": 14, "server": 30, "response": 9000}
    assert (evidence["slowest"], evidence["slowest_waited_ns"]) == ("www.example.test", 5058 * MS)
    assert one.frames == [3, 10, 12]
    assert "name 5.00 s, connection 14.0 ms" in one.finding.explanation


def test_actions_that_one_step_holds_up_are_one_finding(found: Run) -> None:
    world = acting(answer=2000)
    for table, rows in acting(answer=3000).tables.items():
        for row in rows if table in ("tcp_flows", "flows", "tcp_ledger", "turns") else ():
            world.add(
                table, **{**row, **({"stream": 1} if "stream" in row else {}), **({"flow": 1} if "flow" in row else {})}
            )
    (one,) = found("slow_action", world)
    assert "On 2 connections" in one.finding.title
    assert [flow["stream"] for flow in one.flows] == [1, 0]


def test_what_was_never_connected_failed_and_was_not_slow(found: Run) -> None:
    world = World().lasting(60).tcp({"handshake_loss/network": 5000}, handshake_ns=None, duration_ns=5 * SECOND)
    assert found("slow_action", world) == []


def test_a_long_transfer_or_several_steps_alike_are_no_slow_step(found: Run) -> None:
    assert found("slow_action", acting(transfer=9000)) == []
    assert found("slow_action", acting(dns=400, connect=400, answer=400, rtt=400)) == []


OBJECTIVE = "tcp/80.response_ms"


@pytest.mark.parametrize(
    "name",
    ["tcp/80", "198.51.100.1", "198.51.100.1:80", "www.example.test"],
)
def test_a_service_is_found_by_each_of_its_names(found: Run, name: str) -> None:
    world = acting(dns=100, answer=60)
    (one,) = found("service_objective", world, **{f"{name}.response_ms": 50})
    assert (one.finding.cause, one.severity) == ("service_objective_missed", Severity.MAJOR)
    assert one.finding.evidence["service"] == name
    assert one.frames == [10]
    assert found("service_objective", world, **{f"{name}x.response_ms": 50}) == []
    assert found("service_objective", world, **{f"{name}.response_ms": 500}) == []


def test_an_objective_is_missed_by_more_than_it_allows(found: Run) -> None:
    world = acting(answer=30, rtt=20)
    assert found("service_objective", world, **{OBJECTIVE: 50}) == []
    assert found("service_objective", world, **{OBJECTIVE: 49})
    assert found("service_objective", world, **{OBJECTIVE: 49}, most_missed_share=1) == []


def test_without_an_objective_nothing_is_missed(found: Run) -> None:
    assert found("service_objective", acting(answer=60_000)) == []


def test_one_of_twenty_may_be_late(found: Run) -> None:
    world = World().lasting().tcp({"think/server": 500})
    at: dict[str, Any] = {"request_begun_ns": SECOND, "request_ended_ns": SECOND, "response_begun_ns": SECOND}
    at |= {"rtt_ns": 0}
    world.turns(answers=[0.0] * 19, response_ended_ns=SECOND, **at)
    world.turns(answers=[0.0], response_ended_ns=SECOND + 500 * MS, **at)
    assert found("service_objective", world, **{OBJECTIVE: 50}) == []
    world.turns(answers=[0.0], response_ended_ns=SECOND + 500 * MS, **at)
    (one,) = found("service_objective", world, **{OBJECTIVE: 50})
    assert (one.finding.evidence["missed"], one.finding.evidence["requests"]) == (2, 21)
    assert one.finding.evidence["missed_share"] == round(2 / 21, 6)


@pytest.mark.parametrize(
    ("side", "world"),
    [
        (Side.SERVER, acting(answer=900)),
        (Side.NETWORK, acting(rtt=900)),
        (Side.NETWORK, acting(rtt=300, transfer=900)),
        (Side.SERVER, acting(rtt=0, transfer=900, copies=1)),
    ],
    ids=["server", "path", "transfer-path", "transfer-server"],
)
def test_the_side_that_took_the_time_is_named(found: Run, side: Side, world: World) -> None:
    if side is Side.SERVER:
        world.add("tcp_ledger", stream=0, category="application", side="server", duration_ns=890 * MS)
    (one,) = found("service_objective", world, **{OBJECTIVE: 50})
    assert one.finding.side is side


def test_what_held_an_answer_back_is_not_what_the_server_thought_before(found: Run) -> None:
    world = acting(answer=5, rtt=0, transfer=900)
    world.add("tcp_ledger", stream=0, category="think", side="server", duration_ns=9 * SECOND)
    world.add("tcp_ledger", stream=0, category="bandwidth", side="network", duration_ns=890 * MS)
    (one,) = found("service_objective", world, **{OBJECTIVE: 50})
    assert one.finding.side is Side.NETWORK


def test_a_request_without_an_answer_misses_it_once_so_long_has_passed(found: Run) -> None:
    world = acting()
    world.tables["turns"][0] |= {"response_begun_ns": None, "response_ended_ns": None, "response_first_frame": None}
    (one,) = found("service_objective", world, **{OBJECTIVE: 50})
    assert (one.finding.evidence["unanswered"], one.finding.side) == (1, Side.UNKNOWN)
    assert found("service_objective", world, **{OBJECTIVE: 60_000}) == []


def test_a_request_at_the_end_of_the_capture_may_still_be_answered_in_time(found: Run) -> None:
    world = acting(answer=60)
    begun_ns = 60 * SECOND - 49 * MS
    unanswered = {"response_begun_ns": None, "response_ended_ns": None, "response_first_frame": None}
    row = world.tables["turns"][0] | unanswered
    world.add("turns", **(row | {"number": 2, "request_begun_ns": begun_ns, "request_ended_ns": begun_ns}))
    (one,) = found("service_objective", world, **{OBJECTIVE: 50})
    assert one.finding.evidence["requests"] == 1
    (one,) = found("service_objective", world, **{OBJECTIVE: 48})
    assert (one.finding.evidence["requests"], one.finding.evidence["unanswered"]) == (2, 1)


def test_the_dns_has_objectives_too(found: Run) -> None:
    world = acting(dns=100)
    (one,) = found("service_objective", world, **{"udp/53.response_ms": 9})
    assert (one.flows[0]["client"], one.frames) == ("", [3])
    assert found("service_objective", world, **{"udp/53.response_ms": 10}) == []


def test_the_objective_stands_among_the_thresholds_with_its_source(found: Run) -> None:
    (one,) = found("service_objective", acting(answer=60), **{OBJECTIVE: 50})
    (choice,) = [choice for choice in one.choices if choice.name == OBJECTIVE]
    assert (choice.value, choice.unit, choice.source) == (50, "ms", "profile wan")
