"""Records of tasks."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from pcap_analyzer.web.task import Status, Task

from .schema import tasks

# What a task is to the whole service; the other columns are for those who work on it: `Leases`.
COLUMNS = tuple(tasks.c[field.name] for field in fields(Task))
_UNFINISHED = (Status.PENDING.value, Status.PROCESSING.value)


class DuplicateTaskError(Exception):
    """The id of a new task is known already."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some tasks, newest first, of `total` in all."""

    tasks: tuple[Task, ...]
    total: int


class Tasks:
    """What the service remembers of tasks. Each method is one transaction."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, task: Task) -> None:
        """A new task.

        Raises:
            DuplicateTaskError: its id is known.

        """
        try:
            async with self._engine.begin() as connection:
                await connection.execute(tasks.insert().values(**asdict(task)))
        except IntegrityError as error:
            raise DuplicateTaskError(task.id) from error

    async def get(self, task_id: str) -> Task | None:
        """The task, if there is one."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(select(*COLUMNS).where(tasks.c.id == task_id))).mappings().first()
        return task_of(row) if row else None

    async def some(self, task_ids: Iterable[str]) -> list[Task]:
        """Those of the tasks that there are."""
        return await self._all(select(*COLUMNS).where(tasks.c.id.in_(list(task_ids))))

    async def update(self, task_id: str, **changes: Any) -> None:
        """Changes columns of a task."""
        async with self._engine.begin() as connection:
            await connection.execute(tasks.update().where(tasks.c.id == task_id).values(**changes))

    async def unfinished(self) -> list[Task]:
        """Tasks that wait or run, or did when the service ended, in the order in which they came."""
        query = select(*COLUMNS).where(tasks.c.status.in_(_UNFINISHED)).order_by(tasks.c.created_at, tasks.c.id)
        return await self._all(query)

    async def expiring(self, now: datetime) -> list[Task]:
        """Completed tasks whose report has lived long enough."""
        return await self._all(
            select(*COLUMNS).where(tasks.c.status == Status.COMPLETED.value, tasks.c.expires_at <= now)
        )

    async def with_old_captures(self, now: datetime) -> list[Task]:
        """Tasks whose capture was kept for long enough."""
        return await self._all(select(*COLUMNS).where(tasks.c.capture_expires_at <= now))

    async def history(
        self, owner_id: str | None, search: str = "", status: Status | None = None, limit: int = 50, offset: int = 0
    ) -> Page:
        """Tasks of one owner (of all with None), newest first."""
        query = select(*COLUMNS)
        if owner_id is not None:
            query = query.where(tasks.c.owner_id == owner_id)
        if search:
            query = query.where(tasks.c.file_name.icontains(search, autoescape=True))
        if status:
            query = query.where(tasks.c.status == status.value)
        async with self._engine.connect() as connection:
            total = (await connection.execute(select(func.count()).select_from(query.subquery()))).scalar_one()
            newest = query.order_by(tasks.c.created_at.desc(), tasks.c.id).limit(limit).offset(offset)
            rows = (await connection.execute(newest)).mappings().all()
        return Page(tuple(map(task_of, rows)), total)

    async def _all(self, query: Any) -> list[Task]:
        async with self._engine.connect() as connection:
            return [task_of(row) for row in (await connection.execute(query)).mappings()]


def task_of(row: RowMapping | dict[str, Any]) -> Task:
    """The task in a row of `COLUMNS`."""
    return Task(**{**row, "status": Status(row["status"])})
