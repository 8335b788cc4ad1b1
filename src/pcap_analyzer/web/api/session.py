"""Logging in with a name and a password, and out."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, StringConstraints

from pcap_analyzer.web.access.keys import key_hash, new_key
from pcap_analyzer.web.access.principal import COOKIE
from pcap_analyzer.web.deps import PrincipalDep, ServiceDep, address
from pcap_analyzer.web.errors import Problem, responses
from pcap_analyzer.web.service import Service
from pcap_analyzer.web.settings import Access
from pcap_analyzer.web.storage.records.users import User

router = APIRouter(tags=["access"])


class Login(BaseModel):
    """A name and its password."""

    name: Annotated[str, StringConstraints(max_length=100)]
    password: Annotated[str, StringConstraints(max_length=1000)]


@router.post("/login", responses=responses(401, 403, 409, 429))
async def login(request: Request, response: Response, service: ServiceDep, login: Login) -> dict[str, Any]:
    """Begins a session. A wrong name and a wrong password look and last the same."""
    if service.settings.access is not Access.USERS:
        raise Problem(409, "no_passwords", "There are no passwords here.")
    # One address may try many names, and nobody can lock a user out from another address.
    here, name_here = str(address(request)), f"{login.name} {address(request)}"
    wait_s = max(await service.login_limiter.wait_s(name_here), await service.address_limiter.wait_s(here))
    if wait_s:
        raise Problem(429, "too_many_logins", "Too many failed logins.", "Wait.", retry_after_s=wait_s)
    user = await service.users.by_name(login.name)
    known_hash = user.password_hash if user and not user.disabled else None
    if not await service.passwords.verify(known_hash, login.password) or user is None:
        await service.login_limiter.count(name_here)
        await service.address_limiter.count(here)
        await service.audit.note("login_failed", login.name, address(request))
        raise Problem(401, "wrong_login", "The name or the password is wrong.")
    return await begin(request, response, service, user)


async def begin(request: Request, response: Response, service: Service, user: User) -> dict[str, Any]:
    """A session under a new key, whatever key the browser came with."""
    await service.users.remove_session(key_hash(request.cookies.get(COOKIE, "")))
    key, csrf_token = new_key(), new_key()
    lifetime = timedelta(hours=service.settings.session_hours)
    await service.users.add_session(user, key_hash(key), csrf_token, datetime.now(UTC) + lifetime)
    response.set_cookie(
        COOKIE,
        key,
        max_age=int(lifetime.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    await service.audit.note("login", user.name, address(request))
    return {"name": user.name, "role": user.role, "csrf_token": csrf_token}


@router.post("/logout", status_code=204, responses=responses(401, 403))
async def logout(request: Request, response: Response, service: ServiceDep, principal: PrincipalDep) -> None:
    """Ends the session."""
    await service.users.remove_session(key_hash(request.cookies.get(COOKIE, "")))
    await service.audit.note("logout", principal.name, address(request))
    response.delete_cookie(COOKIE)


@router.get("/me", responses=responses(401))
async def me(principal: PrincipalDep) -> dict[str, Any]:
    """Who is asking, and what pages must send back to change anything."""
    return {"name": principal.name, "admin": principal.is_admin, "csrf_token": principal.csrf_token}
