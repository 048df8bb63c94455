"""Schemathesis reads the OpenAPI document and sends what it allows, and some of what it does not.

No answer may be a fault of the server (5xx) or something that the document does not declare. One
collection of each kind and two processes are enough: the others have the same operations.
"""

import re
from typing import Any

import schemathesis
from cite.conftest import Site
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

KEPT = re.compile(
    r"/|/(openapi|conformance|health|dashboard|map|qgis|dcat|jobs(/.*)?)"
    r"|/(tiles|tileMatrixSets|styles)(/.*)?"
    r"|/processes(/(echo|carbon-stock)(/.*)?)?"
    r"|/collections(/(communes|flood-hazard|emissions)(/.*)?)?"
)
EXAMPLES = 3
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
]  # fmt: skip
EXPLORE = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_no_fault_and_nothing_undeclared(site: Site) -> None:
    schema = schemathesis.openapi.from_url(f"{site.url}/openapi", headers={"Accept": "application/json"})
    sent: dict[str, int] = {}
    for result in schema.get_all_operations():
        operation = result.ok()
        if not KEPT.fullmatch(operation.path):
            continue

        @EXPLORE
        @given(case=operation.as_strategy())
        def explore(case: Any) -> None:
            case.call_and_validate(checks=CHECKS, timeout=60)
            sent[case.operation.label] = sent.get(case.operation.label, 0) + 1

        explore()
    assert len(sent) > 20
