"""Who did what: a record of everything that changes access or takes something away."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from pcap_analyzer.web.storage.records.schema import audit


class Audit:
    """Lines are added and read, never changed."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def note(self, action: str, user_name: str | None, address: str | None, about: str = "") -> None:
        """One line."""
        row = audit.insert().values(
            at=datetime.now(UTC), user_name=user_name, address=address, action=action, object=about[:200]
        )
        async with self._engine.begin() as connection:
            await connection.execute(row)

    async def newest(self, limit: int, offset: int) -> list[dict[str, Any]]:
        """Lines, newest first."""
        query = select(audit).order_by(audit.c.id.desc()).limit(limit).offset(offset)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [{**row, "at": row["at"].isoformat()} for row in rows]
