"""The connection to the database, and its migrations."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, ExceptionContext, event, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from pcap_analyzer.errors import SettingError

_MIGRATIONS = Path(__file__).parent / "migrations"
# So long a statement waits for another process's lock on SQLite.
_LOCK_TIMEOUT_S = 5
# So long PostgreSQL may take to answer a connection or a statement; ours are short.
_PATIENCE_S = 20
# Classes of SQLSTATE that say the server is away, stops, starts, or has no room: all but the request is wrong.
_AWAY = ("08", "53", "57P", "58")
# Any number, as long as nobody else uses it: one process migrates, the others wait.
_MIGRATION_LOCK = 7_227_701


def connect(url: str) -> AsyncEngine:
    """An engine for `url`. On SQLite readers and the writer do not wait for each other.

    Whatever the driver, a database that is away, stops, starts or is locked shows as OperationalError.
    """
    if url.startswith("postgresql"):
        return _postgresql(url)
    engine = create_async_engine(url, connect_args={"timeout": _LOCK_TIMEOUT_S})
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: object) -> None:
    cursor: sqlite3.Cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _postgresql(url: str) -> AsyncEngine:
    import asyncpg

    async def open_connection(*args: Any, **options: Any) -> Any:
        try:
            return await asyncpg.connect(*args, **options)
        except OSError as error:
            raise asyncpg.ConnectionDoesNotExistError(str(error)) from error

    patience = {"timeout": _PATIENCE_S, "command_timeout": _PATIENCE_S, "async_creator_fn": open_connection}
    engine = create_async_engine(url, pool_pre_ping=True, connect_args=patience)
    event.listen(engine.sync_engine, "handle_error", _say_away)
    return engine


def _say_away(context: ExceptionContext) -> None:
    import asyncpg

    original = context.original_exception
    state = str(getattr(original, "sqlstate", None) or "")
    broken = isinstance(original.__cause__, (OSError, TimeoutError, asyncpg.InternalClientError))
    if broken:
        context.is_disconnect = True
    if (context.is_disconnect or state.startswith(_AWAY)) and not isinstance(
        context.sqlalchemy_exception, OperationalError
    ):
        raise OperationalError(context.statement, None, original) from original


async def migrate(engine: AsyncEngine) -> None:
    """Brings the database to the newest schema."""
    async with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def bring_up_to_date(url: str) -> None:
    """The same for a database that is not connected.

    Raises:
        SettingError: it is away, or lets us not in.

    """
    try:
        asyncio.run(_connect_and_migrate(url))
    except DBAPIError as error:
        place = make_url(url).render_as_string(hide_password=True)
        reason = str(error.orig).splitlines()[0].split("'>: ")[-1]
        raise SettingError(
            f"DATABASE_URL: {place} cannot be used ({reason}); check that it runs, its address, and who may use it"
        ) from error


async def _connect_and_migrate(url: str) -> None:
    engine = connect(url)
    try:
        await migrate(engine)
    finally:
        await engine.dispose()
