"""Records of links that show one report without a login. Of their keys only hashes are kept."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from .schema import shares


@dataclass(frozen=True, slots=True)
class Share:
    """A link to a report, and how long it works."""

    id: str
    task_id: str
    created_at: datetime
    expires_at: datetime


class Shares:
    """Each method is one transaction."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, task_id: str, key_hash: str, expires_at: datetime) -> Share:
        """A new link."""
        share = Share(str(uuid.uuid4()), task_id, datetime.now(UTC), expires_at)
        values = {column: getattr(share, column) for column in Share.__slots__}
        async with self._engine.begin() as connection:
            await connection.execute(shares.insert().values(key_hash=key_hash, **values))
        return share

    async def of_task(self, task_id: str) -> list[Share]:
        """The links of a task, the newest last."""
        query = select(*_COLUMNS).where(shares.c.task_id == task_id).order_by(shares.c.created_at)
        async with self._engine.connect() as connection:
            return [Share(**row) for row in (await connection.execute(query)).mappings()]

    async def opens(self, task_id: str, key_hash: str) -> bool:
        """Whether a key opens the report of a task today."""
        query = select(shares.c.id).where(
            shares.c.task_id == task_id, shares.c.key_hash == key_hash, shares.c.expires_at > datetime.now(UTC)
        )
        async with self._engine.connect() as connection:
            return (await connection.execute(query)).first() is not None

    async def remove(self, task_id: str, share_id: str) -> bool:
        """Ends a link; false when the task has no such one."""
        query = delete(shares).where(shares.c.task_id == task_id, shares.c.id == share_id).returning(shares.c.id)
        async with self._engine.begin() as connection:
            return (await connection.execute(query)).first() is not None

    async def remove_of(self, task_id: str) -> None:
        """Ends all links of a task."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(shares).where(shares.c.task_id == task_id))

    async def remove_old(self, now: datetime) -> None:
        """Forgets links that have ended."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(shares).where(shares.c.expires_at <= now))


_COLUMNS = [shares.c[name] for name in Share.__slots__]
