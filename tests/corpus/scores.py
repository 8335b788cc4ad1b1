"""The table of scores at the end of `make corpus`.

    scores.py FILE                                     prints the table; exits 1 when a score does not hold
    scores.py FILE --add WHAT GOT NEED --holds|--fails adds one

FILE has one score a line, so that every step can add its own.
"""

import argparse
import sys
from pathlib import Path
from typing import NamedTuple


class Score(NamedTuple):
    what: str
    got: str
    need: str
    holds: bool


def add(file: Path, score: Score) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as lines:
        lines.write("\t".join([score.what, score.got, score.need, str(score.holds)]) + "\n")


def read(file: Path) -> list[Score]:
    rows = [line.split("\t") for line in file.read_text().splitlines()]
    return [Score(what, got, need, holds == "True") for what, got, need, holds in rows]


def table(scores: list[Score]) -> str:
    """The scores in columns, a mark before those that do not hold."""
    rows = [("score", "got", "needed"), *(score[:3] for score in scores)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    marks = ["  ", *("  " if score.holds else "! " for score in scores)]
    return "\n".join(mark + line for mark, line in zip(marks, lines, strict=True))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--add", nargs=3, metavar=("WHAT", "GOT", "NEED"))
    parser.add_argument("--holds", action=argparse.BooleanOptionalAction, default=True)
    options = parser.parse_args()
    if options.add:
        what, got, need = options.add
        add(options.file, Score(what, got, need, options.holds))
        return 0
    scores = read(options.file)
    print(table(scores))
    return int(not all(score.holds for score in scores))


if __name__ == "__main__":
    sys.exit(main())
