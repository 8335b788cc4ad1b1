"""Every finding keeps to the contract."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import pcap_analyzer as pa
from pcap_analyzer.causes import CAUSES, HEALTHY, NOTES
from pcap_analyzer.findings._explain import explanation
from pcap_analyzer.findings._run import modules, yields_to
from pcap_analyzer.findings._thresholds import declared
from pcap_analyzer.render.json import document
from pcap_analyzer.report.build import build

NAMES = sorted(modules())
GOLDEN = (
    *("loss_few_packets.pcapng", "server_think.pcap", "tls_slow.pcapng", "healthy_one_way_capture.pcap"),
    *("syn_loss.pcapng", "reset_server.pcap", "zero_window_slow_reader.pcap", "delayed_ack_nagle.pcap"),
    *("mtu_pmtud_ok.pcap", "healthy_dns_web.pcap"),
)


@pytest.mark.parametrize("name", NAMES)
def test_it_explains_itself(name: str) -> None:
    words = explanation(name)
    assert words.title
    assert words.what
    assert words.why
    assert words.checks
    assert words.references


@pytest.mark.parametrize("name", NAMES)
def test_its_thresholds_have_unit_and_reason(name: str) -> None:
    for threshold, default in declared(modules()[name].find).values():
        assert threshold.unit
        assert len(threshold.why) > 10
        assert default >= 0
        assert not threshold.wait or threshold.unit in ("s", "ms")


@pytest.mark.parametrize("name", NAMES)
def test_its_causes_are_known(name: str) -> None:
    assert set(modules()[name].CAUSES) <= {*CAUSES, *NOTES}


@pytest.mark.parametrize("name", NAMES)
def test_it_yields_to_findings_that_exist(name: str) -> None:
    assert set(yields_to(modules()[name])) <= set(NAMES)


def test_every_cause_has_a_finding() -> None:
    named = {cause for module in modules().values() for cause in module.CAUSES}
    assert {*CAUSES, *NOTES} - named == {HEALTHY}


@pytest.mark.parametrize("name", NAMES)
def test_a_sentence_has_all_its_values(name: str) -> None:
    source = Path(modules()[name].__file__ or "").read_text()
    assert not re.search(r'say\(\s*f"', source), "a sentence is put together before it can be translated"


def test_the_diagnosis_of_ten_captures(captures: Path, golden: Callable[[str, str], None]) -> None:
    told = []
    for name in GOLDEN:
        with pa.analyze(captures / name) as analysis:
            report = document(build(analysis)).splitlines(keepends=True)
        start = next(place for place, line in enumerate(report) if line.startswith('"verdict"'))
        end = next(place for place, line in enumerate(report) if line.startswith('"flows"'))
        told.append(f"{name}\n{''.join(report[start:end])}")
    golden("diagnosis.txt", "\n".join(told))
