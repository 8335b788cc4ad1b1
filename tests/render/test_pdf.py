"""The report as PDF."""

import base64
import re
import zlib
from pathlib import Path

import pytest

from pcap_analyzer.analysis import analyze
from pcap_analyzer.i18n import speaking
from pcap_analyzer.report.build import build
from pcap_analyzer.report.model import Column, Fact, Facts, Finding, Report, Section, Severity, Side, Table

pdf = pytest.importorskip("pcap_analyzer.render.pdf")
CAPTURES = Path(__file__).parents[1] / "captures"


def shown(document: bytes) -> str:
    """The text of all pages."""
    text = []
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", document, re.DOTALL):
        raw = zlib.decompress(base64.a85decode(stream.strip().removesuffix(b"~>")))
        text += re.findall(rb"\(((?:[^()\\]|\\.)*)\) Tj", raw)
    joined = b" ".join(text)
    plain = re.sub(rb"\\(\d{3})", lambda match: bytes([int(match[1], 8)]), joined)
    return re.sub(r"\\([()\\])", r"\1", plain.decode("cp1252"))


@pytest.mark.parametrize("name", ["loss_few_packets.pcapng", "healthy_dns_web.pcap", "tls_slow.pcapng"])
def test_a_report_of_each_kind_becomes_pages_with_its_sentences(name: str) -> None:
    with analyze(CAPTURES / name) as analysis:
        report = build(analysis)
    document = pdf.document(report)
    assert document.startswith(b"%PDF-")
    words = " ".join(shown(document).split())
    assert report.data["verdict"]["summary"] in words
    for section in report.sections[1:]:
        assert section.title in words
    assert name in words


def test_the_same_report_gives_the_same_bytes() -> None:
    with analyze(CAPTURES / "loss_few_packets.pcapng") as analysis:
        report = build(analysis)
    assert pdf.document(report) == pdf.document(report)


def test_french_has_its_accents() -> None:
    with analyze(CAPTURES / "loss_few_packets.pcapng") as analysis, speaking("fr"):
        words = shown(pdf.document(build(analysis)))
    assert "Qualité" in words
    assert "Où" in words


HOSTILE = "<b>&nope; \u202e\x1b[31m (x) \\ 日本 " + "long" * 900


def test_a_hostile_name_is_text_and_nothing_else() -> None:
    finding = Finding(
        id="x",
        title=HOSTILE,
        cause="x",
        side=Side.SERVER,
        severity=Severity.MAJOR,
        confidence=0.5,
        cost_ns=10**9,
        cost_share=1,
        explanation=HOSTILE,
        evidence=(Fact(HOSTILE, HOSTILE),),
        flows=(HOSTILE,),
        flows_total=3,
        frames=tuple(range(1, 90)),
        frames_total=900,
        display_filter=HOSTILE,
        next_checks=(HOSTILE,),
    )
    table = Table((Column(HOSTILE, rank=1), Column("b")), ((HOSTILE, HOSTILE),) * 60, HOSTILE)
    blocks = (finding, table, Facts((Fact(HOSTILE, HOSTILE),), HOSTILE))
    words = shown(pdf.document(Report(HOSTILE, {}, {}, (Section("x", HOSTILE, blocks),), HOSTILE)))
    assert "<b>&nope;" in words
    assert "\x1b" not in words
