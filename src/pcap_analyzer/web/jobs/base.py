"""What a runner of analyses offers, and what it tells. Today worker processes of this machine are the only one."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from pcap_analyzer.web.errors import Problem
from pcap_analyzer.web.task import Status, Task


class QueueFullError(Exception):
    """As many analyses wait as may."""


class KnownJobError(Exception):
    """A task of this id has a place already."""


@dataclass(eq=False)
class Job:
    """A task that has a place in the queue. Its capture may still be arriving.

    `task` is its record as last written. `size_bytes` of the capture lie in `path` so far; `complete` says that these
    are all. `slow` is an upload that is not worth a worker before it is complete. `cancelled` jobs are ended for their
    user, `dropped` ones by whoever received the capture. Once a job is `over` no worker touches it again.
    """

    task: Task
    path: Path
    size_bytes: int = 0
    complete: bool = False
    slow: bool = False
    cancelled: bool = False
    dropped: bool = False
    running: bool = False
    reported: bool = False
    progress: dict[str, Any] = field(default_factory=dict)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def task_id(self) -> str:
        """The id of its task."""
        return self.task.id


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended."""

    status: Status
    problem: Problem | None = None


class JobListener(Protocol):
    """Who is told what becomes of jobs."""

    async def started(self, job: Job) -> None:
        """A worker has taken it."""

    def moved(self, job: Job) -> None:
        """Its progress, or its place in the queue, has changed."""

    async def reported(self, job: Job, folder: Path, summary: dict[str, Any]) -> None:
        """Its report lies in `folder`; more will follow."""

    async def added(self, job: Job, folder: Path) -> None:
        """More of its results lie in `folder`."""

    async def ended(self, job: Job, outcome: Outcome) -> None:
        """No worker will touch it again."""


class Jobs(Protocol):
    """A queue of bounded length in the order of arrival, and workers."""

    async def start(self) -> None:
        """Makes workers ready."""

    async def stop(self) -> None:
        """Ends all workers; jobs stay what their records say."""

    def admit(self, job: Job, *, waited: bool = False) -> None:
        """Gives the job a place in the queue; one that has waited before the service was started again always gets it.

        Raises:
            KnownJobError: it has one, or another of its id has.
            QueueFullError: there is none.

        """

    def grown(self, job: Job, size_bytes: int) -> None:
        """More of its capture lies on the disk."""

    def completed(self, job: Job) -> None:
        """Its capture is there whole."""

    def dropped(self, job: Job) -> None:
        """Its capture will never be whole: it leaves the queue, and nobody is told."""

    def cancel(self, task_id: str) -> Job | None:
        """Ends a job that waits or runs; the listener is told."""

    def find(self, task_id: str) -> Job | None:
        """The job of a task that has not ended."""

    def position(self, job: Job) -> int | None:
        """Its place among those that wait, from 1; None when it runs."""

    def workers(self) -> list[int]:
        """The processes of this machine that are ready for jobs, or at work."""

    @property
    def waiting(self) -> int:
        """How many jobs wait."""

    @property
    def running(self) -> int:
        """How many jobs run."""
