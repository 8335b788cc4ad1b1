"""A service of its own for a test: the real program, its own folder, a free port."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from running import Service, SlowUpload


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Starts services, and ends them."""
    services: list[Service] = []

    def run(**settings: Any) -> Service:
        services.append(Service(tmp_path / "data", **settings))
        return services[-1]

    yield run
    for service in services:
        if service.process.poll() is None:
            service.stop(signal.SIGKILL)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service for all tests of a file that leave it as it was."""
    service = Service(tmp_path_factory.mktemp("service"), max_upload_size_mb=1)
    yield service
    service.stop()
    assert service.process.returncode == -signal.SIGTERM


@pytest.fixture(scope="session")
def capture(captures: Path) -> Path:
    return captures / "server_think.pcap"


@pytest.fixture(scope="session")
def large(captures: Path) -> Path:
    return captures / "healthy_dns_web.pcap"


@pytest.fixture
def slow() -> Iterator[Callable[..., SlowUpload]]:
    """Uploads that are sent by hand."""
    uploads: list[SlowUpload] = []

    def begin(service: Service, content: bytes) -> SlowUpload:
        uploads.append(SlowUpload(service, content))
        return uploads[-1]

    yield begin
    for upload in uploads:
        upload.socket.close()
