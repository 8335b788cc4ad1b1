"""Pages in Debian's Chromium, offline and from disk, and all that must stay silent meanwhile."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pages
import pytest
from playwright.sync_api import Browser, Dialog, Page, sync_playwright

from pcap_analyzer.analysis import analyze
from pcap_analyzer.render import html
from pcap_analyzer.report.build import build
from pcap_analyzer.report.page import build as build_page

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache" / "e2e"
Theme = Literal["light", "dark"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    path = shutil.which("chromium")
    assert path, "no chromium: make test-e2e installs it"
    with sync_playwright() as playwright:
        # Chromium's sandbox refuses root, as which CI runs.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The page of a recorded capture; of one made by hand, `made`; and of the same with names that try everything."""
    folder = tmp_path_factory.mktemp("pages")

    @cache
    def write(name: str) -> Path:
        path = folder / f"{name}.html"
        path.write_text(_document(name), encoding="utf-8")
        return path

    return write


def _document(name: str) -> str:
    match name:
        case "made":
            return html.document(pages.page())
        case "hostile":
            return html.document(pages.page(pages.HOSTILE))
        case "many":
            return html.document(pages.page(rows=1000))
        case _:
            return _of_capture(ROOT / "tests" / "captures" / name)


def _of_capture(path: Path) -> str:
    with analyze(path) as analysis:
        return html.document(build_page(build(analysis), analysis))


@dataclass
class Opened:
    """A page that was opened, with all that it should not have done."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def open(self, url: str, fragment: str) -> None:
        """Goes to a page on disk and notes whatever it says or asks for."""
        self.page.on("console", lambda message: self.complaints.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("dialog", self._dismiss)
        self.page.on("request", lambda request: self._judge(request.url, url))
        self.page.goto(url + fragment)

    def _dismiss(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _judge(self, asked: str, own: str) -> None:
        if asked.partition("#")[0] != own:
            self.complaints.append(f"request: {asked[:200]}")

    def walk(self) -> None:
        """Opens what is folded and scrolls through, so that everything is drawn."""
        # Findings open one at a time, so their common name goes.
        self.page.evaluate(
            "document.querySelectorAll('main details').forEach((d) => { d.removeAttribute('name'); d.open = true; })"
        )
        for top in range(0, self.height(), 600):
            self.page.evaluate(f"window.scrollTo(0, {top})")
            self.page.wait_for_timeout(30)
        self.page.evaluate("window.scrollTo(0, 0)")

    def height(self) -> int:
        """How long the page is."""
        return int(self.page.evaluate("document.documentElement.scrollHeight"))


@pytest.fixture
def open_page(browser: Browser, page_file: Callable[[str], Path]) -> Iterator[Callable[..., Opened]]:
    """Opens a page offline; a word on the console, an error or a request fails the test at its end."""
    contexts = []
    opened = []

    def open_(name: str, width: int = 1440, theme: Theme = "light", fragment: str = "", **options: Any) -> Opened:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            offline=True,
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(5000)
        contexts.append(context)
        one = Opened(context.new_page())
        opened.append(one)
        one.open(page_file(name).as_uri(), fragment)
        return one

    yield open_
    complaints = [complaint for one in opened for complaint in one.complaints]
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    return (CACHE / "package" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where pictures are left to be looked at."""
    folder = CACHE / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
