#!/usr/bin/env python
"""Extracts all messages into the catalogues, compiles these, and says what lacks a translation: `make messages`.

A message is what `say`, `told`, `mark` and `plural` are given, here and in the page's script, the docstring of a finding, the
help of a command, the sentences of tables, of their columns and of the settings of the service, and what the core and click
say. With `--check` nothing is written, and what is out of step is told.
"""

import ast
import inspect
import io
import os
import re
import string
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "pcap_analyzer"
sys.path.insert(0, str(ROOT / "src"))

from pcap_analyzer.cli.group import group  # noqa: E402
from pcap_analyzer.cli.language import paragraphs  # noqa: E402
from pcap_analyzer.findings._explain import explanation  # noqa: E402
from pcap_analyzer.findings._run import modules  # noqa: E402
from pcap_analyzer.findings._thresholds import meant  # noqa: E402
from pcap_analyzer.i18n import DOMAIN, LANGUAGES, LOCALE  # noqa: E402
from pcap_analyzer.views import catalogue  # noqa: E402
from pcap_analyzer.web.settings import Settings  # noqa: E402

Said = str | tuple[str, str]
_SCRIPT = re.compile(r'\bsay\("((?:[^"\\]|\\.)+)"')
_KINDS = re.compile(r"^kinds! \{(.*?)^\}", re.MULTILINE | re.DOTALL)
_UNITS = ("_ns", "_bytes", "_bps")
# What the system says of files, as `describe_os_error` begins it.
_SYSTEM = ("ENOENT", "ENOTDIR", "EACCES", "EPERM", "EISDIR", "ENOSPC", "EROFS", "EEXIST", "EADDRINUSE")
# Parts of click that talk to who uses a program of it.
_CLICK = ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types")


class Unclear(Exception):
    """A call of `say` whose sentence cannot be found by reading the source."""


class Module:
    """The messages of a source file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tree = ast.parse(path.read_text("utf-8"))
        self.names: dict[str, list[ast.expr]] = {}
        # Constants of other modules, by name.
        self.taken: dict[str, Path] = {}
        for node in ast.walk(self.tree):
            self._note(node)

    def _note(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    self.names.setdefault(target.id, []).append(node.value)
        if isinstance(node, ast.ImportFrom) and node.module:
            base = SOURCE.parent if not node.level else self.path.parents[node.level - 1]
            path = base.joinpath(*node.module.split(".")).with_suffix(".py")
            if path.is_file():
                self.taken |= {alias.name: path for alias in node.names if alias.name.isupper()}

    def speaks(self) -> bool:
        """Whether it takes one of these functions from where they are."""
        names = {alias.name for node in ast.walk(self.tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
        return bool(names & {"say", "mark", "told", "plural", "noun"})

    def messages(self) -> Iterator[Said]:
        if not self.speaks():
            return
        for node in ast.walk(self.tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            name = node.func.id
            if name == "Finding":
                yield from self._evidence(node)
            if not node.args:
                continue
            if name in ("say", "mark"):
                found = list(self.sentences(node.args[0]))
                if not found and not _is_named(node.args[0]):
                    raise Unclear(f"{self.path}:{node.lineno}: no sentence in {ast.unparse(node.args[0])}")
                yield from found
            elif name == "_say_of":
                yield from self.sentences(node.args[1])
                yield from _nouns(node.args[2:3])
            elif name in ("plural", "noun"):
                yield from _nouns(node.args[1:])
            elif name == "told" and _is_named(node.args[0]):
                yield from self.sentences(node.args[0])

    def sentences(self, node: ast.expr) -> Iterator[str]:
        """The texts that an expression can be."""
        match node:
            case ast.Constant(value=str(text)):
                if text:
                    yield text
            case ast.IfExp():
                yield from self.sentences(node.body)
                yield from self.sentences(node.orelse)
            case ast.Subscript():
                yield from self.sentences(node.value)
            case ast.Dict():
                for value in node.values:
                    yield from self.sentences(value)
            case ast.Name(id=name) if name in self.names:
                for value in self.names[name]:
                    yield from self.sentences(value)
            case ast.Name(id=name) if name in self.taken:
                yield from _module(self.taken[name]).sentences(node)
            case ast.Call(func=ast.Name(id="mark")):
                yield from self.sentences(node.args[0])
            case ast.Call(func=ast.Attribute(attr="get", value=inner)):
                yield from self.sentences(inner)
            case ast.JoinedStr():
                raise Unclear(f"{self.path}:{node.lineno}: a sentence is no f-string: {ast.unparse(node)}")
            case _:
                pass

    def _evidence(self, node: ast.Call) -> Iterator[str]:
        for keyword in node.keywords:
            if keyword.arg == "evidence" and isinstance(keyword.value, ast.Dict):
                for key in keyword.value.keys:
                    if isinstance(key, ast.Constant):
                        name = str(key.value)
                        ending = next((unit for unit in _UNITS if name.endswith(unit)), "")
                        yield name.removesuffix(ending).replace("_", " ")


@cache
def _module(path: Path) -> Module:
    return Module(path)


def _is_named(node: ast.expr) -> bool:
    """Whether a sentence is looked up, and so is marked where it stands."""
    return isinstance(node.value if isinstance(node, ast.Subscript) else node, ast.Name | ast.Dict)


def _nouns(words: list[ast.expr]) -> Iterator[Said]:
    texts = [word.value for word in words if isinstance(word, ast.Constant) and isinstance(word.value, str)]
    if texts:
        yield texts[0], texts[1] if len(texts) > 1 else texts[0] + "s"


def _findings() -> Iterator[Said]:
    for name, module in modules().items():
        words = explanation(name)
        yield from (words.title, words.what, words.why, *words.checks)
        for threshold in meant(module.find):
            yield from (threshold.unit, threshold.why)


def _commands() -> Iterator[Said]:
    for command in (group, *group.commands.values()):
        for text in (command.help, command.short_help, command.epilog):
            yield from paragraphs(text or "")
        for parameter in command.params:
            yield from paragraphs(getattr(parameter, "help", None) or "")


def _click() -> Iterator[Said]:
    import importlib

    for name in _CLICK:
        module = importlib.import_module(f"click.{name}")
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "ngettext"):
                texts = [
                    each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)
                ]
                if len(texts) == 2:
                    yield texts[0], texts[1]
                else:
                    yield from texts


def _oddities() -> Iterator[Said]:
    """The oddities that the core tells of: the sentence of each stands above its name."""
    text = (ROOT / "crates" / "core" / "src" / "issue.rs").read_text("utf-8")
    for match in _KINDS.finditer(text):
        sentence: list[str] = []
        for line in match[1].splitlines():
            if line.strip().startswith("///"):
                sentence.append(line.strip().removeprefix("///").strip())
            elif sentence:
                yield " ".join(sentence).partition("; detail is ")[0].rstrip(".")
                sentence = []


def _tables() -> Iterator[Said]:
    """What a row of each table is and what stands in each column, wherever the table is declared."""
    for table in catalogue():
        yield table["sentence"]
        for column in table["columns"]:
            yield column["sentence"]


def _settings() -> Iterator[Said]:
    """What each setting of the service means."""
    for field in Settings.model_fields.values():
        yield field.description or ""


def _system() -> Iterator[Said]:
    import errno

    for name in _SYSTEM:
        reason = os.strerror(getattr(errno, name))
        yield reason[:1].lower() + reason[1:]


def extracted() -> Catalog:
    """All messages, each once, with the files that say them."""
    catalog = Catalog(project="PCAP Analyzer", charset="utf-8", header_comment="# Messages of PCAP Analyzer.")
    for path in sorted(SOURCE.rglob("*.py")):
        place = str(path.relative_to(ROOT))
        for message in _module(path).messages():
            catalog.add(message, locations=[(place, 0)])
    for path in sorted((SOURCE / "render" / "static" / "js").glob("*.js")):
        for match in _SCRIPT.finditer(path.read_text("utf-8")):
            catalog.add(match[1], locations=[(str(path.relative_to(ROOT)), 0)])
    sources = {
        "findings": _findings,
        "commands": _commands,
        "click": _click,
        "core": _oddities,
        "tables": _tables,
        "settings": _settings,
        "system": _system,
    }
    for name, source in sources.items():
        for message in source():
            catalog.add(message, auto_comments=[name])
    return catalog


def fields(text: str) -> set[str]:
    """The names that a sentence puts values in for, in either way of Python."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}
    except ValueError:
        return set()


