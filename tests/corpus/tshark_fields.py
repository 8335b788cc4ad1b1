"""Asks tshark for fields of the frames that pass a filter, and remembers the answer in .cache/tshark."""

import functools
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

CACHE = Path(__file__).parents[2] / ".cache" / "tshark"
AGGREGATOR = "|"

Frame = dict[str, list[str]]  # field -> its values in the frame


def is_there() -> bool:
    return shutil.which("tshark") is not None


def fields(capture: Path, display_filter: str, names: Sequence[str]) -> list[Frame]:
    """The frames of `capture` that pass, in order. Default preferences, one pass, no names looked up."""
    command = ["tshark", "-n", "-r", str(capture), "-Y", display_filter, "-T", "fields", "-E", "separator=/t"]
    command += ["-E", "occurrence=a", "-E", f"aggregator={AGGREGATOR}"]
    for name in names:
        command += ["-e", name]
    cached = CACHE / f"{_digest(capture, [_version(), display_filter, *names])}.json"
    if not cached.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        rows = [line.split("\t") for line in _run(command).splitlines()]
        cached.with_suffix(f".{os.getpid()}").write_text(json.dumps(rows))
        cached.with_suffix(f".{os.getpid()}").replace(cached)
    rows = json.loads(cached.read_text())
    return [
        {name: cell.split(AGGREGATOR) if cell else [] for name, cell in zip(names, row, strict=True)} for row in rows
    ]


def _run(command: list[str]) -> str:
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"HOME": home, "XDG_CONFIG_HOME": home, "TZ": "UTC", "LC_ALL": "C.UTF-8"}
        # It fails on captures that are cut, having printed what comes before.
        done = subprocess.run(command, capture_output=True, env=environment, check=False)
    return done.stdout.decode("utf-8", "replace")


@functools.cache
def _version() -> str:
    return subprocess.run(["tshark", "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]


def _digest(capture: Path, words: list[str]) -> str:
    digest = hashlib.sha256(capture.read_bytes())
    digest.update("\0".join(words).encode())
    return digest.hexdigest()[:32]
