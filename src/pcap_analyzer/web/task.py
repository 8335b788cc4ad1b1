"""A task: one capture from its upload to the end of its report."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """The words for what became of a task, everywhere."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    EXPIRED = "expired"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing more is computed for the task."""
        return self not in (Status.PENDING, Status.PROCESSING)


class Phase(StrEnum):
    """What is done for a task just now."""

    UPLOAD = "upload"
    QUEUE = "queue"
    READ = "read"
    REPORT = "report"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Task:
    """The record of a task. `resumable` uploads may pause; `error` is a problem document; `summary` the verdict in a few words and figures."""

    id: str
    file_name: str
    created_at: datetime
    owner_id: str | None = None
    status: Status = Status.PENDING
    resumable: bool = False
    uploaded: bool = False
    size_bytes: int = 0
    expected_bytes: int | None = None
    attempts: int = 0
    keep_capture: bool = False
    started_at: datetime | None = None
    finished_at: datetime | None = None
    expires_at: datetime | None = None
    capture_expires_at: datetime | None = None
    error: dict[str, Any] | None = None
    summary: dict[str, Any] = field(default_factory=dict)
