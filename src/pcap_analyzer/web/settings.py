"""Every setting of the service, in one typed place. The environment sets them; `docs/reference/settings.md` lists them."""

import importlib.util
import ipaddress
import os
import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from pcap_analyzer.errors import SettingError
from pcap_analyzer.settings import MEMORY_BYTES, SMALLEST_MEMORY_BYTES


class Access(StrEnum):
    """Who may use the service."""

    NONE = "none"
    USERS = "users"
    OIDC = "oidc"


def default_data_dir() -> Path:
    """The folder in which this platform keeps the data of a user's programs."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "pcap-analyzer"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "pcap-analyzer"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "pcap-analyzer"


# Whoever names a database by its usual URL gets the driver that is asynchronous.
_DRIVERS = {
    "sqlite": "sqlite+aiosqlite:",
    "postgres": "postgresql+asyncpg:",
    "postgresql": "postgresql+asyncpg:",
}
_SCHEME = re.compile(r"^([a-z]+):")

# A list in the environment: values separated by commas.
Names = Annotated[tuple[str, ...], NoDecode]


class Settings(BaseSettings):
    """Values come from the environment; a wrong one ends the start in one line."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    data_dir: Path = Field(
        default_factory=default_data_dir,
        description="Folder for uploads, reports, logs and the database. By default the platform's data folder.",
    )
    database_url: str = Field(
        default="",
        repr=False,
        description="URL of the database: `postgresql://user:password@host/name`. Empty: SQLite in"
        " `DATA_DIR/pcap_analyzer.db`.",
    )
    blob_url: str = Field(
        default="", description="Where reports are kept: `s3://bucket/prefix`. Empty: files in `DATA_DIR/reports`."
    )
    blob_endpoint: str = Field(
        default="", description="URL of an S3-compatible store that is not Amazon's, `http://` or `https://`."
    )
    blob_region: str = Field(default="us-east-1", description="Region of the bucket.")
    blob_access_key: str = Field(
        default="",
        description="Access key id for the bucket. Empty: what the environment or the machine's role says.",
    )
    blob_secret_key: str = Field(default="", repr=False, description="Secret access key for the bucket.")
    blob_cache_mb: int = Field(
        default=2000,
        ge=1,
        description="Local copies of reports that questions were asked about, in MB of 1,000,000 bytes; with `BLOB_URL`.",
    )
    redis_url: str = Field(
        default="",
        repr=False,
        description="`redis://host:6379/0`: several web processes and workers (`pcap-analyzer work`) are one service."
        " Needs PostgreSQL and S3. Empty: this process is the service.",
    )
    worker_metrics_port: int = Field(
        default=0, ge=0, le=65535, description="Port at which `pcap-analyzer work` shows its figures; 0: none."
    )
    max_upload_size_mb: int = Field(default=500, ge=1, description="Largest upload, in MB of 1,000,000 bytes.")
    max_decompressed_size_mb: int = Field(
        default=10_000, ge=1, description="Most that may come out of a compressed capture, in MB of 1,000,000 bytes."
    )
    report_ttl_hours: float = Field(default=24, gt=0, description="Hours that a report is kept.")
    keep_captures_hours: float = Field(
        default=0, ge=0, description="Hours that a capture is kept when its upload asks for it; 0: never."
    )
    max_queue_size: int = Field(
        default=5, ge=0, description="Analyses that may wait, uploads without a worker included; more get 503."
    )
    workers: int = Field(default=2, ge=1, le=64, description="Analyses at once, each in a process of its own.")
    analysis_timeout_s: float = Field(default=1800, gt=0, description="Seconds after which an analysis is ended.")
    analysis_cpu_s: int = Field(default=3600, ge=1, description="CPU seconds that one analysis may use.")
    analysis_memory_mb: int = Field(
        default=MEMORY_BYTES >> 20,
        ge=SMALLEST_MEMORY_BYTES >> 20,
        description="Memory for open connections in an analysis, in MiB: `--memory` of the command line.",
    )
    worker_memory_mb: int = Field(
        default=4096, ge=1024, description="Address space that a worker process may use beyond its start, in MiB."
    )
    slow_upload_mb_per_s: float = Field(
        default=5, ge=0, description="An upload slower than this for 2 s gives its worker back; MB of 1,000,000 bytes."
    )
    preview_mb: float = Field(
        default=4,
        ge=0,
        description="Provisional findings are told when so much of a capture is there, and whenever that has doubled, if"
        " its rest takes long enough; MB of 1,000,000 bytes, 0: never.",
    )
    upload_idle_s: float = Field(default=30, gt=0, description="Seconds without a byte after which an upload is ended.")
    resumable_upload_hours: float = Field(
        default=24, gt=0, description="Hours that a paused upload (tus) is kept without news."
    )
    min_free_disk_mb: int = Field(
        default=1024, ge=0, description="Free disk space below which nothing is admitted, in MB of 1,000,000 bytes."
    )
    min_free_memory_mb: int = Field(
        default=256, ge=0, description="Available memory below which nothing is admitted, in MB of 1,000,000 bytes."
    )
    readers: int = Field(
        default=2,
        ge=1,
        le=64,
        description="Questions about reports (SQL, drawings) at once, each in a process of its own.",
    )
    sql_timeout_s: float = Field(default=10, gt=0, description="Seconds after which such a question is ended.")
    share_days: int = Field(
        default=30,
        ge=0,
        description="Longest life of a link that shows a report without a login, in days; 0: no links.",
    )
    uploads_per_minute: int = Field(
        default=0, ge=0, description="Uploads that one user or address may start in a minute; 0: any number."
    )
    access: Access = Field(
        default=Access.NONE,
        description="`none`: no login, loopback only; `users`: users with passwords; `oidc`: an identity provider.",
    )
    allow_open_access: bool = Field(
        default=False, description="Let `ACCESS=none` listen beyond loopback: everybody there sees everything."
    )
    allowed_hosts: Names = Field(
        default=("localhost", "127.0.0.1", "[::1]"),
        description="Values of the header `Host` that are answered, without ports, separated by commas.",
    )
    trusted_proxies: Names = Field(
        default=(), description="Addresses or networks whose `X-Forwarded-*` headers are believed."
    )
    session_hours: float = Field(default=12, gt=0, description="Hours after which a login ends.")
    logins_per_minute: int = Field(
        default=10,
        ge=1,
        description="Failed logins for one name from one address before 429 is answered; for all names, ten times as many.",
    )
    oidc_issuer: str = Field(default="", description="URL of the identity provider, for `ACCESS=oidc`.")
    oidc_client_id: str = Field(default="", description="Client id at the identity provider.")
    oidc_client_secret: str = Field(default="", repr=False, description="Client secret at the identity provider.")
    oidc_admin_group: str = Field(default="", description="Members of this `groups` claim are administrators.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Least severe level that is logged."
    )

    @field_validator("allowed_hosts", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return (
            tuple(part.strip().lower() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            ipaddress.ip_network(network, strict=False)
        return value

    @model_validator(mode="after")
    def _complete(self) -> "Settings":
        if self.access is Access.OIDC and not (self.oidc_issuer and self.oidc_client_id and self.oidc_client_secret):
            raise ValueError("ACCESS=oidc needs OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET")
        if not self.database.startswith(tuple(_DRIVERS.values())):
            raise ValueError("DATABASE_URL must be postgresql://user:password@host/name")
        if self.blob_url and not re.fullmatch(r"s3://[^/]+(/.*)?", self.blob_url):
            raise ValueError("BLOB_URL must be s3://bucket or s3://bucket/prefix")
        if self.redis_url and not (self.database.startswith("postgresql") and self.blob_url):
            raise ValueError("REDIS_URL needs DATABASE_URL=postgresql://… and BLOB_URL=s3://…, which processes share")
        return self

    @property
    def database(self) -> str:
        """The URL of the database, with the driver that we use."""
        url = self.database_url or f"sqlite:///{self.data_dir / 'pcap_analyzer.db'}"
        return _SCHEME.sub(lambda scheme: _DRIVERS.get(scheme[1], scheme[0]), url, count=1)

    @property
    def is_shared(self) -> bool:
        """Whether this process is one of several that are the service together."""
        return bool(self.redis_url)

    @property
    def max_upload_bytes(self) -> int:
        """The largest upload in bytes."""
        return self.max_upload_size_mb * 1_000_000


def load() -> Settings:
    """The settings of the environment.

    Raises:
        SettingError: one of them cannot be used; the line names it.

    """
    try:
        settings = Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(map(str, first["loc"][:1])).upper()
        message = first["msg"].removeprefix("Value error, ")
        field = Settings.model_fields.get(name.lower())
        given = f"={first['input']}" if field and field.repr else ""
        raise SettingError(f"{name}{given}: {message}" if name else message) from error
    _check_installed(settings)
    return settings


def _check_installed(settings: Settings) -> None:
    needed = {
        "DATABASE_URL": ("asyncpg", settings.database.startswith("postgresql")),
        "BLOB_URL": ("obstore", bool(settings.blob_url)),
        "REDIS_URL": ("celery", settings.is_shared),
    }
    for name, (module, wanted) in needed.items():
        if wanted and not importlib.util.find_spec(module):
            raise SettingError(f"{name} needs what is not installed here: pip install 'pcap-analyzer[scale]'")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens at `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
