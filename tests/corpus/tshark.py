"""Fields of frames as the installed tshark gives them, kept in .cache so that a capture is asked once."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

CACHE = Path(__file__).parents[2] / ".cache" / "tshark"
TIMEOUT_S = 300


def is_there() -> bool:
    return shutil.which("tshark") is not None


def fields(capture: Path, display_filter: str, names: list[str]) -> list[list[list[str]]]:
    """For each frame that the filter lets through: for each field its values. One pass, default preferences."""
    asked = ["-n", "-Y", display_filter, "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=|"]
    for name in names:
        asked += ["-e", name]
    seen = capture.stat()
    key = hashlib.sha256(repr((str(capture), seen.st_size, seen.st_mtime_ns, asked)).encode()).hexdigest()[:24]
    kept = CACHE / f"{capture.name}.{key}.tsv"
    if not kept.exists():
        text = _run(capture, asked)
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.with_suffix(".part").write_text(text)
        kept.with_suffix(".part").replace(kept)
    return [
        [cell.split("|") if cell else [] for cell in line.split("\t")]
        for line in kept.read_text().splitlines()
    ]  # fmt: skip


def _run(capture: Path, asked: list[str]) -> str:
    with tempfile.TemporaryDirectory() as home:  # so that nobody's preferences have a say
        environment = {**os.environ, "HOME": home, "XDG_CONFIG_HOME": home, "TZ": "UTC"}
        done = subprocess.run(
            ["tshark", "-r", str(capture), *asked],
            capture_output=True,
            check=False,  # a damaged capture ends with an error behind what could be read
            text=True,
            errors="replace",
            timeout=TIMEOUT_S,
            env=environment,
        )
    if "aren't valid" in done.stderr or "was unexpected" in done.stderr:
        raise SystemExit(f"tshark: {done.stderr.strip()}")
    return done.stdout
