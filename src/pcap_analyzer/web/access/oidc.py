"""Logins by an identity provider: OpenID Connect 1.0, authorization code flow with PKCE (RFC 7636).

Needs the extra `oidc`: Authlib speaks the protocol, joserfc checks signatures.
"""

import base64
import json
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import Any, cast

from pcap_analyzer.web.errors import Problem
from pcap_analyzer.web.settings import Settings
from pcap_analyzer.web.storage.records.users import DuplicateUserError, User, Users

from .keys import new_key

_SCOPE = "openid profile email"
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
_DISCOVERY = "/.well-known/openid-configuration"
_PATIENCE_S = 10


@dataclass(frozen=True, slots=True)
class Attempt:
    """A login that has begun. It travels in a cookie of the browser that began it, and binds the answer to that one."""

    state: str
    nonce: str
    verifier: str
    target: str

    def pack(self) -> str:
        """As the value of a cookie."""
        return base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()

    @classmethod
    def unpack(cls, value: str) -> "Attempt":
        """What `pack` made.

        Raises:
            Problem: it did not.

        """
        try:
            return cls(**json.loads(base64.urlsafe_b64decode(value)))
        except (ValueError, TypeError) as error:
            raise _failed("The login was not begun here.") from error


class Provider:
    """The identity provider of the settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def begin(self, callback: str, target: str) -> tuple[str, Attempt]:
        """Where to send the browser, and what to remember meanwhile."""
        attempt = Attempt(new_key(), new_key(), new_key(), target)
        async with self._client(callback) as client:
            facts = await self._facts()
            url, _ = client.create_authorization_url(
                facts["authorization_endpoint"],
                state=attempt.state,
                nonce=attempt.nonce,
                code_verifier=attempt.verifier,
            )
        return str(url), attempt

    async def finish(self, callback: str, answer: str, state: str, attempt: Attempt) -> dict[str, Any]:
        """What the provider says of the user, once everything it signed has been checked."""
        if state != attempt.state:
            raise _failed("The answer belongs to another login.")
        _check_installed()
        import httpx
        from authlib.common.errors import AuthlibBaseError
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet, KeySetSerialization

        try:
            async with self._client(callback) as client:
                facts = await self._facts()
                token = await client.fetch_token(
                    facts["token_endpoint"], authorization_response=answer, code_verifier=attempt.verifier
                )
            keys = KeySet.import_key_set(cast(KeySetSerialization, await _document(facts["jwks_uri"])))
            claims = jwt.decode(token["id_token"], keys, algorithms=_ALGORITHMS).claims
            jwt.JWTClaimsRegistry(
                iss={"essential": True, "value": facts["issuer"]},
                aud={"essential": True, "value": self._settings.oidc_client_id},
                exp={"essential": True},
                sub={"essential": True},
                nonce={"essential": True, "value": attempt.nonce},
            ).validate(claims)
        except (AuthlibBaseError, JoseError, httpx.HTTPError, KeyError, ValueError) as error:
            raise _failed(f"The identity provider's answer cannot be used ({type(error).__name__}).") from error
        return dict(claims)

    def _client(self, callback: str) -> Any:
        _check_installed()
        from authlib.integrations.httpx_client import AsyncOAuth2Client

        return AsyncOAuth2Client(
            self._settings.oidc_client_id,
            self._settings.oidc_client_secret,
            scope=_SCOPE,
            redirect_uri=callback,
            code_challenge_method="S256",
            timeout=_PATIENCE_S,
        )

    async def _facts(self) -> dict[str, Any]:
        """What the provider says of itself, if it is the one of the settings."""
        issuer = self._settings.oidc_issuer.rstrip("/")
        facts = await _document(issuer + _DISCOVERY)
        if facts.get("issuer", "").rstrip("/") != issuer:
            raise _failed("The identity provider calls itself something else than OIDC_ISSUER.")
        return facts


def _check_installed() -> None:
    if find_spec("authlib") is None:
        raise Problem(503, "no_oidc", "This service lacks the extra `oidc`.", retry_after_s=3600)


async def _document(url: str) -> dict[str, Any]:
    """A JSON document of the provider."""
    import httpx

    try:
        async with httpx.AsyncClient(timeout=_PATIENCE_S) as client:
            document: dict[str, Any] = (await client.get(url)).raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        raise Problem(
            503, "provider_away", "The identity provider does not answer.", "Try again.", retry_after_s=10
        ) from error
    return document


async def user_of(claims: dict[str, Any], settings: Settings, users: Users) -> User:
    """The user whom the provider means: known by `sub`, which never changes; new ones are added."""
    subject = f"{claims['iss']}|{claims['sub']}"
    is_admin = bool(settings.oidc_admin_group) and settings.oidc_admin_group in claims.get("groups", ())
    role = "admin" if is_admin else "user"
    user = await users.by_subject(subject)
    if user is None:
        return await _add(claims, role, subject, users)
    if user.disabled:
        raise _failed("This user may not log in.")
    if user.role != role:
        await users.change(user.id, role=role)
    return user


async def _add(claims: dict[str, Any], role: str, subject: str, users: Users) -> User:
    name = str(claims.get("preferred_username") or claims.get("email") or claims["sub"])[:80]
    try:
        return await users.add(name, role, subject=subject)
    except DuplicateUserError:
        # Names are for people; two may have the same.
        return await users.add(f"{name} {new_key()[:8]}", role, subject=subject)


def _failed(detail: str) -> Problem:
    return Problem(401, "login_failed", detail, "Begin again at /oidc/login.")
