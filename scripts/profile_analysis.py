"""Shows where the time of an analysis goes, by looking at its stack every millisecond.

    scripts/profile_analysis.py CAPTURE [--top N] [--output FILE] [--flamegraph [SVG]]

Runs `pcap-analyzer analyze` with both reports in this process, imports included. Time in the core and in DuckDB counts for the
line of Python that called them. Prints the N functions (20) with the most time of their own, and PASS or FAIL: whether the
capture was analysed at 2,382 packets/s or more, or within 5 s, since a small one is mostly start. --output writes figures and
functions as JSON, --flamegraph a picture. Standard library only.
"""

import argparse
import html
import json
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from measuring import ROOT, tell

INTERVAL_S = 0.001
SLOWEST_PACKETS_PER_S = 2382
SHORT_S = 5
WIDTH, ROW = 1200, 18

Stack = tuple[str, ...]


class Sampler(threading.Thread):
    """Counts the stacks of the main thread, by the time that passed between two looks."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.seconds: Counter[Stack] = Counter()
        self._thread = threading.main_thread().ident
        self._done = threading.Event()

    def run(self) -> None:
        last = time.perf_counter()
        while not self._done.wait(INTERVAL_S):
            frame = sys._current_frames().get(self._thread or 0)
            now = time.perf_counter()
            self.seconds[stack_of(frame)] += now - last  # type: ignore[assignment] # a Counter of seconds
            last = now

    def stop(self) -> None:
        self._done.set()
        self.join()


def stack_of(frame: FrameType | None) -> Stack:
    """Names of functions, the outermost first."""
    names: list[str] = []
    while frame is not None:
        names.append(f"{place(frame.f_code.co_filename)}:{frame.f_code.co_qualname}")
        frame = frame.f_back
    return tuple(reversed(names))


def place(file_name: str) -> str:
    """A module's path, from its package on."""
    for root in (ROOT / "src", *map(Path, sys.path)):
        if file_name.startswith(f"{root}{os.sep}"):
            return file_name[len(str(root)) + 1 :].removesuffix(".py")
    return file_name.removesuffix(".py")


def analyse(capture: Path, folder: Path) -> int:
    """Runs the command with its output thrown away; gives its exit code."""
    sys.argv = ["pcap-analyzer", "analyze", str(capture), "--out", str(folder)]
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        from pcap_analyzer.cli import main as run

        run()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)


def by_function(seconds: Counter[Stack]) -> tuple[Counter[str], Counter[str]]:
    """Seconds of each function itself, and with all that it called."""
    own: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for stack, spent in seconds.items():
        if stack:
            own[stack[-1]] += spent
        for name in set(stack):
            whole[name] += spent
    return own, whole


@dataclass
class Node:
    """A function as called by those above it."""

    seconds: float = 0.0
    called: dict[str, "Node"] = field(default_factory=dict)


def tree(seconds: Counter[Stack]) -> Node:
    root = Node()
    for stack, spent in seconds.items():
        node = root
        node.seconds += spent
        for name in stack:
            node = node.called.setdefault(name, Node())
            node.seconds += spent
    return root


def boxes(node: Node, x: float, depth: int, scale: float) -> Iterator[tuple[float, int, float, str, float]]:
    """Place, depth, width, name and seconds of each box that can be seen."""
    for name, below in sorted(node.called.items()):
        width = below.seconds * scale
        if width >= 0.5:
            yield x, depth, width, name, below.seconds
            yield from boxes(below, x, depth + 1, scale)
        x += width


def flame_graph(seconds: Counter[Stack]) -> str:
    """An SVG: each box a function, as wide as its time, upon the one that called it."""
    root = tree(seconds)
    drawn = list(boxes(root, 0, 0, WIDTH / (root.seconds or 1)))
    height = ROW * (2 + max((depth for _, depth, *_ in drawn), default=0))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="monospace" font-size="11">'
    ]
    for x, depth, width, name, spent in drawn:
        y, hue = height - ROW * (depth + 1), 10 + sum(name.encode()) % 45
        shown = html.escape(name.rpartition(":")[2][: int(width / 7)])
        title = html.escape(f"{name}: {spent * 1e3:.0f} ms, {100 * spent / root.seconds:.1f} %")
        parts.append(
            f'<g><title>{title}</title><rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{ROW - 1}" '
            f'fill="hsl({hue},85%,65%)"/><text x="{x + 2:.1f}" y="{y + 13}">{shown}</text></g>'
        )
    return "\n".join([*parts, "</svg>", ""])


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("capture", type=Path)
    parser.add_argument("--top", type=int, default=20)
    parser.add_argument("--output", type=Path)
    parser.add_argument("--flamegraph", type=Path, nargs="?", const=Path("flamegraph.svg"))
    options = parser.parse_args()
    sampler = Sampler()
    with tempfile.TemporaryDirectory(prefix="pcap-profile-") as name:
        started = time.perf_counter()
        sampler.start()
        code = analyse(options.capture, Path(name))
        wall_s = time.perf_counter() - started
        sampler.stop()
        found = next(Path(name).glob("*.json"), None)
        packets = json.loads(found.read_text())["capture"]["packets"] if found else 0
    own, whole = by_function(sampler.seconds)
    total_s = sum(own.values()) or 1
    print(f"{'own ms':>8} {'whole ms':>9} {'own %':>6}  function")
    for function, spent in own.most_common(options.top):
        print(f"{spent * 1e3:8.1f} {whole[function] * 1e3:9.1f} {100 * spent / total_s:6.1f}  {function}")
    if options.flamegraph:
        options.flamegraph.write_text(flame_graph(sampler.seconds))
        print(f"flame graph: {options.flamegraph}")
    figures = {"wall_s": wall_s, "packets": packets, "packets_per_s": packets / wall_s, "stacks": len(sampler.seconds)}
    quick = code == 0 and (figures["packets_per_s"] >= SLOWEST_PACKETS_PER_S or wall_s <= SHORT_S)
    sentence = f"analysed at {SLOWEST_PACKETS_PER_S} packets/s or more, or within {SHORT_S} s"
    ended = tell(figures, {sentence: quick}, options.output)
    if options.output:
        document = json.loads(options.output.read_text())
        document["functions"] = [{"name": n, "own_s": s, "whole_s": whole[n]} for n, s in own.most_common(options.top)]
        options.output.write_text(json.dumps(document, indent=2) + "\n")
    return ended


if __name__ == "__main__":
    sys.exit(main())
