"""Whatever a client sends, as far as the OpenAPI document lets one guess: no answer is a fault of the service."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from running import Service
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")

MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
def test_nothing_is_a_server_error(service: Service, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_url(f"{service.url}/openapi.json")
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if mode is GenerationMode.NEGATIVE and not (list(operation.iter_parameters()) or operation.body):
            continue  # nothing can be wrong with it

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(max_examples=6, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        def ask(case: schemathesis.Case[Any]) -> None:
            status = case.call(base_url=service.url, timeout=60).status_code
            # A full queue is an answer; a fault is not.
            assert status < 500 or status == 503, (case.method, case.path)

        ask()


def test_the_document_is_complete(service: Service) -> None:
    document = service.client.get("/openapi.json").json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation.get("description"), f"{method} {path}"
            assert operation["tags"], f"{method} {path}"
