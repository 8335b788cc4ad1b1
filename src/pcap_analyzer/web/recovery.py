"""What an earlier run of the service left: what waited goes on, what ran is run again, what cannot be is said to have failed."""

import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from .errors import Problem
from .jobs.base import Job
from .jobs.inprocess import InProcessJobs
from .task import Status, Task

if TYPE_CHECKING:
    from .service import Service

# A capture that ended the service so many times is not tried again.
_MOST_ATTEMPTS = 2


async def take_up(service: "Service", jobs: InProcessJobs) -> None:
    """Every unfinished task gets its job back or a true end."""
    shutil.rmtree(service.settings.data_dir / "work", ignore_errors=True)
    left = await service.tasks.unfinished()
    for task in left:
        await _take_up(service, jobs, task)
    if left:
        service.log.info("taken up", extra={"tasks": len(left)})


async def _take_up(service: "Service", jobs: InProcessJobs, task: Task) -> None:
    path = service.captures.path(task.id)
    size_bytes = path.stat().st_size if path.exists() else -1
    job = Job(task, path, max(0, size_bytes))
    if task.resumable and not task.uploaded and size_bytes >= 0:
        return
    if not task.uploaded or size_bytes != task.size_bytes:
        problem = Problem(500, "interrupted", "The service ended while the capture arrived.", "Send it again.")
    elif task.attempts >= _MOST_ATTEMPTS:
        problem = Problem(
            500,
            "interrupted",
            f"The service ended {task.attempts} times during this analysis.",
            f"Quote {task.id} when you report it.",
        )
    else:
        job.complete = True
        jobs.resume(job)
        await service.tasks.update(task.id, status=Status.PENDING.value)
        service.lifecycle.moved(job)
        return
    error = problem.document()
    await service.tasks.update(task.id, status=Status.FAILED.value, finished_at=datetime.now(UTC), error=error)
    path.unlink(missing_ok=True)
