"""Names of report files."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pcap_analyzer.cli.reports import _create, stem_of


@pytest.mark.parametrize(
    ("sources", "stem"),
    [
        (["/data/slow.pcap"], "slow"),
        (["slow.pcapng.gz"], "slow"),
        (["-"], "stdin"),
        (["a.pcap", "b.pcap", "c.pcap"], "a+2"),
        (["../x y\x1b/..evil name.cap"], "evil_name"),
        (["été.pcap"], "été"),
        (["x" * 300 + ".pcap"], "x" * 100),
        ([".pcap"], "pcap"),
    ],
)
def test_the_name_is_that_of_the_capture(sources: list[str], stem: str) -> None:
    assert stem_of(sources) == stem


def test_files_of_one_report_share_a_name_that_none_of_them_has_yet(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("not ours")
    assert _create(tmp_path, "a", {".json": b"{}", ".html": b"<p>"}) == tmp_path / "a-2"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a-2.html", "a-2.json", "a.html"]
    assert (tmp_path / "a.html").read_text() == "not ours"


def test_pdf_is_written_beside_the_others(run: Callable[..., Any], captures: Path) -> None:
    done = run("analyze", captures / "loss_few_packets.pcapng", "--pdf", "--out", "told")
    assert done.code == 0
    (path,) = Path("told").glob("*.pdf")
    assert path.read_bytes().startswith(b"%PDF-")
    assert {each.suffix for each in Path("told").iterdir()} == {".pdf", ".html", ".json"}
    assert ".pdf" in done.err


def test_pdf_needs_a_place(run: Callable[..., Any], captures: Path) -> None:
    done = run("analyze", captures / "loss_few_packets.pcapng", "--pdf", "--no-report")
    assert done.code == 2
    assert "--out" in done.err


def test_pdf_alone_goes_to_standard_output(tmp_path: Path, captures: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pcap_analyzer",
        "analyze",
        str(captures / "loss_few_packets.pcapng"),
        "--format",
        "pdf",
    ]
    done = subprocess.run(command, capture_output=True, cwd=tmp_path, check=True)
    assert done.stdout.startswith(b"%PDF-")
    assert done.stdout.rstrip().endswith(b"%%EOF")
    assert (done.stderr, list(tmp_path.iterdir())) == (b"", [])
