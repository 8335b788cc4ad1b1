"""Alert rules, dashboard and the service speak of the same figures."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from pcap_analyzer.web.metrics import Metrics

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy" / "prometheus" / "alerts.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "dashboards" / "pcap-analyzer.json"
SERIES = re.compile(r"\bpcap[_:][a-zA-Z0-9_:]+")


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def known_series() -> set[str]:
    """What the service tells, and what the rules make of it."""
    found = {"pcap_analysis_total"}
    for family in Metrics().registry.collect():
        endings = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("_total",)}.get(family.type, ("",))
        found |= {family.name + ending for ending in endings}
    return found | {rule["record"] for rule in rules() if "record" in rule}


def asked_by_dashboard() -> Iterator[str]:
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel["targets"]:
            yield target["expr"]


def test_rules_and_dashboard_ask_for_what_is_told() -> None:
    asked = [rule["expr"] for rule in rules()] + list(asked_by_dashboard())
    series = {name for expression in asked for name in SERIES.findall(expression)}
    assert len(series) > 10
    assert not series - known_series()


def test_everything_that_is_told_is_shown() -> None:
    shown = {name for expression in asked_by_dashboard() for name in SERIES.findall(expression)}
    families = {family.name for family in Metrics().registry.collect()}
    assert not {name for name in families if not any(series.startswith(name) for series in shown)}


def test_every_alert_has_an_answer() -> None:
    text = (ROOT / "docs" / "troubleshooting.md").read_text()
    alerts = [rule["alert"] for rule in rules() if "alert" in rule]
    assert len(alerts) == 16
    assert not [alert for alert in alerts if f"`{alert}`" not in text]


def test_panels_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed (Debian: prometheus)")
@pytest.mark.parametrize(
    "command", [["check", "rules", str(RULES)], ["test", "rules", str(Path(__file__).with_name("alerts_test.yml"))]]
)
def test_promtool_agrees(command: list[str]) -> None:
    done = subprocess.run(["promtool", *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
