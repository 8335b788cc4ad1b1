"""Makes the application: the service, every router in `api/`, the gate in front of them."""

import importlib
import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from pcap_analyzer import _core

from . import api, errors
from .middleware import Gate
from .service import Service
from .settings import Settings
from .ui import pages

_DESCRIPTION = "Upload a packet capture, follow its analysis, read why the network is slow."


def create_app(settings: Settings) -> FastAPI:
    """The application with its own service."""
    service = Service(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await service.start()
        yield
        await service.stop()

    app = FastAPI(
        title="PCAP Analyzer",
        description=_DESCRIPTION,
        version=_core.__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.service = service
    errors.install(app)
    for module in pkgutil.iter_modules(api.__path__, f"{api.__name__}."):
        app.include_router(importlib.import_module(module.name).router)
    pages.install(app)
    app.add_middleware(Gate, settings=settings)
    return app
