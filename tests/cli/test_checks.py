"""What `analyze` does for builds, for folders, and for evidence."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

Run = Callable[..., Any]


@pytest.fixture
def folder(captures: Path, tmp_path: Path) -> Path:
    """Two captures, one of them further down, and something else."""
    folder = tmp_path / "captures"
    (folder / "more").mkdir(parents=True)
    (folder / "a.pcap").write_bytes((captures / "healthy_dns_web.pcap").read_bytes())
    (folder / "more" / "b.pcapng").write_bytes((captures / "loss_few_packets.pcapng").read_bytes())
    (folder / "notes.txt").write_text("no capture")
    return folder


@pytest.mark.parametrize(("threshold", "code"), [("critical", 0), ("minor", 1)])
def test_a_finding_as_bad_as_asked_ends_with_1(run: Run, captures: Path, threshold: str, code: int) -> None:
    assert run("analyze", captures / "loss_few_packets.pcapng", "--no-report", "--fail-on", threshold).code == code


def test_a_healthy_capture_passes(run: Run, captures: Path) -> None:
    result = run("analyze", captures / "healthy_dns_web.pcap", "--no-report", "--fail-on", "minor", "--junit", "j.xml")
    assert result.code == 0
    (suite,) = ElementTree.parse("j.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("1", "0")


def test_a_capture_that_cannot_be_read_weighs_more_than_a_finding(run: Run, captures: Path) -> None:
    both = ("missing.pcap", captures / "loss_few_packets.pcapng")
    assert run("analyze", *both, "--no-report", "--fail-on", "minor", "--junit", "j.xml").code == 2
    readable, missing = ElementTree.parse("j.xml").getroot()
    assert (readable.get("errors"), missing.get("errors")) == ("0", "1")


def test_a_folder_is_all_captures_in_it(run: Run, folder: Path) -> None:
    result = run("analyze", folder, "--format", "json", "--sarif", "s.json")
    assert result.code == 0
    reports = [json.loads(line) for line in result.out.splitlines()]
    assert [report["run"]["files"] for report in reports] == [[str(folder / "a.pcap")], [str(folder / "more/b.pcapng")]]
    (sarif,) = json.loads(Path("s.json").read_text())["runs"]
    uris = [each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in sarif["results"]]
    assert uris == [report_name for report_name in ("b.pcapng",) for _ in sarif["results"]]
    assert {each["ruleId"] for each in sarif["results"]} == {rule["id"] for rule in sarif["tool"]["driver"]["rules"]}


def test_several_captures_end_with_a_summary(run: Run, folder: Path) -> None:
    out = run("analyze", folder, "--no-report").out
    summary = out[out.index("2 captures\n") :]
    assert "a.pcap    healthy" in summary
    assert "b.pcapng  network_loss_downstream  network" in summary


def test_a_folder_without_captures_is_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = run("analyze", "empty")
    assert (result.code, "no capture in this folder" in result.err) == (2, True)


def test_the_evidence_gives_the_same_finding_again(run: Run, captures: Path) -> None:
    loss = captures / "loss_few_packets.pcapng"
    result = run("analyze", loss, "--format", "json", "--evidence", "proof")
    assert result.code == 0
    (path,) = Path("proof").iterdir()
    assert path.name == "loss_few_packets-network_loss.pcapng"
    again = json.loads(run("analyze", path, "--format", "json").out)
    first = json.loads(result.out)
    assert [(each["id"], each["evidence"], each["cost_s"]) for each in again["findings"]] == [
        (each["id"], each["evidence"], each["cost_s"]) for each in first["findings"]
    ]


def test_captures_of_one_name_keep_their_evidence_apart(run: Run, captures: Path, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.pcapng").write_bytes((captures / "loss_few_packets.pcapng").read_bytes())
    assert run("analyze", "one", "two", "--no-report", "--evidence", "proof").code == 0
    assert sorted(path.name for path in Path("proof").iterdir()) == ["x-network_loss-2.pcapng", "x-network_loss.pcapng"]
