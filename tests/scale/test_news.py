"""News and limits, of one process and of several."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from pcap_analyzer.web.access.limiter import Limiter, OwnLimiter
from pcap_analyzer.web.progress import News, OwnProgress, Progress
from pcap_analyzer.web.settings import Settings
from pcap_analyzer.web.storage.records.database import connect, migrate
from pcap_analyzer.web.storage.records.tasks import Tasks


@asynccontextmanager
async def pair(settings: Settings | None) -> AsyncIterator[tuple[Progress, Progress]]:
    """Where news are told, and where they are followed."""
    if settings is None:
        progress = OwnProgress()
        yield progress, progress
        return
    from pcap_analyzer.web.scale import redis
    from pcap_analyzer.web.scale.progress import SharedProgress
    from pcap_analyzer.web.storage.records.leases import Leases

    engine: AsyncEngine = connect(settings.database)
    await migrate(engine)
    connection = redis.connect(settings.redis_url)
    told, followed = (SharedProgress(connection, Tasks(engine), Leases(engine)) for _ in range(2))
    listening = asyncio.create_task(redis.listen(connection, {redis.NEWS: followed.heard}))
    for each in (told, followed):
        await each.start()
    yield told, followed
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    for each in (told, followed):
        await each.stop()
    await connection.aclose()
    await engine.dispose()


@pytest.fixture(params=["own", "shared"])
def settings(request: pytest.FixtureRequest) -> Settings | None:
    found: Settings | None = request.getfixturevalue("shared_settings") if request.param == "shared" else None
    return found


async def collect(progress: Progress, task_id: str, after_id: int = 0) -> list[News]:
    async with aclosing(progress.follow(task_id, after_id, 0.05)) as following:  # type: ignore[type-var]
        return [news async for news in following if news]


def test_a_follower_hears_the_end_and_ids_grow(settings: Settings | None) -> None:
    async def check() -> None:
        async with pair(settings) as (told, followed):
            following = [asyncio.create_task(collect(followed, "t1")) for _ in range(3)]
            await asyncio.sleep(0.3)
            for number in range(5):
                told.publish("t1", {"number": number}, final=number == 4)
                await asyncio.sleep(0.02)
            for news in await asyncio.wait_for(asyncio.gather(*following), 20):
                assert news[-1].data == '{"number": 4}'
                assert [each.final for each in news] == [False] * (len(news) - 1) + [True]
                ids = [each.id for each in news]
                assert ids == sorted(set(ids))

    asyncio.run(check())


def test_who_comes_late_hears_the_newest_and_who_returns_only_what_is_new(settings: Settings | None) -> None:
    async def check() -> None:
        async with pair(settings) as (told, followed):
            assert not await followed.has_news("t2")
            told.publish("t2", {"number": 1}, final=False)
            while not await followed.has_news("t2"):
                await asyncio.sleep(0.02)
            async with aclosing(followed.follow("t2", 0, 5)) as following:  # type: ignore[type-var]
                first = await anext(following)
            assert first is not None
            assert first.data == '{"number": 1}'
            late = asyncio.create_task(collect(followed, "t2", first.id))
            await asyncio.sleep(0.2)
            told.publish("t2", {"number": 2}, final=True)
            assert [each.data for each in await asyncio.wait_for(late, 20)] == ['{"number": 2}']
            assert not await followed.has_news("t2")

    asyncio.run(check())


def test_nothing_is_told_after_the_end(shared_settings: Settings) -> None:
    async def check() -> None:
        async with pair(shared_settings) as (told, followed):
            told.publish("t3", {"number": 1}, final=True)
            while not (newest := await followed.newest(["t3"])):  # type: ignore[attr-defined]
                await asyncio.sleep(0.02)
            followed.publish("t3", {"number": 0}, final=False)
            await asyncio.sleep(0.2)
            assert await followed.newest(["t3"]) == newest  # type: ignore[attr-defined]

    asyncio.run(check())


def test_a_limit_holds_whoever_is_asked(settings: Settings | None) -> None:
    async def check() -> None:
        limiters: list[Limiter]
        if settings is None:
            limiters = [OwnLimiter(3)] * 2
        else:
            from pcap_analyzer.web.scale import redis
            from pcap_analyzer.web.scale.limiter import SharedLimiter

            connection = redis.connect(settings.redis_url)
            limiters = [SharedLimiter(connection, "test", 3) for _ in range(2)]
        for number in range(3):
            assert await limiters[0].wait_s("ann") == 0
            await limiters[number % 2].count("ann")
        for limiter in limiters:
            assert 50 < await limiter.wait_s("ann") <= 61
            assert await limiter.wait_s("bob") == 0
        if settings is not None:
            await connection.aclose()

    asyncio.run(check())
