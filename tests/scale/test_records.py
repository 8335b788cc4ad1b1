"""The records, in each database that they may be in."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from pcap_analyzer.web.access.audit import Audit
from pcap_analyzer.web.storage.records.database import migrate
from pcap_analyzer.web.storage.records.leases import HeldError, Leases, NoPlaceError
from pcap_analyzer.web.storage.records.schema import metadata, tasks
from pcap_analyzer.web.storage.records.shares import Shares
from pcap_analyzer.web.storage.records.tasks import DuplicateTaskError, Tasks
from pcap_analyzer.web.storage.records.users import DuplicateUserError, Users
from pcap_analyzer.web.task import Status, Task

Run = Callable[..., Any]
NOW = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)


def task(name: str = "a.pcap", **more: Any) -> Task:
    return Task(str(uuid.uuid4()), name, more.pop("created_at", NOW), **more)


async def waiting(leases: Leases, count: int = 1) -> list[str]:
    """Ids of new tasks that wait for a worker."""
    ids = []
    for number in range(count):
        new = task(created_at=NOW + timedelta(seconds=number))
        await leases.enter(new, "web", 1000)
        assert await leases.queue(new.id, "web", 7)
        ids.append(new.id)
    return ids


async def lapse(engine: AsyncEngine, task_id: str) -> None:
    async with engine.begin() as connection:
        past = datetime.now(UTC) - timedelta(minutes=1)
        await connection.execute(tasks.update().where(tasks.c.id == task_id).values(lease_expires_at=past))


def test_the_migrations_make_the_schema(run: Run) -> None:
    def differences(connection: Connection) -> list[Any]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async def compare(engine: AsyncEngine) -> list[Any]:
        async with engine.connect() as connection:
            return await connection.run_sync(differences)

    assert run(compare) == []


def test_many_may_migrate_at_once(run_shared: Run) -> None:
    async def again(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            await connection.run_sync(metadata.drop_all)
            await connection.execute(text("DROP TABLE alembic_version"))
        await asyncio.gather(*(migrate(engine) for _ in range(5)))
        assert await Tasks(engine).unfinished() == []

    run_shared(again)


def test_a_task_comes_back_as_it_was(run: Run) -> None:
    async def check(engine: AsyncEngine) -> None:
        records = Tasks(engine)
        first = task("é'%_.pcap", summary={"sentence": "ok", "cost_s": 1.5}, size_bytes=5 << 40)
        await records.add(first)
        assert await records.get(first.id) == first
        with pytest.raises(DuplicateTaskError):
            await records.add(first)
        await records.update(first.id, status=Status.FAILED.value, error={"title": "x"}, finished_at=NOW)
        assert await records.get(first.id) == replace(
            first, status=Status.FAILED, error={"title": "x"}, finished_at=NOW
        )
        assert await records.get(str(uuid.uuid4())) is None
        assert await records.some([first.id, str(uuid.uuid4())]) == [await records.get(first.id)]

    run(check)


def test_the_history_is_searched_and_paged(run: Run) -> None:
    async def check(engine: AsyncEngine) -> None:
        records, users = Tasks(engine), Users(engine)
        owner = await users.add("ann", "user")
        for number in range(5):
            mine = owner.id if number % 2 else None
            await records.add(task(f"Trace_{number}.pcap", created_at=NOW + timedelta(seconds=number), owner_id=mine))
        assert [each.file_name for each in (await records.history(owner.id)).tasks] == ["Trace_3.pcap", "Trace_1.pcap"]
        page = await records.history(None, "tRACE_", limit=2, offset=1)
        assert (page.total, [each.file_name for each in page.tasks]) == (5, ["Trace_3.pcap", "Trace_2.pcap"])
        assert (await records.history(None, "%")).total == 0
        assert (await records.history(None, status=Status.COMPLETED)).total == 0
        assert [each.file_name for each in await records.unfinished()] == [
            f"Trace_{number}.pcap" for number in range(5)
        ]

    run(check)


def test_users_sessions_tokens_and_links(run: Run) -> None:
    async def check(engine: AsyncEngine) -> None:
        users, shares, audit = Users(engine), Shares(engine), Audit(engine)
        ann = await users.add("ann", "user", password_hash="h")
        with pytest.raises(DuplicateUserError):
            await users.add("ann", "admin")
        later, past = datetime.now(UTC) + timedelta(hours=1), datetime.now(UTC) - timedelta(hours=1)
        await users.add_session(ann, "key", "csrf", later)
        await users.add_session(ann, "old", "csrf", past)
        session = await users.session("key")
        assert session is not None
        assert session.user == ann
        assert await users.session("old") is None
        token = await users.add_token(ann, "hash", "script", "read", None)
        assert await users.by_token("hash") == (ann, "read")
        assert await users.tokens_of(ann.id) == [token]
        new = task(owner_id=ann.id)
        await Tasks(engine).add(new)
        await shares.add(new.id, "share", later)
        assert await shares.opens(new.id, "share")
        assert not await shares.opens(new.id, "other")
        await users.change(ann.id, disabled=True)
        assert await users.session("key") is None
        assert await users.by_token("hash") is None
        for number in range(3):
            await audit.note(f"did {number}", "ann", "::1")
        assert [line["action"] for line in await audit.newest(2, 0)] == ["did 2", "did 1"]

    run(check)


def test_the_queue_has_an_end_for_all_processes_together(run_shared: Run) -> None:
    async def check(engine: AsyncEngine) -> None:
        leases = Leases(engine)
        news = [task() for _ in range(20)]
        entering = (leases.enter(each, f"web {number % 4}", 5) for number, each in enumerate(news))
        outcomes = await asyncio.gather(*entering, return_exceptions=True)
        assert sum(outcome is None for outcome in outcomes) == 5
        assert sum(isinstance(outcome, NoPlaceError) for outcome in outcomes) == 15
        assert await leases.load() == (5, 0)

    run_shared(check)


def test_one_worker_alone_takes_a_task(run_shared: Run) -> None:
    async def check(engine: AsyncEngine) -> None:
        leases = Leases(engine)
        (first,) = await waiting(leases)
        takers = [leases.take(first, f"worker {number}") for number in range(10)]
        taken = [each for each in await asyncio.gather(*takers) if each]
        assert [(each.id, each.attempts, each.status) for each in taken] == [(first, 1, Status.PROCESSING)]
        assert await leases.load() == (0, 1)

    run_shared(check)


def test_only_the_holder_writes(run_shared: Run) -> None:
    async def check(engine: AsyncEngine) -> None:
        leases, records = Leases(engine), Tasks(engine)
        (first,) = await waiting(leases)
        await leases.take(first, "one")
        assert not await leases.update(first, "two", status=Status.FAILED.value)
        assert not await leases.release(first, "one"), "it has not ended"
        assert await leases.update(first, "one", status=Status.COMPLETED.value)
        assert not await leases.release(first, "two")
        assert await leases.is_open(first)
        assert await leases.release(first, "one")
        assert not await leases.is_open(first)
        assert not await leases.update(first, "one", status=Status.FAILED.value)
        found = await records.get(first)
        assert found is not None
        assert found.status is Status.COMPLETED

    run_shared(check)


def test_a_lapsed_task_goes_to_one_other(run_shared: Run) -> None:
    async def check(engine: AsyncEngine) -> None:
        leases = Leases(engine)
        first, second = await waiting(leases, 2)
        await leases.take(first, "one")
        await leases.take(second, "one")
        assert await leases.lapsed() == []
        await lapse(engine, first)
        (late,) = await leases.lapsed()
        assert (late.task.id, late.holder, late.cancel_wanted) == (first, "one", False)
        settling = (leases.settle(late, queued=True, status=Status.PENDING.value) for _ in range(5))
        assert sum(await asyncio.gather(*settling)) == 1
        assert await leases.renew("one", [first, second]) == {second: False}
        again = await leases.take(first, "two")
        assert again is not None
        assert again.attempts == 2
        assert not await leases.update(first, "one", status=Status.COMPLETED.value)

    run_shared(check)


def test_a_holder_that_was_only_late_keeps_its_task(run_shared: Run) -> None:
    async def check(engine: AsyncEngine) -> None:
        leases = Leases(engine)
        (first,) = await waiting(leases)
        await leases.take(first, "one")
        await lapse(engine, first)
        (late,) = await leases.lapsed()
        assert await leases.renew("one", [first]) == {first: False}
        assert not await leases.settle(late, queued=True)

    run_shared(check)


def test_a_task_that_is_given_back_was_not_tried(run_shared: Run) -> None:
    async def check(engine: AsyncEngine) -> None:
        leases = Leases(engine)
        first, second = await waiting(leases, 2)
        await leases.take(first, "one")
        assert not await leases.give_back(first, "two")
        assert await leases.give_back(first, "one")
        assert await leases.waiting() == [first, second]
        again = await leases.take(first, "two")
        assert again is not None
        assert again.attempts == 1

    run_shared(check)


def test_a_wish_to_end_reaches_whoever_has_the_task(run_shared: Run) -> None:
    async def check(engine: AsyncEngine) -> None:
        leases = Leases(engine)
        first, second = await waiting(leases, 2)
        assert await leases.cancel(first) is Status.CANCELLED
        assert await leases.take(first, "one") is None
        await leases.take(second, "one")
        assert await leases.cancel(second) is Status.PROCESSING
        assert await leases.renew("one", [second]) == {second: True}
        assert await leases.cancel(first) is None
        arriving = task()
        await leases.enter(arriving, "web", 100)
        assert await leases.cancel(arriving.id) is Status.PROCESSING
        assert not await leases.queue(arriving.id, "web", 7), "what was cancelled is not queued any more"

    run_shared(check)


def test_one_process_at_a_time_receives_a_resumable_upload(run_shared: Run) -> None:
    async def check(engine: AsyncEngine) -> None:
        leases, records = Leases(engine), Tasks(engine)
        upload = task(resumable=True)
        await records.add(upload)
        await leases.enter(upload, "one", 100)
        with pytest.raises(HeldError):
            await leases.enter(upload, "two", 100)
        assert await leases.release(upload.id, "one")
        await leases.enter(upload, "two", 100)
        with pytest.raises(DuplicateTaskError):
            await leases.enter(task_like(upload), "two", 100)

    run_shared(check)


def task_like(other: Task) -> Task:
    return Task(other.id, "b.pcap", NOW)
