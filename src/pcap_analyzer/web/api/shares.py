"""Links that show one report to whoever has them, without a login. Each key is shown once, when it is made."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from pcap_analyzer.web.access.keys import key_hash, new_key
from pcap_analyzer.web.deps import PrincipalDep, ServiceDep, TaskDep, address
from pcap_analyzer.web.errors import Problem, responses
from pcap_analyzer.web.storage.records.shares import Share

from .report import check_there

router = APIRouter(tags=["reports"])


class NewShare(BaseModel):
    """How long a link works."""

    days: Annotated[int, Field(ge=1, le=3650)] = 7


@router.get("/report/{task_id}/shares", responses=responses(401, 404))
async def shares(service: ServiceDep, task: TaskDep) -> list[dict[str, Any]]:
    """The links of a report, without their keys."""
    return [_shown(share) for share in await service.shares.of_task(task.id)]


@router.post("/report/{task_id}/shares", status_code=201, responses=responses(401, 403, 404, 409, 410))
async def create(
    request: Request, service: ServiceDep, principal: PrincipalDep, task: TaskDep, wanted: NewShare
) -> dict[str, Any]:
    """A new link; `key` and `link` are never shown again. It reads this report and nothing else, until it ends or is revoked."""
    check_there(task)
    most = service.settings.share_days
    if wanted.days > most:
        raise Problem(403, "share_too_long", f"Links live {most} days at most here." if most else "No links here.")
    key = new_key()
    share = await service.shares.add(task.id, key_hash(key), datetime.now(UTC) + timedelta(days=wanted.days))
    await service.audit.note("create_share", principal.name, address(request), f"{task.id} {share.id}")
    return _shown(share) | {"key": key, "link": f"/explore/{task.id}?share={key}"}


@router.delete("/report/{task_id}/shares/{share_id}", status_code=204, responses=responses(401, 403, 404))
async def revoke(request: Request, service: ServiceDep, principal: PrincipalDep, task: TaskDep, share_id: UUID) -> None:
    """The link ends at once."""
    if not await service.shares.remove(task.id, str(share_id)):
        raise Problem(404, "unknown_share", "There is no such link.")
    await service.audit.note("revoke_share", principal.name, address(request), f"{task.id} {share_id}")


def _shown(share: Share) -> dict[str, Any]:
    return {
        "id": share.id,
        "created_at": share.created_at.isoformat(),
        "expires_at": share.expires_at.isoformat(),
    }
