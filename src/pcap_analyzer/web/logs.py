"""Logs as JSON lines: UTC, level, module, what happened, and the ids that tie lines together. Never payload, never secrets."""

import json
import logging
import logging.handlers
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROTATE_BYTES = 10_000_000
KEPT_FILES = 5
NAME = "pcap_analyzer.web"

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

# What a record has by itself; all else came by `extra`.
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


class JsonFormatter(logging.Formatter):
    """One record, one line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line: dict[str, Any] = {
            "at": at,
            "level": record.levelname,
            "module": record.name,
            "message": record.getMessage(),
        }
        if identifier := request_id.get():
            line["request_id"] = identifier
        line |= {key: value for key, value in vars(record).items() if key not in _OWN}
        if record.exc_info:
            line["traceback"] = "".join(traceback.format_exception(*record.exc_info))
        return json.dumps(line, ensure_ascii=True, default=str)


def configure(folder: Path, level: str) -> logging.Logger:
    """Logs to a rotating file in `folder`; warnings also go to standard error."""
    folder.mkdir(parents=True, exist_ok=True)
    file = logging.handlers.RotatingFileHandler(
        folder / "service.log", maxBytes=ROTATE_BYTES, backupCount=KEPT_FILES - 1, encoding="utf-8", delay=True
    )
    screen = logging.StreamHandler()
    screen.setLevel(max(logging.WARNING, logging.getLevelName(level)))
    for handler in (file, screen):
        handler.setFormatter(JsonFormatter())
    for name in (NAME, "uvicorn.error", "apscheduler", "celery"):
        logger = logging.getLogger(name)
        for old in logger.handlers[:]:
            logger.removeHandler(old)
            old.close()
        logger.handlers = [file, screen]
        logger.propagate = False
        logger.setLevel(level)
    for name in ("apscheduler", "celery"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return logging.getLogger(NAME)
