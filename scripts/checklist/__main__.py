"""Checks every promise, and writes down what was found.

    python scripts/checklist [--short] [--capture FILE] [--only PART]… [--without PART]… [--load-s N] [--output JSON] [--document FILE]

The capture is the reference where it lies beside the checkout, else the largest of tests/captures. --short leaves out what takes
minutes: large captures and long load. --load-s is how long 10 users work (300); 20 work twice as long. Exits with 1 when a goal is missed; what a machine cannot check says why.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # measuring.py

import live
import scripted
import spread
import tested
from lines import Line, failed, not_checked, print_all, write
from measuring import ROOT, packets

DOCUMENT = ROOT / "docs" / "performance" / "checklist.md"
PARTS = ("command line", "core", "memory", "web", "load", "stress", "image", "live", "scale", "tests")


def default_capture() -> Path:
    reference = ROOT.parent / "shared" / "perf" / "reference_131k.pcap"
    captures = (ROOT / "tests" / "captures").glob("*.pcap")
    return reference if reference.exists() else max(captures, key=lambda path: path.stat().st_size)


def parts(name: str, folder: Path, capture: Path, load_s: int, *, short: bool) -> Iterator[Line]:
    small = ROOT / "tests" / "captures" / "healthy_dns_web.pcap"
    match name:
        case "command line":
            yield from scripted.command_line(capture, folder)
        case "core":
            yield from scripted.core(capture, packets(capture), folder)
        case "memory":
            yield from scripted.memory(capture, folder, 0 if short else scripted.LARGE_MB)
        case "web":
            yield from scripted.web(capture, folder, [10] if short else [10, 100, 500])
        case "load":
            for users, seconds in ((10, 10),) if short else ((10, load_s), (20, 2 * load_s)):
                yield from scripted.load(folder, capture, users, seconds)
        case "stress":
            yield from scripted.stress(folder, short=short)
        case "image":
            yield from scripted.image()
        case "live":
            yield from live.all_lines(folder, small)
        case "scale":
            yield from spread.all_lines(folder, short=short)
        case "tests":
            yield from tested.all_lines(folder)


def not_built() -> Iterator[Line]:
    yield not_checked("scalability", "horizontal autoscaling", "on the length of the queue", "needs a cluster")
    yield not_checked("observability", "traces by OpenTelemetry", "an extra", "not built yet")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--capture", type=Path, default=default_capture())
    parser.add_argument("--only", action="append", choices=PARTS)
    parser.add_argument("--without", action="append", choices=PARTS, default=[])
    parser.add_argument("--load-s", type=int, default=300)
    parser.add_argument("--output", type=Path)
    parser.add_argument("--document", type=Path, default=DOCUMENT)
    options = parser.parse_args()
    lines: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="pcap-checklist-") as name:
        for part in options.only or PARTS:
            if part not in options.without:
                found = list(parts(part, Path(name), options.capture, options.load_s, short=options.short))
                print_all(found)
                sys.stdout.flush()
                lines += found
    lines += not_built()
    write(lines, options.document, options.output)
    missed = failed(lines)
    print(
        f"{'FAIL' if missed else 'PASS'} {len(lines)} lines, {len(missed)} below their goal; {options.document.name} is written"
    )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
