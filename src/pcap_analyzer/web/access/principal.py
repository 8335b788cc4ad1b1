"""Who sends a request, and what may be done with it."""

import hmac
from dataclasses import dataclass

from fastapi import Request

from pcap_analyzer.web.errors import Problem
from pcap_analyzer.web.settings import Access, Settings
from pcap_analyzer.web.storage.records.users import Users

from .keys import key_hash

COOKIE = "pcap_analyzer_session"
CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Principal:
    """A user, or with `ACCESS=none` whoever can reach the service: `user_id` is None and everything is theirs."""

    user_id: str | None
    name: str
    is_admin: bool
    csrf_token: str | None = None

    def owns(self, owner_id: str | None) -> bool:
        """Whether a task of that owner is theirs."""
        return self.user_id is None or self.user_id == owner_id


_EVERYBODY = Principal(None, "everybody", is_admin=True)


async def identify(request: Request, settings: Settings, users: Users) -> Principal:
    """Who sends a request.

    Raises:
        Problem: nobody who may.

    """
    if settings.access is Access.NONE:
        return _EVERYBODY
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return await _by_token(request, users, key.strip())
    return await _by_session(request, users, request.cookies.get(COOKIE, ""))


async def _by_token(request: Request, users: Users, key: str) -> Principal:
    found = await users.by_token(key_hash(key))
    if not found:
        raise _unknown()
    user, scope = found
    if scope == "read" and request.method not in SAFE_METHODS:
        raise Problem(403, "read_only_token", "This token may only read.", "Make a token with the scope write.")
    # A token reads and writes tasks; who may log in is not decided by programs.
    return Principal(user.id, user.name, is_admin=False)


async def _by_session(request: Request, users: Users, key: str) -> Principal:
    session = await users.session(key_hash(key)) if key else None
    if not session:
        raise _unknown()
    if request.method not in SAFE_METHODS:
        sent = request.headers.get(CSRF_HEADER, "")
        if "origin" not in request.headers or not hmac.compare_digest(sent.encode(), session.csrf_token.encode()):
            raise Problem(
                403,
                "forged_request",
                "The request does not show that it comes from a page of this service.",
                f"Send Origin and {CSRF_HEADER}, or use a token.",
            )
    return Principal(session.user.id, session.user.name, session.user.role == "admin", session.csrf_token)


def _unknown() -> Problem:
    return Problem(401, "login_needed", "A login or a token is needed.", "Log in, or send Authorization: Bearer TOKEN.")
