"""Who works on which task, where several processes share the records.

A task is held by at most one process: the one that receives its capture, then the one that analyses it. Its lease must be
renewed; a process that does not is taken for dead. Whatever a holder writes is written only while it still holds the task,
in the same statement, so that one that was taken for dead too early changes nothing.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from pcap_analyzer.web.task import Status, Task

from .schema import UtcTime, tasks
from .tasks import COLUMNS, DuplicateTaskError, task_of

LEASE_S = 30
# Admission counts and adds in one go: one process at a time.
_ADMISSION_LOCK = 7_227_702

_UNFINISHED = tasks.c.status.in_((Status.PENDING.value, Status.PROCESSING.value))
_HELD = tasks.c.lease_holder.is_not(None)
_ABOUT_LEASE = (tasks.c.lease_holder, tasks.c.cancel_wanted)
_FREE = {"lease_holder": None, "lease_expires_at": None}


class NoPlaceError(Exception):
    """As many tasks wait as may."""


class HeldError(Exception):
    """Another process has the task."""


@dataclass(frozen=True, slots=True)
class Lapsed:
    """A task whose holder did not renew its lease."""

    task: Task
    holder: str
    cancel_wanted: bool


class Leases:
    """Each method is one transaction. Times are the database's, so that no other clock matters."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    # ---- a capture arrives -------------------------------------------------------------------------------------

    async def enter(self, task: Task, holder: str, most_waiting: int) -> None:
        """A task whose capture begins to arrive at `holder`; one that is resumable has a record already.

        Raises:
            NoPlaceError: as many as may wait already.
            DuplicateTaskError: its id is known.
            HeldError: another process receives it.

        """
        async with self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADMISSION_LOCK})
            if (await connection.execute(_waiting())).scalar_one() >= most_waiting:
                raise NoPlaceError
            lease = await _lease(connection, holder)
            if task.resumable:
                wanted = tasks.c.id == task.id, ~_HELD, ~tasks.c.uploaded, _UNFINISHED
                if not await _update(connection, *wanted, **lease):
                    raise HeldError
                return
            try:
                await connection.execute(tasks.insert().values(**asdict(task), **lease))
            except IntegrityError as error:
                raise DuplicateTaskError(task.id) from error

    async def queue(self, task_id: str, holder: str, size_bytes: int) -> bool:
        """The capture is there whole, and its task waits for a worker; false when `holder` has lost it."""
        changes = {"uploaded": True, "size_bytes": size_bytes, "queued": True, **_FREE}
        return await self._change(
            tasks.c.id == task_id, tasks.c.lease_holder == holder, ~tasks.c.cancel_wanted, **changes
        )

    # ---- a worker ----------------------------------------------------------------------------------------------

    async def take(self, task_id: str, holder: str) -> Task | None:
        """The task, which is `holder`'s from now on; None when it does not wait, or not any more.

        One that is completed, but lacks files that come after the verdict, stays completed.
        """
        async with self._engine.begin() as connection:
            changes = {
                "queued": False,
                "attempts": tasks.c.attempts + 1,
                "status": case((_UNFINISHED, Status.PROCESSING.value), else_=tasks.c.status),
                **await _lease(connection, holder),
            }
            row = tasks.update().where(tasks.c.id == task_id, tasks.c.queued).values(**changes).returning(*COLUMNS)
            found = (await connection.execute(row)).mappings().first()
        return task_of(found) if found else None

    async def give_back(self, task_id: str, holder: str) -> bool:
        """The task waits again, as if it had not been taken; false when it is not `holder`'s."""
        return await self._change(
            tasks.c.id == task_id,
            tasks.c.lease_holder == holder,
            queued=True,
            attempts=tasks.c.attempts - 1,
            status=case((_UNFINISHED, Status.PENDING.value), else_=tasks.c.status),
            **_FREE,
        )

    # ---- any holder --------------------------------------------------------------------------------------------

    async def update(self, task_id: str, holder: str, **changes: Any) -> bool:
        """Changes columns of a task that `holder` has; false when it has it no more."""
        return await self._change(tasks.c.id == task_id, tasks.c.lease_holder == holder, **changes)

    async def release(self, task_id: str, holder: str) -> bool:
        """A task that has ended, or whose upload pauses, is nobody's; false when it was not `holder`'s."""
        at_rest = or_(~_UNFINISHED, ~tasks.c.uploaded)
        return await self._change(tasks.c.id == task_id, tasks.c.lease_holder == holder, at_rest, **_FREE)

    async def has_ended(self, task_id: str, holder: str) -> bool:
        """Whether the task is `holder`'s, and its end is written down."""
        query = select(tasks.c.id).where(tasks.c.id == task_id, tasks.c.lease_holder == holder, ~_UNFINISHED)
        async with self._engine.connect() as connection:
            return (await connection.execute(query)).first() is not None

    async def renew(self, holder: str, task_ids: Iterable[str]) -> dict[str, bool]:
        """Those of the tasks that are still `holder`'s, now for another `LEASE_S`, and whether each is wanted to end."""
        async with self._engine.begin() as connection:
            renewed = (
                tasks.update()
                .where(tasks.c.lease_holder == holder, tasks.c.id.in_(list(task_ids)))
                .values(**await _lease(connection, holder))
                .returning(tasks.c.id, tasks.c.cancel_wanted)
            )
            return {row.id: row.cancel_wanted for row in await connection.execute(renewed)}

    # ---- what anybody may ask for --------------------------------------------------------------------------------

    async def cancel(self, task_id: str) -> Status | None:
        """Ends a task that waits: CANCELLED. Asks the holder of another to end it: PROCESSING. None: there is no work to end."""
        async with self._engine.begin() as connection:
            here = tasks.c.id == task_id
            if await _update(connection, here, tasks.c.queued, ~_UNFINISHED, queued=False):
                return Status.COMPLETED
            now = await _now(connection)
            ended = {"status": Status.CANCELLED.value, "finished_at": now, "queued": False}
            if await _update(connection, here, tasks.c.queued, **ended):
                return Status.CANCELLED
            return Status.PROCESSING if await _update(connection, here, _HELD, cancel_wanted=True) else None

    async def is_open(self, task_id: str) -> bool:
        """Whether somebody works on the task, or will."""
        query = select(tasks.c.id).where(tasks.c.id == task_id, or_(tasks.c.queued, _HELD))
        async with self._engine.connect() as connection:
            return (await connection.execute(query)).first() is not None

    async def load(self) -> tuple[int, int]:
        """How many tasks wait for a worker, their captures perhaps still arriving, and how many have one."""
        query = select(_waiting().scalar_subquery(), _running().scalar_subquery())
        async with self._engine.connect() as connection:
            waiting, running = (await connection.execute(query)).one()
            return waiting, running

    async def waiting(self) -> list[str]:
        """The ids of tasks that wait for a worker, the first first."""
        query = select(tasks.c.id).where(tasks.c.queued).order_by(tasks.c.created_at, tasks.c.id)
        async with self._engine.connect() as connection:
            return list((await connection.execute(query)).scalars())

    # ---- when a holder has died ----------------------------------------------------------------------------------

    async def lapsed(self) -> list[Lapsed]:
        """Tasks whose lease has run out."""
        async with self._engine.begin() as connection:
            query = select(*COLUMNS, *_ABOUT_LEASE).where(tasks.c.lease_expires_at < await _now(connection))
            rows = [dict(row) for row in (await connection.execute(query)).mappings()]
        about = [[row.pop(column.name) for column in _ABOUT_LEASE] for row in rows]
        return [Lapsed(task_of(row), *lease) for row, lease in zip(rows, about, strict=True)]

    async def settle(self, lapsed: Lapsed, **changes: Any) -> bool:
        """Takes a task from a holder that has died; false when somebody else was quicker, or the holder lives."""
        async with self._engine.begin() as connection:
            late = tasks.c.lease_holder == lapsed.holder, tasks.c.lease_expires_at < await _now(connection)
            return await _update(connection, tasks.c.id == lapsed.task.id, *late, **changes, **_FREE)

    async def _change(self, *conditions: Any, **changes: Any) -> bool:
        async with self._engine.begin() as connection:
            return await _update(connection, *conditions, **changes)


async def _update(connection: AsyncConnection, *conditions: Any, **changes: Any) -> bool:
    """Whether there was a task to change."""
    changed = tasks.update().where(*conditions).values(**changes).returning(tasks.c.id)
    return (await connection.execute(changed)).first() is not None


async def _lease(connection: AsyncConnection, holder: str) -> dict[str, Any]:
    return {"lease_holder": holder, "lease_expires_at": await _now(connection) + timedelta(seconds=LEASE_S)}


async def _now(connection: AsyncConnection) -> datetime:
    return (await connection.execute(select(func.now(type_=UtcTime)))).scalar_one()


def _waiting() -> Select[Any]:
    arriving = and_(_HELD, ~tasks.c.uploaded, _UNFINISHED)
    return select(func.count()).select_from(tasks).where(or_(tasks.c.queued, arriving))


def _running() -> Select[Any]:
    return select(func.count()).select_from(tasks).where(_HELD, tasks.c.uploaded)
