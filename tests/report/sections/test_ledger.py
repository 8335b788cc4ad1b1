"""Where the time went."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pcap_analyzer.analysis import analyze
from pcap_analyzer.report.build import build
from pcap_analyzer.report.drawings import Sides
from pcap_analyzer.report.model import Fact, Facts, Paragraph, Part, Section, Side, Whole
from pcap_analyzer.report.page import build as build_page
from pcap_analyzer.report.sections import ledger
from pcap_analyzer.tables import Tables


def part(stream: int, category: str, side: str, milliseconds: int) -> dict[str, object]:
    return {"stream": stream, "category": category, "side": side, "duration_ns": milliseconds * 1_000_000}


def told(tables: Tables, connections: int = 2) -> tuple[dict[str, Any], Section | None]:
    read = ledger.read(tables)
    return read["ledger"], ledger.show(read | {"flows_sums": {"tcp_flows": connections}})


def test_parts_are_added_up_over_all_streams(tables: Callable[..., Tables]) -> None:
    rows = [
        part(0, "think", "server", 500),
        part(0, "idle", "server", 1000),
        part(1, "think", "server", 250),
        part(1, "loss_rto", "network", 250),
    ]
    read, section = told(tables(tcp_ledger=rows))
    assert (read["duration_ns"], read["rest_ns"]) == (2_000_000_000, 1_000_000_000)
    assert [(row["category"], row["share"], row["connections"]) for row in read["parts"]] == [
        ("idle", 0.5, 1),
        ("think", 0.375, 2),
        ("loss_rto", 0.125, 1),
    ]
    assert section
    summary, whole, rest = section.blocks
    assert summary == Paragraph("2 TCP connections lasted 2.00 s, added up; 1.00 s of that was waited for.")
    assert isinstance(whole, Whole)
    assert whole.of == "Of 1.00 s"
    assert whole.parts == (
        Part("Think time", Side.SERVER, 750_000_000),
        Part("Loss recovery, timeout", Side.NETWORK, 250_000_000),
    )
    assert isinstance(rest, Facts)
    assert (rest.items[0].label, rest.items[0].text) == ("Not waited for", "1.00 s, idle.")


def test_rests_are_told_apart(tables: Callable[..., Tables]) -> None:
    rows = [
        part(0, "think", "client", 5000),
        part(0, "idle", "client", 300),
        part(0, "idle", "none", 700),
        part(0, "teardown", "none", 1),
    ]
    _, section = told(tables(tcp_ledger=rows), connections=1)
    assert section
    summary, rest = section.blocks
    assert summary == Paragraph("1 TCP connection lasted 6.00 s; nothing of that was waited for.")
    assert isinstance(rest, Facts)
    assert rest.items[0].text == "6.00 s: client's think time 5.00 s, idle 1.00 s, closing 1.00 ms."


def test_small_parts_are_one(tables: Callable[..., Tables]) -> None:
    names = ("tls", "queue", "pmtu", "handshake", "bandwidth", "loss_rto", "loss_tlp", "loss_fast", "network_rtt")
    rows = [part(0, name, "network", 100 - number) for number, name in enumerate((*names, "handshake_loss"))]
    _, section = told(tables(tcp_ledger=rows))
    assert section
    assert isinstance(section.blocks[1], Whole)
    assert len(section.blocks[1].parts) == 10
    _, section = told(tables(tcp_ledger=[*rows, part(0, "slow_start", "none", 1)]))
    assert section
    assert isinstance(section.blocks[1], Whole)
    assert section.blocks[1].parts[-1] == Part("2 smaller parts", Side.NONE, 92_000_000, rest=True)
    assert section.blocks[0] == Paragraph("2 TCP connections lasted 956 ms, added up; all of that was waited for.")


def test_lives_of_centuries_do_not_overflow(tables: Callable[..., Tables]) -> None:
    rows = [part(stream, "idle", "none", 9_000_000_000_000) for stream in range(3)]
    read, _ = told(tables(tcp_ledger=rows))
    assert read["parts"][0]["duration_ns"] == 2**63 - 1


def test_connections_without_duration(tables: Callable[..., Tables]) -> None:
    read, section = told(tables(), connections=1)
    assert read == {"duration_ns": 0, "rest_ns": 0, "parts": [], "outside": []}
    assert section
    assert section.blocks == (Paragraph("1 TCP connection took no time: all packets of each have one time."),)


def test_without_tcp_nothing_is_said(tables: Callable[..., Tables]) -> None:
    assert told(tables(), connections=0)[1] is None


def test_waits_outside_of_tcp_are_told_with_those_of_connections(captures: Path) -> None:
    with analyze(captures / "dns_slow.pcap") as analysis:
        report = build(analysis)
        page = build_page(report, analysis)
    (wait,) = report.data["ledger"]["outside"]
    (finding,) = report.data["findings"]
    assert (wait["cause"], wait["side"], wait["duration_ns"] / 1e9) == ("dns_slow", "server", finding["cost_s"])
    (section,) = (section for section in report.sections if section.name == "ledger")
    assert section.blocks == (Facts((Fact("Outside of TCP", "3.05 s: dns_slow (server) 3.05 s."),)),)
    (sides,) = (block for section in page.sections for block in section.blocks if isinstance(block, Sides))
    assert dict(sides.amounts) == {Side.NETWORK: 0, Side.SERVER: wait["duration_ns"], Side.CLIENT: 0}
