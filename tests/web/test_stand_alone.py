"""What a service that is one process does without, and when it is not one."""

import subprocess
import sys
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
