"""The words of the service's pages: both languages have all of them."""

import re
from pathlib import Path

import pytest

PAGES = Path(__file__).parents[2] / "src" / "pcap_analyzer" / "web" / "ui" / "static"
_LANGUAGE = re.compile(r"^  (\w+): \{\n(.*?)^  \},", re.MULTILINE | re.DOTALL)
# A word or a sentence with values: `key: "text",` or `key: (value) => `text ${value}`,`.
_ENTRY = re.compile(
    r'\s*(\w+): (?:"(?P<word>(?:[^"\\]|\\.)*)"|\((?P<values>[\w, ]*)\) => `(?P<sentence>(?:[^`\\]|\\.)*)`),\s*'
)
_ASKED = re.compile(r'\bword\("(\w+)"|\bdata-(?:text|label|placeholder)="(\w+)"')

Words = dict[str, tuple[str, str]]


def entries(block: str) -> Words:
    """The text of each key, and the values that it takes; all of `block` is read."""
    found: Words = {}
    place = 0
    while place < len(block):
        entry = _ENTRY.match(block, place)
        assert entry, f"not understood: {block[place : place + 60]!r}"
        assert entry[1] not in found, f"{entry[1]} stands there twice"
        found[entry[1]] = (entry["word"] or entry["sentence"] or "", entry["values"] or "")
        place = entry.end()
    return found


@pytest.fixture(scope="module")
def words() -> dict[str, Words]:
    script = (PAGES / "words.js").read_text("utf-8").partition("\n};\n")[0]
    return {name: entries(block) for name, block in _LANGUAGE.findall(script)}


def test_both_languages_have_the_same_words(words: dict[str, Words]) -> None:
    assert set(words) == {"en", "fr"}
    assert words["en"].keys() == words["fr"].keys()
    for key, (_, values) in words["en"].items():
        assert words["fr"][key][1] == values, key


def test_no_word_is_empty(words: dict[str, Words]) -> None:
    assert not [key for each in words.values() for key, (text, _) in each.items() if not text.strip()]


def test_the_pages_ask_for_words_that_exist(words: dict[str, Words]) -> None:
    asked = {
        match[1] or match[2]
        for path in (*PAGES.glob("*.js"), *PAGES.glob("*.html"))
        for match in _ASKED.finditer(path.read_text("utf-8"))
    }
    assert len(asked) > 50
    assert asked <= words["en"].keys()
