"""The service's end of reader processes: a few, each asked one question at a time, and ended when an answer takes too long."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Any

from pcap_analyzer.web.errors import Problem
from pcap_analyzer.web.settings import Settings

_LONGEST_ANSWER_BYTES = 64 << 20
_START_S = 60
# So many more questions wait; the next one is told to come back.
_WAITING = 16


class Readers:
    """Processes are started when they are needed, and kept for the next question."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._free: list[Process] = []
        self._all: set[Process] = set()
        self._gate = asyncio.Semaphore(settings.readers)
        self._asking = 0

    async def ask(self, folder: Path, **question: Any) -> dict[str, Any]:
        """The answer. Cancelling the call ends the process that works on it.

        Raises:
            Problem: it took too long, too much, or was no question.

        """
        if self._asking >= self._settings.readers + _WAITING:
            raise Problem(503, "readers_busy", "Many questions are being answered.", "Try again.", retry_after_s=2)
        self._asking += 1
        try:
            async with self._gate:
                found = await self._ask({"folder": str(folder), **question})
        finally:
            self._asking -= 1
        if "problem" in found:
            raise Problem(400, found["problem"], found["detail"])
        return found

    async def stop(self) -> None:
        """Ends all, whatever they are asked just now."""
        for process in self._all:
            _kill(process)
        self._free.clear()

    async def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        process = await self._take()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(question).encode() + b"\n")
            async with asyncio.timeout(self._settings.sql_timeout_s):
                line = await process.stdout.readline()
        except TimeoutError as error:
            _kill(process)
            seconds = self._settings.sql_timeout_s
            raise Problem(400, "sql_too_slow", f"SQL: no answer within {seconds:g} s.", "Ask for less.") from error
        except BaseException:
            _kill(process)
            raise
        if not line:
            _kill(process)
            raise Problem(400, "sql_too_large", "SQL: this takes more than a question may have.")
        self._free.append(process)
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def _take(self) -> Process:
        while self._free:
            process = self._free.pop()
            if process.returncode is None:
                return process
        command = (sys.executable, "-m", "pcap_analyzer.web.readers.reader")
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, limit=_LONGEST_ANSWER_BYTES)
        assert process.stdout is not None
        self._all = {other for other in self._all if other.returncode is None} | {process}
        try:
            async with asyncio.timeout(_START_S):
                ready = await process.stdout.readline()
        except BaseException:
            _kill(process)
            raise
        if not ready:
            raise Problem(503, "no_reader", "No process can be started to answer.", "Try again.", retry_after_s=5)
        return process


def _kill(process: Process) -> None:
    if process.returncode is None:
        process.kill()
