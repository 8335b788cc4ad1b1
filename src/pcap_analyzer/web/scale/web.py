"""A web process of a service that is spread over several."""

from typing import TYPE_CHECKING

from .jobs import SharedJobs
from .lifecycle import HeldLifecycle
from .parts import Parts
from .upkeep import Upkeep

if TYPE_CHECKING:
    from pcap_analyzer.web.service import Service


class WebParts(Parts):
    """What the service has in place of its own queue, files and news."""

    def __init__(self, service: "Service") -> None:
        super().__init__(service.settings, service.engine)
        self.lifecycle = HeldLifecycle(
            self.leases,
            self.holder,
            service.settings,
            service.tasks,
            self.blobs,
            self.captures,
            self.progress,
            service.metrics,
        )
        self.jobs = self.lifecycle.jobs = SharedJobs(
            service.settings,
            service.tasks,
            self.leases,
            self.messages,
            self.captures,
            self.progress,
            self.lifecycle,
            self.redis,
            self.holder,
        )
        self._upkeep = Upkeep(
            self.leases,
            self.messages,
            self.captures,
            self.lifecycle,
            self.holder,
            self.jobs.arriving,
            self.jobs.lost,
        )

    async def start(self) -> None:
        """Hears, tells, and looks after what others leave behind."""
        await self.progress.start()
        self.listen(self.jobs.end_here, news=True)
        self._upkeep.start()

    async def stop(self) -> None:
        """No more."""
        await self._upkeep.stop()
        await super().stop()
