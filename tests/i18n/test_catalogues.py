"""Every message has its translation, with the same values, and nothing is said that was not extracted."""

import ast
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
_CHOICE = re.compile(r"\{(\w+):[^{}]*\|")
# A number and the noun that it counts, which may have an adjective.
_MANY = re.compile(r"\{(\w+)\} (?:[a-z]+ )?[a-z]+s\b")
_COUNTED = re.compile(r"(units\.)?(plural|count)\(")


@pytest.fixture(scope="module")
def messages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages", ROOT / "scripts" / "messages.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["messages"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def template(messages: ModuleType) -> Any:
    return messages.extracted()


@pytest.fixture(scope="module")
def french(messages: ModuleType) -> Any:
    return messages.read("fr")


def test_no_message_lacks_a_translation(messages: ModuleType, template: Any, french: Any) -> None:
    assert not list(messages.problems(french, template)), "run `make messages` and translate what it lists"


def test_the_catalogue_is_compiled(messages: ModuleType, french: Any) -> None:
    compiled = messages._place("fr").with_suffix(".mo").read_bytes()
    assert compiled == messages.compiled(french), "run `make messages`"


def test_extraction_finds_what_is_said(messages: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "sample.py"
    path.write_text(
        "from pcap_analyzer.i18n import say\n"
        "T = {True: 'yes {a}', False: mark('no')}\n"
        "say('one' if x else 'two')\nsay(T[x], a=1)\nplural(n, 'frame')\nsay(x)\n"
    )
    assert set(messages.Module(path).messages()) == {"one", "two", "yes {a}", "no", ("frame", "frames")}


def test_thresholds_that_a_profile_names_are_extracted(template: Any) -> None:
    assert template.get("the longest response that the profile allows this service")


def test_an_f_string_is_no_message(messages: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "sample.py"
    path.write_text("from pcap_analyzer.i18n import say\nsay(f'{x} packets')\n")
    with pytest.raises(messages.Unclear):
        list(messages.Module(path).messages())


def test_a_choice_of_words_follows_a_number_that_is_known(messages: ModuleType, french: Any) -> None:
    texts = {message.id: message.string for message in french if isinstance(message.id, str)}
    wrong = []
    for path in messages.SOURCE.rglob("*.py"):
        module = messages.Module(path)
        if not module.speaks():
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say" and node.args:
                values = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
                for sentence in module.sentences(node.args[0]):
                    chosen = _CHOICE.findall(texts.get(sentence, ""))
                    wrong += [(path.name, name) for name in chosen if not _COUNTED.match(values.get(name, ""))]
    assert not wrong


def test_a_noun_that_is_counted_is_written_with_its_number(messages: ModuleType) -> None:
    wrong = []
    for path in (messages.SOURCE / "findings").glob("[a-z]*.py"):
        module = messages.Module(path)
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say" and node.args:
                counts = {key.arg for key in node.keywords if ast.unparse(key.value).startswith("count(")}
                for sentence in module.sentences(node.args[0]):
                    wrong += [(path.name, match[0]) for match in _MANY.finditer(sentence) if match[1] in counts]
    assert not wrong, "`plural` knows that one is no many"


def test_what_the_script_says_chooses_no_words(messages: ModuleType, french: Any) -> None:
    for path in (messages.SOURCE / "render" / "static" / "js").glob("*.js"):
        for match in messages._SCRIPT.finditer(path.read_text()):
            assert not _CHOICE.search(french.get(match[1]).string), match[1]


def test_values_of_findings_are_written_by_functions_that_know_the_language(messages: ModuleType) -> None:
    wrong = []
    for path in (messages.SOURCE / "findings").glob("[a-z]*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
                wrong += [(path.name, key.arg) for key in node.keywords if isinstance(key.value, ast.JoinedStr)]
    assert not wrong, "a number is written by `count`, `duration`, …: an f-string is the same in every language"
