"""The report keeps to its published schema."""

import json
from pathlib import Path
from typing import Any

import pytest

import pcap_analyzer as pa
from pcap_analyzer.causes import CAUSES, NOTES
from pcap_analyzer.render.json import document
from pcap_analyzer.report.build import SCHEMA_VERSION, build
from pcap_analyzer.schema import VERSION, report_schema

SCHEMA = report_schema()
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}


def wrong(value: Any, schema: dict[str, Any], at: str = "$") -> list[str]:
    """Where `value` differs from `schema`, by the keywords that the schema uses."""
    if "$ref" in schema:
        return wrong(value, SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]], at)
    if "anyOf" in schema:
        return [] if any(not wrong(value, one, at) for one in schema["anyOf"]) else [f"{at}: none of anyOf"]
    if "const" in schema and value != schema["const"]:
        return [f"{at}: not {schema['const']}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{at}: {value!r} is none of the values"]
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and (isinstance(value, bool) or not any(isinstance(value, TYPES[kind]) for kind in kinds)):
        return [f"{at}: {value!r} is no {kinds}"]
    if value is None:
        return []
    return [*bounds(value, schema, at), *children(value, schema, at)]


def bounds(value: Any, schema: dict[str, Any], at: str) -> list[str]:
    if "minimum" in schema and value < schema["minimum"]:
        return [f"{at}: {value} is too small"]
    if "maximum" in schema and value > schema["maximum"]:
        return [f"{at}: {value} is too large"]
    if "maxItems" in schema and len(value) > schema["maxItems"]:
        return [f"{at}: too many items"]
    return []


def children(value: Any, schema: dict[str, Any], at: str) -> list[str]:
    if isinstance(value, list):
        items = schema.get("items", {})
        return [error for place, item in enumerate(value) for error in wrong(item, items, f"{at}[{place}]")]
    if not isinstance(value, dict):
        return []
    missing = [f"{at}: {key} is missing" for key in schema.get("required", []) if key not in value]
    known = schema.get("properties", {})
    return missing + [e for key, child in value.items() for e in wrong(child, known.get(key, {}), f"{at}.{key}")]


def test_its_version_is_that_of_the_report() -> None:
    assert VERSION == SCHEMA_VERSION == SCHEMA["properties"]["schema_version"]["const"]


def test_it_names_every_cause() -> None:
    assert SCHEMA["$defs"]["cause"]["enum"] == [*CAUSES, *NOTES]


def test_the_checker_sees_what_is_wrong() -> None:
    assert wrong({"score": 101, "summary": ""}, SCHEMA["properties"]["health"])
    assert wrong({"score": 50}, SCHEMA["properties"]["health"])
    assert wrong({"name": 3, "latency_s": None}, SCHEMA["properties"]["profile"])
    assert not wrong({"score": None, "summary": ""}, SCHEMA["properties"]["health"])


@pytest.mark.parametrize("path", sorted((Path(__file__).parents[1] / "captures").glob("*.pcap*")), ids=lambda p: p.name)
def test_every_report_keeps_to_it(path: Path) -> None:
    with pa.analyze(path) as analysis:
        report = json.loads(document(build(analysis)))
    assert wrong(report, SCHEMA) == []
