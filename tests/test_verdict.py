"""What findings come to."""

from collections.abc import Callable

from finding_world import MS, SECOND, World

from pcap_analyzer.tables import Tables
from pcap_analyzer.verdict import Diagnosis, diagnose, of_connections

Build = Callable[..., Tables]


def judged(tables: Build, world: World) -> Diagnosis:
    return diagnose(tables(**world.tables))


def test_nothing_above_info_is_healthy(tables: Build) -> None:
    diagnosis = judged(tables, World().tcp({"network_rtt/network": 60}))
    assert (diagnosis.verdict["cause"], diagnosis.verdict["side"]) == ("healthy", "none")
    assert diagnosis.health["score"] == 100


def test_without_conversations_there_is_no_verdict(tables: Build) -> None:
    diagnosis = judged(tables, World().lasting())
    assert (diagnosis.verdict["cause"], diagnosis.verdict["side"]) == (None, "unknown")
    assert diagnosis.verdict["confidence"] == 0
    assert diagnosis.health["score"] is None
    assert "Not enough data" in diagnosis.health["summary"]


def test_what_made_work_fail_ranks_before_what_made_it_slow(tables: Build) -> None:
    world = World().tcp({"think/server": 9000}).turns(answers=[9000.0])
    world.tcp({"handshake/network": 20}, zk_conn_state="REJ", reset_by="server", end_reason="reset")
    diagnosis = judged(tables, world)
    assert [each.finding.cause for each in diagnosis.findings] == ["connection_refused", "server_think_time"]


def test_what_made_it_slow_ranks_by_seconds_not_by_count(tables: Build) -> None:
    world = World().tcp({"zero_window/client": 300}, copies=9)
    world.tcp({"think/server": 9000}).turns(answers=[9000.0])
    diagnosis = judged(tables, world)
    assert [each.finding.cause for each in diagnosis.findings] == ["server_think_time", "zero_window_receiver"]
    assert diagnosis.verdict["cost_s"] == 9.0
    assert diagnosis.verdict["second"] is None or diagnosis.verdict["second"]["cost_s"] == 2.7


def test_two_causes_are_told_when_two_weigh(tables: Build) -> None:
    world = World().tcp({"zero_window/client": 5000}).tcp({"think/server": 9000}).turns(answers=[9000.0])
    assert judged(tables, world).verdict["second"]["cause"] == "zero_window_receiver"


def test_no_nanosecond_belongs_to_two_findings(tables: Build) -> None:
    # A long path and a chatty client both claim the round trips; a policer and loss both claim the recovery.
    world = World().tcp({"network_rtt/network": 9000}, server="203.0.113.1:80", handshake_server_rtt_ns=200 * MS)
    world.tcp({"bandwidth/network": 1000, "loss_fast/network": 500}, server_retransmitted_packets=50)
    diagnosis = judged(tables, world)
    assert {each.finding.cause for each in diagnosis.findings} >= {"high_latency", "traffic_policing"}
    assert sum(each.cost_ns or 0 for each in diagnosis.findings) <= 10_500 * MS


def test_more_faults_never_raise_the_score(tables: Build) -> None:
    scores = []
    for thinking in (0, 2000, 8000):
        for refused in (0, 1):
            world = World()
            for _ in range(2):
                world.tcp({"slow_start/none": 1000, "think/server": thinking}).turns(answers=[thinking])
            world.tcp({"handshake/network": 20}, copies=refused, zk_conn_state="REJ", reset_by="server")
            scores.append(judged(tables, world).health["score"])
    assert scores[0] == 100
    assert scores[0] > scores[2] > scores[4]
    assert all(scores[place] > scores[place + 1] for place in (0, 2, 4))


def test_each_connection_has_a_line_of_its_own(tables: Build) -> None:
    world = World().tcp({"think/server": 9000, "zero_window/client": 4000}).turns(answers=[9000.0])
    world.tcp({"zero_window/client": 4000}).tcp()
    built = tables(**world.tables)
    lines = of_connections(built, diagnose(built), [0, 1, 2])
    assert lines[0]["cause"] == "server_think_time"
    assert lines[0]["cost_s"] == 9.0
    assert lines[0]["second"]["cause"] == "zero_window_receiver"
    assert lines[1]["cause"] == "zero_window_receiver"
    assert 2 not in lines


def test_what_the_capture_lacks_lowers_confidence_and_is_said(tables: Build) -> None:
    slow = {"loss_fast/network": 5000}
    whole = judged(tables, World().tcp(slow, server_retransmitted_packets=9)).findings[0]
    world = World().tcp(slow, server_retransmitted_packets=9, server_missed_bytes=1)
    gaps = next(each for each in judged(tables, world).findings if each.name == "network_loss")
    assert gaps.confidence < whole.confidence
    assert gaps.limits == ["Packets are missing from the capture of these connections."]


def test_security_is_told_apart_and_never_the_verdict(tables: Build) -> None:
    world = World()
    for number in range(12):
        world.tcp(server="198.51.100.9:443", first_time_ns=number * 60 * SECOND)
        world.tables["flows"][-1]["first_time_ns"] = number * 60 * SECOND
    diagnosis = judged(tables, world)
    assert diagnosis.verdict["cause"] == "healthy"
    assert [each.finding.cause for each in diagnosis.security] == ["beaconing"]
