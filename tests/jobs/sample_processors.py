"""Small processes that worker processes can import: each does one thing that an execution may meet."""

import os
import signal
import time
from pathlib import Path
from typing import Any, ClassVar

from pygeoapi.process.base import BaseProcessor, ProcessorExecuteError

from estran.carbon.errors import InvalidGeometry, UnitMismatch

TEXT = {"schema": {"type": "string"}, "minOccurs": 1}


class _Sample(BaseProcessor):
    inputs: ClassVar[dict[str, Any]] = {}
    options: ClassVar[list[str]] = ["sync-execute", "async-execute"]

    def __init__(self, definition: dict[str, Any]) -> None:
        metadata = {
            "id": "sample",
            "title": "sample",
            "description": "sample",
            "jobControlOptions": list(self.options),
            "inputs": self.inputs,
            "outputs": {
                "result": {
                    "schema": {
                        "oneOf": [
                            {"type": "object", "contentMediaType": "application/json"},
                            {"type": "string", "contentMediaType": "text/csv"},
                        ]
                    }
                }
            },
        }
        super().__init__(definition, metadata)
        self.supports_outputs = True


class Echo(_Sample):
    """Returns what it was given, and the worker's process id."""

    inputs: ClassVar[dict[str, Any]] = {
        "text": TEXT,
        "count": {"schema": {"type": "integer", "minimum": 1}, "minOccurs": 0},
        "names": {"schema": {"type": "string"}, "minOccurs": 0, "maxOccurs": 2},
    }

    def execute(self, data: dict[str, Any], outputs: dict[str, Any] | None = None) -> tuple[str, Any]:
        wanted = (outputs or {}).get("result", {}).get("format", {}).get("mediaType", "application/json")
        if wanted == "text/csv":
            return "text/csv", f"text\r\n{data['text']}\r\n".encode()
        return "application/json", {"text": data["text"], "pid": os.getpid()}


class Binary(_Sample):
    """Returns bytes that are no text."""

    def execute(self, data: dict[str, Any], outputs: dict[str, Any] | None = None) -> tuple[str, Any]:
        return "application/octet-stream", b"\xff\x00\xfe"


class Sleeper(_Sample):
    """Writes its process id to a file, reports progress, then sleeps."""

    inputs: ClassVar[dict[str, Any]] = {
        "file": TEXT,
        "seconds": {"schema": {"type": "number"}, "minOccurs": 1},
    }

    def set_progress(self, report: Any) -> None:
        self.report = report

    def execute(self, data: dict[str, Any], outputs: dict[str, Any] | None = None) -> tuple[str, Any]:
        self.report("sleeping", 0.4)
        Path(data["file"]).write_text(str(os.getpid()))
        time.sleep(data["seconds"])
        return "application/json", {"slept": data["seconds"]}


class Released(_Sample):
    """Runs until a file appears; only as a job."""

    inputs: ClassVar[dict[str, Any]] = {"file": TEXT}
    options: ClassVar[list[str]] = ["async-execute"]

    def execute(self, data: dict[str, Any], outputs: dict[str, Any] | None = None) -> tuple[str, Any]:
        while not Path(data["file"]).exists():
            time.sleep(0.02)
        return "application/json", {"released": True}


class Faulty(_Sample):
    """Fails in the way it is told."""

    inputs: ClassVar[dict[str, Any]] = {"how": TEXT}

    def execute(self, data: dict[str, Any], outputs: dict[str, Any] | None = None) -> tuple[str, Any]:
        match data["how"]:
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "segfault":
                os.kill(os.getpid(), signal.SIGSEGV)
            case "exit":
                raise SystemExit(3)
            case "geometry":
                raise InvalidGeometry("the ring crosses itself", "l'anneau se croise", where="inputs.ring")
            case "ours":
                raise UnitMismatch("secret unit", "unité secrète")
            case "pygeoapi":
                raise ProcessorExecuteError(user_msg="say please")
            case "nan":
                return "application/json", {"value": float("nan")}
        raise ValueError("secret detail of " + __file__)


class Judge(_Sample):
    """Validates its inputs itself."""

    def validate(self, data: dict[str, Any]) -> None:
        if "geometry" not in data:
            raise InvalidGeometry("no geometry", "pas de géométrie", where="inputs.geometry")

    def execute(self, data: dict[str, Any], outputs: dict[str, Any] | None = None) -> tuple[str, Any]:
        return "application/json", {"ok": True}
