"""Feeds the product what nobody should: every prefix, random bytes, lies about lengths, bombs, deep tunnels.

    hostile.py [--captures FOLDER] [--only TEXT]

Whatever the input, the border must answer with tables or with one clear line, within 2 s of processor time and 100 MB
above an idle start. What opens flows without end does so under a memory budget of 48 MB, and may take 64 MB more for the
rows of finished flows, which spill to disk from there on. Each input is analysed in a child process, as a file and in chunks. Without --captures the inputs are
made here, so nothing is needed from outside; with it, also every prefix of the 20 smallest captures of that folder.

Exits 1 on any other answer. An input that broke something is kept in .cache/hostile/.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import craft
import floods

SECONDS = 2.0
PEAK_BYTES = 100 << 20
EVERY_BYTE = 2_000
BUDGET_BYTES = 48 << 20
BUDGET_PEAK_BYTES = BUDGET_BYTES + (64 << 20) + (16 << 20)
KEPT = Path(__file__).parents[2] / ".cache" / "hostile"
INTERESTING = (0xFFFFFFFF, 0x7FFFFFFF, 0x80000000, 0x00FFFFFF, 0)


@dataclass(frozen=True)
class Group:
    """Inputs that one child process works through."""

    name: str
    kind: str
    seed: bytes


@dataclass(frozen=True)
class Answer:
    group: Group
    problem: str
    inputs: int = 0
    slowest_seconds: float = 0.0
    peak_bytes: int = 0


# ---- the inputs ---------------------------------------------------------------------------------------------------


def variations(kind: str, seed: bytes) -> Iterator[bytes]:
    """All inputs that grow from `seed`."""
    chance = random.Random(len(seed))
    if kind in ("whole", "budget"):
        yield seed
    elif kind == "prefixes":
        yield from (seed[:end] for end in range(min(len(seed), EVERY_BYTE)))
        yield from (seed[:end] for end in range(EVERY_BYTE, len(seed), max(len(seed) // 500, 1)))
    elif kind == "lies":
        for at in range(0, min(len(seed) - 3, 700), 2):
            for value in INTERESTING:
                little = value.to_bytes(4, "little")
                yield from (seed[:at] + lie + seed[at + 4 :] for lie in (little, little[::-1]))
    elif kind == "damage":
        for _ in range(1_500):
            damaged = bytearray(seed)
            for _ in range(chance.randrange(1, 12)):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            yield bytes(damaged)
    elif kind == "random":
        for size in (1, 2, 3, 5, 8, 100, 3_000, 300_000):
            yield from (seed + chance.randbytes(size) for _ in range(20))


def groups(captures: Path | None) -> Iterator[Group]:
    small = craft.captures()
    for name, content in small.items():
        for kind in ("prefixes", "lies", "damage"):
            yield Group(name, kind, content)
        yield Group(f"{name} header", "random", content[:24])
    yield Group("nothing", "random", b"")
    for magic in (
        "1f8b0800",
        "28b52ffd",
        "04224d18",
        "0a0d0d0a",
        "d4c3b2a1",
        "736e6f6f70000000",
        "474d4255",
        "52545353",
        "58435000",
    ):
        yield Group(magic, "random", bytes.fromhex(magic))
    for name, content in floods.inputs().items():
        yield Group(name, "whole", content)
    for name, content in floods.kept_forever().items():
        yield Group(name, "budget", content)
    if captures:
        files = sorted((path for path in captures.iterdir() if path.is_file()), key=lambda path: path.stat().st_size)
        for path in files[:20]:
            yield Group(f"public {path.name}", "prefixes", path.read_bytes())


# ---- the child ----------------------------------------------------------------------------------------------------


def peak_bytes() -> int:
    """The most memory that this process ever had."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak << 10
    return int(status.split("VmHWM:")[1].split()[0]) << 10


def work(kind: str, seed_path: Path, input_path: Path) -> None:
    """Analyses all variations of the seed, and prints one line of JSON."""
    from pcap_analyzer import _core

    memory_bytes = BUDGET_BYTES if kind == "budget" else 512 << 20

    def as_file() -> None:
        _core.analyze([str(input_path)], memory_bytes=memory_bytes, spill_directory=str(input_path.parent))

    def in_chunks() -> None:
        analyzer = _core.Analyzer(memory_bytes=memory_bytes, spill_directory=str(input_path.parent))
        with input_path.open("rb") as file:
            while chunk := file.read(70_001):
                analyzer.feed(chunk)
        analyzer.finish()

    def check(door: Callable[[], None]) -> None:
        """Tables or one clear line; whatever else is raised ends this process."""
        try:
            door()
        except _core.CaptureError as error:
            text = str(error)
            if not text.strip() or "\n" in text or "panic" in text:
                raise SystemExit(f"not a clear line: {text!r}") from error

    seed = seed_path.read_bytes()
    idle, inputs, slowest = peak_bytes(), 0, 0.0
    for content in variations(kind, seed):
        input_path.write_bytes(content)
        for door in (as_file, in_chunks):
            begun = time.process_time()
            check(door)
            slowest = max(slowest, time.process_time() - begun)
        inputs += 1
        if slowest > SECONDS:
            raise SystemExit(f"took {slowest:.1f} s")
    print(json.dumps({"inputs": inputs, "slowest_seconds": slowest, "peak_bytes": peak_bytes() - idle}))


# ---- the parent ---------------------------------------------------------------------------------------------------


def ask(group: Group) -> Answer:
    """Has a child work through the group."""
    with tempfile.TemporaryDirectory() as folder:
        seed, current = Path(folder, "seed"), Path(folder, "input")
        seed.write_bytes(group.seed)
        command = [sys.executable, __file__, "--work", group.kind, str(seed), str(current)]
        try:
            run = subprocess.run(command, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            return failed(group, "does not end", current)
        if run.returncode:
            lines = run.stderr.strip().splitlines() or ["no message"]
            return failed(group, f"exit {run.returncode}: {lines[-1]}", current)
        told = json.loads(run.stdout)
        if told["peak_bytes"] > (BUDGET_PEAK_BYTES if group.kind == "budget" else PEAK_BYTES):
            return failed(group, f"takes {told['peak_bytes'] >> 20} MB", current)
        return Answer(group, "", **told)


def failed(group: Group, problem: str, current: Path) -> Answer:
    KEPT.mkdir(parents=True, exist_ok=True)
    kept = KEPT / f"{group.name}-{group.kind}".replace("/", "_").replace(" ", "_")
    if current.exists():
        kept.write_bytes(current.read_bytes())
    return Answer(group, f"{problem} (input kept: {kept})")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--captures", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--work", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        kind, seed, current = options.work
        work(kind, Path(seed), Path(current))
        return 0

    chosen = [group for group in groups(options.captures) if options.only in f"{group.name} {group.kind}"]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = list(pool.map(ask, chosen))
    bad = [answer for answer in answers if answer.problem]
    for answer in bad:
        print(f"{answer.group.name} ({answer.group.kind}): {answer.problem}")
    slowest = max(answers, key=lambda answer: answer.slowest_seconds)
    largest = max(answers, key=lambda answer: answer.peak_bytes)
    print(
        f"hostile: {sum(answer.inputs for answer in answers)} inputs in {len(chosen)} groups, {len(bad)} groups failed; "
        f"slowest input {slowest.slowest_seconds:.2f} s ({slowest.group.name}), "
        f"most memory {largest.peak_bytes / 1e6:.0f} MB above idle ({largest.group.name})"
    )
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
