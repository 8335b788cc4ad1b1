"""Threshold profiles: what they change, and what is said of mistakes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from finding_world import World

from pcap_analyzer import profiles
from pcap_analyzer.errors import SettingError
from pcap_analyzer.findings._run import Options, run
from pcap_analyzer.tables import Tables


@pytest.mark.parametrize("name", profiles.NAMES)
def test_each_profile_of_ours_can_be_used(name: str) -> None:
    assert isinstance(profiles.load(name), dict)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[server_thinks]\nslow_answer_ms = 5", "no finding server_thinks; did you mean server_think?"),
        ("[server_think]\nslow_answer = 5", "server_think has no threshold slow_answer; did you mean slow_answer_ms?"),
        ("[server_think]\nslow_answer_ms = 'long'", "server_think.slow_answer_ms must be a number from 0 up, in ms"),
        ("[server_think]\nslow_answer_ms = -1", "must be a number from 0 up"),
        ("[server_think]\nslow_answer_ms = true", "must be a number from 0 up"),
        ("server_think = 5", "server_think must be a table: [server_think]"),
        ("[server_think", "not TOML"),
        ("service = 5", 'service must hold a table for each service: [service."tcp/5432"]'),
        ("[service]\nhttp = 5", 'service.http must be a table: [service."http"]'),
        ('[service."tcp/5432"]', "service.tcp/5432 sets no objective; there is response_ms"),
        ('[service."tcp/5432"]\nresponce_ms = 5', "a service has no objective responce_ms; did you mean response_ms?"),
        (
            '[service."tcp/5432"]\nresponse_ms = 0',
            "service.tcp/5432.response_ms must be a number above 0, in ms, not 0",
        ),
        ('[service."tcp/5432"]\nresponse_ms = inf', "must be a number above 0, in ms, not inf"),
        ('[service."tcp/70000"]\nresponse_ms = 5', "no service 'tcp/70000': ports are from 1 to 65535"),
        ('[service."sctp/5"]\nresponse_ms = 5', "no service 'sctp/5': name it by its port as tcp/5432"),
        ('[service."192.0.2.700"]\nresponse_ms = 5', "no service '192.0.2.700'"),
        ('[service."[192.0.2.7]:80"]\nresponse_ms = 5', "no service '[192.0.2.7]:80'"),
        ('[service_objective]\n"tcp/80.response_ms" = 5', "service_objective has no threshold tcp/80.response_ms"),
    ],
)
def test_a_mistake_is_one_clear_line(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(content)
    with pytest.raises(SettingError, match=r"own\.toml") as error:
        profiles.load(str(path))
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_profile_that_does_not_exist_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="no profile lann: there are lan, wan"):
        profiles.load("lann")
    with pytest.raises(SettingError, match="no such file"):
        profiles.load(str(tmp_path / "own.toml"))


def test_what_a_run_was_judged_by_stands_beside_each_finding(tables: Callable[..., Tables]) -> None:
    world = World().tcp({"think/server": 700, "network_rtt/network": 40}).turns(answers=[70.0] * 10)
    assert run(tables(**world.tables), only=["server_think"]) == []
    (one,) = run(tables(**world.tables), Options(profiles.load("lan"), "lan"), only=["server_think"])
    (slow,) = [choice for choice in one.choices if choice.name == "slow_answer_ms"]
    assert (slow.value, slow.unit, slow.source) == (50, "ms", "profile lan")
    (one,) = run(tables(**world.tables), Options(latency_s=0.02), only=["server_think"])
    (slow,) = [choice for choice in one.choices if choice.name == "slow_answer_ms"]
    assert (slow.value, slow.source) == (20, "--latency")


@pytest.mark.parametrize(
    ("service", "known_as"),
    [
        ("tcp/5432", "tcp/5432"),
        ("TCP/05432", "tcp/5432"),
        ("udp/53", "udp/53"),
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:80", "192.0.2.7:80"),
        ("2001:DB8:0::7", "2001:db8::7"),
        ("[2001:db8:0::7]:443", "[2001:db8::7]:443"),
        ("Shop.Example.com", "shop.example.com"),
        ("postgresql", "postgresql"),
    ],
)
def test_a_service_is_named_as_the_tables_name_it(tmp_path: Path, service: str, known_as: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(f'[service_objective]\nmost_missed_share = 0.2\n[service."{service}"]\nresponse_ms = 50')
    assert profiles.load(str(path)) == {
        "service_objective": {"most_missed_share": 0.2, f"{known_as}.response_ms": 50.0}
    }
