"""A question that somebody waits for: who goes away ends it."""

import asyncio
from typing import Any

from fastapi import Request

from pcap_analyzer.web.errors import Problem
from pcap_analyzer.web.service import Service


async def ask(request: Request, service: Service, task_id: str, **question: Any) -> dict[str, Any]:
    """The answer of a reader process about a report."""
    folder = await service.blobs.folder(task_id)
    asking = asyncio.create_task(service.readers.ask(folder, **question))
    gone = asyncio.create_task(_until_gone(request))
    try:
        await asyncio.wait({asking, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not asking.done():
            raise Problem(400, "cancelled", "The question was withdrawn.")
        return asking.result()
    finally:
        gone.cancel()
        asking.cancel()


async def _until_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
