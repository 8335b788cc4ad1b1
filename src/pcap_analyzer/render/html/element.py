"""Elements of a page. Text becomes harmless on its way into one; only what is made here is taken as markup."""

import json
from collections.abc import Iterable
from html import escape

from pcap_analyzer.text import visible

# No sentence of a report is longer; a name from a packet was cut long before.
_LONGEST = 4000
_EMPTY = frozenset({"br", "hr", "input", "meta"})
_SHAPES = frozenset({"circle", "line", "path", "rect", "use"})
# What ends a script element or a line of a script inside a text of JSON.
_UNSAFE = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


class Html(str):
    """Markup that is safe as it stands. Anything done to it other than putting it into an element makes it plain text."""

    __slots__ = ()


Child = Html | str | None | Iterable["Child"]
Attribute = str | float | bool | None


def tag(name: str, /, *children: Child, **attributes: Attribute) -> Html:
    """An element. `class_` is class, `aria_label` aria-label; True is an attribute alone, None and False none."""
    told = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _EMPTY:
        return Html(f"<{name}{told}>")
    if name in _SHAPES and not children:
        return Html(f"<{name}{told}/>")
    return Html(f"<{name}{told}>{''.join(map(_child, children))}</{name}>")


def join(*children: Child) -> Html:
    """Elements one after the other."""
    return Html("".join(map(_child, children)))


def island(value: object) -> Html:
    """Data for the script of the page, in a form that cannot end its element."""
    text = json.dumps(_shown(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).translate(_UNSAFE)
    return Html(f'<script type="application/json">{text}</script>')


def _shown(value: object) -> object:
    """`value` with every text in it as it may be shown."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {key: _shown(inner) for key, inner in value.items()}
    if isinstance(value, list) and not all(type(inner) is int for inner in value):
        return [_shown(inner) for inner in value]
    return value


def _child(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return child
    if isinstance(child, str):
        return escape(visible(child, _LONGEST), quote=False)
    return "".join(map(_child, child))


def _attribute(key: str, value: Attribute) -> str:
    name = key.rstrip("_").replace("_", "-")
    # A name in mixed case is one of SVG.
    if value is None or value is False:
        return ""
    if value is True:
        return f" {name}"
    return f' {name}="{escape(visible(str(value), _LONGEST))}"'
