"""The parts of the service, put together once, and their start and end."""

import logging
from datetime import UTC, datetime

from . import logs, recovery
from .access.administrators import how_to_make_one
from .access.audit import Audit
from .access.keys import Passwords
from .access.limiter import Limiter
from .jobs.inprocess import InProcessJobs
from .lifecycle import Lifecycle
from .metrics import Metrics
from .progress import Progress
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
from .uploads.spool import Spool


class Service:
    """Everything that requests need. Storage and jobs are chosen here and nowhere else."""

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
        self.blobs: BlobStore = FilesystemBlobs(settings.data_dir / "reports")
        self.spool = Spool(settings.data_dir / "uploads")
        self.readers = Readers(settings)
        self.passwords = Passwords()
        self.login_limiter = Limiter(settings.logins_per_minute)
        self.address_limiter = Limiter(10 * settings.logins_per_minute)
        self.upload_limiter = Limiter(settings.uploads_per_minute)
        self.metrics = Metrics()
        self.progress = Progress()
        self.lifecycle = Lifecycle(settings, self.tasks, self.blobs, self.progress, self.metrics)
        self.jobs = InProcessJobs(settings, settings.data_dir / "work", self.lifecycle)
        self.lifecycle.jobs = self.jobs
        self.intake = Intake(settings, self.tasks, self.jobs, self.lifecycle, self.spool, self.metrics)
        self.resumable = Resumable(settings, self.tasks, self.jobs, self.lifecycle, self.intake, self.spool)
        self.retention = Retention(
            settings, self.tasks, self.users, self.shares, self.blobs, self.spool, self.resumable
        )

    async def start(self) -> None:
        """Brings the database up to date, takes up what an earlier run left, and starts workers and retention."""
        await migrate(self.engine)
        await recovery.take_up(self)
        await self.jobs.start()
        await self.retention.start()
        if self.settings.access is Access.USERS and not await self.users.count():
            self.log.warning("nobody can log in yet", extra={"first_administrator": how_to_make_one()})
        self.log.info("started", extra={"access": self.settings.access.value, "workers": self.settings.workers})

    async def stop(self) -> None:
        """Ends the workers. What waits or runs is taken up by the next start."""
        self.progress.close()
        self.retention.stop()
        await self.jobs.stop()
        await self.readers.stop()
        await self.engine.dispose()
        self.log.info("stopped")
