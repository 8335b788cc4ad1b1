"""From a report to a page: what is drawn, and that it is what the tables say."""

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pcap_analyzer.analysis import analyze
from pcap_analyzer.report.build import build
from pcap_analyzer.report.drawings import (
    Bars,
    Chapter,
    Exhibit,
    Ladder,
    Listing,
    Page,
    PageBlock,
    Panels,
    Role,
    Sequence,
    Sides,
    Span,
)
from pcap_analyzer.report.model import Side
from pcap_analyzer.report.page import build as build_page
from pcap_analyzer.selection import Selection


def page_of(path: Path) -> Page:
    with analyze(path) as analysis:
        return build_page(build(analysis), analysis)


def row_of(path: Path, query: str) -> dict[str, Any]:
    with analyze(path) as analysis:
        return analysis.tables.row(query)


def blocks_of(page: Page) -> Iterator[PageBlock]:
    for section in page.sections:
        for block in section.blocks:
            yield block
            if isinstance(block, Chapter):
                yield from block.blocks


def test_the_sections_stand_in_the_order_in_which_people_read(captures: Path) -> None:
    page = page_of(captures / "loss_few_packets.pcapng")
    names = [section.name for section in page.sections]
    assert names[:6] == ["verdict", "findings", "ledger", "time", "connections", "details"]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", ["loss_few_packets.pcapng", "zero_window_slow_reader.pcap", "server_think.pcap"])
def test_every_segment_with_data_is_in_the_graph(captures: Path, name: str) -> None:
    page = page_of(captures / name)
    with analyze(captures / name, on_demand=["tcp_segments"]) as analysis:
        for chapter in (block for block in blocks_of(page) if isinstance(block, Chapter)):
            (graph,) = (block for block in chapter.blocks if isinstance(block, Sequence))
            (row,) = analysis.rows(
                """
                SELECT count(*) AS segments, count(*) FILTER (starts_with(class, 'retransmission')) AS again
                FROM tcp_segments
                WHERE stream = $stream AND direction = $sender AND (payload_bytes > 0 OR flags & 3 <> 0)
                """,
                stream=int(chapter.name.removeprefix("stream-")),
                sender=graph.sender.value,
            )
            assert sum(mark.count for mark in graph.marks) == row["segments"]
            roles = [graph.kinds[mark.kind].role for mark in graph.marks]
            repeats = (Role.FAST, Role.TIMEOUT, Role.PROBE, Role.NEEDLESS)
            assert sum(role in repeats for role in roles) == row["again"]


def test_an_ack_never_passes_what_was_sent(captures: Path) -> None:
    page = page_of(captures / "loss_few_packets.pcapng")
    graph = next(block for block in blocks_of(page) if isinstance(block, Sequence))
    highest = 0
    marks = list(graph.marks)
    for at, ack in graph.acks:
        while marks and marks[0].start_ns <= at:
            highest = max(highest, marks.pop(0).high)
        assert ack <= highest
    assert graph.sacks
    assert all(low < high for _, low, high in graph.sacks)


def test_pieces_of_a_bar_add_up(captures: Path) -> None:
    page = page_of(captures / "loss_few_packets.pcapng")
    bars = next(block for block in blocks_of(page) if isinstance(block, Bars))
    row = row_of(
        captures / "loss_few_packets.pcapng",
        """
        SELECT CAST(sum(duration_ns) AS BIGINT) AS waited FROM tcp_ledger
        WHERE category NOT IN ('idle', 'teardown') AND NOT (category = 'think' AND side = 'client')
        """,
    )
    assert sum(piece.amount for piece in bars.whole.pieces) == row["waited"]


def test_a_finding_has_frames_around_its_evidence(captures: Path) -> None:
    page = page_of(captures / "reset_server.pcap")
    exhibits = [block for block in blocks_of(page) if isinstance(block, Exhibit)]
    assert exhibits
    ladder = exhibits[0].ladder
    assert isinstance(ladder, Ladder)
    cited = [step.frame for step in ladder.steps if step.cited]
    assert cited
    assert set(cited) <= set(exhibits[0].finding.frames)


def test_a_syn_that_nobody_answered_is_in_its_ladder(captures: Path) -> None:
    page = page_of(captures / "syn_loss.pcapng")
    ladders = [block.ladder for block in blocks_of(page) if isinstance(block, Exhibit) and block.ladder]
    assert any(step.text == "SYN" and step.sender is Side.CLIENT for ladder in ladders for step in ladder.steps)


def test_a_late_answer_stands_in_the_ladder_of_its_finding(captures: Path) -> None:
    page = page_of(captures / "server_think.pcap")
    exhibit = next(block for block in blocks_of(page) if isinstance(block, Exhibit))
    assert isinstance(exhibit.ladder, Ladder)
    assert any(step.cited and step.sender is Side.SERVER for step in exhibit.ladder.steps)


def test_connections_are_listed_with_their_life(captures: Path) -> None:
    page = page_of(captures / "healthy_dns_web.pcap")
    listing = next(block for block in blocks_of(page) if isinstance(block, Listing))
    row = row_of(captures / "healthy_dns_web.pcap", "SELECT count(*) AS flows FROM flows")
    assert len(listing.rows) == row["flows"]
    for cells in listing.rows:
        (span,) = (cell for cell in cells if isinstance(cell, Span))
        assert 0 <= span.start_ns <= span.end_ns <= listing.length_ns


def test_who_costs_the_time_is_told_for_each_side(captures: Path) -> None:
    page = page_of(captures / "server_think.pcap")
    sides = next(block for block in blocks_of(page) if isinstance(block, Sides))
    amounts = dict(sides.amounts)
    assert list(amounts) == [Side.NETWORK, Side.SERVER, Side.CLIENT]
    assert max(amounts, key=lambda side: amounts[side]) is Side.SERVER


def test_a_panel_covers_the_capture(captures: Path) -> None:
    page = page_of(captures / "loss_few_packets.pcapng")
    panels = next(block for block in blocks_of(page) if isinstance(block, Panels))
    assert [panel.title for panel in panels.panels] == [
        "Throughput",
        "Round-trip time",
        "Sent again",
        "Connections waiting",
    ]
    for panel in panels.panels:
        for line in panel.lines:
            times = [at for at, _ in line.points]
            assert times == sorted(set(times))
            # The spans of the ledger are counted from the first segment of TCP, the others from the first frame.
            assert times == [] or -panel.width_ns < times[0] <= times[-1] < panels.end_ns


def test_what_cannot_be_read_twice_has_no_graphs_and_says_so(captures: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    content = (captures / "loss_few_packets.pcapng").read_bytes()
    writer = threading.Thread(target=lambda: pipe.write_bytes(content))
    writer.start()
    with analyze(pipe) as analysis:
        page = build_page(build(analysis), analysis)
    writer.join()
    assert "details" not in [section.name for section in page.sections]
    said = [block.text for block in blocks_of(page) if hasattr(block, "text")]
    assert any("second reading" in text for text in said)


def test_a_selection_holds_for_the_second_reading_too(captures: Path) -> None:
    path = captures / "loss_few_packets.pcapng"
    with analyze(path, selection=Selection(filter="tcp")) as analysis:
        page = build_page(build(analysis), analysis)
    assert any(isinstance(block, Chapter) for block in blocks_of(page))


def test_an_empty_capture_becomes_a_page(write_pcap: Callable[..., Path]) -> None:
    page = page_of(write_pcap())
    assert page.sections[0].name == "verdict"
    assert not [block for block in blocks_of(page) if isinstance(block, Chapter)]
