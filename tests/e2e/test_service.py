"""The service in a browser: from the upload to the end of a report, in both languages, without a word on the console."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect
from running import Service

pytestmark = pytest.mark.e2e

CAPTURES = Path(__file__).parents[1] / "captures"
WORDS = {
    "en": ("Why is it slow?", "Delete", "No task matches.", "Expired"),
    "fr": ("Pourquoi est-ce lent", "Supprimer", "Aucune tâche ne correspond.", "Expirée"),
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    service = Service(tmp_path_factory.mktemp("service"), max_upload_size_mb=1)
    service.wait_for_workers()
    yield service
    service.stop()


@pytest.fixture
def visit(browser: Browser, service: Service) -> Iterator[Callable[..., Page]]:
    """Opens a page of the service; what the console says fails the test at its end."""
    contexts, complaints = [], []

    def open_(
        path: str = "/", language: str = "en", width: int = 1440, theme: Literal["light", "dark"] = "light"
    ) -> Page:
        context = browser.new_context(
            locale=language, viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce"
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(service.url + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_from_the_upload_to_the_end_of_a_report(visit: Callable[..., Page], service: Service, language: str) -> None:
    title, delete, nothing, expired = WORDS[language]
    page = visit(language=language)
    expect(page.locator("h1")).to_contain_text(title)
    assert page.locator("html").get_attribute("lang") == language
    page.set_input_files("#file", CAPTURES / "server_think.pcap")
    page.wait_for_url("**/report/*")
    expect(page.locator("h1")).to_be_visible()
    page.goto(service.url)
    row = page.locator("#history tr", has_text="server_think.pcap").first
    expect(row).to_contain_text("10.236.2.213:6379")
    page.fill("#find", "nosuchname")
    expect(page.locator("#history")).to_contain_text(nothing)
    page.fill("#find", "")
    page.once("dialog", lambda dialog: dialog.accept())
    row.get_by_role("button", name=delete).click()
    expect(row).to_contain_text(expired)


def test_what_is_no_capture_or_too_large_is_refused_in_words(visit: Callable[..., Page], tmp_path: Path) -> None:
    page = visit()
    page.wait_for_selector("#history > *")
    large = tmp_path / "large.pcap"
    large.write_bytes(bytes(2_000_000))
    page.set_input_files("#file", large)
    expect(page.locator("#refused")).to_contain_text("2 MB is more than the 1 MB")


def test_hostile_names_are_shown_as_they_are(visit: Callable[..., Page], service: Service) -> None:
    name = "<img src=x onerror=alert(1)>.pcap"
    service.wait(service.upload(CAPTURES / "server_think.pcap", name).json()["task_id"])
    page = visit()
    expect(page.locator("#history")).to_contain_text(name)
    assert page.locator("#history img").count() == 0


def test_the_address_of_a_task_leads_to_its_report(visit: Callable[..., Page], service: Service) -> None:
    task_id = service.upload(CAPTURES / "server_think.pcap").json()["task_id"]
    service.wait(task_id)
    page = visit(f"/tasks/{task_id}")
    page.wait_for_url(f"**/report/{task_id}")


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (1440, "dark"), (390, "light")])
def test_nothing_scrolls_sideways(visit: Callable[..., Page], service: Service, width: int, theme: str) -> None:
    page = visit(width=width, theme=theme)
    page.wait_for_selector("#history > *")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_api_is_documented_without_the_network(visit: Callable[..., Page]) -> None:
    page = visit("/docs")
    expect(page.locator("h3", has_text="POST /upload").first).to_be_visible()
