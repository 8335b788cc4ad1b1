"""What endpoints ask for: the service, who is asking, a task that is theirs."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request

from .access.keys import key_hash
from .access.principal import Principal, identify
from .errors import Problem, not_found
from .service import Service
from .task import Task


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


ServiceDep = Annotated[Service, Depends(_service)]


async def _principal(request: Request, service: ServiceDep) -> Principal:
    return await identify(request, service.settings, service.users)


PrincipalDep = Annotated[Principal, Depends(_principal)]


def _admin(principal: PrincipalDep) -> Principal:
    if not principal.is_admin:
        raise Problem(403, "not_admin", "Only administrators may do this.")
    return principal


AdminDep = Annotated[Principal, Depends(_admin)]


async def _task(task_id: UUID, service: ServiceDep, principal: PrincipalDep) -> Task:
    task = await service.tasks.get(str(task_id))
    if task is None or not principal.owns(task.owner_id):
        raise not_found()
    return task


# A task of whoever asks.
TaskDep = Annotated[Task, Depends(_task)]

ShareKey = Annotated[
    str, Query(alias="share", max_length=100, description="The key of a link that shows this report without a login.")
]


async def _shown_task(task_id: UUID, request: Request, service: ServiceDep, share: ShareKey = "") -> Task:
    if share and await service.shares.opens(str(task_id), key_hash(share)):
        task = await service.tasks.get(str(task_id))
        if task is not None:
            return task
    return await _task(task_id, service, await _principal(request, service))


# The same to read only, also by a link that shares it.
ShownTaskDep = Annotated[Task, Depends(_shown_task)]


def address(request: Request) -> str | None:
    """Where a request comes from; behind a trusted proxy, what that says."""
    return request.client.host if request.client else None
