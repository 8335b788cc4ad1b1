"""Documents cannot drift: what they link to exists, and so does every make target that they name."""

import re
from itertools import pairwise
from pathlib import Path

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
