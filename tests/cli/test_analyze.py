"""`pcap-analyzer analyze`."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
CAPTURES = [
    "healthy_dns_web.pcap",
    "healthy_one_way_capture.pcap",
    "loss_few_packets.pcapng",
    "server_think.pcap",
    "tls_slow.pcapng",
]


@pytest.mark.parametrize("columns", [100, 60])
@pytest.mark.parametrize("name", CAPTURES)
def test_the_summary(
    run: Run,
    captures: Path,
    golden: Callable[[str, str], None],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    columns: int,
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    result = run("analyze", captures / name, "--no-report")
    assert (result.code, result.err) == (0, "")
    assert all(len(line) <= columns for line in result.out.splitlines())
    golden(f"analyze_{Path(name).stem}_{columns}.txt", result.out)


def test_json_goes_to_standard_output_and_nothing_anywhere_else(run: Run, captures: Path, tmp_path: Path) -> None:
    result = run("analyze", captures / "healthy_dns_web.pcap", "--format", "json")
    assert (result.code, result.err) == (0, "")
    assert json.loads(result.out)["capture"]["packets"] == 255
    assert not list(tmp_path.iterdir())


def test_several_captures_are_one_line_of_json_each(run: Run, captures: Path) -> None:
    both = [captures / "healthy_dns_web.pcap", captures / "server_think.pcap"]
    result = run("analyze", *both, "--format", "json")
    assert result.code == 0
    reports = [json.loads(line) for line in result.out.splitlines()]
    assert [report["run"]["files"] for report in reports] == [[str(path)] for path in both]


def test_the_worst_of_several_captures_decides_the_exit_code(run: Run, captures: Path) -> None:
    result = run("analyze", "missing.pcap", captures / "healthy_dns_web.pcap", "--no-report")
    assert result.code == 2
    assert result.err == "pcap-analyzer: missing.pcap: no such file or directory; check the name\n"
    assert "healthy_dns_web.pcap" in result.out


def test_merged_captures_are_one_report(run: Run, captures: Path) -> None:
    both = [captures / "healthy_dns_web.pcap", captures / "server_think.pcap"]
    result = run("analyze", *both, "--merge", "--format", "json")
    report = json.loads(result.out)
    assert len(report["capture"]["files"]) == 2
    assert report["capture"]["packets"] == sum(file["packets"] for file in report["capture"]["files"])


def test_a_report_file_is_written_and_none_replaced(run: Run, captures: Path, tmp_path: Path) -> None:
    for _ in range(3):
        result = run("analyze", captures / "healthy_dns_web.pcap")
        assert result.code == 0
        assert result.err.startswith("Report: reports/healthy_dns_web-")
    files = sorted((tmp_path / "reports").iterdir())
    assert [file.suffix for file in files] == [".html", ".json"] * 3
    assert len({file.stem for file in files}) == 3
    assert all(json.loads(file.read_text())["capture"]["packets"] == 255 for file in files if file.suffix == ".json")
    assert all(file.read_text().startswith("<!doctype html>") for file in files if file.suffix == ".html")


def test_a_folder_that_cannot_be_written_is_a_warning(run: Run, captures: Path, tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file, not a folder")
    result = run("analyze", captures / "healthy_dns_web.pcap")
    assert result.code == 0
    assert result.err.startswith("pcap-analyzer: no report file: reports: ")
    assert result.out


def test_a_folder_can_be_chosen_with_json_too(run: Run, captures: Path, tmp_path: Path) -> None:
    result = run("analyze", captures / "healthy_dns_web.pcap", "--format", "json", "--out", "some/where", "--quiet")
    assert (result.code, result.err) == (0, "")
    (file,) = (tmp_path / "some" / "where").glob("*.json")
    assert json.loads(file.read_text()) == json.loads(result.out)


def test_a_page_goes_to_standard_output(run: Run, captures: Path, tmp_path: Path) -> None:
    result = run("analyze", captures / "healthy_dns_web.pcap", "--format", "html")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("<!doctype html>")
    assert not list(tmp_path.iterdir())


def test_several_captures_are_no_single_page(run: Run, captures: Path) -> None:
    both = [captures / "healthy_dns_web.pcap", captures / "server_think.pcap"]
    result = run("analyze", *both, "--format", "html")
    assert result.code == 2
    assert "--format html shows one capture" in result.err
    assert run("analyze", *both, "--merge", "--format", "html").out.count("<!doctype html>") == 1


def test_contradicting_options_are_wrong_usage(run: Run, captures: Path) -> None:
    result = run("analyze", captures / "healthy_dns_web.pcap", "--no-report", "--out", "x")
    assert result.code == 2
    assert "--out and --no-report contradict each other (see `pcap-analyzer analyze --help`)" in result.err


def test_a_cut_capture_is_analysed_and_said_to_be_cut(
    run: Run, captures: Path, tmp_path: Path, golden: Callable[[str, str], None]
) -> None:
    cut = tmp_path / "cut.pcap"
    cut.write_bytes((captures / "healthy_dns_web.pcap").read_bytes()[:100_000])
    result = run("analyze", cut, "--no-report")
    assert result.code == 0
    assert result.err.count("\n") == 1
    assert result.err.startswith("pcap-analyzer: cut.pcap: The input ends in the middle of a record; ")
    golden("analyze_cut_100.txt", result.out)


def test_a_capture_without_packets_is_analysed_and_said_to_be_empty(
    run: Run, write_pcap: Callable[..., Path], golden: Callable[[str, str], None]
) -> None:
    result = run("analyze", write_pcap(name="empty.pcap"), "--no-report")
    assert (result.code, result.err) == (0, "pcap-analyzer: empty.pcap: the capture holds no packet\n")
    golden("analyze_empty_100.txt", result.out)


def test_a_doubtful_capture_is_told_so_first(
    run: Run, write_pcap: Callable[..., Path], udp_frame: Callable[..., bytes], golden: Callable[[str, str], None]
) -> None:
    frame = udp_frame(bytes(500))
    packets = [(5_000_000_000, frame), (4_000_000_000, frame), (6_000_000_000, frame[:96], len(frame))]
    result = run("analyze", write_pcap(*packets, name="doubtful.pcap", snap_length=96), "--no-report")
    assert result.code == 0
    golden("analyze_doubtful_100.txt", result.out)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "the input is empty"), (b"PK\x03\x04 some archive", "not a packet capture")],
)
def test_what_is_no_capture_ends_with_2_and_one_line(run: Run, tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "odd\x1b[2J.pcap"
    path.write_bytes(content)
    result = run("analyze", path)
    assert (result.code, result.out) == (2, "")
    assert result.err.count("\n") == 1
    assert reason in result.err
    assert r"odd\x1b[2J.pcap" in result.err
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize("length", range(4, 24))
def test_a_file_cut_inside_its_header_is_no_capture(run: Run, captures: Path, tmp_path: Path, length: int) -> None:
    path = tmp_path / "cut.pcap"
    path.write_bytes((captures / "healthy_dns_web.pcap").read_bytes()[:length])
    result = run("analyze", path)
    assert (result.code, result.out) == (2, "")
    assert result.err.count("\n") == 1
    assert "cut.pcap: " in result.err
    assert "header" in result.err
    assert not (tmp_path / "reports").exists()


def test_standard_input_can_be_read_only_once(run: Run) -> None:
    result = run("analyze", "-", "-")
    assert result.code == 2
    assert "standard input (-) can be read only once" in result.err


def test_verbose_says_how_long_it_took(run: Run, captures: Path) -> None:
    result = run("analyze", captures / "healthy_dns_web.pcap", "--no-report", "--verbose")
    assert result.err.startswith("read 255 packets in ")
    assert "made the report in " in result.err


def test_text_from_a_file_never_drives_the_terminal(run: Run, captures: Path, tmp_path: Path) -> None:
    path = tmp_path / "\x1b]0;owned\x07.pcap"
    path.write_bytes((captures / "healthy_dns_web.pcap").read_bytes())
    result = run("analyze", path)
    assert result.code == 0
    assert not {"\x1b", "\x07"} & set(result.out + result.err)


def test_colours_only_where_they_are_wanted(
    on_terminal: Callable[..., str], captures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture = captures / "healthy_dns_web.pcap"
    assert "\x1b[1;36m" in on_terminal("analyze", capture, "--no-report")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "36m" not in on_terminal("analyze", capture, "--no-report")


def test_standard_input_is_called_by_its_name(captures: Path) -> None:
    program = [sys.executable, "-m", "pcap_analyzer", "analyze", "-", "--no-report"]
    done = subprocess.run(program, input=b"", capture_output=True)
    assert done.returncode == 2
    assert done.stderr.startswith(b"pcap-analyzer: standard input: the input is empty")
    done = subprocess.run(program, input=(captures / "healthy_dns_web.pcap").read_bytes(), capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"standard input\n")
