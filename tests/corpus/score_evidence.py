"""Carves the first finding out of each capture of the lab and looks at the new file.

    score_evidence.py SHARED [--scores FILE]

- tshark must read every packet as it was (time, lengths), and comments on exactly the frames that have something to be told;
- what is analysed again must be the same finding: its cause and its side; where all its flows were listed, also its cost,
  its frames, and its evidence but for numbers of what is not concerned.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import scores

from pcap_analyzer.analysis import Analysis, analyze, carve_frames
from pcap_analyzer.evidence.carve import ON_DEMAND, Comments, frames_of_finding, shortened
from pcap_analyzer.report.sections.findings import read

# What evidence tells of the whole capture, which the packets of a finding are a part of.
WHOLE = {"answers", "answered_questions", "attempts", "connections_total", "median_ns"}
_FIELDS = ("frame.time_epoch", "frame.cap_len", "frame.len", "frame.comment")


def first_finding(analysis: Analysis) -> dict[str, Any] | None:
    """The first one above info, as the JSON report has it."""
    found = read(analysis.diagnose())["findings"]
    return next((finding for finding in found if finding["severity"] != "info"), None)


def told(capture: Path) -> list[list[str]]:
    """What tshark says of each frame; a comment's lines are joined by a comma."""
    fields = [word for field in _FIELDS for word in ("-e", field)]
    command = ["tshark", "-n", "-r", str(capture), "-T", "fields", "-E", "occurrence=a", *fields]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [line.split("\t") for line in done.stdout.splitlines()]


def differences(capture: Path, folder: Path) -> Iterator[str]:
    """What is wrong with the evidence that is carved out of a capture."""
    with analyze(capture, on_demand=ON_DEMAND) as analysis:
        finding = first_finding(analysis)
        if finding is None:
            return
        comments = frames_of_finding(analysis, finding)
    carved = folder / f"{capture.stem}.pcapng"
    carve_frames([capture], comments, carved)
    yield from _of_packets(told(capture), told(carved), comments)
    with analyze(carved) as again:
        yield from _of_finding(finding, first_finding(again), sorted(comments))


def _of_packets(before: list[list[str]], after: list[list[str]], comments: Comments) -> Iterator[str]:
    frames = sorted(comments)
    if [row[:3] for row in after] != [before[frame - 1][:3] for frame in frames]:
        yield "other packets"
    commented = {frame for frame, row in zip(frames, after, strict=False) if row[3]}
    if commented != {frame for frame, text in comments.items() if text}:
        yield "comments on other frames"


def _of_finding(before: dict[str, Any], after: dict[str, Any] | None, frames: list[int]) -> Iterator[str]:
    if after is None:
        yield f"{before['id']}: nothing found"
        return
    after |= {"frames": [frames[frame - 1] for frame in after["frames"]]}
    same = ("id", "cause", "side") if shortened(before) else ("id", "cause", "side", "cost_s", "frames")
    for name in same:
        if before[name] != after[name]:
            yield f"{before['id']}: {name} {before[name]} became {after[name]}"
    for name in () if shortened(before) else before["evidence"].keys() - WHOLE:
        if before["evidence"][name] != after["evidence"].get(name):
            yield f"{before['id']}: {name} {before['evidence'][name]} became {after['evidence'].get(name)}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--scores", type=Path)
    options = parser.parse_args()
    captures = sorted((options.shared / "lab").glob("*.pcap*"))
    good = 0
    with tempfile.TemporaryDirectory() as folder:
        for capture in captures:
            wrong = list(differences(capture, Path(folder)))
            good += not wrong
            for line in wrong:
                print(f"{capture.name}: {line}")
    if options.scores:
        got = f"{good} of {len(captures)}"
        scores.add(options.scores, scores.Score("evidence carved and read again", got, "all", good == len(captures)))
    return int(good != len(captures))


if __name__ == "__main__":
    sys.exit(main())
