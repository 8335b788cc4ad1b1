"""The lines of the checklist: what is promised, what was found, and how that is told."""

import json
import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

GROUPS = ("performance", "image", "runtime", "security", "observability", "scalability", "clean-up")

PASS, FAIL, ONLY_FLOOR, NOT_CHECKED = "PASS", "FAIL", "FAIL (floor met)", "not checked"


@dataclass(frozen=True, slots=True)
class Line:
    """One promise. `note` says where a figure comes from, or why there is none."""

    group: str
    what: str
    floor: str
    goal: str
    measured: str
    verdict: str
    note: str = ""


def at_most(
    group: str, what: str, value: float, unit: str, *, floor: float | None, goal: float, note: str = ""
) -> Line:
    """A figure that should be small."""
    return _compared(group, what, value, unit, floor, goal, "≤", note)


def at_least(
    group: str, what: str, value: float, unit: str, *, floor: float | None, goal: float, note: str = ""
) -> Line:
    """A figure that should be large."""
    return _compared(group, what, value, unit, floor, goal, "≥", note)


def _compared(
    group: str, what: str, value: float, unit: str, floor: float | None, goal: float, sign: str, note: str
) -> Line:
    def reaches(bound: float) -> bool:
        return value <= bound if sign == "≤" else value >= bound

    verdict = PASS if reaches(goal) else ONLY_FLOOR if floor is not None and reaches(floor) else FAIL
    shown_floor = "–" if floor is None else f"{sign} {number(floor)} {unit}"
    return Line(group, what, shown_floor, f"{sign} {number(goal)} {unit}", f"{number(value)} {unit}", verdict, note)


def number(value: float) -> str:
    """Three digits that matter, or whole thousands."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def holds(group: str, what: str, goal: str, is_so: bool, measured: str = "", note: str = "") -> Line:
    """A promise without a figure."""
    return Line(group, what, "–", goal, measured or ("so" if is_so else "not so"), PASS if is_so else FAIL, note)


def not_checked(group: str, what: str, goal: str, why: str, floor: str = "–") -> Line:
    """A promise that this machine cannot check."""
    return Line(group, what, floor, goal, "–", NOT_CHECKED, why)


def print_all(lines: Sequence[Line]) -> None:
    for line in lines:
        print(f"{line.verdict:16} {line.group:13} {line.what}: {line.measured} (goal {line.goal}) {line.note}".rstrip())


def failed(lines: Iterable[Line]) -> list[Line]:
    return [line for line in lines if line.verdict in (FAIL, ONLY_FLOOR)]


def markdown(lines: Sequence[Line]) -> str:
    count = {
        verdict: sum(line.verdict == verdict for line in lines) for verdict in (PASS, ONLY_FLOOR, FAIL, NOT_CHECKED)
    }
    parts = [
        "# Checklist",
        "",
        "Written by `make checklist`, which starts its own service, measures, and compares; do not edit. The floor is what users",
        "ask for, the goal what we hold ourselves to: PASS means that the goal is reached.",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, on {machine()}. "
        + ", ".join(f"{verdict}: {n}" for verdict, n in count.items())
        + ".",
    ]
    for group in GROUPS:
        parts += [
            "",
            f"## {group.capitalize()}",
            "",
            "| what | floor | goal | measured | | |",
            "|---|---|---|---|---|---|",
        ]
        parts += [row(line) for line in lines if line.group == group]
    return "\n".join([*parts, ""])


def row(line: Line) -> str:
    cells = (line.what, line.floor, line.goal, line.measured, line.verdict, line.note)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def machine() -> str:
    """Processor, cores, memory and load, since a figure means little without them."""
    facts = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    name = next((line.partition(":")[2].strip() for line in facts.splitlines() if line.startswith("model name")), "")
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    load = f"{os.getloadavg()[2]:.1f}"
    return (
        f"{name or platform.machine()}, {os.cpu_count()} cores, {memory_gb:.0f} GB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, commit {commit.stdout.strip()}, load {load} at the end"
    )


def write(lines: Sequence[Line], document: Path, output: Path | None) -> None:
    document.parent.mkdir(parents=True, exist_ok=True)
    document.write_text(markdown(lines))
    if output:
        output.write_text(json.dumps([asdict(line) for line in lines], indent=2) + "\n")