def problems(catalog: Catalog, template: Catalog) -> Iterator[str]:
    """What is wrong with the translations of a catalogue."""
    for message in template:
        if not message.id:
            continue
        theirs = catalog.get(message.id)
        if theirs is None:
            yield f"not in the catalogue: {message.id!r}"
            continue
        yield from _problems(theirs)
    for message in catalog:
        if message.id and message.id not in template:
            yield f"said no more: {message.id!r}"


def _problems(message: Message) -> Iterator[str]:
    one = str(message.id if isinstance(message.id, str) else message.id[0])
    texts = [str(text) for text in (message.string if isinstance(message.string, list | tuple) else (message.string,))]
    for text in texts:
        if not text:
            yield f"no translation: {one!r}"
        elif isinstance(message.id, str) and fields(text) != fields(one):
            yield f"other values: {one!r}: {sorted(fields(text) ^ fields(one))}"
        elif re.search(r"[^ ] [;:!?»%](?:\s|$)|« ", text):
            yield f"a space that may break: {text!r}"


def _place(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(language: str) -> Catalog:
    """The catalogue as it is."""
    path = _place(language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def compiled(catalog: Catalog) -> bytes:
    """What gettext reads: the same for the same catalogue, whenever it is made."""
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    target = io.BytesIO()
    write_mo(target, catalog)
    return target.getvalue()


def updated(language: str, template: Catalog) -> Catalog:
    """The catalogue with the messages of today, in order of their text, and none of yesterday's."""
    before = read(language)
    catalog = Catalog(
        locale=language,
        project="PCAP Analyzer",
        charset="utf-8",
        header_comment=template.header_comment,
        fuzzy=False,
    )
    for message in template:
        if message.id:
            known = before.get(message.id)
            # A word that is counted now has a plural to translate as well.
            told = known.string if known and known.pluralizable == message.pluralizable else None
            catalog.add(message.id, told, message.locations, (), message.auto_comments)
    return catalog


def written(catalog: Catalog) -> bytes:
    """The catalogue as text."""
    target = io.BytesIO()
    write_po(target, catalog, width=120, sort_output=True, include_lineno=False, omit_header=False)
    return re.sub(
        rb'^"(POT-Creation-Date|PO-Revision-Date|Generated-By|Report-Msgid-Bugs-To|Last-Translator|Language-Team|Project-Id-Version):[^\n]*\n',
        b"",
        target.getvalue(),
        flags=re.M,
    )


def main() -> int:
    template = extracted()
    missing = 0
    for language in LANGUAGES[1:]:
        if "--check" not in sys.argv:
            catalog = updated(language, template)
            path = _place(language)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(written(catalog))
            path.with_suffix(".mo").write_bytes(compiled(read(language)))
        for problem in problems(read(language), template):
            print(f"{language}: {problem}")
            missing += 1
    print(f"{sum(1 for message in template if message.id)} messages, {missing} problems")
    return int(missing > 0)


if __name__ == "__main__":
    sys.exit(main())
