"""What applies here, and where it comes from."""

import os
from typing import Any

from fastapi import APIRouter

from pcap_analyzer.i18n import speaking, translated
from pcap_analyzer.web.deps import AdminDep, ServiceDep
from pcap_analyzer.web.errors import responses
from pcap_analyzer.web.settings import Settings

from .report import Language

router = APIRouter(tags=["operation"])


@router.get("/configuration", responses=responses(401, 403))
async def configuration(service: ServiceDep, admin: AdminDep, language: Language = "en") -> list[dict[str, Any]]:
    """Every setting with its value, where that comes from, and its meaning. For administrators."""
    with speaking(language):
        return [
            {
                "name": name.upper(),
                "value": _shown(getattr(service.settings, name), veiled=not field.repr),
                "source": "environment" if os.environ.get(name.upper()) else "default",
                "meaning": translated(field.description or ""),
            }
            for name, field in Settings.model_fields.items()
        ]


def _shown(value: object, *, veiled: bool) -> str:
    """What may hold a password is told only to be set."""
    if veiled:
        return "••••" if value else ""
    match value:
        case tuple():
            return ", ".join(map(str, value))
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
        case _:
            return str(value)
