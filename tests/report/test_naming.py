"""Names beside addresses: from a file, from the capture, or none."""

from pathlib import Path

import pytest

from pcap_analyzer.analysis import analyze
from pcap_analyzer.errors import SettingError
from pcap_analyzer.report.build import build
from pcap_analyzer.report.naming import Naming, name_of, read_hosts, with_name

CAPTURE = Path(__file__).parents[1] / "captures" / "healthy_dns_web.pcap"


def names(naming: Naming) -> dict[str, object]:
    with analyze(CAPTURE) as analysis:
        found: dict[str, object] = build(analysis, naming=naming).data["names"]
    return found


def test_the_capture_names_its_own_addresses() -> None:
    (server,) = (each for each in names(Naming()).values() if isinstance(each, dict) and each["source"] == "http")
    assert server["name"].endswith("example.test")


def test_a_hosts_file_comes_first_and_nothing_is_learnt_where_that_is_not_wanted() -> None:
    address = next(iter(names(Naming())))
    assert names(Naming({address: "gateway"}))[address] == {"name": "gateway", "source": "hosts", "others": 0}
    assert names(Naming({"192.0.2.9": "other"}, learnt=False)) == {
        "192.0.2.9": {"name": "other", "source": "hosts", "others": 0}
    }


def test_the_first_name_of_each_address_is_read(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_text("# ours\n192.0.2.1  alpha beta # first\n\n2001:DB8:0::1 six\n192.0.2.1 gamma\nfe80::1%eth0 link\n")
    assert read_hosts(path) == {"192.0.2.1": "alpha", "2001:db8::1": "six", "fe80::1": "link"}


@pytest.mark.parametrize(
    ("content", "line"),
    [("x y\n", "line 1: 'x' is no address"), ("\n192.0.2.1\n", "line 2: an address without a name")],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, content: str, line: str) -> None:
    path = tmp_path / "hosts"
    path.write_text(content)
    with pytest.raises(SettingError, match=line):
        read_hosts(path)


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="check the name"):
        read_hosts(tmp_path / "none")


@pytest.mark.parametrize(
    ("end", "name"),
    [
        ("192.0.2.1:443", "alpha"),
        ("192.0.2.1", "alpha"),
        ("[2001:db8::1]:443", "six"),
        ("2001:db8::1", "six"),
        ("192.0.2.2:443", ""),
    ],
)
def test_an_end_has_the_name_of_its_address(end: str, name: str) -> None:
    data = {"names": {"192.0.2.1": {"name": "alpha"}, "2001:db8::1": {"name": "six"}}}
    assert name_of(end, data) == name
    assert with_name(end, data) == (f"{end} ({name})" if name else end)
