"""Logging in by an identity provider."""

import re
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse

from pcap_analyzer.web.access.oidc import Attempt, Provider, user_of
from pcap_analyzer.web.deps import ServiceDep
from pcap_analyzer.web.errors import Problem, responses
from pcap_analyzer.web.service import Service
from pcap_analyzer.web.settings import Access

from .session import begin

router = APIRouter(tags=["access"])

_COOKIE = "pcap_analyzer_login"
_PATH = "/oidc"
_ATTEMPT_S = 600
# Only a path of this service: "//elsewhere" would be another one.
_OWN_PATH = re.compile(r"/(?![/\\])[\x21-\x7e]*")

Text = Annotated[str, Query(max_length=2000)]


@router.get("/oidc/login", status_code=303, response_class=RedirectResponse, responses=responses(401, 409))
async def login(request: Request, service: ServiceDep, next: Text = "/") -> RedirectResponse:  # noqa: A002
    """Sends the browser to the identity provider."""
    provider = _provider(service)
    target = next if _OWN_PATH.fullmatch(next) else "/"
    url, attempt = await provider.begin(_callback(request), target)
    answer = RedirectResponse(url, 303)
    secure = request.url.scheme == "https"
    answer.set_cookie(
        _COOKIE, attempt.pack(), max_age=_ATTEMPT_S, path=_PATH, httponly=True, samesite="lax", secure=secure
    )
    return answer


@router.get("/oidc/callback", status_code=303, response_class=RedirectResponse, responses=responses(401, 409))
async def callback(request: Request, service: ServiceDep, state: Text = "") -> RedirectResponse:
    """Where the identity provider sends the browser back to."""
    provider = _provider(service)
    attempt = Attempt.unpack(request.cookies.get(_COOKIE, ""))
    claims = await provider.finish(_callback(request), str(request.url), state, attempt)
    user = await user_of(claims, service.settings, service.users)
    answer = RedirectResponse(attempt.target, 303)
    answer.delete_cookie(_COOKIE, path=_PATH)
    await begin(request, answer, service, user)
    return answer


def _provider(service: Service) -> Provider:
    if service.settings.access is not Access.OIDC:
        raise Problem(409, "no_oidc", "There is no identity provider here.")
    return Provider(service.settings)


def _callback(request: Request) -> str:
    return str(request.base_url).rstrip("/") + "/oidc/callback"
