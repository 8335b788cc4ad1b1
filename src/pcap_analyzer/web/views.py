"""How a task looks from outside: the same in `/status`, in `/progress` and in the history."""

from datetime import UTC, datetime
from typing import Any

from .jobs.base import Job
from .task import Phase, Status, Task


def of_task(task: Task) -> dict[str, Any]:
    """A task that no job works on, from its record."""
    return {
        "task_id": task.id,
        "status": task.status.value,
        "phase": _phase_at_rest(task).value,
        "file_name": task.file_name,
        "percent": 100.0 if task.status is Status.COMPLETED else None,
        "size_bytes": task.expected_bytes or task.size_bytes,
        "uploaded_bytes": task.size_bytes,
        "read_bytes": None,
        "packets": task.summary.get("packets"),
        "packets_per_s": None,
        "eta_s": None,
        "memory_bytes": None,
        "provisional": None,
        "queue_position": None,
        "created_at": _time(task.created_at),
        "started_at": _time(task.started_at),
        "finished_at": _time(task.finished_at),
        "expires_at": _time(task.expires_at),
        "summary": task.summary or None,
        "error": task.error,
        "links": links(task),
    }


def of_job(job: Job, position: int | None) -> dict[str, Any]:
    """A task that waits or runs."""
    size_bytes = job.size_bytes if job.complete else job.task.expected_bytes
    phase = _phase(job)
    done_bytes = job.size_bytes if phase is Phase.UPLOAD else job.progress.get("read_bytes", 0)
    elapsed_s = (datetime.now(UTC) - (job.task.started_at or job.task.created_at)).total_seconds()
    packets = job.progress.get("packets")
    return of_task(job.task) | {
        "status": (Status.PROCESSING if job.running else Status.PENDING).value,
        "phase": phase.value,
        "percent": _percent(phase, done_bytes, size_bytes),
        "size_bytes": size_bytes,
        "uploaded_bytes": job.size_bytes,
        "read_bytes": job.progress.get("read_bytes"),
        "packets": packets,
        "packets_per_s": round(packets / elapsed_s) if packets and elapsed_s > 0 else None,
        "eta_s": _eta_s(done_bytes, size_bytes, elapsed_s),
        "memory_bytes": job.progress.get("memory_bytes"),
        "provisional": job.progress.get("provisional"),
        "queue_position": position,
    }


def links(task: Task) -> dict[str, str]:
    """Where to go from here."""
    found = {"status": f"/status/{task.id}", "progress": f"/progress/{task.id}"}
    if task.status is Status.COMPLETED:
        found["report"] = f"/report/{task.id}"
        found["page"] = f"/explore/{task.id}"
    elif not task.status.is_final:
        found["cancel"] = f"/cancel/{task.id}"
    return found


def _phase(job: Job) -> Phase:
    if not job.complete:
        return Phase.UPLOAD
    if not job.running:
        return Phase.QUEUE
    return Phase(job.progress.get("phase", Phase.READ))


def _phase_at_rest(task: Task) -> Phase:
    if task.status.is_final:
        return Phase.DONE
    return Phase.QUEUE if task.uploaded else Phase.UPLOAD


def _percent(phase: Phase, done_bytes: int, size_bytes: int | None) -> float | None:
    if phase is Phase.QUEUE or not size_bytes:
        return None
    # The report is made when all bytes are read, and is not yet there.
    return min(99.0, round(100 * done_bytes / size_bytes, 1))


def _eta_s(done_bytes: int, size_bytes: int | None, elapsed_s: float) -> float | None:
    if not done_bytes or not size_bytes or elapsed_s <= 0:
        return None
    return round(max(0, size_bytes - done_bytes) / done_bytes * elapsed_s, 1)


def _time(time: datetime | None) -> str | None:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z") if time else None
