"""`pcap-analyzer carve CAPTURE`: some packets of a capture as a capture of their own."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pcap_analyzer.analysis import Analysis, analyze, carve_frames
from pcap_analyzer.errors import SettingError
from pcap_analyzer.evidence.carve import (
    ON_DEMAND,
    Comments,
    frames_of_finding,
    frames_of_streams,
    parse_frames,
    shortened,
)
from pcap_analyzer.i18n import say
from pcap_analyzer.text import plural
from pcap_analyzer.units import count

from . import options
from .incomplete import warn_incomplete
from .output import is_replaceable, replacing
from .progress import progress_bar
from .session import Session
from .sources import expand

if TYPE_CHECKING:
    from pcap_analyzer.selection import Selection


@click.command(short_help="Copy the packets that matter into a new capture.")
@click.argument("captures", nargs=-1, required=True, metavar="CAPTURE…", shell_complete=options.files)
@click.option("--stream", "streams", type=click.IntRange(0), multiple=True, metavar="N", help="A TCP stream, whole.")
@click.option("--finding", metavar="ID", help="A finding of `analyze`: the flows concerned, whole.")
@click.option("--frames", metavar="LIST", help="Frame numbers: 12,40-45.")
@options.selection
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    required=True,
    help="pcapng file.",
)
@options.memory
@options.quiet
@options.verbose
@click.pass_obj
def carve(
    session: Session,
    captures: tuple[str, ...],
    streams: tuple[int, ...],
    finding: str | None,
    frames: str | None,
    selection: "Selection",
    output: Path,
    memory_bytes: int,
) -> int:
    """Copies packets of CAPTURE, with their bytes and times as they are, into a pcapng FILE.

    Several captures are one, as `analyze --merge` has it: numbers of frames and streams count over all, in time order.

    \b
    pcap-analyzer carve slow.pcap --stream 3 -o stream3.pcapng
    pcap-analyzer carve slow.pcap --filter "host 192.0.2.1 and port 443" --since +60s --until +90s -o minute.pcapng

    \b
    pcap-analyzer carve slow.pcap --finding network_loss -o loss.pcapng

    Packets that mean something, such as data that was sent again, carry a comment that Wireshark shows.
    """
    sources = expand(captures)
    _check(sources, [bool(streams), finding is not None, frames is not None, selection.is_some], output)
    comments = _numbered(frames) if frames is not None else {}
    name = " + ".join(sources)
    if frames is None:
        with (
            progress_bar(session, name) as progress,
            analyze(
                *sources, memory_bytes=memory_bytes, on_demand=ON_DEMAND, selection=selection, progress=progress
            ) as analysis,
        ):
            comments = _chosen(session, analysis, streams, finding)
            _warn_cut(session, analysis, name)
    with replacing(output) as new, progress_bar(session, name) as progress:
        written, left_out = carve_frames(sources, comments, new, progress=progress)
    if left_out:
        session.warn(
            say(
                "{capture}: left out: {packets} of a kind that pcapng has no number for",
                capture=name,
                packets=plural(left_out, "packet"),
            )
        )
    if missing := len(comments) - written - left_out:
        session.warn(
            say("{capture}: {count} of the frames asked for are not in it", capture=name, count=count(missing))
        )
    session.note(say("{packets} in {path}", packets=plural(written, "packet"), path=output))
    return 0


def _check(sources: list[str], chosen: list[bool], output: Path) -> None:
    if "-" in sources:
        raise click.UsageError(say("a capture is read twice to carve from it: give a file, not standard input"))
    if sum(chosen) != 1:
        raise click.UsageError(
            say("say which packets: one of --finding, --stream, --frames, or --filter with --since and --until")
        )
    if not is_replaceable(output):
        raise click.UsageError(say("{path} is no ordinary file: a capture needs one", path=output))
    if output.exists() and any(Path(source).exists() and output.samefile(source) for source in sources):
        raise click.UsageError(say("{path} is the capture itself: choose another name", path=output))


def _numbered(frames: str) -> Comments:
    try:
        return dict.fromkeys(parse_frames(frames), "")
    except SettingError as error:
        raise click.BadParameter(str(error), param_hint="--frames") from error


def _chosen(session: Session, analysis: Analysis, streams: tuple[int, ...], finding: str | None) -> Comments:
    """The frames of streams, of a finding, or all that were selected."""
    if streams:
        return frames_of_streams(analysis, streams)
    if finding is not None:
        found = _find(analysis, finding)
        if line := shortened(found):
            session.note(line)
        return frames_of_finding(analysis, found)
    return dict.fromkeys((int(row["frame_number"]) for row in analysis.rows("SELECT frame_number FROM packets")), "")


def _warn_cut(session: Session, analysis: Analysis, capture: str) -> None:
    """What is carved out of half a capture is half of it too, and says so."""
    (packets,) = analysis.rows("SELECT coalesce(sum(packets), 0) AS packets FROM captures")
    issues = analysis.rows("SELECT * FROM issues WHERE weight = 'stop'")
    warn_incomplete(session, capture, int(packets["packets"]), issues)


def _find(analysis: Analysis, finding: str) -> dict[str, Any]:
    from pcap_analyzer.report.sections.findings import read

    found = {each["id"]: each for each in read(analysis.diagnose())["findings"]}
    if finding not in found:
        ids = ", ".join(found) or say("none")
        raise click.BadParameter(
            say("there is no {finding} in this capture; found are: {ids}", finding=repr(finding), ids=ids),
            param_hint="--finding",
        )
    chosen: dict[str, Any] = found[finding]
    return chosen
