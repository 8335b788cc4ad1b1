"""How far two sets of facts agree: what the live tshark says, and what we say.

A fact that only one of the two has is a difference. Differences that are right stand in a TOML file, each with its reason:

    [[allowed]]
    capture = "NAME"
    facts = "WHAT"            # the name of the score
    missing = 2               # facts that tshark has and we have not
    extra = 1                 # and the other way round
    reason = "…"

An entry that no longer applies exactly is wrong, too.
"""

import argparse
import tomllib
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import asked
import scores
from scores import Score

import pcap_analyzer as pa
from pcap_analyzer.tables import Tables

Fact = Hashable
Facts = set[Fact]
# What tshark says of a capture, and what our tables say.
Check = Callable[[Path, Tables], tuple[Facts, Facts]]


@dataclass
class Found:
    """Facts of one kind about one capture."""

    capture: str
    what: str
    both: int
    missing: Facts = field(default_factory=set)
    extra: Facts = field(default_factory=set)

    def differs(self) -> tuple[int, int]:
        return len(self.missing), len(self.extra)


Allowed = dict[tuple[str, str], tuple[int, int]]


def read_allowed(text: str) -> Allowed:
    entries = tomllib.loads(text).get("allowed", [])
    return {(each["capture"], each["facts"]): (each.get("missing", 0), each.get("extra", 0)) for each in entries}


def compare(checks: dict[str, Check], capture: Path) -> list[Found]:
    with pa.analyze(capture) as analysis:
        facts = {what: check(capture, analysis.tables) for what, check in checks.items()}
    return [
        Found(capture.name, what, len(told & said), told - said, said - told) for what, (told, said) in facts.items()
    ]


def wrong(found: list[Found], allowed: Allowed) -> list[str]:
    """What differs and may not, or may and does not, in words."""
    lines = []
    seen = {(each.capture, each.what): each for each in found}
    for key, each in seen.items():
        expected = allowed.get(key, (0, 0))
        if each.differs() != expected:
            show = ", ".join(str(fact) for fact in sorted([*each.missing, *each.extra], key=str)[:4])
            lines.append(
                f"{each.capture}: {each.what}: (missing, extra) {each.differs()} instead of {expected}: {show}"
            )
    lines += [
        f"{capture}: {what}: allowed, but not compared" for capture, what in allowed if (capture, what) not in seen
    ]
    return lines


def score(what: str, found: Iterable[Found], allowed: Allowed) -> Score:
    mine = [each for each in found if each.what == what]
    both = sum(each.both for each in mine)
    explained = sum(sum(allowed.get((each.capture, what), (0, 0))) for each in mine)
    total = both + sum(sum(each.differs()) for each in mine)
    share = 1.0 if total == 0 else both / total
    holds = both > 0 and not wrong(mine, {key: value for key, value in allowed.items() if key[1] == what})
    got = f"{both} of {total} = {share:.2%}" + (f", {explained} explained" if explained else "")
    return Score(what, got, "all but explained", holds)


def main(checks: dict[str, Check], allowed_file: Path, description: str) -> int:
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--only", default="", help="captures whose names contain this")
    parser.add_argument("--scores", type=Path, help="file to which the scores are added")
    options = parser.parse_args()
    captures = asked.captures(options.shared, options.only)
    allowed = read_allowed(allowed_file.read_text())
    if options.only:
        allowed = {key: value for key, value in allowed.items() if options.only in key[0]}
    with ProcessPoolExecutor() as pool:
        found = [each for several in pool.map(partial(compare, checks), captures) for each in several]
    all_scores = [score(what, found, allowed) for what in checks]
    for line in wrong(found, allowed):
        print(line)
    if options.scores:
        for each in all_scores:
            scores.add(options.scores, each)
    print(scores.table(all_scores))
    return int(not options.only and not all(each.holds for each in all_scores))
