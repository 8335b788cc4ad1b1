"""Logins by an identity provider, which stands in the test and signs as a real one does."""

import json
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from running import Service


class Provider(ThreadingHTTPServer):
    """Answers discovery, keys and tokens; `change` spoils what it claims."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server_address[1]}"
        self.key = RSAKey.generate_key(2048, {"kid": "1"})
        self.signing_key = self.key
        self.nonce = ""
        self.change: dict[str, Any] = {}

    def token(self) -> str:
        claims = {
            "iss": self.issuer,
            "aud": "client",
            "sub": "u1",
            "exp": int(time.time()) + 60,
            "nonce": self.nonce,
            "preferred_username": "ann",
            "groups": ["ops"],
        }
        return jwt.encode({"alg": "RS256", "kid": "1"}, claims | self.change, self.signing_key)


class Handler(BaseHTTPRequestHandler):
    server: Provider

    def answer(self, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        issuer = self.server.issuer
        if self.path == "/keys":
            self.answer(dict(KeySet([self.server.key]).as_dict(private=False)))
        else:
            ends = {"authorization_endpoint": "/auth", "token_endpoint": "/token", "jwks_uri": "/keys"}
            self.answer({"issuer": issuer} | {name: issuer + path for name, path in ends.items()})

    def do_POST(self) -> None:
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        assert form["code_verifier"]
        self.answer({"access_token": "a", "token_type": "Bearer", "id_token": self.server.token()})

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def guarded(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    service = Service(
        tmp_path_factory.mktemp("oidc"),
        access="oidc",
        oidc_issuer=provider.issuer,
        oidc_client_id="client",
        oidc_client_secret="secret",
        oidc_admin_group="ops",
    )
    yield service
    service.stop()


@pytest.fixture
def browser(guarded: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=guarded.url, timeout=60) as client:
        yield client


def log_in(browser: httpx.Client, provider: Provider, target: str = "/", **change: Any) -> httpx.Response:
    away = browser.get("/oidc/login", params={"next": target})
    asked = {
        name: values[0]
        for name, values in urllib.parse.parse_qs(urllib.parse.urlsplit(away.headers["location"]).query).items()
    }
    assert asked["code_challenge_method"] == "S256"
    provider.nonce, provider.change = asked["nonce"], {k: v for k, v in change.items() if k != "state"}
    return browser.get("/oidc/callback", params={"code": "c", "state": change.get("state", asked["state"])})


def test_a_user_of_the_provider_is_logged_in(browser: httpx.Client, provider: Provider) -> None:
    back = log_in(browser, provider, "/tasks/1")
    assert (back.status_code, back.headers["location"]) == (303, "/tasks/1")
    me = browser.get("/me").json()
    assert (me["name"], me["admin"]) == ("ann", True)
    log_in(browser, provider, groups=[])
    assert browser.get("/me").json()["admin"] is False
    assert browser.post("/login", json={"name": "ann", "password": ""}).status_code == 409


def test_a_login_leads_to_no_other_place(browser: httpx.Client, provider: Provider) -> None:
    for target in ("//evil.example", "https://evil.example", "/\\evil.example"):
        assert log_in(browser, provider, target).headers["location"] == "/"


@pytest.mark.parametrize(
    "change",
    [
        {"state": "other"},
        {"nonce": "other"},
        {"aud": "somebody else"},
        {"iss": "http://evil.example"},
        {"exp": 1},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_is_not_for_us_is_refused(browser: httpx.Client, provider: Provider, change: dict[str, Any]) -> None:
    assert log_in(browser, provider, **change).status_code == 401
    assert browser.get("/me").status_code == 401


def test_another_signature_is_refused(
    browser: httpx.Client, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider, "signing_key", RSAKey.generate_key(2048, {"kid": "1"}))
    assert log_in(browser, provider).status_code == 401


def test_an_answer_without_a_beginning_is_refused(browser: httpx.Client) -> None:
    assert browser.get("/oidc/callback", params={"code": "c", "state": "s"}).status_code == 401


def test_a_service_without_a_provider_says_so(service: Service) -> None:
    assert service.client.get("/oidc/login").status_code == 409
    refused: Callable[..., httpx.Response] = service.client.get
    assert refused("/oidc/callback").status_code == 409
