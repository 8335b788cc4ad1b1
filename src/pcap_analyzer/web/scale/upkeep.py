"""What each process does every ten seconds: says that it lives, and looks after what others have left behind."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.exc import OperationalError

from pcap_analyzer.web.errors import Problem
from pcap_analyzer.web.lifecycle import Lifecycle
from pcap_analyzer.web.logs import NAME
from pcap_analyzer.web.storage.records.leases import Lapsed, Leases
from pcap_analyzer.web.task import Status
from pcap_analyzer.web.uploads.spool import Captures

from .messages import Messages

_log = logging.getLogger(NAME)

TICK_S = 10
_RETRY_S = 1
# A capture that has taken so many workers with it is parked: it is not tried again.
MOST_ATTEMPTS = 3


class Upkeep:
    """Renews the leases of tasks that `held` names, `ends` those that are wanted to end or were lost, and takes up lapsed ones."""

    def __init__(
        self,
        leases: Leases,
        messages: Messages,
        captures: Captures,
        lifecycle: Lifecycle,
        holder: str,
        held: Callable[[], Iterable[str]],
        ends: Callable[[str], Awaitable[object]],
    ) -> None:
        self._leases = leases
        self._messages = messages
        self._captures = captures
        self._lifecycle = lifecycle
        self._holder = holder
        self._held = held
        self._ends = ends
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        """From now on."""
        self._loop = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """No more."""
        if self._loop:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)

    async def _run(self) -> None:
        was_there = True
        while True:
            try:
                await self._renew()
                # After a break of the database the living come first: they need a moment to renew their leases.
                if was_there:
                    await self.take_up()
                was_there = True
            except OperationalError as error:
                _log.warning("database away", extra={"error": str(error).splitlines()[0]})
                was_there = False
            except Exception:
                # Told whole in the log. All other tasks depend on this loop: without it their leases run out.
                _log.exception("upkeep failed")
            await asyncio.sleep(TICK_S if was_there else _RETRY_S)

    async def _renew(self) -> None:
        before = set(self._held())
        if not before:
            return
        renewed = await self._leases.renew(self._holder, before)
        for task_id in before & set(self._held()):
            if renewed.get(task_id, True):
                _log.info("lost" if task_id not in renewed else "wanted to end", extra={"task_id": task_id})
                await self._ends(task_id)

    async def take_up(self) -> None:
        """Takes what the dead have held, and sends messages that got lost."""
        for lapsed in await self._leases.lapsed():
            await self._take_over(lapsed)
        for task_id in await self._messages.missing(await self._leases.waiting()):
            _log.info("message sent again", extra={"task_id": task_id})
            await self._messages.send(task_id, again=True)

    async def _take_over(self, lapsed: Lapsed) -> None:
        task, now = lapsed.task, datetime.now(UTC)
        changes = _what_becomes_of(lapsed)
        if changes.get("status") in (Status.FAILED, Status.CANCELLED):
            changes["finished_at"] = now
        if not await self._leases.settle(lapsed, **changes):
            return
        _log.warning("taken over", extra={"task_id": task.id, "holder": lapsed.holder, "attempts": task.attempts})
        if changes.get("queued"):
            await self._messages.send(task.id, again=True)
        shown = {key: value for key, value in changes.items() if key != "queued"}
        task = replace(task, **shown)
        if "status" in changes:
            self._lifecycle.told(task)
        if task.status.is_final and not changes.get("queued") and task.capture_expires_at is None:
            await self._captures.remove(task.id)


def _what_becomes_of(lapsed: Lapsed) -> dict[str, Any]:
    """The changes of a task whose holder has died."""
    task = lapsed.task
    if task.status is Status.COMPLETED and task.attempts < MOST_ATTEMPTS and not lapsed.cancel_wanted:
        # Its verdict is there, and what comes after it is not, or not all.
        return {"queued": True}
    if task.status.is_final:
        return {}
    if lapsed.cancel_wanted:
        return {"status": Status.CANCELLED}
    if not task.uploaded:
        return {} if task.resumable else {"status": Status.FAILED, "error": _interrupted().document()}
    if task.attempts >= MOST_ATTEMPTS:
        return {"status": Status.FAILED, "error": _parked(task.id, task.attempts).document()}
    return {"status": Status.PENDING, "queued": True}


def _interrupted() -> Problem:
    return Problem(500, "interrupted", "The service ended while the capture arrived.", "Send it again.")


def _parked(task_id: str, attempts: int) -> Problem:
    return Problem(
        500,
        "parked",
        f"The workers of this analysis ended {attempts} times; it is not tried again.",
        f"Quote {task_id} when you report it.",
    )
