"""Findings about exchanges of protocols: DNS, HTTP, TLS, ICMP, neighbours, fragments and media."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from finding_world import MS, SECOND, World

from pcap_analyzer.causes import Severity, Side
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


def query(world: World, number: int = 1, took_ns: int | None = 20 * MS, **columns: Any) -> World:
    """A question to a resolver at second `number`, and its answer."""
    row = {
        "protocol": "dns",
        "transport": "udp",
        "client": "192.0.2.1:40000",
        "server": "192.0.2.53:53",
        "query_name": f"host{number}.example.org",
        "query_type": "A",
        "query_frame": 2 * number,
        "query_time_ns": number * SECOND,
        "queries": 1,
        "response_frame": None if took_ns is None else 2 * number + 1,
        "response_time_ns": took_ns,
        "last_response_time_ns": took_ns,
        "outcome": "unanswered" if took_ns is None else "answer",
        "response_code_name": None,
        "retry_of_frame": None,
        "retry_kind": None,
    }
    return world.add("dns_transactions", **(row | columns))


def queries(count: int, others: int = 0, **columns: Any) -> World:
    """So many questions of one kind, and others that are answered well."""
    world = World().lasting()
    for number in range(1, count + 1):
        query(world, number, **columns)
    for number in range(count + 1, count + others + 1):
        query(world, number)
    return world


def answers(errors: float) -> World:
    world = World().tcp()
    for number in range(20):
        status = 503 if number < errors else 200
        world.add(
            "http_transactions", server="198.51.100.1:80", status=status, path="/", response_frame=10 + number, stream=0
        )
    return world


def handshakes(failed: float, **columns: Any) -> World:
    world = World()
    for number in range(3):
        world.tcp()
        bad = number < failed
        row = {
            "stream": number,
            "transport": "tcp",
            "server": "198.51.100.1:443",
            "handshake_ns": None if bad else 40 * MS,
            "alert": "unknown_ca" if bad else None,
            "alert_level": "fatal" if bad else None,
            "alert_sender": "client" if bad else None,
            "alert_frame": 20 if bad else None,
            "client_data_frame": None,
            "client_hello_frame": 5,
            "server_hello_frame": 6,
        }
        world.add("tls_handshakes", **(row | columns))
    return world


def errors_of_routers(count: float, **columns: Any) -> World:
    world = World().tcp(server_packets=0, duration_ns=0)
    for number in range(int(count)):
        row = {
            "frame_number": 20 + number,
            "source": "203.0.113.1",
            "type_name": "destination_unreachable",
            "code_name": "administratively_prohibited",
            "quoted_protocol": "tcp",
            "quoted_stream": 0,
            "quoted_destination": "198.51.100.1:80",
            "quoted_frame": None,
        }
        world.add("icmp_messages", **(row | columns))
    return world


def looping(count: float, **columns: Any) -> World:
    return errors_of_routers(
        count, type_name="time_exceeded", code_name=None, code=0, quoted_protocol="udp", quoted_stream=None, **columns
    )


def pings(lost: float) -> World:
    world = World().lasting()
    for number in range(10):
        missing = number < lost
        world.add(
            "icmp_messages",
            frame_number=number + 1,
            type_name="echo_request",
            source="192.0.2.1",
            destination="198.51.100.1",
            response_frame=None if missing else 100 + number,
            error_frame=None,
            repeated_frame=None,
            duplicate_of_frame=None,
        )
    return world


def disputed(frames: float) -> World:
    row = {
        "target": "192.0.2.7",
        "other_address": "192.0.2.7",
        "response_hardware": "00:00:5e:00:53:01",
        "first_frame": 3,
    }
    return (
        World()
        .lasting()
        .add("arp_exchanges", conflicts=int(frames), other_hardware="00:00:5e:00:53:02", sender_hardware=None, **row)
    )


def fragments(lost: float) -> World:
    world = World().lasting()
    for number in range(10):
        missing = number < lost
        world.add("ip_fragments", state="incomplete" if missing else "complete", first_frame=number + 1, fragments=1)
    return world


def media(share: float, **columns: Any) -> World:
    row = {
        "sender": "server",
        "packets": 1000 - round(1000 * share),
        "expected_packets": 1000,
        "missing_packets": round(1000 * share),
        "longest_loss_packets": 1,
        "interval_mean_ns": 20 * MS,
        "interval_min_ns": 19 * MS,
        "interval_max_ns": 40 * MS,
        "first_frame": 1,
        "mos": None,
    }
    return World().add("rtp_streams", **(row | columns))


def bursty(longest: float) -> World:
    return media(
        0.3,
        longest_loss_packets=int(longest),
        loss_bursts=9,
        burst_lost_packets=300,
        interval_min_ns=0,
        interval_max_ns=400 * MS,
    )


def polls(seconds: float) -> World:
    world = World().tcp({"think/server": 3000 * seconds})
    for number in range(3):
        wait_ns = round(seconds * SECOND)
        world.add("turns", stream=0, number=number + 1, service_time_ns=wait_ns, response_bytes=200, client_think_ns=0)
    return world


CASES = [
    Case("long_poll", "long_poll", Side.NONE, polls, 25, 3, 2.9),
    Case("dns_slow", "dns_slow", Side.SERVER, lambda ms: queries(1, took_ns=round(ms * MS)), 900, 200, 199),
    Case("dns_no_answer", "dns_no_answer", Side.SERVER, lambda n: queries(int(n), 2, took_ns=None), 3, 1, 0),
    Case(
        "dns_no_answer",
        "dns_no_answer",
        Side.NETWORK,
        lambda ms: queries(1, 2, queries=2, took_ns=round((ms + 10) * MS), last_response_time_ns=10 * MS),
        1000,
        100,
        99,
    ),
    Case(
        "dns_response_loss",
        "network_loss_downstream",
        Side.NETWORK,
        lambda n: query_again(int(n)),
        5,
        2,
        1,
    ),
    Case(
        "dns_nxdomain",
        "dns_nxdomain",
        Side.CLIENT,
        lambda n: queries(int(n), 1, outcome="no_such_name"),
        5,
        3,
        2,
    ),
    Case(
        "dns_servfail",
        "dns_servfail",
        Side.SERVER,
        lambda n: queries(int(n), 2, outcome="error", response_code_name="SERVFAIL"),
        5,
        1,
        0,
    ),
    Case(
        "dns_truncated",
        "dns_truncated",
        Side.NETWORK,
        lambda n: queries(int(n), 2, outcome="truncated", truncated=True),
        5,
        1,
        0,
    ),
    Case("http_error", "http_error", Side.SERVER, answers, 9, 1, 0),
    Case("tls_handshake_failure", "tls_handshake_failure", Side.CLIENT, handshakes, 3, 1, 0),
    Case("admin_prohibited", "admin_prohibited", Side.NETWORK, errors_of_routers, 3, 1, 0),
    Case("routing_loop", "routing_loop", Side.NETWORK, looping, 9, 3, 2),
    Case("echo_loss", "network_loss_downstream", Side.NETWORK, pings, 5, 2, 1),
    Case("arp_conflict", "arp_conflict", Side.NETWORK, disputed, 9, 2, 1),
    Case("fragment_loss", "fragment_loss", Side.NETWORK, fragments, 9, 2, 1),
    Case("rtp_loss", "network_loss_downstream", Side.NETWORK, media, 0.1, 0.01, 0.009),
    Case("rtp_loss", "microburst_loss", Side.NETWORK, bursty, 30, 5, -1),
    Case("rtp_jitter", "jitter", Side.NETWORK, lambda ms: media(0, jitter_ns=round(ms * MS)), 12, 6, 5.9),
    Case("voice_quality", "voice_quality", Side.NONE, lambda mos: media(0, mos=mos or None), 4.4, 1, 0),
]


def query_again(count: int) -> World:
    """Questions that are asked again although their answers had passed."""
    world = World().lasting()
    for number in range(1, count + 1):
        query(world, 2 * number)
        query(world, 2 * number + 1, retry_of_frame=4 * number, retry_kind="same")
    return world


def ids(case: Case) -> str:
    return f"{case.finding}-{case.cause}"


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_it_speaks(found: Run, case: Case) -> None:
    (one,) = found(case.finding, case.world(case.plenty))
    assert (one.finding.cause, one.finding.side) == (case.cause, case.side)
    assert 0 < one.confidence <= 1
    assert one.frames


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_it_is_silent_where_all_is_well(found: Run, case: Case) -> None:
    world = query(World().lasting().tcp({"network_rtt/network": 60}))
    assert found(case.finding, world.add("http_transactions", status=200, stream=0)) == []


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_it_turns_at_its_threshold(found: Run, case: Case) -> None:
    assert found(case.finding, case.world(case.least))
    if case.below >= 0:
        assert found(case.finding, case.world(case.below)) == []


def test_names_found_under_another_suffix_reverse_names_and_single_labels_are_how_things_work(found: Run) -> None:
    world = World().lasting()
    for number, name in enumerate(["www.corp.example.org", "qzxkvw", "1.2.0.192.in-addr.arpa"], 1):
        kind = "PTR" if name.endswith("arpa") else "A"
        query(world, number, query_name=name, query_type=kind, outcome="no_such_name")
    query(world, 4, query_name="www.example.org")
    assert found("dns_nxdomain", world, least_names=1) == []


@pytest.mark.parametrize(
    ("again", "found_again"),
    [
        ({"outcome": "answer"}, 0),
        ({"outcome": "answer", "client": "192.0.2.1:40009", "server": "192.0.2.54:53"}, 0),
        ({"outcome": "answer", "client": "192.0.2.2:40000"}, 1),
        ({"outcome": "answer", "query_type": "AAAA"}, 1),
    ],
    ids=["same", "other resolver", "other client", "other type"],
)
def test_an_error_that_a_later_try_mended_is_none(found: Run, again: dict[str, Any], found_again: int) -> None:
    world = query(World().lasting(), 1, query_name="a.example.org", outcome="error", response_code_name="SERVFAIL")
    query(world, 2, query_name="a.example.org", **again)
    assert len(found("dns_servfail", world)) == found_again


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("dns_slow", {"took_ns": 900 * MS}),
        ("dns_no_answer", {"took_ns": None}),
        ("dns_nxdomain", {"outcome": "no_such_name"}),
        ("dns_servfail", {"outcome": "error", "response_code_name": "SERVFAIL"}),
        ("dns_truncated", {"outcome": "truncated", "truncated": True}),
    ],
)
def test_a_flow_with_several_questions_is_one_flow(found: Run, name: str, columns: dict[str, Any]) -> None:
    world = World().lasting()
    for flow in range(2):
        world.add(
            "flows", flow=flow, protocol="udp", stream=flow, client=f"192.0.2.1:{40000 + flow}", server="192.0.2.53:53"
        )
    for number in range(1, 7):
        query(world, number, flow=number % 2, **columns)
    (one,) = found(name, world)
    assert (one.flows_total, one.frames_total) == (2, 6)
    assert [flow["stream"] for flow in one.flows] == [0, 1]


def test_one_late_answer_is_told_as_one(found: Run) -> None:
    (one,) = found("dns_slow", queries(1, took_ns=1220 * MS))
    assert one.finding.title == "The resolver 192.0.2.53:53 answers late: 1 of 1 answer took 1.22 s"
    assert (
        "3 of 3 answers took up to 1.22 s, 3.66 s in all"
        in found("dns_slow", queries(3, took_ns=1220 * MS))[0].finding.title
    )


def test_a_question_at_the_end_of_the_capture_may_still_be_answered(found: Run) -> None:
    world = query(World().lasting(1.5), took_ns=None)
    assert found("dns_no_answer", world) == []


def test_truncated_answers_that_came_over_tcp_are_a_note(found: Run) -> None:
    world = query(World().lasting(), outcome="truncated", truncated=True)
    query(world, 1, transport="tcp")
    (one,) = found("dns_truncated", world)
    assert one.severity is Severity.INFO


def test_one_error_of_many_answers_is_a_note(found: Run) -> None:
    (one,) = found("http_error", answers(1), least_share=0.06)
    assert one.severity is Severity.INFO


@pytest.mark.parametrize("port", [33434, 33500])
def test_traceroute_is_no_loop(found: Run, port: int) -> None:
    assert found("routing_loop", looping(9, quoted_destination=f"198.51.100.1:{port}")) == []


def test_rows_of_losses_in_an_even_stream_are_no_microburst(found: Run) -> None:
    (one,) = found("rtp_loss", media(0.1, longest_loss_packets=20, loss_bursts=5, burst_lost_packets=100))
    assert one.finding.cause == "network_loss_downstream"


def test_a_long_poll_is_no_slow_server(found: Run) -> None:
    assert found("server_think", polls(25)) == []
    assert found("server_think", polls(2))


@pytest.mark.parametrize(
    ("finding", "wait", "frame", "ledger"),
    [
        ("server_think", "service_time_ns", "response_first_frame", {"think/server": 2000}),
        ("client_think", "client_think_ns", "request_first_frame", {"think/client": 9000}),
    ],
)
def test_what_was_waited_for_is_shown_by_its_frame(
    found: Run, finding: str, wait: str, frame: str, ledger: dict[str, int]
) -> None:
    world = World().lasting().tcp(ledger)
    for number, took_ms in enumerate([900, 10, 450, 440], 1):
        world.add("turns", stream=0, **{wait: took_ms * MS, frame: 10 * number})
    (one,) = found(finding, world)
    assert (one.frames, one.frames_total) == ([10, 30, 40], 3)
