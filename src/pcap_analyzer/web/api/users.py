"""Users, for administrators; what was done, for them too."""

import asyncio
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, StringConstraints

from pcap_analyzer.web.access.keys import SHORTEST_PASSWORD
from pcap_analyzer.web.deps import AdminDep, ServiceDep, address
from pcap_analyzer.web.errors import Problem, responses
from pcap_analyzer.web.settings import Access
from pcap_analyzer.web.storage.records.users import DuplicateUserError, User

router = APIRouter(tags=["administration"])

Role = Literal["user", "admin"]
Password = Annotated[str, StringConstraints(min_length=SHORTEST_PASSWORD, max_length=1000)]


class NewUser(BaseModel):
    """A user with a first password."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[\w.@+-]+$")]
    password: Password
    role: Role = "user"


class UserChange(BaseModel):
    """What is not given stays. Any change ends the logins of the user."""

    password: Password | None = None
    role: Role | None = None
    disabled: bool | None = None


@router.get("/users", responses=responses(401, 403))
async def users(service: ServiceDep, _: AdminDep) -> list[dict[str, Any]]:
    """All users."""
    return [_shown(user) for user in await service.users.all()]


@router.post("/users", status_code=201, responses=responses(401, 403, 409))
async def create(request: Request, service: ServiceDep, admin: AdminDep, wanted: NewUser) -> dict[str, Any]:
    """A new user."""
    if service.settings.access is not Access.USERS:
        raise Problem(409, "no_passwords", "There are no passwords here.")
    password_hash = await asyncio.to_thread(service.passwords.hash, wanted.password)
    try:
        user = await service.users.add(wanted.name, wanted.role, password_hash=password_hash)
    except DuplicateUserError as error:
        raise Problem(409, "known_user", f"There is a user {wanted.name} already.") from error
    await service.audit.note("create_user", admin.name, address(request), user.name)
    return _shown(user)


@router.patch("/users/{user_id}", responses=responses(401, 403, 404, 409))
async def change(
    request: Request, service: ServiceDep, admin: AdminDep, user_id: UUID, wanted: UserChange
) -> dict[str, Any]:
    """Another password or role; a disabled user cannot log in, nor use a token."""
    user = await service.users.by_id(str(user_id))
    if user is None:
        raise Problem(404, "unknown_user", "There is no such user.")
    if user.id == admin.user_id and (wanted.disabled or wanted.role == "user"):
        raise Problem(409, "last_resort", "Nobody takes their own rights away.", "Ask another administrator.")
    changes = wanted.model_dump(exclude_none=True, exclude={"password"})
    if wanted.password is not None:
        changes["password_hash"] = await asyncio.to_thread(service.passwords.hash, wanted.password)
    if changes:
        await service.users.change(user.id, **changes)
        await service.audit.note(
            "change_user", admin.name, address(request), f"{user.name}: {', '.join(sorted(changes))}"
        )
    changed = await service.users.by_id(user.id)
    assert changed is not None
    return _shown(changed)


@router.get("/audit", responses=responses(401, 403))
async def audit(
    service: ServiceDep,
    _: AdminDep,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
) -> list[dict[str, Any]]:
    """Who did what, newest first."""
    return await service.audit.newest(limit, offset)


def _shown(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "name": user.name,
        "role": user.role,
        "disabled": user.disabled,
        "created_at": user.created_at.isoformat(),
    }
