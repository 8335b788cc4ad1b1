"""Whether the service is there, and whether it can take work."""

from importlib.util import find_spec
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel

from pcap_analyzer.web import system
from pcap_analyzer.web.deps import ServiceDep

router = APIRouter(tags=["operation"])


class Health(BaseModel):
    """`status` is healthy when all checks hold."""

    status: str
    checks: dict[str, bool]
    metrics: dict[str, float]


@router.get("/health", responses={503: {"model": Health, "description": "No work is taken just now."}})
async def health(service: ServiceDep, response: Response) -> Health:
    """Readiness: 200 while captures are admitted, else 503."""
    settings, load = service.settings, await service.jobs.load()
    memory, disk = system.memory(), system.disk(settings.data_dir)
    checks = {
        "memory_ok": memory.free_bytes >= settings.min_free_memory_mb * 1e6,
        "disk_ok": disk.free_bytes >= settings.min_free_disk_mb * 1e6,
        "queue_ok": not load.is_full,
    }
    healthy = all(checks.values())
    if not healthy:
        response.status_code = 503
        response.headers["Retry-After"] = "10"
    return Health(
        status="healthy" if healthy else "unhealthy",
        checks=checks,
        metrics={
            "memory_percent": memory.used_percent,
            "memory_used_mb": round(memory.used_bytes / 1e6, 1),
            "disk_percent": disk.used_percent,
            "queue_size": load.waiting,
            "running": load.running,
        },
    )


@router.get("/live")
async def live() -> dict[str, str]:
    """Liveness: 200 while the process answers."""
    return {"status": "alive"}


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(service: ServiceDep) -> Response:
    """Figures for Prometheus."""
    figures, load, workers = service.metrics, await service.jobs.load(), await service.jobs.workers()
    figures.queue_size.set(load.waiting)
    figures.running.set(load.running)
    figures.workers_ready.set(workers.ready)
    figures.worker_memory.set(workers.memory_bytes)
    figures.memory_used.set(system.memory().used_bytes)
    figures.disk_used_share.set(system.disk(service.settings.data_dir).used_percent / 100)
    return Response(figures.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/limits")
async def limits(service: ServiceDep) -> dict[str, Any]:
    """What applies to uploads here, for pages and scripts."""
    settings = service.settings
    return {
        "max_upload_bytes": settings.max_upload_bytes,
        "max_decompressed_bytes": settings.max_decompressed_size_mb * 1_000_000,
        "pdf": find_spec("reportlab") is not None,
        "share_days": settings.share_days,
        "sql_timeout_s": settings.sql_timeout_s,
        "report_ttl_hours": settings.report_ttl_hours,
        "keep_captures_hours": settings.keep_captures_hours,
        "max_queue_size": settings.max_queue_size,
        "workers": settings.workers,
        "access": settings.access.value,
    }
