"""Documents cannot drift: what they link to exists, and so does every make target that they name."""

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(path for pattern in ("*.md", "docs/**/*.md", "benches/*.md") for path in ROOT.glob(pattern))
TARGETS = set(re.findall(r"^([a-z][a-z0-9-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", document.read_text())
    assert [link for link in links if not link.startswith("https://") and not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_make_targets_exist(document: Path) -> None:
    named = re.findall(r"^make ([a-z-]+)|`make ([a-z0-9 -]+)`", document.read_text(), re.MULTILINE)
    assert {target for groups in named for target in " ".join(groups).split()} <= TARGETS


def test_every_target_says_what_it_does() -> None:
    lines = (ROOT / "Makefile").read_text().splitlines()
    silent = [line for above, line in pairwise(lines) if re.match(r"[a-z-]+:", line) and above[:2] != "# "]
    assert silent == []


def test_the_readme_shows_what_the_command_prints(run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    blocks = re.findall(r"```text\n(.*?)\n```", (ROOT / "README.md").read_text(), re.DOTALL)
    captures = ROOT / "tests" / "captures"
    printed = run("analyze", captures / "server_think.pcap", "--no-report", "--quiet").out
    assert blocks[0] in printed
    demo = run("analyze", captures / "healthy_dns_web.pcap", "--no-report", "--quiet").out
    assert all(line in demo.splitlines() for line in blocks[1].splitlines())
