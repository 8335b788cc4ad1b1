"""Imports point one way, so that a stage knows the stage before it and nothing else."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pcap_analyzer

ROOT = Path(pcap_analyzer.__file__).parent

# From the bottom to the top. Modules of one line do not depend on those of a later line.
LAYERS = [
    ["i18n"],
    ["_core", "causes", "errors", "engine", "ledger", "selection", "settings", "text", "units", "views"],
    ["database"],
    ["sql", "tables"],
    ["findings"],
    ["profiles", "verdict"],
    ["analysis"],
    ["evidence", "report"],
    ["render"],
    ["api", "cli", "web"],
]
RANKS = {name: rank for rank, names in enumerate(LAYERS) for name in names}


def modules() -> list[Path]:
    return [path for path in sorted(ROOT.rglob("*.py")) if path.parent != ROOT or not path.name.startswith("__")]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    own = path.relative_to(ROOT).parts[0].removesuffix(".py")
    for imported in imports(path):
        assert RANKS[imported] <= RANKS[own], f"{own} may not import {imported}"


def imports(path: Path) -> Iterator[str]:
    """The parts of this package that a module imports, by the first part of their names."""
    package = ["pcap_analyzer", *path.relative_to(ROOT).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            parts = [*base, *(node.module or "").split(".")] if node.module else base
            names = [[*parts, alias.name] for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
        else:
            continue
        yield from (name[1] for name in names if name[0] == "pcap_analyzer" and len(name) > 1)


def test_the_version_is_told_without_anything_heavy() -> None:
    script = (
        "import sys, pcap_analyzer.cli\n"
        "try: pcap_analyzer.cli.main(['--version'])\n"
        "except SystemExit: print(sorted({'duckdb', 'rich', 'difflib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == f"pcap-analyzer {pcap_analyzer.__version__}\n[]\n"


def test_what_the_package_promises_is_there() -> None:
    assert all(hasattr(pcap_analyzer, name) for name in pcap_analyzer.__all__)


def test_python_dash_m_is_the_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pcap_analyzer", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"pcap-analyzer {pcap_analyzer.__version__}\n"
