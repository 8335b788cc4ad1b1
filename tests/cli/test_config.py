"""The file of settings: what it may say, and what comes before it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pcap_analyzer.cli import config

Run = Callable[..., Any]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    path = tmp_path / "config.toml"
    monkeypatch.setenv(config.VARIABLE, str(path))

    def write(content: str) -> Path:
        path.write_text(content)
        return path

    return write


def test_it_sets_options_of_commands(run: Run, captures: Path, settings: Callable[[str], Path]) -> None:
    settings("[query]\nformat = 'csv'\nrows = 1\n")
    assert run("query", captures / "healthy_dns_web.pcap", "SELECT 1 AS one").out.splitlines() == ["one", "1"]


def test_the_environment_comes_before_it_and_the_command_line_before_both(
    run: Run, captures: Path, settings: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings("[query]\nformat = 'csv'\n")
    monkeypatch.setenv("PCAP_ANALYZER_QUERY_FORMAT", "json")
    capture = captures / "healthy_dns_web.pcap"
    assert run("query", capture, "SELECT 1 AS one").out.startswith("[")
    assert run("query", capture, "SELECT 1 AS one", "--format", "csv").out.startswith("one")


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("[analyse]\n", "no command analyse; did you mean analyze?"),
        ("[analyze]\nprofiles = 'lan'\n", "[analyze] has no option profiles; did you mean profile?"),
        ("analyze = 1\n", "analyze must be a table: [analyze]"),
        ("lang = 'de'\n", "lang must be one of en, fr"),
        ("[analyze\n", "not TOML"),
        ("[analyze]\nmemory = 'much'\n", "config.toml: Invalid value for '--memory': 'much' is not a size"),
        ("[analyze]\nfail-on = 'awful'\n", "config.toml: Invalid value for '--fail-on'"),
    ],
)
def test_what_cannot_be_used_is_one_line(
    run: Run, captures: Path, settings: Callable[[str], Path], content: str, line: str
) -> None:
    settings(content)
    done = run("analyze", captures / "healthy_dns_web.pcap", "--no-report")
    assert done.code == 2
    assert line in done.err
    assert done.err.count("\n") == 1


def test_a_variable_that_cannot_be_used_is_named(run: Run, captures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PCAP_ANALYZER_ANALYZE_MEMORY", "much")
    done = run("analyze", captures / "healthy_dns_web.pcap", "--no-report")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "PCAP_ANALYZER_ANALYZE_MEMORY: Invalid value for '--memory': 'much' is not a size" in done.err


def test_a_file_that_is_named_must_be_there(
    run: Run, captures: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(config.VARIABLE, str(tmp_path / "none.toml"))
    assert "check the name" in run("tables").err


def test_it_stands_where_the_platform_keeps_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(config.VARIABLE)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for platform, folder in (("linux", tmp_path), ("darwin", Path.home() / "Library" / "Application Support")):
        monkeypatch.setattr("sys.platform", platform)
        assert config.path() == folder / "pcap-analyzer" / "config.toml"
    monkeypatch.setenv(config.VARIABLE, "")
    assert config.path() is None
