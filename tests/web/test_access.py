"""Who may do what: logins, sessions, tokens, other people's tasks, other people's pages."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from running import Service, wait_for

PASSWORD = "correct horse battery staple"


def make_admin(data_dir: Path, name: str, password: str = PASSWORD) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pcap_analyzer", "admin", name]
    environment = {"DATA_DIR": str(data_dir), "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, input=password + "\n", env=environment, capture_output=True, text=True, check=False)


class Browser:
    """Somebody with cookies, on a page of the service."""

    def __init__(self, service: Service, name: str = "", password: str = PASSWORD) -> None:
        self.client = httpx.Client(base_url=service.url, timeout=60, headers={"Origin": service.url})
        if name:
            self.login = self.client.post("/login", json={"name": name, "password": password})
            assert self.login.status_code == 200, self.login.text
            self.client.headers["X-CSRF-Token"] = self.login.json()["csrf_token"]

    def upload(self, capture: Path) -> str:
        answer = self.client.post("/upload?name=a.pcap", content=capture.read_bytes())
        assert answer.status_code == 202, answer.text
        return str(answer.json()["task_id"])


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("guarded")
    assert make_admin(folder, "root").stdout == "root is a new administrator\n"
    service = Service(folder, access="users", logins_per_minute=3)
    admin = Browser(service, "root")
    for name in ("ann", "bob", "eve"):
        assert admin.client.post("/users", json={"name": name, "password": PASSWORD}).status_code == 201
    admin.client.close()
    yield service
    service.stop()


@pytest.fixture
def browser(guarded: Service) -> Iterator[Callable[..., Browser]]:
    browsers: list[Browser] = []

    def make(*arguments: str) -> Browser:
        browsers.append(Browser(guarded, *arguments))
        return browsers[-1]

    yield make
    for made in browsers:
        made.client.close()


def test_without_a_login_nothing_is_told(guarded: Service, browser: Callable[..., Browser], capture: Path) -> None:
    nobody = browser()
    task_id = browser("ann").upload(capture)
    for path in ("/history", f"/status/{task_id}", f"/progress/{task_id}", f"/report/{task_id}", "/users", "/tokens"):
        assert nobody.client.get(path).status_code == 401, path
    assert nobody.client.post("/upload", content=b"x").status_code == 401
    assert nobody.client.get("/live").status_code == 200


def test_everybody_sees_what_is_theirs(browser: Callable[..., Browser], capture: Path) -> None:
    ann, bob, root = browser("ann"), browser("bob"), browser("root")
    task_id = ann.upload(capture)
    assert task_id in {task["task_id"] for task in ann.client.get("/history").json()["tasks"]}
    for other in (bob, root):
        assert task_id not in {task["task_id"] for task in other.client.get("/history").json()["tasks"]}
        unknown = other.client.get("/status/00000000-0000-0000-0000-000000000000").json()
        for path in (f"/status/{task_id}", f"/progress/{task_id}", f"/report/{task_id}?format=json"):
            answer = other.client.get(path)
            assert (answer.status_code, answer.json()) == (404, unknown)
        for path in (f"/cancel/{task_id}",):
            assert other.client.post(path).status_code == 404
        assert other.client.delete(f"/report/{task_id}").status_code == 404
        assert other.client.head(f"/uploads/{task_id}", headers={"Tus-Resumable": "1.0.0"}).status_code == 404


def test_a_wrong_login_tells_nothing_and_is_slowed_down(browser: Callable[..., Browser]) -> None:
    nobody = browser()
    texts = set()
    for name in ("eve", "nosuchuser"):
        answer = nobody.client.post("/login", json={"name": name, "password": "wrong"})
        assert answer.status_code == 401
        texts.add(answer.text)
    assert len(texts) == 1
    answers = [nobody.client.post("/login", json={"name": "eve", "password": "wrong"}) for _ in range(4)]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0
    # Also with the right one, or the answer would tell which it is.
    assert nobody.client.post("/login", json={"name": "eve", "password": PASSWORD}).status_code == 429


def test_a_session_has_a_new_key_and_a_safe_cookie(guarded: Service, browser: Callable[..., Browser]) -> None:
    visitor = browser()
    visitor.client.cookies.set("pcap_analyzer_session", "chosen-by-somebody-else")
    answer = visitor.client.post("/login", json={"name": "ann", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "chosen-by-somebody-else" not in cookie
    with closing(guarded.database()) as database:
        stored = str(database.execute("SELECT * FROM sessions").fetchall())
    assert cookie.split("=")[1].split(";")[0] not in stored


@pytest.mark.parametrize(
    ("headers", "problem"),
    [
        ({"X-CSRF-Token": ""}, "forged_request"),
        ({"X-CSRF-Token": "wrong"}, "forged_request"),
        ({"Origin": "http://evil.example"}, "foreign_origin"),
        ({"Origin": "null"}, "foreign_origin"),
    ],
)
def test_other_sites_change_nothing(
    browser: Callable[..., Browser], capture: Path, headers: dict[str, str], problem: str
) -> None:
    ann = browser("ann")
    answer = ann.client.post("/upload?name=a.pcap", content=capture.read_bytes(), headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (403, f"urn:pcap-analyzer:problem:{problem}")


def test_a_request_of_a_session_without_an_origin_changes_nothing(
    browser: Callable[..., Browser], capture: Path
) -> None:
    ann = browser("ann")
    del ann.client.headers["Origin"]
    assert ann.client.post("/upload", content=capture.read_bytes()).status_code == 403


def test_logout_ends_the_session(browser: Callable[..., Browser]) -> None:
    ann = browser("ann")
    key = ann.client.cookies["pcap_analyzer_session"]
    assert ann.client.post("/logout").status_code == 204
    ann.client.cookies.set("pcap_analyzer_session", key)
    assert ann.client.get("/me").status_code == 401


def test_tokens_do_what_they_are_for(guarded: Service, browser: Callable[..., Browser], capture: Path) -> None:
    ann = browser("ann")
    made = {
        scope: ann.client.post("/tokens", json={"name": "script", "scope": scope}).json() for scope in ("read", "write")
    }
    content = capture.read_bytes()
    with httpx.Client(base_url=guarded.url, timeout=60) as client:
        for scope, status in (("read", 403), ("write", 202)):
            client.headers["Authorization"] = f"Bearer {made[scope]['key']}"
            assert client.get("/history").status_code == 200
            assert client.post("/upload", content=content).status_code == status
            # A stolen token makes no others, and rules nobody.
            assert client.get("/tokens").status_code == 403
            assert client.get("/users").status_code == 403
        assert ann.client.delete(f"/tokens/{made['write']['id']}").status_code == 204
        assert client.get("/history").status_code == 401
    assert browser("bob").client.delete(f"/tokens/{made['read']['id']}").status_code == 404
    assert "key" not in ann.client.get("/tokens").json()[0]


def test_administrators_rule_and_users_do_not(browser: Callable[..., Browser]) -> None:
    root, bob = browser("root"), browser("bob")
    assert bob.client.get("/users").status_code == 403
    assert bob.client.get("/audit").status_code == 403
    assert bob.client.post("/users", json={"name": "x", "password": PASSWORD}).status_code == 403
    users = {user["name"]: user["id"] for user in root.client.get("/users").json()}
    assert root.client.post("/users", json={"name": "bob", "password": PASSWORD}).status_code == 409
    assert root.client.post("/users", json={"name": "new", "password": "short"}).status_code == 422
    assert root.client.patch(f"/users/{users['root']}", json={"role": "user"}).status_code == 409
    assert root.client.patch(f"/users/{users['bob']}", json={"disabled": True}).json()["disabled"] is True
    assert bob.client.get("/me").status_code == 401
    assert root.client.patch(f"/users/{users['bob']}", json={"disabled": False}).status_code == 200
    actions = {line["action"] for line in root.client.get("/audit").json()}
    assert {"set_administrator", "login", "create_user", "change_user"} <= actions


def test_an_administrator_is_made_by_command(tmp_path: Path) -> None:
    assert "too short" in make_admin(tmp_path, "root", "short").stderr
    assert make_admin(tmp_path, "root").stdout == "root is a new administrator\n"
    assert make_admin(tmp_path, "root").stdout == "root is an administrator\n"


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", ""])
def test_other_names_are_not_answered(service: Service, host: str) -> None:
    answer = service.client.get("/history", headers={"Host": host})
    assert answer.status_code in (400, 421)


@pytest.mark.parametrize("path", ["/live", "/health", "/metrics"])
def test_machines_ask_by_address(service: Service, path: str) -> None:
    assert service.client.get(path, headers={"Host": "10.1.2.3:8000"}).status_code in (200, 503)


def test_a_service_without_users_says_how_to_make_one(tmp_path: Path) -> None:
    service = Service(tmp_path / "data", access="users")
    assert "pcap-analyzer admin NAME" in service.stop()
    make_admin(tmp_path / "data", "root")
    service.start()
    assert "pcap-analyzer admin NAME" not in service.stop()


def test_a_page_elsewhere_cannot_use_a_service_without_logins(service: Service, capture: Path) -> None:
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert service.upload(capture, headers=headers).status_code == 403
    assert service.upload(capture, headers={"Origin": service.url}).status_code == 202


def test_nobody_is_let_in_by_accident() -> None:
    command = [sys.executable, "-m", "pcap_analyzer", "serve", "--host", "0.0.0.0", "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "ACCESS=users" in done.stderr


def test_a_link_shows_one_report_until_it_is_revoked(
    guarded: Service, browser: Callable[..., Browser], capture: Path
) -> None:
    ann, bob, nobody = browser("ann"), browser("bob"), browser()
    task_id, other = ann.upload(capture), ann.upload(capture)
    for each in (task_id, other):
        wait_for(lambda each=each: ann.client.get(f"/report/{each}").status_code == 200)  # type: ignore[misc]
    assert bob.client.post(f"/report/{task_id}/shares", json={"days": 1}).status_code == 404
    assert nobody.client.post(f"/report/{task_id}/shares", json={"days": 1}).status_code == 401
    assert ann.client.post(f"/report/{task_id}/shares", json={"days": 31}).status_code == 403
    share = ann.client.post(f"/report/{task_id}/shares", json={"days": 1}).json()
    shown = {"share": share["key"]}
    assert share["link"].endswith(f"?share={share['key']}")
    for path in (
        "/status/{}",
        "/report/{}",
        "/report/{}?format=json",
        "/flows/{}",
        "/evidence/{}",
        "/sql/{}?query=SELECT 1",
    ):
        for guest in (nobody, bob):
            assert guest.client.get(path.format(task_id), params=shown_in(path, shown)).status_code == 200, path
            # No other report, and nothing without the key.
            assert guest.client.get(path.format(other), params=shown_in(path, shown)).status_code in (401, 404), path
            assert guest.client.get(path.format(task_id)).status_code in (401, 404), path
    # Nothing changes by it, and it leads nowhere else.
    for method, path in (
        ("DELETE", f"/report/{task_id}"),
        ("POST", f"/cancel/{task_id}"),
        ("POST", f"/report/{task_id}/shares"),
        ("GET", f"/report/{task_id}/shares"),
        ("DELETE", f"/report/{task_id}/shares/{share['id']}"),
        ("GET", "/history"),
    ):
        assert nobody.client.request(method, path, params=shown).status_code == 401, path
    assert task_id not in bob.client.get("/history").text
    assert share["key"] not in ann.client.get(f"/report/{task_id}/shares").text
    with closing(guarded.database()) as database:
        assert share["key"] not in str(database.execute("SELECT * FROM shares").fetchall())
    assert ann.client.delete(f"/report/{task_id}/shares/{share['id']}").status_code == 204
    assert nobody.client.get(f"/report/{task_id}", params=shown).status_code == 401
    assert share["key"] not in (guarded.data_dir / "logs" / "service.log").read_text()


def test_a_link_ends_by_itself_and_with_its_report(
    guarded: Service, browser: Callable[..., Browser], capture: Path
) -> None:
    ann, nobody = browser("ann"), browser()
    task_id = ann.upload(capture)
    wait_for(lambda: ann.client.get(f"/report/{task_id}").status_code == 200)
    keys = [ann.client.post(f"/report/{task_id}/shares", json={}).json() for _ in range(2)]
    with closing(guarded.database()) as database:
        database.execute("UPDATE shares SET expires_at = '2020-01-01' WHERE id = ?", (keys[0]["id"],))
    answers = [nobody.client.get(f"/report/{task_id}", params={"share": key["key"]}).status_code for key in keys]
    assert answers == [401, 200]
    assert ann.client.delete(f"/report/{task_id}").status_code == 204
    assert nobody.client.get(f"/report/{task_id}", params={"share": keys[1]["key"]}).status_code == 401


def shown_in(path: str, shown: dict[str, str]) -> dict[str, str]:
    """The key beside what the path asks for already: httpx puts one in the place of the other."""
    return shown | dict(httpx.QueryParams(path.partition("?")[2]))
