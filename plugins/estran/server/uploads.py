"""`POST /place`: the outlines of a file that someone brings, and what is wrong with it.

The file is read in a process of its own, answered, and forgotten: nothing of it is kept.
"""

import json
import logging
import math
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import shapely
from flask import Response, request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import HTTPException
from werkzeug.formparser import FormDataParser

from estran.carbon.errors import EstranError, InvalidInput, TooLarge
from estran.ingest.outlines.isolated import read_outlines
from estran.ingest.outlines.request import Choices, Keep, Limits, Request
from estran.ingest.outlines.telling import RefusedFile
from estran.jobs.errors import QueueFull
from estran.layers.features.query import FeatureQuery
from estran.layers.features.stores import open_feature_store
from estran.layers.geodesy import parse_crs, reproject
from estran.layers.settings import LimitSettings
from estran.layers.styles.palette import read_palette
from estran.layers.territory import read_territory
from estran.server.errors import problem_of
from estran.server.parameters import PLACE, checked_parameters
from estran.server.planner import COMMUNES, MOST_COMMUNES, PROJECT
from estran.server.service import PROBLEM, Service, dumped

LOGGER = logging.getLogger(__name__)

AT_ONCE = 2
WAIT_S = 15.0
"""How long a file waits for its turn to be read."""

MOST_FILES = 12
NAME = "file"
SIMPLIFIED_DEGREES = 1e-4
"""About ten metres: the territory only tells what is near and what is far."""

_places = threading.BoundedSemaphore(AT_ONCE)


def place(service: Service) -> Response:
    """Return what a file holds: its layers, the outlines of one, the mistakes and the ways out.

    Raises:
        InvalidInput: a parameter is wrong.
        QueueFull: too many files are being read.
    """
    asked = checked_parameters(request.args, PLACE)
    language = service.language().language
    limits = LimitSettings.model_validate(service.configuration["estran"].get("limits") or {})
    try:
        files = _files(service, limits, asked.get("name", ""))
        read = Request(
            files=(),
            choices=_choices(asked),
            limits=Limits(limits.body_mb, limits.features, limits.vertices),
            territory=_territory(service),
            labels=_labels(service),
            language=language,
        )
        with _turn():
            content = read_outlines(files, read)
    except RefusedFile as error:
        if isinstance(error.__cause__, RuntimeError):
            LOGGER.exception("a file stopped its reading")
        return _refused(error, language)
    headers = {"Content-Language": language, "Cache-Control": "no-store"}
    return Response(content, headers=headers, content_type="application/json")


def _files(service: Service, limits: LimitSettings, name: str) -> list[tuple[str, bytes]]:
    """The names and contents of what was sent: a form with files, or a body that is the file."""
    try:
        body = service.bodies.read(request)
    except TooLarge as error:
        size = (request.content_length or 0) / 1_000_000
        raise _too_heavy(size, limits.body_mb) from error
    if request.mimetype != "multipart/form-data":
        return [(name or "file", body)]
    sent = _parsed(body)
    files = []
    for each in sent:
        with closing(each):
            files.append((each.filename or name or "file", each.stream.read()))
    if not files:
        raise InvalidInput(
            f"the form has no file; send it in the field `{NAME}`",
            f"le formulaire n'a pas de fichier ; envoyez-le dans le champ « {NAME} »",
            where=NAME,
        )
    return files


def _parsed(body: bytes) -> list[FileStorage]:
    # The body is in memory already, and bounded: a file refused half-way leaves nothing open.
    parser = FormDataParser(
        stream_factory=lambda **_sizes: BytesIO(), max_form_memory_size=100_000, max_form_parts=MOST_FILES
    )
    try:
        _, _, sent = parser.parse(BytesIO(body), request.mimetype, len(body), request.mimetype_params)
    except HTTPException as error:
        raise InvalidInput(
            f"the form has more than {MOST_FILES} files; put them in a zip",
            f"le formulaire a plus de {MOST_FILES} fichiers ; mettez-les dans un zip",
            where=NAME,
        ) from error
    return sent.getlist(NAME)


def _choices(asked: Mapping[str, str]) -> Choices:
    crs, keep, simplify = asked.get("crs"), asked.get("keep"), asked.get("simplify")
    if crs is not None:
        parse_crs(crs)
    if keep not in {None, "first", "last"}:
        raise InvalidInput(
            f"keep must be first or last; got {keep[:40]!r}" if keep else "keep is empty",
            "keep doit être first ou last",
            where="keep",
        )
    return Choices(
        layer=asked.get("layer"),
        crs=crs,
        swap=asked.get("swap") == "true",
        close_lines=asked.get("close-lines") == "true",
        repair=asked.get("repair", "true") == "true",
        keep=cast("Keep | None", keep),
        merge=asked.get("merge") == "true",
        simplify_m=_metres(simplify) if simplify is not None else None,
        column=asked.get("field"),
        classes=_classes(asked.get("classes", "{}")),
    )


