"""The service behind nginx as it is shipped: TLS, names, uploads that arrive as they are sent, progress as it happens."""

import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from running import Service, wait_for

ROOT = Path(__file__).parents[2]
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
NAME = "pcap.example.org"
PASSWORD = "correct horse battery staple"

pytestmark = pytest.mark.skipif(not NGINX, reason="nginx is not installed (scripts/setup-deploy.sh)")


class Proxy:
    """nginx with the shipped file, on loopback."""

    def __init__(self, folder: Path, upstream: str) -> None:
        assert NGINX
        folder.mkdir()
        self.plain, self.tls = free_port(), free_port()
        key = [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-subj",
            f"/CN={NAME}",
        ]
        files = ["-keyout", str(folder / "tls.key"), "-out", str(folder / "tls.crt")]
        subprocess.run([*key, *files], check=True, capture_output=True)
        text = (ROOT / "deploy" / "nginx" / "default.conf.template").read_text()
        for old, new in (
            ("${PCAP_HOST}", NAME),
            ("${PCAP_UPSTREAM}", upstream),
            ("/etc/nginx/tls", str(folder)),
            ("listen 8080", f"listen 127.0.0.1:{self.plain}"),
            ("listen 8443", f"listen 127.0.0.1:{self.tls}"),
        ):
            assert old in text
            text = text.replace(old, new)
        file = folder / "nginx.conf"
        user = "user root;\n" if os.geteuid() == 0 else ""
        file.write_text(f"{user}daemon off;\npid {folder}/pid;\nevents {{}}\nhttp {{\naccess_log off;\n{text}\n}}\n")
        command = [NGINX, "-p", str(folder), "-c", str(file), "-e", str(folder / "error")]
        self.process = subprocess.Popen(command)
        wait_for(lambda: answers(self.tls))

    def client(self, name: str = NAME) -> httpx.Client:
        return httpx.Client(base_url=f"https://127.0.0.1:{self.tls}", verify=False, headers={"Host": name}, timeout=60)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("proxied")
    environment = os.environ | {"DATA_DIR": str(folder / "data")}
    admin = [sys.executable, "-m", "pcap_analyzer", "admin", "root"]
    subprocess.run(admin, input=f"{PASSWORD}\n", text=True, env=environment, check=True, capture_output=True)
    service = Service(folder / "data", access="users", allowed_hosts=NAME, trusted_proxies="127.0.0.1")
    proxy = Proxy(folder / "nginx", service.url.removeprefix("http://"))
    yield proxy
    proxy.stop()
    service.stop()


@pytest.fixture
def root(proxy: Proxy) -> Iterator[httpx.Client]:
    with proxy.client() as client:
        answer = client.post(
            "/login", json={"name": "root", "password": PASSWORD}, headers={"Origin": f"https://{NAME}"}
        )
        assert answer.status_code == 200, answer.text
        assert "Secure" in answer.headers["set-cookie"]
        client.headers["Cookie"] = answer.headers["set-cookie"].partition(";")[0]
        client.headers["Origin"] = f"https://{NAME}"
        client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        yield client


def test_names_and_paths_that_are_not_for_the_outside(proxy: Proxy) -> None:
    with proxy.client() as client, proxy.client("evil.example") as other:
        assert client.get("/live").status_code == 200
        assert client.get("/metrics").status_code == 404
        assert other.get("/live").status_code == 421
    plain = httpx.get(f"http://127.0.0.1:{proxy.plain}/history", headers={"Host": NAME})
    assert (plain.status_code, plain.headers["location"]) == (301, f"https://{NAME}/history")


def test_an_upload_is_passed_on_as_it_arrives(proxy: Proxy, root: httpx.Client, captures: Path) -> None:
    content = (captures / "healthy_dns_web.pcap").read_bytes()
    task_id, half = str(uuid.uuid4()), len(content) // 2
    head = {
        **root.headers,
        "X-Task-Id": task_id,
        "Content-Length": str(len(content)),
        "Content-Type": "application/octet-stream",
    }
    lines = [f"{name}: {value}" for name, value in head.items()]
    request = "\r\n".join(["POST /upload?name=a.pcap HTTP/1.1", *lines, "", ""]).encode()
    context = ssl.create_default_context(cafile=None)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with context.wrap_socket(socket.create_connection(("127.0.0.1", proxy.tls))) as connection:
        connection.sendall(request + content[:half])
        # The task is known while half of its capture is still here.
        wait_for(lambda: root.get(f"/status/{task_id}").status_code == 200)
        connection.sendall(content[half:])
        assert b" 202 " in connection.recv(100)
    news = []
    with root.stream("GET", f"/progress/{task_id}") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        news = [json.loads(line[5:]) for line in answer.iter_lines() if line.startswith("data:")]
    assert news[-1]["status"] == "completed"
    assert root.get(f"/report/{task_id}").headers["content-type"].startswith("text/html")


def test_the_audit_log_has_the_address_of_the_client(root: httpx.Client) -> None:
    forged = {"X-Forwarded-For": "203.0.113.9"}
    root.post("/login", json={"name": "nobody", "password": "wrong"}, headers=forged)
    lines = [line for line in root.get("/audit").json() if line["action"] == "login_failed"]
    assert [line["address"] for line in lines] == ["127.0.0.1"]
