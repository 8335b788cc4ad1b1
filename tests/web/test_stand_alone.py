"""What a service that is one process does without, and when it is not one."""

import importlib.util
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from pcap_analyzer.errors import SettingError
from pcap_analyzer.web.settings import Settings, load

SHARED = {
    "REDIS_URL": "redis://localhost",
    "DATABASE_URL": "postgresql://pcap:secret@db/pcap",
    "BLOB_URL": "s3://bucket/prefix",
}


def test_one_process_loads_nothing_that_several_need() -> None:
    code = (
        "import sys, pathlib, tempfile\n"
        "from pcap_analyzer.web.app import create_app\n"
        "from pcap_analyzer.web.settings import Settings\n"
        "create_app(Settings(data_dir=pathlib.Path(tempfile.mkdtemp())))\n"
        "names = ('asyncpg', 'celery', 'kombu', 'obstore', 'redis', 'pcap_analyzer.web.scale')\n"
        "print([name for name in names if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("without", ["DATABASE_URL", "BLOB_URL"])
def test_several_processes_must_share_all(monkeypatch: pytest.MonkeyPatch, without: str) -> None:
    for name, value in SHARED.items():
        if name != without:
            monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match="REDIS_URL needs DATABASE_URL"):
        load()


def test_a_wrong_bucket_is_refused_without_saying_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLOB_URL", "https://bucket")
    monkeypatch.setenv("BLOB_SECRET_KEY", "secret")
    with pytest.raises(SettingError, match="BLOB_URL must be s3://") as refused:
        load()
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("command", ["migrate", "serve", "work"])
def test_a_database_that_is_away_is_one_line(
    run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    pytest.importorskip("asyncpg", reason="needs the extra [scale]")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
        for name, value in {**SHARED, "DATABASE_URL": f"postgresql://user:secret@{address}/records"}.items():
            monkeypatch.setenv(name, value)
        done = run(command)
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert f"{address}/records cannot be used" in done.err
    assert "secret" not in done.err


def test_an_extra_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://user@host/records")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SettingError, match=r"DATABASE_URL needs .* pip install 'pcap-analyzer\[scale\]'"):
        load()


def test_a_database_of_another_kind_is_refused_without_saying_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://user:secret@host/records")
    with pytest.raises(SettingError, match="DATABASE_URL must be postgresql://") as refused:
        load()
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgresql://a@b/c", "postgresql+asyncpg://a@b/c"),
        ("postgres://a@b/c", "postgresql+asyncpg://a@b/c"),
        ("postgresql+asyncpg://a@b/c", "postgresql+asyncpg://a@b/c"),
        ("sqlite:////tmp/x.db", "sqlite+aiosqlite:////tmp/x.db"),
    ],
)
def test_a_usual_url_gets_our_driver(given: str, used: str) -> None:
    more: dict[str, Any] = {"database_url": given}
    assert Settings(**more).database == used