def _metres(text: str) -> float:
    try:
        metres = float(text)
    except ValueError:
        metres = math.nan
    if not 0.0 < metres <= 100.0:
        raise InvalidInput(
            f"simplify must be metres, above 0 and at most 100; got {text[:40]!r}",
            f"simplify doit être en mètres, au-dessus de 0 et au plus 100 ; reçu {text[:40]!r}",
            where="simplify",
        )
    return metres


def _classes(text: str) -> dict[str, str]:
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    if not isinstance(told, dict) or not all(isinstance(each, str) for each in told.values()):
        raise InvalidInput(
            'classes must be a JSON object from value to class, such as {"UA": "building"}',
            'classes doit être un objet JSON de la valeur vers la classe, comme {"UA": "building"}',
            where="classes",
        )
    return told


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for a turn: reading a file takes a processor."""
    if not _places.acquire(timeout=WAIT_S):
        raise QueueFull(
            "too many files are being read; try again in a few seconds",
            "trop de fichiers sont en cours de lecture ; réessayez dans quelques secondes",
        )
    try:
        yield
    finally:
        _places.release()


def _territory(service: Service) -> str:
    """The outline of the communes, else the boxes of the layers, in degrees, as hexadecimal WKB."""
    territory = read_territory(service.config_path)
    layer = next((each for each in territory.layers.values() if each.settings.role == COMMUNES), None)
    if layer is not None and service.layers.state(layer.id).is_ready:
        stamp = layer.location.stat().st_mtime_ns if isinstance(layer.location, Path) else 0
        return _outline(layer.location, layer.table, layer.id_field, stamp)
    boxes = [
        shapely.box(*resource["extents"]["spatial"]["bbox"][:4])
        for resource in service.configuration["resources"].values()
        if resource["type"] == "collection" and (resource.get("extents") or {}).get("spatial")
    ]
    return shapely.to_wkb(shapely.union_all(boxes)).hex() if boxes else ""


@lru_cache(maxsize=8)
def _outline(location: Any, table: str, id_field: str, _stamp: int) -> str:
    store = open_feature_store(location, table, id_field)
    found = store.query(FeatureQuery(limit=MOST_COMMUNES, count=False)).features
    whole = shapely.union_all([each.geometry for each in found if each.geometry is not None])
    outline = reproject(whole, store.crs, parse_crs("CRS84"))
    return shapely.to_wkb(shapely.simplify(outline, SIMPLIFIED_DEGREES)).hex()


def _labels(service: Service) -> dict[str, tuple[str, str]]:
    """The classes after the project, with their names, as the process publishes them."""
    known = read_palette().land_classes
    after: list[str] = list(known)
    if PROJECT in service.api.manager.processes:
        described = service.api.manager.get_processor(PROJECT).metadata["inputs"]["after"]["schema"]
        after = described["propertyNames"]["enum"]
    return {each: (known[each].label.fr, known[each].label.en) for each in after if each in known}


def _too_heavy(size_mb: float, limit_mb: float) -> RefusedFile:
    size = f"{size_mb:.0f}" if size_mb >= 10 else f"{size_mb:.1f}"
    limit = f"{limit_mb:g}"
    heavy = ("Fichier trop lourd", "File too large")
    if size_mb:
        heavy = (f"Fichier de {size} Mo".replace(".", ","), f"File of {size} MB")
    return RefusedFile(
        "too-heavy",
        f"{heavy[0]}, limite {limit.replace('.', ',')} Mo. Simplifiez à 1 m ou n'exportez que le périmètre.",
        f"{heavy[1]}, limit {limit} MB. Simplify to 1 m or export the outline only.",
        heavy=True,
    )


def _refused(error: RefusedFile, language: str) -> Response:
    """A refusal as RFC 9457, with what is wrong with the file and the ways out."""
    means: EstranError = TooLarge(error.en, error.fr, where=error.where) if error.heavy else error
    problem = problem_of(means)
    document = {
        **problem.document(language=language, instance=request.path),
        "reason": error.reason,
        "actions": [action.document(language) for action in error.actions],
    }
    headers = {"Content-Language": language, "Cache-Control": "no-store"}
    return Response(dumped(document), problem.status, headers=headers, content_type=PROBLEM)
