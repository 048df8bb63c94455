"""What the processes answer: their description, an execution, the state and the result of a job."""

import datetime as dt
import difflib
import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Response, request
from pygeoapi.api import processes as processes_api
from pygeoapi.util import DATETIME_FORMAT

from estran.carbon.errors import InvalidInput
from estran.jobs.errors import UnknownProcess
from estran.jobs.preferences import available_media_types, preferred_media_type, preferred_mode
from estran.jobs.validation import check_response
from estran.server.attachments import attached
from estran.server.bodies import check_media_type, json_object
from estran.server.caching import cached
from estran.server.errors import NotAcceptable
from estran.server.executions_kept import kept_execution
from estran.server.negotiation import (
    HTML,
    JSON,
    JSON_AND_HTML,
    JSON_ONLY,
    Formats,
    accepts,
    chosen_format,
    wants_html,
)
from estran.server.parameters import COMMON, PAGED
from estran.server.planner import planner_data
from estran.server.service import Answer, Service
from estran.server.styles import link_result, with_style

BODY_KEYS = ("inputs", "outputs", "response", "subscriber", "mode")
RESULTS: Formats = {name: types for name, types in JSON_AND_HTML.items() if name != "jsonld"}
JSON_TYPE = "application/json"
RESULTS_RELATION = "http://www.opengis.net/def/rel/ogc/1.0/results"

_LINK_TITLES: Mapping[str, tuple[str, str]] = {
    "fr": ("État du calcul", "Résultat du calcul"),
    "en": ("State of the job", "Result of the job"),
}


def processes(service: Service) -> Response:
    """List the processes."""
    make = partial(
        service.answer,
        processes_api.describe_processes,
        formats=JSON_AND_HTML,
        allowed=COMMON | {"limit"},
        template="processes/index.html",
    )
    return cached(service, None, make, keep=True)


def description(service: Service, process: str) -> Response:
    """Describe a process, its inputs and its outputs; its page has a map, which knows the layers."""

    def make() -> Response:
        is_page = chosen_format(request, JSON_AND_HTML) == HTML
        return service.answer(
            processes_api.describe_processes,
            process,
            formats=JSON_AND_HTML,
            template="processes/process.html",
            data={"planner": planner_data(service)} if is_page else {},
            change=partial(with_style, service),
        )

    return cached(service, None, make, keep=True)


def execute(service: Service, process: str) -> Response:
    """Execute a process with the body of the request under way.

    Raises:
        InvalidInput: the body is not an execute request.
        NotAcceptable: the process cannot give what `Accept` asks for.
    """
    manager = service.api.manager
    if process not in manager.processes:
        raise UnknownProcess(
            f"unknown process {process!r}; /processes lists them",
            f"processus inconnu : {process!r} ; /processes en donne la liste",
            where="processId",
        )
    check_media_type(request, frozenset({JSON_TYPE}))
    body = service.bodies.read(request)
    document = json_object(body)
    _check_keys(document)
    check_response(document.get("response", "raw"), document.get("subscriber"))
    media_type = None
    if not document.get("outputs") and document.get("response", "raw") == "raw":
        metadata = manager.get_processor(process).metadata
        several = len(metadata.get("outputs") or ()) > 1
        media_type = _media_type([JSON_TYPE] if several else available_media_types(metadata))
    mode = preferred_mode(request.headers.get("Prefer", ""))

    def make() -> Response:
        response = service.answer(
            processes_api.execute_process,
            process,
            formats=JSON_ONLY,
            chosen=JSON,
            body=body,
            headers={"Prefer": mode},
            media_type=media_type,
        )
        if response.status_code == 200:
            response.headers.pop("Location", None)
        return attached(link_result(service, process, response))

    return kept_execution(service, manager.get_processor(process), body, mode, make)


def jobs(service: Service) -> Response:
    """List the jobs that the manager shows."""

    def change(document: dict[str, Any]) -> dict[str, Any]:
        return {**document, "jobs": [_status(service, job) for job in document["jobs"]]}

    return service.answer(
        processes_api.get_jobs,
        formats=JSON_AND_HTML,
        allowed=PAGED,
        template="jobs/index.html",
        data={"now": _now()},
        change=change,
    )


