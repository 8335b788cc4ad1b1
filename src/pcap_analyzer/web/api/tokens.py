"""Tokens: keys for programs. Each is shown once, when it is made."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, StringConstraints

from pcap_analyzer.web.access.keys import key_hash, new_key
from pcap_analyzer.web.access.principal import Principal
from pcap_analyzer.web.deps import PrincipalDep, ServiceDep, address
from pcap_analyzer.web.errors import Problem, responses
from pcap_analyzer.web.storage.records.users import Token

router = APIRouter(tags=["access"])

_PREFIX = "pcap_"


class NewToken(BaseModel):
    """What a token is for, what it may do, and for how long."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    scope: Literal["read", "write"] = "read"
    days: Annotated[int, Field(ge=1, le=3650)] = 90


@router.get("/tokens", responses=responses(401, 403))
async def tokens(service: ServiceDep, principal: PrincipalDep) -> list[dict[str, Any]]:
    """The tokens of whoever asks, without their keys."""
    return [_shown(token) for token in await service.users.tokens_of(_person(principal))]


@router.post("/tokens", status_code=201, responses=responses(401, 403))
async def create(request: Request, service: ServiceDep, principal: PrincipalDep, wanted: NewToken) -> dict[str, Any]:
    """A new token; `key` is never shown again."""
    user = await service.users.by_id(_person(principal))
    assert user is not None
    key = _PREFIX + new_key()
    expires_at = datetime.now(UTC) + timedelta(days=wanted.days)
    token = await service.users.add_token(user, key_hash(key), wanted.name, wanted.scope, expires_at)
    await service.audit.note("create_token", principal.name, address(request), token.id)
    return _shown(token) | {"key": key}


@router.delete("/tokens/{token_id}", status_code=204, responses=responses(401, 403, 404))
async def revoke(request: Request, service: ServiceDep, principal: PrincipalDep, token_id: UUID) -> None:
    """The token ends at once."""
    if not await service.users.remove_token(_person(principal), str(token_id)):
        raise Problem(404, "unknown_token", "There is no such token.")
    await service.audit.note("revoke_token", principal.name, address(request), str(token_id))


def _person(principal: Principal) -> str:
    """Tokens are made by people who are logged in, not by programs with tokens."""
    if principal.user_id is None or principal.csrf_token is None:
        raise Problem(403, "no_tokens", "Only users who are logged in have tokens.")
    return principal.user_id


def _shown(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "scope": token.scope,
        "created_at": token.created_at.isoformat(),
        "expires_at": token.expires_at.isoformat() if token.expires_at else None,
    }
