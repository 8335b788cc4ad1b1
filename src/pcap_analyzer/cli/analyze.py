"""`pcap-analyzer analyze CAPTURE…`: why it is slow, what it is, and what happens in it."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from pcap_analyzer.i18n import active, say
from pcap_analyzer.text import plural
from pcap_analyzer.units import SECOND_NS, count, duration

from . import options
from .incomplete import warn_incomplete
from .many import outcomes
from .one import Choices, Outcome
from .output import write_bytes, write_text
from .reports import write_report
from .session import Session
from .sources import expand

if TYPE_CHECKING:
    from pcap_analyzer.findings._run import Options
    from pcap_analyzer.report.model import Report
    from pcap_analyzer.report.naming import Naming
    from pcap_analyzer.selection import Selection

_FILE = click.Path(dir_okay=False, path_type=Path)
# Formats of which standard output can hold one document.
_ALONE = ("html", "pdf")
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command(short_help="Why a capture is slow, and what happens in it.")
@click.argument("captures", nargs=-1, required=True, metavar="CAPTURE…", shell_complete=options.files)
@click.option(
    "--format", "format_name", type=click.Choice(["text", "json", "html", "pdf"]), default="text", show_default=True
)
@click.option("--merge", is_flag=True, help="Read all captures as one, in time order.")
@click.option(
    "--watch", is_flag=True, help="Go on: analyse again what grows, and what comes into a folder, until Ctrl-C."
)
@click.option("--no-report", is_flag=True, help="Write no report file.")
@click.option("--out", type=_FOLDER, metavar="DIR", help="Folder for report files.  [default: reports]")
@click.option("--pdf", is_flag=True, help="Write the report as PDF too; needs the extra pdf.")
@click.option("--evidence", type=_FOLDER, metavar="DIR", help="Write the packets of the top findings there, as pcapng.")
@options.selection
@click.option(
    "--profile",
    default="wan",
    show_default=True,
    metavar="NAME|FILE",
    help="What counts as slow: lan, wan, satellite, mobile, datacenter, or a TOML file.",
)
@click.option(
    "--latency",
    "latency_s",
    type=click.FloatRange(min=0, min_open=True),
    metavar="S",
    help="Call gaps, round trips and answers longer than S seconds slow, whatever the profile says.",
)
@click.option(
    "--hosts",
    type=_FILE,
    metavar="FILE",
    help="Names to show beside addresses, as in /etc/hosts; they come before those of the capture.",
)
@click.option(
    "--names/--no-names",
    "learnt",
    default=True,
    help="Show the names that the capture itself gives to addresses.  [default: names]",
)
@click.option(
    "--fail-on",
    type=click.Choice(["critical", "major", "minor"]),
    help="End with code 1 when a finding is as bad as that.",
)
@click.option("--junit", type=_FILE, metavar="FILE", help="Write the findings as JUnit XML too.")
@click.option("--sarif", type=_FILE, metavar="FILE", help="Write the findings as SARIF too.")
@options.memory
@options.quiet
@options.verbose
@click.pass_obj
def analyze(
    session: Session,
    captures: tuple[str, ...],
    format_name: str,
    merge: bool,
    watch: bool,
    no_report: bool,
    out: Path | None,
    pdf: bool,
    evidence: Path | None,
    selection: "Selection",
    profile: str,
    latency_s: float | None,
    hosts: Path | None,
    learnt: bool,
    fail_on: str | None,
    junit: Path | None,
    sarif: Path | None,
    memory_bytes: int,
) -> int:
    """Says why each CAPTURE is slow, how far it can be trusted, and what happens in it.

    \b
    CAPTURE is a file, a folder with captures in it, or - for standard input; also compressed.
    text  a summary, and report files reports/CAPTURE-TIME.html and .json, which never replace others
    json  the report on standard output and nothing else; files only in a folder given by --out
    html  the same with the page, for one capture
    pdf   the same with the report on paper, for one capture; needs the extra pdf

    Several captures are analysed each for itself, at once. With json each then stands on one line, in the order given.
    The exit code is that of the worst: 2 when one of them could not be read, 1 when --fail-on is met.
    """
    options.check_sources(captures)
    if no_report and out:
        raise click.UsageError(say("--out and --no-report contradict each other"))
    # What grows would leave a report for each look at it.
    quiet = no_report or watch
    folder = out or (Path("reports") if format_name == "text" and not quiet else None)
    choices = Choices(
        selection,
        memory_bytes,
        _thresholds(profile, latency_s),
        page=folder is not None or format_name == "html",
        language=active(),
        evidence=evidence,
        naming=_naming(hosts, learnt=learnt),
        pdf=pdf or format_name == "pdf",
    )
    if choices.pdf:
        _check_pdf(folder, format_name)
    if watch:
        _check_watched(captures, format_name, contradictions=[merge, fail_on, junit, sarif])
        return _watch(session, captures, choices, format_name, folder)
    sources = expand(captures)
    groups = [tuple(sources)] if merge else [(source,) for source in sources]
    if format_name in _ALONE and len(groups) > 1:
        raise click.UsageError(
            say(
                "--format {format} shows one capture, or several with --merge; --out writes a page for each",
                format=format_name,
            )
        )
    worst, reports, errors = _tell_all(session, groups, choices, format_name, folder, alone=len(groups) == 1)
    if len(groups) > 1 and format_name == "text":
        _summarise(reports)
    return max(worst, _judge(reports, errors, fail_on, junit, sarif))


def _tell_all(
    session: Session,
    groups: Sequence[tuple[str, ...]],
    choices: Choices,
    format_name: str,
    folder: Path | None,
    *,
    alone: bool,
) -> "tuple[int, list[Report], list[str]]":
    """Analyses each group and shows what became of it: the worst code, the reports, the lines about what failed."""
    worst = 0
    reports: list[Report] = []
    errors: list[str] = []
    for number, outcome in enumerate(outcomes(session, groups, choices)):
        if number and format_name == "text":
            click.echo()
        worst = max(worst, _tell(session, outcome, format_name, folder, alone=alone))
        if outcome.report:
            reports.append(outcome.report)
        else:
            errors.append(outcome.error)
    return worst, reports, errors


def _check_pdf(folder: Path | None, format_name: str) -> None:
    if format_name != "pdf" and folder is None:
        raise click.UsageError(say("--pdf needs a folder for report files: add --out DIR"))
    if format_name == "pdf" and sys.stdout.isatty():
        raise click.UsageError(say("--format pdf is nothing for a terminal: write it to a file with > FILE.pdf"))
    options.check_pdf()


def _check_watched(captures: Sequence[str], format_name: str, contradictions: Sequence[object]) -> None:
    if any(contradictions):
        raise click.UsageError(say("--watch goes on for ever: without --merge, --fail-on, --junit and --sarif"))
    if "-" in captures or format_name in _ALONE:
        raise click.UsageError(say("--watch looks at files and folders, and shows text or json"))


def _watch(
    session: Session, captures: Sequence[str], choices: Choices, format_name: str, folder: Path | None
) -> NoReturn:
    """Analyses what is there, and then for ever what is new or has grown."""
    from .watch import changed

    for sources in changed(captures):
        if not sources:
            session.note(say("Watching {captures}; Ctrl-C ends it.", captures=", ".join(captures)))
            continue
        _tell_all(session, [(source,) for source in sources], choices, format_name, folder, alone=False)
        if format_name == "text":
            click.echo()
    raise AssertionError("it is watched for ever")


def _naming(hosts: Path | None, *, learnt: bool) -> "Naming":
    from pcap_analyzer.report.naming import Naming, read_hosts

    return Naming(read_hosts(hosts) if hosts else {}, learnt)


def _thresholds(profile: str, latency_s: float | None) -> "Options":
    from pcap_analyzer import profiles
    from pcap_analyzer.findings._run import Options

    return Options(profiles.load(profile), profile if profile in profiles.NAMES else Path(profile).stem, latency_s)


def _tell(session: Session, outcome: Outcome, format_name: str, folder: Path | None, *, alone: bool) -> int:
    """Shows and writes what became of one capture. Gives its exit code."""
    report = outcome.report
    if report is None:
        session.error(outcome.error)
        return 2
    packets = report.data["capture"]["packets"]
    session.detail(
        say(
            "read {packets} in {duration}, {count} packets/s",
            packets=plural(packets, "packet"),
            duration=duration(outcome.read_s * SECOND_NS),
            count=count(packets / outcome.read_s if outcome.read_s else 0),
        )
    )
    session.detail(say("made the report in {duration}", duration=duration(outcome.build_s * SECOND_NS)))
    _show(outcome, report, format_name, alone=alone, details=session.verbose)
    warn_incomplete(session, report.title, packets, report.data["issues"])
    for line in outcome.warnings:
        session.warn(line)
    for line in outcome.notes:
        session.note(line)
    if folder and outcome.page:
        write_report(session, report, outcome.page, outcome.sources, folder, outcome.pdf)
    return 0


def _summarise(reports: "Sequence[Report]") -> None:
    """A line for each capture, after several."""
    from pcap_analyzer.render import terminal
    from pcap_analyzer.report.summary import build

    click.echo()
    terminal.show(build(reports), terminal.console())


def _judge(
    reports: "Sequence[Report]", errors: Sequence[str], fail_on: str | None, junit: Path | None, sarif: Path | None
) -> int:
    """Writes what machines read, and gives 1 where a finding is as bad as `--fail-on`."""
    if not (fail_on or junit or sarif):
        return 0
    from pcap_analyzer.render import checks

    if junit:
        write_text([checks.junit(reports, fail_on or "major", errors)], junit)
    if sarif:
        write_text([checks.sarif(reports)], sarif)
    severities = [finding["severity"] for report in reports for finding in report.data["findings"]]
    return int(any(fail_on and checks.reaches(severity, fail_on) for severity in severities))


def _show(outcome: Outcome, report: "Report", format_name: str, *, alone: bool, details: bool) -> None:
    if outcome.page and format_name == "html":
        from pcap_analyzer.render import html

        write_text([html.document(outcome.page)], None)
        return
    if outcome.pdf and format_name == "pdf":
        write_bytes(outcome.pdf)
        return
    if format_name == "json":
        from pcap_analyzer.render import json

        write_text([json.document(report) if alone else json.line(report)], None)
        return
    from pcap_analyzer.render import terminal

    terminal.show(report, terminal.console(), details=details)
