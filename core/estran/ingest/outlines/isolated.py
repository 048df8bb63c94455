"""A file from outside is read in a process of its own: short of memory and time, then forgotten."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from estran.carbon.errors import InvalidInput
from estran.carbon.text import Text
from estran.ingest.outlines.formats import DRIVERS
from estran.ingest.outlines.request import Brought, Request
from estran.ingest.outlines.telling import OTHER_FILE, Action, RefusedFile

START = """
import runpy, sys
sys.modules.update(dict.fromkeys(("geopandas", "pandas", "pyarrow")))
runpy.run_module("estran.ingest.outlines.process", run_name="__main__")
"""
"""pyogrio loads these packages when it finds them, which takes far longer than to read a file."""

TIME_S = 30.0
MEMORY_MB = 2_048
WRITTEN_MB = 512
REFUSED = 3
WRONG = 4
"""How the process ends when the file, or a choice, is refused."""


def read_outlines(files: Sequence[tuple[str, bytes]], request: Request, *, time_s: float = TIME_S) -> bytes:
    """Return the answer to a file, as JSON.

    Args:
        files: Names and contents of what was sent together.
        request: What is asked; its `files` are filled here.
        time_s: How long the reading may last.

    Raises:
        RefusedFile: nothing can be read, or it takes too long.
        InvalidInput: a choice is wrong.
    """
    with tempfile.TemporaryDirectory(prefix="estran-file-") as folder:
        brought = []
        for number, (name, content) in enumerate(files):
            path = Path(folder) / f"sent-{number}"
            path.write_bytes(content)
            brought.append(Brought(name, str(path)))
        asked = replace(request, files=tuple(brought))
        try:
            done = subprocess.run(  # noqa: S603 - our own module; the file is never an argument
                [sys.executable, "-I", "-c", START, folder, str(int(time_s))],
                input=asked.to_json().encode(),
                capture_output=True,
                env=_environment(),
                cwd=folder,
                timeout=time_s,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise _too_slow() from error
    if done.returncode == 0:
        return done.stdout
    if done.returncode in {REFUSED, WRONG}:
        raise _told(json.loads(done.stdout), done.returncode)
    if done.returncode < 0:
        raise _too_slow()
    raise RefusedFile(
        "unreadable-file",
        "Ce fichier n'a pas pu être lu : il est sans doute abîmé. Exportez-le de nouveau en GeoPackage.",
        "This file could not be read: it may be damaged. Export it again as a GeoPackage.",
    ) from RuntimeError(done.stderr.decode(errors="replace")[-4000:])


def written(error: InvalidInput) -> str:
    """Return a refusal as the text that the process hands back."""
    told: dict[str, Any] = {"en": error.en, "fr": error.fr, "where": error.where}
    if isinstance(error, RefusedFile):
        actions = [
            {"id": each.id, "fr": each.label.fr, "en": each.label.en, "parameters": dict(each.parameters)}
            for each in error.actions
        ]
        told |= {"reason": error.reason, "heavy": error.heavy, "actions": actions}
    return json.dumps(told)


def _told(told: dict[str, Any], code: int) -> InvalidInput:
    fr, en = str(told["fr"]), str(told["en"])
    if code == WRONG:
        return InvalidInput(en, fr, where=str(told["where"]))
    return RefusedFile(
        str(told["reason"]),
        fr,
        en,
        actions=tuple(_action(each) for each in told["actions"]),
        heavy=bool(told["heavy"]),
    )


def _action(told: dict[str, Any]) -> Action:
    return Action(told["id"], Text(told["fr"], told["en"]), told["parameters"])


@cache
def _skipped() -> str:
    import pyogrio  # long to load: the server starts without it

    return ",".join(sorted(set(pyogrio.list_drivers()) - DRIVERS))


def _environment() -> dict[str, str]:
    """What the process inherits: nothing that it could use to reach anything but the file."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    nowhere = "http://127.0.0.1:9"
    return {
        **kept,
        "LC_ALL": "C.UTF-8",
        "PYTHONIOENCODING": "utf-8",
        "GDAL_SKIP": _skipped(),
        "GDAL_DISABLE_READDIR_ON_OPEN": "FALSE",
        "GDAL_CACHEMAX": "32",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
        "OGR_SQLITE_ALLOW_EXTERNAL_ACCESS": "NO",
        "OGR_GEOJSON_MAX_OBJ_SIZE": "0",
        "PROJ_NETWORK": "OFF",
        "http_proxy": nowhere,
        "https_proxy": nowhere,
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "GDAL_NUM_THREADS": "1",
    }


def _too_slow() -> RefusedFile:
    return RefusedFile(
        "too-slow",
        "La lecture de ce fichier demande trop de temps ou de mémoire. Simplifiez-le à 1 m ou n'exportez "
        "que le "
        "périmètre.",
        "Reading this file takes too much time or memory. Simplify it to 1 m or export the outline only.",
        actions=(OTHER_FILE,),
        heavy=True,
    )
