"""The JSON Schema of the report, by its version."""

import json
from importlib.resources import files
from typing import Any

VERSION = 1


def report_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of the JSON report that this version writes."""
    schema: dict[str, Any] = json.loads((files(__package__) / f"report-{VERSION}.json").read_text("utf-8"))
    return schema
