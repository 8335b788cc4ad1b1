"""The tables of the database. A change here needs a migration in `migrations/versions`."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
)


class UtcTime(TypeDecorator[datetime]):
    """A time in UTC. SQLite keeps no zone, so it is put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Only times with a zone go in."""
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """And come out with UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData()

users = Table(
    "users",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    # Empty for users of an identity provider, `subject` is then its name for them.
    Column("password_hash", Text, nullable=False, default=""),
    Column("subject", String(400), unique=True),
    Column("role", String(10), nullable=False),
    Column("disabled", Boolean, nullable=False, default=False),
    Column("created_at", UtcTime, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("key_hash", String(64), primary_key=True),
    Column("user_id", String(36), ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("csrf_token", String(64), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("key_hash", String(64), nullable=False, unique=True),
    Column("user_id", String(36), ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("scope", String(10), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime),
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("owner_id", String(36), ForeignKey("users.id", ondelete="CASCADE")),
    Column("file_name", Text, nullable=False),
    Column("status", String(12), nullable=False),
    Column("resumable", Boolean, nullable=False),
    Column("uploaded", Boolean, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("expected_bytes", BigInteger),
    Column("attempts", Integer, nullable=False),
    Column("keep_capture", Boolean, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("started_at", UtcTime),
    Column("finished_at", UtcTime),
    Column("expires_at", UtcTime),
    Column("capture_expires_at", UtcTime),
    Column("error", JSON(none_as_null=True)),
    Column("summary", JSON, nullable=False),
    # Where several processes share the records: which of them works on the task, and until when it need not say so again;
    # whether the task waits for one; whether its user wants it to end.
    Column("lease_holder", String(100), index=True),
    Column("lease_expires_at", UtcTime),
    Column("queued", Boolean, nullable=False, default=False, server_default=false(), index=True),
    Column("cancel_wanted", Boolean, nullable=False, default=False, server_default=false()),
    Index("tasks_by_owner", "owner_id", "created_at"),
    Index("tasks_by_status", "status", "expires_at"),
)

# Links that show one report without a login.
shares = Table(
    "shares",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("key_hash", String(64), nullable=False, unique=True),
    Column("task_id", String(36), ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False, index=True),
    Column("user_name", String(100)),
    Column("address", String(64)),
    Column("action", String(40), nullable=False),
    Column("object", String(200), nullable=False, default=""),
)