def job_state(service: Service, job: str) -> Response:
    """Return the state of a job, or dismiss it."""
    if request.method == "DELETE":
        return service.answer(processes_api.delete_job, job, formats=JSON_AND_HTML)
    return service.answer(
        processes_api.get_jobs,
        job,
        formats=JSON_AND_HTML,
        template="jobs/job.html",
        data={"now": _now()},
        change=partial(_status, service),
    )


def job_results(service: Service, job: str) -> Response:
    """Return the result of a job: its bytes, or a page around a JSON result for a browser."""

    def results(api: Any, asked: Any, identifier: str) -> Answer:
        media_type, output = api.manager.get_job_result(identifier)
        is_json = str(media_type).split(";")[0].endswith("json")
        if asked.format == HTML and is_json:
            value = json.loads(output) if isinstance(output, bytes | str) else output
            page = service.render("jobs/results/index.html", {"job": {"id": identifier}, "result": value})
            return {"Content-Type": "text/html"}, 200, page
        content = output if isinstance(output, bytes | str) else json.dumps(output)
        return {"Content-Type": str(media_type)}, 200, content

    chosen = HTML if wants_html(request) else JSON
    return attached(
        service.answer(results, job, formats=RESULTS, chosen=None if "f" in request.args else chosen)
    )


def _now() -> str:
    return dt.datetime.now(dt.UTC).strftime(DATETIME_FORMAT)


def _status(service: Service, job: Mapping[str, Any]) -> dict[str, Any]:
    """Return a status as its schema has it: without nulls, and with a link to results that exist.

    Reference: OGC 18-062r2 (Processes, part 1), statusInfo.yaml and clause 7.12.
    """
    address = f"{service.api.base_url}/jobs/{job['jobID']}"
    titles = _LINK_TITLES.get(service.language().language, _LINK_TITLES["en"])
    links = [{"rel": "self", "type": JSON_TYPE, "title": titles[0], "href": address}]
    if job["status"] == "successful":
        media_type = next((link["type"] for link in job.get("links", ())), JSON_TYPE).partition(";")[0]
        href = f"{address}/results"
        links.append({"rel": RESULTS_RELATION, "type": media_type, "title": titles[1], "href": href})
    return {**{name: value for name, value in job.items() if value is not None}, "links": links}


def _check_keys(document: Mapping[str, Any]) -> None:
    for name in document:
        if name not in BODY_KEYS:
            near = difflib.get_close_matches(name, BODY_KEYS, n=1)
            choice = ", ".join(BODY_KEYS)
            raise InvalidInput(
                f"unknown key {name!r} in the body; "
                + (f"did you mean {near[0]!r}?" if near else f"use {choice}"),
                f"clé inconnue {name!r} dans le corps ; "
                + (f"vouliez-vous {near[0]!r} ?" if near else f"utilisez {choice}"),
                where=name,
            )
    if "inputs" not in document:
        raise InvalidInput(
            'the body has no "inputs"; send {"inputs": {…}}',
            'le corps n\'a pas de « inputs » ; envoyez {"inputs": {…}}',
            where="inputs",
        )


def _media_type(available: list[str]) -> str | None:
    """Return which of the media types of a process the request asks for; None leaves its default."""
    asked = request.args.get("f", "")
    accept = request.headers.get("Accept", "")
    chosen = preferred_media_type(accept="" if asked else accept, f=asked, available=available)
    if chosen is not None:
        return chosen
    choice = ", ".join(available or [JSON_TYPE])
    if asked and asked not in {JSON, HTML}:
        raise InvalidInput(
            f"unknown format f={asked}; this process offers {choice}",
            f"format inconnu f={asked} ; ce processus offre {choice}",
            where="f",
        )
    if not asked and accept and not accepts(request, (JSON_TYPE, "text/html", "application/problem+json")):
        raise NotAcceptable(
            f"none of the formats in Accept can be produced; this process offers {choice}",
            f"aucun des formats de Accept ne peut être produit ; ce processus offre {choice}",
            where="Accept",
        )
    return None
