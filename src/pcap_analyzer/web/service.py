"""The parts of the service, put together once, and their start and end."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from . import logs, recovery
from .access.administrators import how_to_make_one
from .access.audit import Audit
from .access.keys import Passwords
from .access.limiter import Limiter, OwnLimiter
from .jobs.base import Jobs
from .jobs.inprocess import InProcessJobs
from .lifecycle import Lifecycle
from .metrics import Metrics
from .progress import OwnProgress, Progress
from .readers.pool import Readers
from .retention import Retention
from .settings import Access, Settings
from .storage.blobs.base import BlobStore
from .storage.blobs.filesystem import FilesystemBlobs
from .storage.records.database import connect, migrate
from .storage.records.shares import Shares
from .storage.records.tasks import Tasks
from .storage.records.users import Users
from .uploads.intake import Intake
from .uploads.resumable import Resumable
from .uploads.spool import Captures, Spool


class Service:
    """Everything that requests need. Storage and jobs are chosen here and nowhere else."""

    lifecycle: Lifecycle
    blobs: BlobStore
    captures: Captures
    progress: Progress
    jobs: Jobs

    def __init__(self, settings: Settings) -> None:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        self.settings = settings
        self.log: logging.Logger = logs.configure(settings.data_dir / "logs", settings.log_level)
        self.started_at = datetime.now(UTC)
        self.engine = connect(settings.database)
        self.tasks = Tasks(self.engine)
        self.users = Users(self.engine)
        self.shares = Shares(self.engine)
        self.audit = Audit(self.engine)
        self.readers = Readers(settings)
        self.passwords = Passwords()
        self.metrics = Metrics()
        limiter = self._spread() if settings.is_shared else self._stand_alone()
        self.login_limiter = limiter("login", settings.logins_per_minute)
        self.address_limiter = limiter("address", 10 * settings.logins_per_minute)
        self.upload_limiter = limiter("upload", settings.uploads_per_minute)
        self.intake = Intake(settings, self.tasks, self.jobs, self.lifecycle, self.captures, self.metrics)
        self.resumable = Resumable(settings, self.tasks, self.jobs, self.lifecycle, self.intake, self.captures)
        self.retention = Retention(
            settings, self.tasks, self.users, self.shares, self.blobs, self.captures, self.resumable
        )

    def _stand_alone(self) -> Callable[[str, int], Limiter]:
        """All is in here: one process is the service."""
        settings = self.settings
        self.blobs = FilesystemBlobs(settings.data_dir / "reports")
        self.captures = Spool(settings.data_dir / "uploads")
        self.progress = OwnProgress()
        self.lifecycle = Lifecycle(settings, self.tasks, self.blobs, self.captures, self.progress, self.metrics)
        jobs = InProcessJobs(settings, settings.data_dir / "work", self.lifecycle)
        self.jobs = self.lifecycle.jobs = jobs

        async def start() -> None:
            await recovery.take_up(self, jobs)
            await jobs.start()

        self._start, self._stop = start, jobs.stop
        return lambda _, limit: OwnLimiter(limit)

    def _spread(self) -> Callable[[str, int], Limiter]:
        """All is shared: several processes are the service."""
        from .scale.web import WebParts

        parts = WebParts(self)
        self.blobs, self.captures, self.progress = parts.blobs, parts.captures, parts.progress
        self.lifecycle, self.jobs = parts.lifecycle, parts.jobs
        self._start, self._stop = parts.start, parts.stop
        return parts.limiter

    async def start(self) -> None:
        """Brings the database up to date, takes up what an earlier run left, and starts workers and retention."""
        await migrate(self.engine)
        await self._start()
        await self.retention.start()
        if self.settings.access is Access.USERS and not await self.users.count():
            self.log.warning("nobody can log in yet", extra={"first_administrator": how_to_make_one()})
        self.log.info("started", extra={"access": self.settings.access.value, "workers": self.settings.workers})

    async def stop(self) -> None:
        """Ends the workers. What waits or runs is taken up by the next start."""
        self.progress.close()
        self.retention.stop()
        await self._stop()
        await self.readers.stop()
        await self.engine.dispose()
        self.log.info("stopped")
