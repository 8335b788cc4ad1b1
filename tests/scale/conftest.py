"""Real engines for all tests of this folder: PostgreSQL, Redis, an S3 store over HTTP. Without them, only the built-in parts run."""

import asyncio
import uuid
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
import scaled
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from pcap_analyzer.web.settings import Settings
from pcap_analyzer.web.storage.records.database import connect, migrate

T = TypeVar("T")
Run = Callable[[Callable[[AsyncEngine], Coroutine[Any, Any, T]]], T]


@pytest.fixture(scope="session")
def engines() -> Iterator[scaled.Scaled]:
    if why := scaled.missing():
        pytest.skip(why)
    with scaled.scaled(max_queue_size=50, log_level="INFO") as engines:
        yield engines


@pytest.fixture
def shared_settings(engines: scaled.Scaled, tmp_path: Path) -> Settings:
    values: dict[str, Any] = {name.lower(): value for name, value in engines.settings.items()}
    return Settings(data_dir=tmp_path, **values)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'records.db'}"
    return _new_database(request.getfixturevalue("engines"))


@pytest.fixture
def shared_database(engines: scaled.Scaled) -> str:
    """The URL of an empty database that several processes may use."""
    return _new_database(engines)


def _new_database(engines: scaled.Scaled) -> str:
    server = engines.settings["DATABASE_URL"].replace("postgresql:", "postgresql+asyncpg:")
    name = f"test_{uuid.uuid4().hex}"

    async def create() -> None:
        engine = connect(server).execution_options(isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(f"CREATE DATABASE {name}"))
        await engine.dispose()

    asyncio.run(create())
    return f"{server.rpartition('/')[0]}/{name}"


@pytest.fixture
def run(database: str) -> Run[Any]:
    """Does something with the records of a new database, in an event loop of its own."""
    return _runner(database)


@pytest.fixture
def run_shared(shared_database: str) -> Run[Any]:
    """The same where several processes share the records."""
    return _runner(shared_database)


def _runner(database: str) -> Run[Any]:
    def runs(doing: Callable[[AsyncEngine], Coroutine[Any, Any, T]]) -> T:
        async def main() -> T:
            engine = connect(database)
            try:
                await migrate(engine)
                return await doing(engine)
            finally:
                await engine.dispose()

        return asyncio.run(main())

    return runs
