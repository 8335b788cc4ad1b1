"""What the installed tshark says of a capture, remembered in .cache/ because it is slow.

Preferences are the defaults, as in SHARED/tools/make_oracle.py: an empty home, no names, one pass.
"""

import hashlib
import os
import subprocess
import tempfile
from functools import cache
from pathlib import Path

CACHE = Path(__file__).parents[2] / ".cache" / "tshark"


@cache
def version() -> str:
    return subprocess.run(["tshark", "--version"], capture_output=True, text=True, check=True).stdout.partition("\n")[0]


def output(capture: Path, *options: str) -> str:
    """What tshark prints of `capture`. A capture that it cannot read to the end gives what it could read."""
    key = hashlib.sha256(repr((version(), options)).encode())
    key.update(capture.read_bytes())
    kept = CACHE / key.hexdigest()
    if kept.exists():
        return kept.read_text()
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HOME": home, "XDG_CONFIG_HOME": home, "TZ": "UTC", "LC_ALL": "C.UTF-8"}
        command = ["tshark", "-n", "-r", str(capture), *options]
        run = subprocess.run(command, capture_output=True, env=environment, check=False, timeout=300)
    text = run.stdout.decode(errors="replace")
    CACHE.mkdir(parents=True, exist_ok=True)
    part = kept.with_suffix(f".{os.getpid()}")
    part.write_text(text)
    part.replace(kept)
    return text


def fields(capture: Path, wanted: str, names: list[str], occurrence: str = "f") -> list[dict[str, str]]:
    """The fields `names` of each frame that the display filter `wanted` lets pass; of several the first, the last (l) or all (a)."""
    chosen = [option for name in names for option in ("-e", name)]
    text = output(capture, "-Y", wanted, "-T", "fields", "-E", f"occurrence={occurrence}", *chosen)
    return [dict(zip(names, line.split("\t"), strict=False)) for line in text.splitlines()]


def captures(shared: Path, only: str = "") -> list[Path]:
    """The public captures, those of the lab, and the reference capture."""
    folders = [shared / "captures", shared / "lab"]
    files = [
        path for folder in folders for path in sorted(folder.iterdir()) if path.suffix not in (".json", ".md", ".csv")
    ]
    return [path for path in [*files, shared / "perf" / "reference_131k.pcap"] if path.exists() and only in path.name]
