"""A process that answers what it was given: the OGC's test suite for Processes needs one.

Served only by the test configuration of `make cite`. Every input is optional, and there is one output
of the same name and schema per input. `pause` is a number of seconds that the suite adds when it wants
a job that is still running.
"""

import time
from typing import Any

from pygeoapi.process.base import BaseProcessor

LONGEST_PAUSE_S = 30
SCHEMAS: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "number": {"type": "number"},
    "integers": {"type": "array", "items": {"type": "integer"}},
    "object": {
        "type": "object",
        "properties": {"property1": {"type": "string"}, "property2": {"type": "string"}},
    },
    "image": {"type": "string", "contentEncoding": "binary", "contentMediaType": "image/tiff"},
    "bbox": {
        "type": "object",
        "format": "ogc-bbox",
        "required": ["bbox"],
        "properties": {
            "bbox": {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}},
            "crs": {"type": "string", "format": "uri"},
        },
    },
}


class Echo(BaseProcessor):  # type: ignore[misc]
    """Return the inputs as outputs."""

    def __init__(self, definition: dict[str, Any]) -> None:
        described = {
            name: {"title": name, "description": f"Any {name}", "schema": schema, "minOccurs": 0}
            for name, schema in SCHEMAS.items()
        }
        pause = {"type": "integer", "minimum": 0, "maximum": LONGEST_PAUSE_S}
        metadata = {
            "version": "1.0.0",
            "id": "echo",
            "title": {"fr": "Écho", "en": "Echo"},
            "description": {"fr": "Rend ce qu'il reçoit.", "en": "Answers what it was given."},
            "jobControlOptions": ["sync-execute", "async-execute"],
            "outputTransmission": ["value"],
            "inputs": {
                **described,
                "pause": {"title": "pause", "description": "Seconds", "schema": pause, "minOccurs": 0},
            },
            "outputs": {
                name: {"title": name, "schema": schema, "description": f"The {name}"}
                for name, schema in SCHEMAS.items()
            },
            "example": {"inputs": {"string": "Aytré"}},
        }
        super().__init__(definition, metadata)
        self.supports_outputs = True

    def execute(self, data: dict[str, Any], outputs: Any = None) -> tuple[str, Any]:
        """Return what was given of the outputs asked, or of all when none is."""
        time.sleep(min(LONGEST_PAUSE_S, data.get("pause", 0)))
        wanted = outputs or SCHEMAS
        return "application/json", {name: data[name] for name in SCHEMAS if name in wanted and name in data}
