"""The page about findings names every one."""

from pathlib import Path

from pcap_analyzer.findings._explain import explanation
from pcap_analyzer.findings._run import modules

PAGE = Path(__file__).parents[2] / "docs" / "findings.md"


def test_every_finding_is_told_as_it_tells_itself() -> None:
    lines = PAGE.read_text().splitlines()
    for name in modules():
        assert any(line.startswith(f"| `{name}` | {explanation(name).title} |") for line in lines), name
