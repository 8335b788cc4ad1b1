"""Compose files, nginx and the Dockerfile keep what the documents promise."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from pcap_analyzer.web.settings import Settings

ROOT = Path(__file__).parents[2]
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")


def services(name: str) -> dict[str, Any]:
    # Compose's own tags are plain values here.
    text = (ROOT / name).read_text().replace("!reset ", "")
    found: dict[str, Any] = yaml.safe_load(text)["services"]
    return found


def test_the_container_may_do_little() -> None:
    service = services("compose.yml")["pcap-analyzer"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["user"] == "1000:1000"
    assert (service["mem_limit"], service["cpus"]) == ("4g", 2)
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])


def test_those_around_it_too() -> None:
    for name, service in services("compose.scale.yml").items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["mem_limit"], name
        assert service["cpus"], name
        assert not service["image"].endswith(":latest"), name


def test_processes_of_the_spread_service_may_do_as_little() -> None:
    found = services("compose.scale.yml")
    for name in ("web", "worker", "migrate"):
        assert found[name]["read_only"] is True
        assert found[name]["user"] == "1000:1000"
        assert "ports" not in found[name]
    assert [name for name, service in found.items() if "ports" in service] == ["nginx", "grafana"]


@pytest.mark.parametrize(("name", "service"), [("compose.yml", "pcap-analyzer"), ("compose.scale.yml", "web")])
def test_every_setting_is_one(name: str, service: str) -> None:
    asked = {variable.lower() for variable in services(name)[service]["environment"]}
    assert asked <= set(Settings.model_fields)


def test_the_image_runs_as_nobody_special() -> None:
    text = (ROOT / "Dockerfile").read_text()
    last = text[text.rindex("AS runtime") :]
    assert "USER 1000:1000" in last
    assert "ACCESS=users" in last
    assert "/live" in last
    assert re.findall(r"^FROM \S+ AS app$", text, re.MULTILINE) == ["FROM runtime AS app"]
    assert text.rstrip().splitlines()[-2] == "FROM runtime AS app", "the last stage is what is built by default"


@pytest.mark.skipif(not NGINX, reason="nginx is not installed (scripts/setup-deploy.sh)")
def test_nginx_takes_its_file(tmp_path: Path) -> None:
    assert NGINX
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
        "/CN=a",
    ]
    subprocess.run(
        [*key, "-keyout", tmp_path / "tls.key", "-out", tmp_path / "tls.crt"], check=True, capture_output=True
    )
    text = (ROOT / "deploy" / "nginx" / "default.conf.template").read_text()
    for old, new in (
        ("${PCAP_HOST}", "pcap.example.org"),
        ("${PCAP_UPSTREAM}", "127.0.0.1:8000"),
        ("/etc/nginx/tls", str(tmp_path)),
    ):
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "nginx.conf").write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{text}\n}}\n")
    command = [
        NGINX,
        "-t",
        "-q",
        "-p",
        str(tmp_path),
        "-c",
        str(tmp_path / "nginx.conf"),
        "-e",
        str(tmp_path / "error"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
