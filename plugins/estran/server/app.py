"""The application around pygeoapi: one Flask object per configuration file.

What every answer shares is here: language, errors, headers, the access log. Addresses are in
`routes`, the call of pygeoapi in `service`, the meaning of errors in `errors`.
"""

import json
import logging
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from estran.jobs.errors import RETRY_AFTER_S
from estran.server.again import Again
from estran.server.compression import compress, held_tag, plain_tags
from estran.server.configuration import read_configuration
from estran.server.errors import Problem, Refused, problem_of
from estran.server.links import add_links
from estran.server.records import attach
from estran.server.routes import allowed_methods, routes
from estran.server.service import PROBLEM, Service
from estran.server.turns import Turns
from estran.server.upstream import use_link_titles
from estran.web.paths import CONTENT_SECURITY_POLICY

LOGGER = logging.getLogger(__name__)
ACCESS = logging.getLogger("estran.access")

CORS_EXPOSED = (
    "Content-Bbox, Content-Crs, Content-Datetime, Content-Disposition, Content-Language, "
    "Estran-Tile-Dropped, ETag, Link, Location, OGC-NumberMatched, OGC-NumberReturned, "
    "Preference-Applied, Retry-After"
)
CORS_ACCEPTED = (
    "Accept, Accept-Language, Authorization, Content-Crs, Content-Type, "
    "If-Match, If-Modified-Since, If-None-Match, Prefer"
)
CHATTY = ("pygeoapi.l10n", "pygeoapi.api.itemtypes", "pygeoapi.api.processes")
"""Loggers that warn of what is right: a key that is not a language, an `offset` that is absent."""
COMMON = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", CORS_EXPOSED),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
)
"""Headers of every answer."""

ONE_DAY_S = 86_400
ONE_YEAR_S = 31_536_000


class Application(Flask):
    """A Flask application of ordinary functions."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function: Flask would ask each of them, at each request, whether it is a coroutine."""
        return func


def create_app(config_path: Path, *, listening: str | None = None) -> Flask:
    """Return the application of a territory.

    Args:
        config_path: The territory's configuration file.
        listening: Address that the server listens on, for the links; see `read_configuration`.

    Raises:
        InvalidConfiguration: the file cannot be used.
    """
    configuration = read_configuration(config_path, listening=listening)
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(logging.ERROR)
    use_link_titles()
    service = Service(configuration, config_path)
    attach(service, partial(add_links, service))
    app = Application(
        __name__,
        static_folder=configuration["server"]["templates"]["static"],
        static_url_path="/static",
        template_folder=None,
    )
    app.url_map.strict_slashes = False
    app.extensions["estran"] = service
    app.register_blueprint(routes(service))
    app.before_request(lambda: _before(service))
    app.after_request(lambda response: _after(service, response))
    app.register_error_handler(Exception, lambda error: _failed(service, error))
    app.wsgi_app = Again(Turns(app.wsgi_app), service.versions, service.memory)  # type: ignore[method-assign]
    service.openapi.text()
    return app


def _before(service: Service) -> Response | None:
    g.began = time.perf_counter()
    g.estran_held = request.headers.get("If-None-Match", "")
    request.environ["HTTP_IF_NONE_MATCH"] = plain_tags(g.estran_held)
    service.language()  # chosen first: providers find it in the request
    if request.method == "OPTIONS":
        methods = ", ".join(allowed_methods(service))
        return _options(methods)
    return None


def _options(methods: str) -> Response:
    response = Response(status=204, headers={"Allow": methods, "Access-Control-Allow-Methods": methods})
    del response.headers["Content-Type"]
    return response


def _failed(service: Service, error: Exception) -> Response:
    """Return any failure as an answer; nothing of a trace leaves the server."""
    if isinstance(error, HTTPException) and error.response is not None:
        return Response(error.response.get_data(), error.response.status_code)
    if isinstance(error, Refused) and error.status == 204:
        return Response(status=204)
    problem = problem_of(error)
    try:
        return service.problem(problem)
    except Exception:
        LOGGER.exception("the error page cannot be made")
        return _bare(problem)


def _bare(problem: Problem) -> Response:
    document = problem.document(language="en", instance=request.path)
    return Response(json.dumps(document), problem.status, content_type=PROBLEM)


def _after(service: Service, response: Response) -> Response:
    headers = response.headers
    headers.pop("X-Powered-By", None)
    headers.extend(COMMON)
    if request.method == "OPTIONS":
        headers["Access-Control-Allow-Headers"] = CORS_ACCEPTED
        headers["Access-Control-Max-Age"] = str(ONE_DAY_S)
    if response.mimetype == "text/html":
        headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        headers["X-Frame-Options"] = "SAMEORIGIN"
    if request.endpoint == "static":
        if "/vendor/" in request.path and response.status_code == 200:
            headers["Cache-Control"] = f"public, max-age={ONE_YEAR_S}, immutable"
    else:
        headers.add("Vary", "Accept, Accept-Language")
    if response.status_code == 304:
        response.set_etag(*held_tag(g.estran_held, response.get_etag()[0] or ""))
    _state_policy(response)
    compress(request, response, service.memory if g.get("estran_kept") else None)
    if response.status_code == 503:
        headers.setdefault("Retry-After", str(RETRY_AFTER_S))
    elapsed_ms = 1000 * (time.perf_counter() - g.get("began", time.perf_counter()))
    ACCESS.info("%s %s %d %.1f ms", request.method, request.path, response.status_code, elapsed_ms)
    return response


def _state_policy(response: Response) -> None:
    """Say that an answer nobody declared cacheable is not: a job, an execution, an error, the health."""
    if "Cache-Control" not in response.headers and request.method != "OPTIONS":
        response.headers["Cache-Control"] = "no-store"
