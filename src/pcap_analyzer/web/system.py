"""How much memory and disk this machine has left. In a container its limits count, not those of the machine."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class Room:
    """Something there is a bounded amount of, in bytes."""

    total_bytes: int
    free_bytes: int

    @property
    def used_bytes(self) -> int:
        """What is taken."""
        return self.total_bytes - self.free_bytes

    @property
    def used_percent(self) -> float:
        """What is taken, of the whole."""
        return round(100 * self.used_bytes / self.total_bytes, 1) if self.total_bytes else 0.0


def memory() -> Room:
    """Memory that can be had without swapping."""
    try:
        facts = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    except OSError:  # not Linux: what the system has, and no more is known
        pages = os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0
        size_bytes = pages * os.sysconf("SC_PAGE_SIZE") if pages else 0
        return Room(size_bytes, size_bytes)
    machine = Room(_kilobytes(facts["MemTotal"]), _kilobytes(facts["MemAvailable"]))
    limit = _number(_CGROUP / "memory.max")
    if limit is None or limit >= machine.total_bytes:
        return machine
    # Pages of files that nobody works on are given back before anything runs out.
    used = (_number(_CGROUP / "memory.current") or 0) - _inactive_file_bytes()
    return Room(limit, min(machine.free_bytes, max(0, limit - used)))


def disk(folder: Path) -> Room:
    """The disk that holds `folder`."""
    usage = shutil.disk_usage(folder)
    return Room(usage.total, usage.free)


def resident_bytes(pid: int) -> int:
    """The memory that a process holds; 0 when it is gone or the system does not say."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _kilobytes(text: str) -> int:
    return int(text.split()[0]) << 10


def _number(path: Path) -> int | None:
    try:
        text = path.read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None


def _inactive_file_bytes() -> int:
    try:
        lines = (_CGROUP / "memory.stat").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("inactive_file ")), 0)
