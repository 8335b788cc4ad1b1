"""Settings come from the environment, are described, and are refused in one line."""

import os
from pathlib import Path

import pytest
from running import Service

from pcap_analyzer.errors import SettingError
from pcap_analyzer.web.server import check_access
from pcap_analyzer.web.settings import Access, Settings, is_loopback, load
from pcap_analyzer.web.settings_page import markdown

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"


def test_the_page_lists_every_setting() -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.write_text(markdown(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == markdown(), "`make golden` rewrites it"
    assert all(field.description for field in Settings.model_fields.values())


def test_the_environment_sets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "MAX_UPLOAD_SIZE_MB": "7",
        "ALLOWED_HOSTS": "a.example, B.example",
        "LOG_LEVEL": "debug",
        "DATA_DIR": "/x",
        "MAX_QUEUE_SIZE": "",
    }.items():
        monkeypatch.setenv(name, value)
    settings = load()
    assert settings.max_upload_bytes == 7_000_000
    assert settings.allowed_hosts == ("a.example", "b.example")
    assert settings.log_level == "DEBUG"
    assert settings.database == "sqlite+aiosqlite:////x/pcap_analyzer.db"
    assert settings.max_queue_size == 5


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAX_UPLOAD_SIZE_MB", "many"),
        ("WORKERS", "0"),
        ("ACCESS", "everybody"),
        ("TRUSTED_PROXIES", "nonsense"),
        ("ACCESS", "oidc"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_wrong_values_are_refused_in_one_line(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError) as refused:
        load()
    assert name in str(refused.value)
    assert "\n" not in str(refused.value)


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OIDC_CLIENT_SECRET", "hush")
    assert "hush" not in repr(load())


def test_their_meaning_is_told_in_the_language_asked_for(service: Service) -> None:
    english = service.client.get("/configuration").json()
    french = service.client.get("/configuration", params={"language": "fr"}).json()
    assert [each["meaning"] for each in english] == [field.description for field in Settings.model_fields.values()]
    assert all(theirs["meaning"] != ours["meaning"] for theirs, ours in zip(french, english, strict=True))


def test_who_listens_beyond_loopback_says_who_may_come() -> None:
    open_access = Settings(access=Access.NONE)
    check_access(open_access, "127.0.0.1")
    check_access(open_access, "::1")
    check_access(Settings(access=Access.USERS), "0.0.0.0")
    check_access(Settings(allow_open_access=True), "0.0.0.0")
    with pytest.raises(SettingError, match="ACCESS=users"):
        check_access(open_access, "0.0.0.0")
    assert not is_loopback("example.org")
