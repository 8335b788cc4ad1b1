"""The page as text: what it may refer to, what it allows itself, and what a hostile name can do, which is nothing."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pages
import pytest

from pcap_analyzer.analysis import analyze
from pcap_analyzer.render import html
from pcap_analyzer.render.html import assets
from pcap_analyzer.render.html.element import Html, island, join, tag
from pcap_analyzer.report.build import build
from pcap_analyzer.report.page import build as build_page

STATIC = Path(html.__file__).parent.parent / "static"


class Reader(HTMLParser):
    """Elements with their attributes, in order, and what scripts and styles hold."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] in ("script", "style") and data.strip():
            self.raw.append((self.elements[-1][0], data))


@pytest.fixture(scope="module")
def friendly() -> str:
    return html.document(pages.page())


@pytest.fixture(scope="module")
def hostile() -> str:
    return html.document(pages.page(pages.HOSTILE))


@pytest.fixture(scope="module", params=["friendly", "hostile"])
def document(request: pytest.FixtureRequest) -> str:
    text: str = request.getfixturevalue(request.param)
    return text


def test_it_refers_to_nothing_but_itself(document: str) -> None:
    for name, attributes in Reader(document).elements:
        for key, value in attributes.items():
            assert key not in ("src", "srcset", "action", "data", "poster"), (name, key)
            if key == "href":
                assert value
                assert value.startswith("#"), (name, value)
    assert set(re.findall(r"url\(([^)]*)\)", assets.style())) == {"#hatch", "#dots"}


def test_every_link_has_its_place(friendly: str) -> None:
    elements = Reader(friendly).elements
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in elements:
        for key in ("href", "aria-labelledby"):
            if key in attributes:
                assert (attributes[key] or "").lstrip("#") in ids


def test_the_policy_names_exactly_what_is_there(document: str) -> None:
    reader = Reader(document)
    (policy,) = (
        a["content"] for n, a in reader.elements if n == "meta" and a.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy == html.policy()
    (style,) = (text for kind, text in reader.raw if kind == "style")
    script = next(text for kind, text in reversed(reader.raw) if kind == "script")
    for directive, text in (("style-src", style), ("script-src", script)):
        digest = b64encode(sha256(text.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in (policy or "")
    assert "default-src 'none'" in (policy or "")
    assert "unsafe" not in (policy or "")


def test_it_has_no_handler_and_no_style_in_an_attribute(document: str) -> None:
    for name, attributes in Reader(document).elements:
        assert not [key for key in attributes if key.startswith("on") or key == "style"], name


def test_a_hostile_name_makes_no_element(friendly: str, hostile: str) -> None:
    assert [name for name, _ in Reader(hostile).elements] == [name for name, _ in Reader(friendly).elements]


def test_a_hostile_name_is_shown_as_it_is_and_drives_nothing(hostile: str) -> None:
    assert "&lt;img src=x onerror=alert(1)&gt;" in hostile
    assert "\\u202e\\x1b[31m" in hostile
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029]", hostile)


def test_data_is_json_and_ends_nowhere_early(document: str) -> None:
    islands = re.findall(r'<script type="application/json">(.*?)</script>', document, re.DOTALL)
    assert len(islands) == sum(
        name == "script" and "type" in attributes for name, attributes in Reader(document).elements
    )
    assert len(islands) >= 4
    for text in islands:
        assert "<" not in text
        json.loads(text)


def test_every_section_has_a_heading_and_a_place_in_the_list(friendly: str) -> None:
    page = pages.page()
    for section in page.sections:
        assert f'<section id="{section.name}"' in friendly or f' id="{section.name}"' in friendly
        assert f'href="#{section.name}"' in friendly
    assert friendly.count("<h1") == 1


def test_names_are_not_translated(friendly: str) -> None:
    assert '<b translate="no">192.0.2.1:443</b>' in friendly
    assert re.search(r'<code translate="no">tcp\.stream in', friendly)


def test_style_and_script_stay_within_their_budget() -> None:
    assert len(assets.style()) < 40_000
    assert len(assets.script()) < 120_000


def test_a_module_imports_what_stands_before_it() -> None:
    seen: set[str] = set()
    for name in assets._MODULES:
        text = (STATIC / "js" / f"{name}.js").read_text()
        for names, module in re.findall(r'^import \{ (.*) \} from "\./(\w+)\.js";$', text, re.MULTILINE):
            assert module in seen, (name, module)
            source = (STATIC / "js" / f"{module}.js").read_text()
            for imported in names.split(", "):
                assert re.search(rf"^export const {imported}\b", source, re.MULTILINE), (name, imported)
        assert len(re.findall(r"^import ", text, re.MULTILINE)) == len(
            re.findall(r'^import \{ .* \} from "\./\w+\.js";$', text, re.MULTILINE)
        )
        seen.add(name)
    assert seen == {path.stem for path in (STATIC / "js").glob("*.js")}


def test_the_bundle_holds_no_module_syntax() -> None:
    own = assets.script().partition('"use strict";\n(')[2] or assets.script()
    assert not re.search(r"^(import|export) ", own, re.MULTILINE)


def test_the_licence_of_the_library_is_told() -> None:
    assert "MIT" in assets.script()[:80]
    assert "Leon Sorokin" in (STATIC / "vendor" / "uPlot.LICENSE").read_text()


@pytest.mark.parametrize("name", ["loss_few_packets.pcapng", "healthy_dns_web.pcap", "healthy_one_way_capture.pcap"])
def test_a_capture_becomes_a_page(captures: Path, name: str) -> None:
    with analyze(captures / name) as analysis:
        page = build_page(build(analysis), analysis)
        text = html.document(page)
    for section in page.sections:
        assert f' id="{section.name}"' in text
    assert name in text
    assert text == html.document(page)


def test_plain_text_is_escaped_and_markup_is_not() -> None:
    assert tag("b", "<i>", tag("i", "&")) == "<b>&lt;i&gt;<i>&amp;</i></b>"
    assert tag("a", title='"<') == '<a title="&quot;&lt;"></a>'
    assert tag("input", hidden=True, value=None, checked=False) == "<input hidden>"
    assert tag("rect", x=1) == '<rect x="1"/>'
    assert tag("p", class_="a", aria_label="b") == '<p class="a" aria-label="b"></p>'
    # Markup that was put together as text is text.
    assert tag("b", Html("<i>") + "</i>") == "<b>&lt;i&gt;&lt;/i&gt;</b>"
    assert join(None, ["a", [Html("<br>")]]) == "a<br>"


def test_an_island_cannot_be_left() -> None:
    text = island(["</script>", {"a": ["<!--"]}, "&"])
    assert text.count("<") == 2
    assert json.loads(text.partition(">")[2].rpartition("<")[0]) == ["</script>", {"a": ["<!--"]}, "&"]


def test_text_in_an_island_drives_nothing() -> None:
    assert json.loads(island(["\u202e\x1b\u2028", 1, None]).partition(">")[2].rpartition("<")[0]) == [
        "\\u202e\\x1b\\u2028",
        1,
        None,
    ]
