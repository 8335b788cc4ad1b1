"""The reference says what the program says."""

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "scripts" / "reference.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


reference = _load()


@pytest.mark.parametrize("name", list(reference.PAGES))
def test_the_page_is_what_the_program_says(name: str) -> None:
    path = ROOT / "docs" / "reference" / f"{name}.md"
    page = reference.PAGES[name]()
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(page, "utf-8")
    assert path.read_text("utf-8") == page, "`make golden` rewrites it"


def test_every_option_and_every_exit_code_has_a_line() -> None:
    page = reference.commands()
    for command in reference.group.commands.values():
        for parameter in command.params:
            assert all(f"`{option}`" in page for option in parameter.opts if option.startswith("--"))
    assert all(f"| {code} |" in page for code in (0, 1, 2, 130))
