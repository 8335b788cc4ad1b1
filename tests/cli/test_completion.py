"""Completion by shells: the scripts, and what they get when they ask."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script(run: Callable[..., Any], shell: str) -> None:
    done = run("completion", shell)
    assert done.code == 0
    assert "_PCAP_ANALYZER_COMPLETE" in done.out


def test_bash_takes_the_script(run: Callable[..., Any], tmp_path: Path) -> None:
    bash = shutil.which("bash")
    assert bash
    script = tmp_path / "completion.bash"
    script.write_text(run("completion", "bash").out)
    subprocess.run([bash, "-n", script], check=True)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("pcap-analyzer ana", "plain,analyze"),
        ("pcap-analyzer explain dns_s", "plain,dns_slow"),
        ("pcap-analyzer tables tcp_le", "plain,tcp_ledger"),
        ("pcap-analyzer analyze slow", "file,slow"),
        ("pcap-analyzer analyze --lang ", "plain,fr"),
    ],
)
def test_what_can_follow_is_told(words: str, found: str) -> None:
    environment = {"_PCAP_ANALYZER_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    done = subprocess.run(
        [sys.executable, "-m", "pcap_analyzer"],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found in done.stdout.splitlines()
