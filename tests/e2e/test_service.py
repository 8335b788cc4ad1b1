"""The service in a browser: from the upload to the end of a report, in both languages, without a word on the console."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect
from running import Service, SlowUpload, long_capture, wait_for

from pcap_analyzer.analysis import analyze

pytestmark = pytest.mark.e2e

CAPTURES = Path(__file__).parents[1] / "captures"
# What Chromium says of every answer 400, here to wrong SQL.
_REFUSED = "the server responded with a status of 400"
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
        path: str = "/",
        language: str = "en",
        width: int = 1440,
        theme: Literal["light", "dark"] = "light",
        at: str = "",
        refused: bool = False,
    ) -> Page:
        context = browser.new_context(
            locale=language, viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce"
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console", lambda message: None if refused and _REFUSED in message.text else complaints.append(message.text)
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto((at or service.url) + path)
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
    page.wait_for_url("**/explore/*")
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
    task_id = service.upload(CAPTURES / "server_think.pcap", name).json()["task_id"]
    service.wait(task_id)
    page = visit()
    expect(page.locator("#history")).to_contain_text(name)
    for view in VIEWS:
        page = visit(f"/explore/{task_id}{view}")
        settled(page)
        expect(page.locator("#file")).to_have_text(name)
        assert page.locator("img[src=x]").count() == 0


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "This report was removed."), ("fr", "Ce rapport a été supprimé.")]
)
def test_a_report_that_is_gone_says_so(
    visit: Callable[..., Page], service: Service, language: str, sentence: str
) -> None:
    task_id = service.upload(CAPTURES / "server_think.pcap").json()["task_id"]
    service.wait(task_id)
    assert service.client.delete(f"/report/{task_id}").status_code == 204
    page = visit(f"/explore/{task_id}", language)
    expect(page.get_by_role("alert")).to_contain_text(sentence)
    page.locator("main a.btn").click()
    expect(page.locator("#drop")).to_be_visible()


def test_the_address_of_a_task_leads_to_its_report(visit: Callable[..., Page], service: Service) -> None:
    task_id = service.upload(CAPTURES / "server_think.pcap").json()["task_id"]
    service.wait(task_id)
    page = visit(f"/tasks/{task_id}")
    page.wait_for_url(f"**/explore/{task_id}")


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (1440, "dark"), (390, "light")])
def test_nothing_scrolls_sideways(visit: Callable[..., Page], service: Service, width: int, theme: str) -> None:
    page = visit(width=width, theme=theme)
    page.wait_for_selector("#history > *")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_api_is_documented_without_the_network(visit: Callable[..., Page]) -> None:
    page = visit("/docs")
    expect(page.locator("h3", has_text="POST /upload").first).to_be_visible()


VIEWS = ("", "/connections", "/connections/0", "/sql", "/share")
PAGES = ("/", "/settings", "/docs", "/login")


@pytest.fixture(scope="module")
def explored(service: Service) -> str:
    """A report with findings, whose segments and evidence are there."""
    task_id: str = service.upload(CAPTURES / "loss_few_packets.pcapng", "loss.pcapng").json()["task_id"]
    service.wait(task_id)
    wait_for(lambda: service.client.get(f"/flows/{task_id}/0/segments").status_code == 200)
    return task_id


def addresses(task_id: str) -> list[str]:
    return [*PAGES, *(f"/explore/{task_id}{view}" for view in VIEWS)]


def settled(page: Page) -> None:
    """Waits until a page has said what it has to say."""
    page.wait_for_load_state("networkidle")
    expect(page.locator("h1, h2").first).not_to_be_empty()


def test_a_report_is_read_and_its_packets_are_fetched(
    visit: Callable[..., Page], explored: str, tmp_path: Path
) -> None:
    page = visit(f"/explore/{explored}")
    settled(page)
    expect(page.locator("#verdict-title, h1").first).to_be_visible()
    link = page.locator("#finding-1 .evidence a")
    with page.expect_download() as download:
        link.click()
    path = tmp_path / "evidence.pcapng"
    download.value.save_as(path)
    with analyze(path) as analysis:
        assert analysis.tables.row("SELECT sum(packets) AS packets FROM captures")["packets"] > 0
    page.locator("#time").scroll_into_view_if_needed()
    expect(page.locator("#time canvas").first).to_be_visible()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_from_the_filter_to_a_drawn_connection(visit: Callable[..., Page], explored: str, language: str) -> None:
    page = visit(f"/explore/{explored}/connections", language)
    rows = page.locator("tbody tr")
    expect(rows.first).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("stream:0")
    expect(rows).to_have_count(1)
    page.wait_for_url("**search=stream*")
    rows.first.locator("a").click()
    page.wait_for_url("**/connections/0")
    expect(page.locator("[data-sequence] canvas").first).to_be_visible()
    expect(page.locator(".ladder").first).to_be_visible()
    page.goto(page.url.replace("/connections/0", "/connections") + "?search=nosuchhost")
    expect(page.locator("tbody")).to_be_empty()


def test_sql_is_asked_and_cancelled(visit: Callable[..., Page], explored: str) -> None:
    page = visit(f"/explore/{explored}/sql", refused=True)
    editor, error = page.locator("textarea"), page.locator(".error")
    editor.fill("SELECT '<img src=x onerror=alert(1)>' AS a, NULL AS b, 1 AS c")
    editor.press("Control+Enter")
    expect(page.locator("tbody tr td").first).to_have_text("<img src=x onerror=alert(1)>")
    assert page.locator("td img").count() == 0
    editor.fill("SELECT * FROM flow")
    page.get_by_role("button", name="Run").click()
    expect(error).to_contain_text("did you mean flows")
    editor.fill("SELECT max(hash(range)) FROM range(100000000000000)")
    page.get_by_role("button", name="Run").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled.")).to_be_visible()
    # What was asked is in the address.
    assert "query=SELECT" in page.url


def test_a_link_is_made_shown_and_revoked(visit: Callable[..., Page], explored: str) -> None:
    page = visit(f"/explore/{explored}/share")
    page.get_by_role("button", name="Make a link").click()
    link = page.locator("#link").inner_text()
    other = visit(link.removeprefix(page.url.partition("/explore")[0]))
    settled(other)
    assert "share=" in (other.locator("#tabs a", has_text="SQL").get_attribute("href") or "")
    assert other.locator("#tabs a", has_text="Share").count() == 0
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("No links.")).to_be_visible()


def test_what_is_found_so_far_is_shown(visit: Callable[..., Page], tmp_path: Path) -> None:
    service = Service(tmp_path / "data", preview_mb=0.1, slow_upload_mb_per_s=0)
    upload = None
    try:
        service.wait_for_workers()
        content = long_capture(CAPTURES / "server_think.pcap", 60)
        upload = SlowUpload(service, content)
        upload.send(100_000)

        def provisional() -> bool:
            upload.send(1_000)
            return bool(service.status(upload.task_id).get("provisional"))

        wait_for(provisional)
        page = visit(f"/tasks/{upload.task_id}", at=service.url)
        expect(page.locator(".sofar")).to_contain_text("So far, in the first")
        upload.send(10**9)
        page.wait_for_url("**/explore/*")
        settled(page)
    finally:
        if upload:
            upload.socket.close()
        service.stop()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_nothing_is_wrong_for_assistive_technology(
    visit: Callable[..., Page], explored: str, axe: str, language: str
) -> None:
    for address in addresses(explored):
        page = visit(address, language)
        settled(page)
        page.evaluate(axe)
        found = page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]
        serious = {
            each["id"]: [node["target"] for node in each["nodes"]][:3]
            for each in found
            if each["impact"] in ("serious", "critical")
        }
        assert serious == {}, address


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (1440, "dark"), (768, "light"), (390, "light")])
def test_every_page_fits(visit: Callable[..., Page], explored: str, pictures: Path, width: int, theme: str) -> None:
    for address in addresses(explored):
        page = visit(address, "fr" if width == 768 else "en", width, theme)
        settled(page)
        if address.endswith("/sql"):
            page.locator(".btn.primary").click()
            page.wait_for_selector("tbody tr")
        name = address.replace(explored, "").strip("/").replace("/", "-") or "upload"
        page.screenshot(path=pictures / f"service-{name}-{width}-{theme}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
