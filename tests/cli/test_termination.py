"""SIGTERM."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ENDLESS = "SELECT count(*) FROM range(1000000) AS a(x), range(1000000) AS b(y), range(1000) WHERE x < y"


@pytest.mark.parametrize("command", ["analyze", "query"])
def test_it_leaves_nothing_behind(
    captures: Path, tmp_path: Path, ended_by: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    arguments = ["-"] if command == "analyze" else [captures / "healthy_dns_web.pcap", ENDLESS]
    done = ended_by(signal.SIGTERM, command, *arguments, before=lambda: list(tmp_path.iterdir()))
    assert done.code == -signal.SIGTERM
    assert (done.out, done.err.strip()) == ("", "")
    assert not list(tmp_path.iterdir())


def test_the_handler_of_somebody_else_stays(run: Callable[..., Any]) -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        run("--version")
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, before)


def test_the_default_is_back_after_the_run(run: Callable[..., Any]) -> None:
    run("--version")
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
