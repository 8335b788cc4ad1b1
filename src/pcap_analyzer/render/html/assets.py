"""The style sheet and the script of a page, as one text each, and the policy that allows these two and nothing else."""

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

from pcap_analyzer.i18n import ENGLISH, active, digits, gap, translated

from .element import Html, island, tag

_STATIC = Path(__file__).parent.parent / "static"
# Each module after those it imports.
_MODULES = ("dom", "words", "units", "theme", "copy", "plot", "listing", "panels", "sequence", "main")
_IMPORT = re.compile(r'^import (\{.*\}) from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (const (\w+))", re.MULTILINE)
_JS_COMMENT = re.compile(r"^\s*(//.*|/\*\*.*\*/)\n", re.MULTILINE)
_JS_INDENT = re.compile(r"^\s+", re.MULTILINE)
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CSS_SPACE = re.compile(r"\s*([{};,])\s*|\s+")
_SAID = re.compile(r'\bsay\("((?:[^"\\]|\\.)+)"')
_LICENCE = "/* uPlot 1.6.32, MIT licence, (c) 2022 Leon Sorokin */\n"


@cache
def style() -> str:
    """All rules without comments and needless blanks."""
    sheets = [(_STATIC / "vendor" / "uPlot.min.css").read_text(encoding="utf-8")]
    sheets += [path.read_text(encoding="utf-8") for path in sorted((_STATIC / "css").glob("*.css"))]
    plain = _CSS_COMMENT.sub("", "".join(sheets))
    return _CSS_SPACE.sub(lambda match: match[1] or " ", plain).strip()


@cache
def script() -> str:
    """uPlot, then our modules in one script: from disk a browser loads no module."""
    library = (_STATIC / "vendor" / "uPlot.iife.min.js").read_text(encoding="utf-8")
    own = "".join(map(_module, _MODULES))
    return f'{_LICENCE}{library}\n(() => {{\n"use strict";\n{own}}})();\n'


@cache
def _said() -> tuple[str, ...]:
    """What the script says: messages for the catalogue."""
    return tuple(dict.fromkeys(_SAID.findall(script())))


def words() -> Html | None:
    """What the script says in the language of the page, and its marks of numbers. The script itself speaks English."""
    if active() == ENGLISH:
        return None
    written = digits(1234.5, ",.1f")
    data = {
        "words": {text: translated(text) for text in _said()},
        "marks": {"group": written[1], "point": written[-2], "gap": gap()},
    }
    return tag("div", island(data), id="words", hidden=True)


def _module(name: str) -> str:
    """A module as a scope of its own that gives what it exports."""
    text = (_STATIC / "js" / f"{name}.js").read_text(encoding="utf-8")
    exports = ", ".join(match[2] for match in _EXPORT.finditer(text))
    body = _EXPORT.sub(r"\1", _IMPORT.sub(r"const \1 = $\2;", text))
    plain = _JS_INDENT.sub("", _JS_COMMENT.sub("", body))
    return f"const ${name} = (() => {{\n{plain}return {{ {exports} }};\n}})();\n"


def policy() -> str:
    """The Content-Security-Policy, for the page itself and for whoever serves it."""
    return (
        f"default-src 'none'; script-src {_hash(script())}; style-src {_hash(style())}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
