"""The page in a browser: silent, offline, accessible, and doing what its controls say."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.e2e

CAPTURES = ("loss_few_packets.pcapng", "zero_window_slow_reader.pcap", "healthy_dns_web.pcap", "syn_loss.pcapng")
Open = Callable[..., Any]


@pytest.mark.parametrize("name", [*CAPTURES, "made", "hostile"])
def test_it_opens_offline_without_a_word_on_the_console(open_page: Open, name: str) -> None:
    opened = open_page(name)
    opened.walk()
    plots = opened.page.locator(".plot")
    assert plots.count() >= 1
    assert opened.page.locator(".plot canvas").count() == plots.count()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 768, 390])
@pytest.mark.parametrize("name", ["loss_few_packets.pcapng", "made"])
def test_it_fits_and_axe_finds_no_fault(
    open_page: Open, axe: str, pictures: Path, name: str, width: int, theme: str
) -> None:
    opened = open_page(name, width=width, theme=theme)
    opened.walk()
    opened.page.screenshot(path=pictures / f"{name}-{width}-{theme}.png", full_page=True)
    assert opened.page.evaluate("document.documentElement.scrollWidth") == width
    opened.page.evaluate(axe)
    found = opened.page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    serious = [
        (fault["id"], fault["impact"], [node["html"][:200] for node in fault["nodes"][:3]])
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]
    assert serious == []


@pytest.mark.parametrize("width", [1440, 390])
def test_a_hostile_name_becomes_no_element_and_breaks_no_page(open_page: Open, width: int) -> None:
    opened = open_page("hostile", width=width)
    opened.walk()
    assert opened.page.locator("img").count() == 0
    assert opened.page.locator("script:not([type])").count() == 1
    assert opened.page.evaluate("document.documentElement.scrollWidth") == width
    opened.page.locator("input[type=search]").fill("alert")
    assert opened.page.locator(".listing tbody tr").count() == 2
    assert opened.page.locator("img").count() == 0


def test_the_policy_refuses_what_is_not_its_own(open_page: Open) -> None:
    opened = open_page("made")
    opened.page.evaluate(
        """() => {
            const script = document.createElement('script');
            script.textContent = 'window.broken = true';
            document.body.append(script);
            document.body.setAttribute('style', 'display: none');
        }"""
    )
    assert opened.page.evaluate("window.broken") is None
    assert opened.page.locator("body").is_visible()
    assert len(opened.complaints) == 2
    assert all("Content Security Policy" in complaint for complaint in opened.complaints)
    opened.complaints.clear()


def test_rows_of_the_script_are_those_of_the_page(open_page: Open) -> None:
    page = open_page("many").page
    rows = page.locator(".listing tbody tr")
    before = rows.evaluate_all("rows => rows.map((row) => row.outerHTML)")
    search = page.locator("input[type=search]")
    search.fill("no such thing")
    assert rows.count() == 0
    search.fill("")
    after = rows.evaluate_all("rows => rows.map((row) => row.outerHTML)")
    assert len(before) == 25
    assert len(after) == 100
    assert [plain(row) for row in after[:25]] == [plain(row) for row in before]


def plain(row: str) -> str:
    """A row without empty attributes, which a parser and a script write differently."""
    return re.sub(r' class=""', "", row)


def test_numbers_are_written_as_the_program_writes_them(open_page: Open) -> None:
    page = open_page("many").page
    cells = "rows => rows.map((row) => [...row.cells].map((cell) => cell.textContent))"
    rows = page.locator(".listing tbody tr")
    first = {row[0]: row for row in rows.evaluate_all(cells)}
    page.get_by_role("button", name="Stream", exact=True).click(click_count=1)
    page.get_by_role("button", name="Stream", exact=True).click(click_count=1)
    again = {row[0]: row for row in rows.evaluate_all(cells)}
    assert len(first) == 25
    assert {stream: again[stream] for stream in first} == first


def test_columns_sort_both_ways(open_page: Open) -> None:
    page = open_page("made").page
    heading = page.get_by_role("columnheader", name="Sent again")
    counts = "rows => rows.map((row) => row.cells[7].textContent)"
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    assert page.locator(".listing tbody tr").evaluate_all(counts)[:3] == ["59", "58", "56"]
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    assert page.locator(".listing tbody tr").evaluate_all(counts)[:2] == ["–", "–"]


def test_more_rows_come_on_demand(open_page: Open) -> None:
    page = open_page("many").page
    page.get_by_role("button", name="Show more").click()
    assert page.locator(".listing tbody tr").count() == 600
    assert "600 of 1,000 connections shown" in page.locator("[data-count]").inner_text()


def test_findings_open_by_keyboard(open_page: Open) -> None:
    page = open_page("made").page
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    assert page.locator("#finding-2").get_attribute("open") is not None
    # One at a time: they share a name.
    assert page.locator("#finding-1").get_attribute("open") is None


def test_filters_and_frames_are_copied(open_page: Open) -> None:
    page = open_page("made", permissions=["clipboard-read", "clipboard-write"]).page
    page.get_by_role("button", name="Copy frames").first.click()
    assert page.evaluate("navigator.clipboard.readText()") == "frame.number in {5157..5159, 5167, 5252}"
    page.get_by_role("button", name="Copy filter").first.click()
    assert page.evaluate("navigator.clipboard.readText()").startswith("tcp.stream in {7,15} && ")
    assert page.locator("#status").inner_text() == "Copied"


def drawn(page: Any, selector: str) -> Any:
    """Scrolls to a drawing, and waits until it is there."""
    place = page.locator(selector)
    place.scroll_into_view_if_needed()
    place.locator("canvas").first.wait_for(timeout=5000)
    return place


def test_the_theme_can_be_chosen_and_is_remembered(open_page: Open) -> None:
    page = open_page("made").page
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.get_by_role("radio", name="Dark").check(force=True)
    dark = page.evaluate(background)
    assert dark != light
    page.reload()
    assert page.evaluate(background) == dark


def test_a_graph_is_read_and_moved_by_keyboard(open_page: Open) -> None:
    page = open_page("made", fragment="#stream-7").page
    graph = drawn(page, "[data-sequence]")
    plot = graph.locator(".plot:not(.overview)")
    readout = graph.locator(".readout span")
    assert readout.inner_text() == "All of files.example.net."
    plot.focus()
    page.keyboard.press("n")
    assert re.match(r"\+0\.900 s · frame 109 · seq 13,032 · len 1,448 · ", readout.inner_text())
    seen = plot.locator("canvas").evaluate("canvas => canvas.toDataURL()")
    page.keyboard.press("0")
    assert plot.locator("canvas").evaluate("canvas => canvas.toDataURL()") != seen
    page.get_by_role("button", name="Copy frame", exact=True).is_visible()


def test_a_legend_is_a_switch(open_page: Open) -> None:
    page = open_page("made", fragment="#stream-7").page
    canvas = drawn(page, "[data-sequence]").locator(".plot:not(.overview) canvas")
    before = canvas.evaluate("canvas => canvas.toDataURL()")
    page.locator("[data-sequence] label", has_text=re.compile("^ACK$")).click()
    page.wait_for_timeout(100)
    assert canvas.evaluate("canvas => canvas.toDataURL()") != before


def test_pointing_at_a_chart_tells_its_values(open_page: Open) -> None:
    page = open_page("made").page
    charts = drawn(page, "#time [data-panels]")
    charts.locator(".u-over").first.hover()
    assert re.match(r"\+\d+\.\d{3} s: Throughput To files", charts.locator(".readout").inner_text())
    page.locator("#clock-utc").check(force=True)
    charts.locator(".u-over").first.hover(position={"x": 40, "y": 20})
    assert re.match(r"22:13:\d\d\.\d{6} UTC: ", charts.locator(".readout").inner_text())


def test_a_chart_can_be_read_as_a_table(open_page: Open) -> None:
    page = open_page("made").page
    charts = drawn(page, "#time [data-panels]")
    charts.get_by_text("Show as table").click()
    table = charts.locator("table")
    table.locator("tbody tr").first.wait_for()
    assert table.locator("tbody tr").count() == 60
    assert "1.00 Mbit/s" in table.locator("tbody tr").first.inner_text()


def test_a_link_opens_what_is_folded_away(open_page: Open) -> None:
    page = open_page("made").page
    assert page.locator("#stream-7").get_attribute("open") is None
    page.locator(".listing a[href='#stream-7']").click()
    page.locator("#stream-7[open]").wait_for()


def test_it_can_be_read_without_the_script(open_page: Open) -> None:
    page = open_page("made", java_script_enabled=False).page
    assert (
        page.get_by_role("heading", level=1).inner_text()
        == "The network loses packets on the way to files.example.net."
    )
    page.locator("#finding-2 summary").click()
    assert page.locator("#finding-2 .fb").is_visible()
    page.get_by_role("radio", name="Dark").check(force=True)
    assert page.locator(".listing tbody tr").count() == 25


def test_on_paper_all_is_open_and_light(open_page: Open, pictures: Path) -> None:
    opened = open_page("made", theme="dark")
    opened.walk()
    (pictures / "made.pdf").write_bytes(opened.page.pdf(format="A4", print_background=True))
    opened.page.emulate_media(media="print")
    assert opened.page.locator("#finding-3 .fb").is_visible()
    assert not opened.page.locator(".seg").first.is_visible()
    assert opened.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
