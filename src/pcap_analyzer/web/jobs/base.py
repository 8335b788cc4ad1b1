"""What a runner of analyses offers, and what it tells: worker processes of this machine, or of any machine."""

import asyncio
from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True)
class Load:
    """How many jobs wait, how many run, and whether no more are admitted."""

    waiting: int
    running: int
    is_full: bool


@dataclass(frozen=True, slots=True)
class Workers:
    """How many processes are ready for jobs or at work, and the memory that they hold."""

    ready: int
    memory_bytes: int


class JobListener(Protocol):
    """Who is told what becomes of jobs."""

    async def admitted(self, job: Job) -> None:
        """It has a place in the queue."""

    async def uploaded(self, job: Job) -> None:
        """Its capture is there whole."""

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
    """A queue of bounded length in the order of arrival, and workers.

    Jobs are those whose capture arrived at this process; all else is asked and told by the ids of tasks.
    """

    async def start(self) -> None:
        """Makes workers ready."""

    async def stop(self) -> None:
        """Ends all workers; jobs stay what their records say."""

    async def admit(self, job: Job) -> None:
        """Gives the job a place in the queue, and its task a record unless it has one.

        Raises:
            KnownJobError: it has a place, or another of its id has.
            DuplicateTaskError: its id belongs to a task that has ended.
            QueueFullError: there is none.

        """

    def grown(self, job: Job, size_bytes: int) -> None:
        """More of its capture lies on the disk."""

    async def completed(self, job: Job) -> None:
        """Its capture is there whole."""

    def dropped(self, job: Job) -> None:
        """Its capture will never be whole: it leaves the queue, and nobody is told."""

    async def cancel(self, task_id: str) -> bool:
        """Ends a job that waits or runs, and the listener is told; false when there is none."""

    async def settled(self, task_id: str) -> None:
        """Returns when no worker touches the task any more."""

    async def is_open(self, task_id: str) -> bool:
        """Whether a worker has the task, or will have."""

    def position(self, job: Job) -> int | None:
        """Its place among those that wait, from 1; None when it runs."""

    async def states(self, tasks: Sequence[Task]) -> list[dict[str, Any]]:
        """The tasks as they are now, for clients."""

    async def load(self) -> Load:
        """How much there is to do."""

    async def workers(self) -> Workers:
        """Who is there to do it."""
