"""What a newcomer with an incomplete machine is told: one line, with the command that helps."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "check-tools.sh"

Machine = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Runs the script on a machine that has the given programs only: name to shell body."""
    for tool in ("sed", "head", "dirname"):
        for folder in [*os.environ["PATH"].split(":"), "/usr/bin", "/bin"]:
            if (Path(folder) / tool).exists():
                (tmp_path / tool).symlink_to(Path(folder) / tool)
                break

    def run(**programs: str) -> "subprocess.CompletedProcess[str]":
        for name, body in programs.items():
            path = tmp_path / name.replace("_", ".").replace("apt.get", "apt-get")
            path.write_text(f"#!/bin/sh\n{body}\n")
            path.chmod(0o755)
        environment = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
        return subprocess.run(["/bin/sh", str(SCRIPT)], env=environment, capture_output=True, text=True, check=False)

    return run


GOOD = {"cc": "exit 0", "cargo": "echo cargo 1.99.0", "rustc": "exit 0", "python3": f'exec {sys.executable} "$@"'}
OLD_PYTHON = "echo"  # what a Python of the wrong age prints: no path


def test_a_complete_machine_gives_the_path_of_its_python(machine: Machine) -> None:
    run = machine(**GOOD)
    assert (run.returncode, run.stdout.strip(), run.stderr) == (0, sys.executable, "")


def test_a_newer_python_under_its_own_name_is_found(machine: Machine) -> None:
    run = machine(**GOOD | {"python3": OLD_PYTHON, "python3_12": GOOD["python3"]})
    assert (run.returncode, run.stdout.strip()) == (0, sys.executable)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"python3": OLD_PYTHON}, "Python 3.11 or newer"),
        ({"python3": "exit 127"}, "Python 3.11 or newer"),
        ({"cc": "exit 127"}, "a C linker"),
        ({"cargo": "exit 127"}, "Rust 1."),
        ({"cargo": "echo cargo 1.63.0"}, "Rust 1."),
        ({"rustc": "exit 1"}, "Rust 1."),
    ],
)
def test_each_missing_tool_is_named_in_one_line(machine: Machine, change: dict[str, str], said: str) -> None:
    run = machine(**GOOD | change)
    assert run.returncode == 1
    assert run.stdout == ""
    assert run.stderr.startswith("Missing: ")
    assert said in run.stderr
    assert run.stderr.count("\n") == 1


def test_everything_missing_is_still_one_line_with_the_commands_of_this_system(machine: Machine) -> None:
    run = machine(apt_get="exit 0")
    assert run.stderr.count("\n") == 1
    assert "sudo apt-get install -y python3 python3-venv gcc libc6-dev && curl" in run.stderr
