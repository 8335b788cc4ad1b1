"""The page of figures holds what hyperfine measured, whatever is installed."""

from pathlib import Path
from typing import Any

import figures
import pytest


def result(command: str, mean: float) -> dict[str, Any]:
    return {
        "command": command,
        "mean": mean,
        "stddev": 0.01,
        "min": 0.4,
        "max": 0.6,
        "user": 0.3,
        "system": 0.05,
        "times": [1] * 7,
    }


def test_a_row_is_what_was_measured(captures: Path) -> None:
    page = figures.document(captures / "healthy_dns_web.pcap", [result("analyze", 0.5)])
    assert "| `analyze` | 500 ± 10 | 400 | 600 | 350 | 510 | 7 |" in page
    assert "255 packets" in page


def test_only_what_is_installed_is_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None if name in ("tshark", "tcptrace") else name)
    chosen = dict(figures.commands(Path("a b.pcap"), tmp_path))
    assert "capinfos" in chosen
    assert not any("tshark" in shown or "tcptrace" in shown for shown in chosen)
    assert all("'a b.pcap'" in command for command in chosen.values())
