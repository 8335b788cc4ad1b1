"""Reports for the machines that judge builds: JUnit XML, and SARIF 2.1.0 (OASIS)."""

import json
from collections.abc import Sequence
from typing import Any, Final
from xml.etree import ElementTree

from pcap_analyzer import _core
from pcap_analyzer.causes import CAUSES, NOTES, Severity
from pcap_analyzer.i18n import say, told
from pcap_analyzer.report.model import Report
from pcap_analyzer.text import visible

_SEVERITIES: Final = [severity.value for severity in Severity]
_LEVELS: Final = {"critical": "error", "major": "error", "minor": "warning", "info": "note"}
_SARIF_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def reaches(severity: str, threshold: str) -> bool:
    """Whether a finding of `severity` is at least as bad as `threshold`."""
    return _SEVERITIES.index(severity) <= _SEVERITIES.index(threshold)


def junit(reports: Sequence[Report], threshold: str, errors: Sequence[str] = ()) -> str:
    """A suite for each capture, a case for each finding, failed when as bad as `threshold`; one that passes where none is.

    `errors` are the lines about captures that could not be read: a suite each, with an error.
    """
    root = ElementTree.Element("testsuites", name="pcap-analyzer")
    for report in reports:
        _suite(root, report, threshold)
    for line in errors:
        suite = ElementTree.SubElement(root, "testsuite", name=visible(line), tests="1", failures="0", errors="1")
        case = ElementTree.SubElement(suite, "testcase", classname="capture", name="read")
        ElementTree.SubElement(case, "error", message=visible(line, 1000))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(root: ElementTree.Element, report: Report, threshold: str) -> None:
    findings = report.data["findings"]
    failed = [finding for finding in findings if reaches(finding["severity"], threshold)]
    name = visible(report.title)
    suite = ElementTree.SubElement(
        root, "testsuite", name=name, tests=str(max(1, len(findings))), failures=str(len(failed)), errors="0"
    )
    for finding in findings:
        case = ElementTree.SubElement(suite, "testcase", classname=name, name=finding["id"])
        if finding in failed:
            failure = ElementTree.SubElement(
                case, "failure", type=str(finding["cause"]), message=visible(told(finding["title"]))
            )
            text = say("{label}: {text}", label="Wireshark", text=finding["display_filter"])
            failure.text = visible(f"{told(finding['explanation'])} {text}", 10_000)
    if not findings:
        ElementTree.SubElement(suite, "testcase", classname=name, name="verdict")


def sarif(reports: Sequence[Report]) -> str:
    """One run: each kind of finding a rule, each finding a result, its capture the place."""
    results = [_result(report, finding) for report in reports for finding in report.data["findings"]]
    rules = sorted({str(result["ruleId"]) for result in results})
    driver = {
        "name": "PCAP Analyzer",
        "version": _core.__version__,
        "rules": [{"id": rule, "shortDescription": {"text": say({**CAUSES, **NOTES}[rule])}} for rule in rules],
    }
    document = {
        "$schema": _SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }
    return json.dumps(document, indent=1, ensure_ascii=True, allow_nan=False) + "\n"


def _result(report: Report, finding: dict[str, Any]) -> dict[str, Any]:
    return {
        "ruleId": finding["cause"],
        "level": _LEVELS[finding["severity"]],
        "message": {"text": told(finding["title"])},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": report.title}}}],
        "properties": {
            name: finding[name]
            for name in ("id", "side", "severity", "confidence", "cost_s", "display_filter", "frames", "frames_total")
        },
    }
