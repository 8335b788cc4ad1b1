"""What endpoints ask for: the service, who is asking, a task that is theirs."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

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


TaskDep = Annotated[Task, Depends(_task)]


def address(request: Request) -> str | None:
    """Where a request comes from; behind a trusted proxy, what that says."""
    return request.client.host if request.client else None
