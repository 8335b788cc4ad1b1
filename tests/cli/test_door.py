"""How the program ends."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
EndedBy = Callable[..., Any]
PROGRAM: list[str | Path] = [sys.executable, "-m", "pcap_analyzer"]


def test_no_arguments_show_the_help_and_are_wrong_usage(run: Run) -> None:
    result = run()
    assert (result.code, result.out) == (2, "")
    assert "Exit codes: 0 analysed, 1 a finding as bad as --fail-on, 2 wrong" in result.err


@pytest.mark.parametrize("command", [[], ["analyze"], ["query"], ["tables"]])
def test_help_is_no_error(run: Run, command: list[str]) -> None:
    result = run(*command, "--help")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("Usage: pcap-analyzer")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["analise"], "No such command 'analise'"),
        (["analyze"], "Missing argument 'CAPTURE…'"),
        (["analyze", "x", "--memory", "3"], "3 is too little: give 16M or more"),
        (["analyze", "x", "--memory", "much"], "'much' is not a size: write 64M, 512MiB or 1G"),
        (["analyze", "x", "--nonsense"], "No such option"),
    ],
)
def test_wrong_usage_is_one_line_and_2(run: Run, arguments: list[str], line: str) -> None:
    result = run(*arguments)
    assert (result.code, result.out) == (2, "")
    assert line in result.err
    assert result.err.count("\n") == 1


def test_a_fault_of_ours_is_one_line_too(run: Run, captures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oops\nand more")

    monkeypatch.setattr("pcap_analyzer._core.analyze", broken)
    result = run("analyze", captures / "healthy_dns_web.pcap")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("pcap-analyzer: internal fault, ZeroDivisionError: oops")
    assert result.err.count("\n") == 1
    assert "Traceback" in run("analyze", captures / "healthy_dns_web.pcap", "--verbose").err


def test_a_reader_that_goes_ends_the_program_in_silence(captures: Path) -> None:
    sql = "SELECT repeat('x', 1000) AS x FROM range(10000)"
    command = [*PROGRAM, "query", captures / "healthy_dns_web.pcap", sql, "--format", "csv"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline() == b"x\n"
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == -signal.SIGPIPE


def test_a_full_disk_is_one_line(captures: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("only Linux has a disk that is always full")
    for command in (["analyze", "--format", "json"], ["analyze", "--no-report"]):
        with Path("/dev/full").open("w") as full:
            arguments = [*PROGRAM, *command, captures / "healthy_dns_web.pcap"]
            done = subprocess.run(arguments, stdout=full, stderr=subprocess.PIPE, text=True)
        assert done.returncode == 2
        assert (
            done.stderr
            == "pcap-analyzer: standard output: no space left on device; make room, or choose another place\n"
        )


# The join is a single task of DuckDB, in which it never looks for Ctrl-C by itself.
ENDLESS = "SELECT count(*) FROM range(1000000) AS a(x), range(1000000) AS b(y), range(1000) WHERE x < y"


def test_ctrl_c_in_the_middle_of_one_long_join(captures: Path, ended_by: EndedBy) -> None:
    done = ended_by(signal.SIGINT, "query", captures / "healthy_dns_web.pcap", ENDLESS)
    assert done.code == 130
    assert done.err.strip() == ""


def test_ctrl_c_ends_the_wait_for_a_silent_pipe(ended_by: EndedBy) -> None:
    done = ended_by(signal.SIGINT, "analyze", "-")
    assert done.code == 130
    assert (done.out, done.err.strip()) == ("", "")
