"""The program in French: help, errors, reports; and JSON that is the same in both languages."""

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pcap_analyzer.cli.language import asked
from pcap_analyzer.i18n import NARROW_SPACE


def french(*arguments: str | Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pcap_analyzer", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PCAP_ANALYZER_LANG": "", **environment},
        check=False,
    )


def test_help_is_in_the_language_of_the_environment(tmp_path: Path) -> None:
    done = french("analyze", "--help", folder=tmp_path, LC_ALL="fr_FR.UTF-8")
    assert done.returncode == 0
    assert "Dit pourquoi chaque CAPTURE est lente" in done.stdout
    assert "Afficher ce message et quitter." in done.stdout
    assert "Show" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["analyze"], "Argument manquant"),
        (["analyze", "--nothing"], "Pas d’option"),
        (["analyze", "none.pcap"], "none.pcap\u00a0: fichier ou dossier introuvable\u202f; vérifiez le nom"),
        (["analyze", "x", "--memory", "much"], "n’est pas une taille"),
        (["explain", "server_thinks"], "vouliez-vous dire server_think"),
    ],
)
def test_errors_are_one_line_in_french(tmp_path: Path, arguments: list[str], line: str) -> None:
    done = french(*arguments, "--lang", "fr", folder=tmp_path)
    assert done.returncode == 2
    assert line in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_report_speaks_french_and_its_json_does_not(tmp_path: Path, captures: Path) -> None:
    capture = captures / "loss_few_packets.pcapng"
    done = french("analyze", capture, "--lang", "fr", "--out", "reports", folder=tmp_path)
    assert "Réseau – " in done.stdout
    assert "Où est passé le temps" in done.stdout
    (page,), (told,) = (tmp_path / "reports").glob("*.html"), (tmp_path / "reports").glob("*.json")
    assert '<html lang="fr">' in page.read_text("utf-8")
    english = french("analyze", capture, "--lang", "en", "--format", "json", folder=tmp_path)
    reports = [json.loads(told.read_text("utf-8")), json.loads(english.stdout)]
    assert [report.pop("run")["language"] for report in reports] == ["fr", "en"]
    assert reports[0] == reports[1]


def test_builds_are_told_in_the_language_of_the_reader(tmp_path: Path, captures: Path) -> None:
    files = ("--junit", "j.xml", "--sarif", "s.json", "--lang", "fr")
    done = french("analyze", captures / "loss_few_packets.pcapng", "--no-report", *files, folder=tmp_path)
    assert done.returncode == 0
    (failure,) = ElementTree.parse(tmp_path / "j.xml").getroot().iter("failure")
    (run,) = json.loads((tmp_path / "s.json").read_text())["runs"]
    assert "se perdent" in failure.get("message", "")
    assert "se perdent" in run["results"][0]["message"]["text"]
    assert run["tool"]["driver"]["rules"][0]["shortDescription"]["text"].startswith("Des paquets")


def test_no_word_of_english_is_left_in_a_french_report(tmp_path: Path, captures: Path) -> None:
    done = french("analyze", captures / "server_think.pcap", "--lang", "fr", "--no-report", "-v", folder=tmp_path)
    words = set(done.stdout.replace("(", " ").replace(",", " ").split())
    assert not words & {"the", "of", "and", "packets", "to", "is", "was", "Time", "at", "connections"}
    before = {done.stdout[at - 1] for at, mark in enumerate(done.stdout) if mark == ";"}
    assert before == {NARROW_SPACE}


def test_a_terminal_without_accents_gets_plain_letters(tmp_path: Path, captures: Path) -> None:
    capture = captures / "loss_few_packets.pcapng"
    done = french("analyze", capture, "--lang", "fr", "--no-report", folder=tmp_path, PYTHONIOENCODING="ascii")
    assert "Reseau - " in done.stdout
    assert done.stdout.isascii()


@pytest.mark.parametrize(
    ("arguments", "language"),
    [
        (["analyze", "--lang", "fr"], "fr"),
        (["--lang=fr", "analyze"], "fr"),
        (["analyze", "--lang"], ""),
        (["query", "x", "--", "--lang=fr"], "en"),
    ],
)
def test_the_last_choice_on_the_command_line_counts(arguments: list[str], language: str) -> None:
    assert asked(arguments) == language
