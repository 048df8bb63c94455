"""One request, from Flask to pygeoapi and back: choose, check, call, translate.

A `Service` belongs to one application, so several territories may live in one process.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from babel import Locale
from flask import Response, g, request
from pygeoapi import l10n
from pygeoapi.plugin import InvalidPluginError
from pygeoapi.util import render_j2_template

from estran.carbon.errors import InvalidConfiguration
from estran.jobs.preferences import Preferences, preferences
from estran.layers.settings import LimitSettings
from estran.providers.request import set_parameters
from estran.server.api import EstranAPI, EstranRequest
from estran.server.bodies import Bodies
from estran.server.conformance import conformance_classes
from estran.server.errors import Problem
from estran.server.health import Layers
from estran.server.memory import Memory
from estran.server.negotiation import HTML, JSON, Formats, chosen_format, chosen_language, wants_html
from estran.server.openapi import OpenApi
from estran.server.parameters import COMMON, checked_parameters
from estran.server.processes import drop_broken_processes

type Answer = tuple[dict[str, str], int, str | bytes]
type ApiFunction = Callable[..., Answer]

PROBLEM = "application/problem+json"
GEOJSON = "application/geo+json"


class Service:
    """pygeoapi's functions for one configuration."""

    def __init__(self, configuration: dict[str, Any]) -> None:
        self.broken_processes = drop_broken_processes(configuration)
        try:
            self.api = EstranAPI(configuration, {})
        except (ImportError, AttributeError, KeyError, InvalidPluginError, l10n.LocaleError) as error:
            raise InvalidConfiguration(
                f"the job manager cannot be loaded: {error}; run `estran config check`",
                f"le gestionnaire de calculs ne peut être chargé : {error} ; lancez `estran config check`",
                where="server.manager",
            ) from error
        self.api.tpl_config["path"] = configuration["server"]["templates"]["path"]
        self.configuration = configuration
        self.bodies = Bodies(
            LimitSettings.model_validate(configuration["estran"].get("limits") or {}).body_mb
        )
        self.layers = Layers(configuration)
        self.openapi = OpenApi(configuration, self.layers)
        self.memory = Memory()

    def language(self) -> Locale:
        """Return the locale of the request under way, chosen once."""
        if "estran_locale" not in g:
            g.estran_locale = chosen_language(request, self.api.locales)
            g.estran_language = g.estran_locale.language
        locale: Locale = g.estran_locale
        return locale

    def answer(
        self,
        function: ApiFunction,
        *arguments: str,
        formats: Formats,
        chosen: str | None = None,
        allowed: Collection[str] = COMMON,
        fields: Collection[str] = (),
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        api: EstranAPI | None = None,
    ) -> Response:
        """Check the request, call a function of pygeoapi and return its answer.

        Args:
            function: Called with the API, the request and `arguments`.
            arguments: Identifiers taken from the address.
            formats: What the resource can be answered in.
            chosen: The format, when it does not come from the request.
            allowed: Query parameters of the resource.
            fields: Properties of the collection, which filter by their name.
            body: The body, already checked.
            headers: Headers that replace those of the request.
            media_type: Media type of a process result, when the request asks for one.
            api: The API to call, when it is not the common one.
        """
        locale = self.language()
        parameters = checked_parameters(request.args, allowed, fields=fields)
        name = chosen or chosen_format(request, formats)
        asked = EstranRequest(
            request, chosen_format=name, locale=locale, parameters=parameters, body=body, headers=headers
        )
        preferred = Preferences(language=locale.language, media_type=media_type)
        with set_parameters({**parameters, "f": name}), preferences(preferred):
            sent_headers, status, content = function((api or self.api).for_request(locale), asked, *arguments)
        return self._response(sent_headers, status, content, name)

    def page(self, template: str, data: Mapping[str, Any], formats: Formats) -> Response:
        """Return a document of our own, as JSON or through a template of the web part."""
        locale = self.language()
        checked_parameters(request.args, COMMON)
        if chosen_format(request, formats) == HTML:
            return self._response({"Content-Type": "text/html"}, 200, self.render(template, data), HTML)
        return self._response({"Content-Type": "application/json"}, 200, _dumps(data), JSON, locale=locale)

    def render(self, template: str, data: Mapping[str, Any]) -> str:
        """Return an HTML page in the language of the request."""
        templates = self.configuration["server"]["templates"]
        html: str = render_j2_template(self.api.tpl_config, templates, template, dict(data), self.language())
        return html

    def problem(self, problem: Problem) -> Response:
        """Return a failure as a page for a browser, as problem+json for anyone else."""
        language = self.language().language
        document = problem.document(language=language, instance=request.path)
        if wants_html(request):
            response = Response(self.render("exception.html", document), problem.status, mimetype="text/html")
        else:
            response = Response(_dumps(document), problem.status, content_type=PROBLEM)
        response.headers.extend(dict(problem.headers))
        response.headers["Content-Language"] = language
        return response

    def is_ready(self) -> bool:
        """Tell whether something can be served: a layer, or a process when there is no layer at all."""
        states = self.layers.states()
        return any(state.is_ready for state in states) or (not states and bool(self.api.manager.processes))

    def workers(self) -> dict[str, Any]:
        """Return the state of the job manager's workers, empty when it does not tell."""
        tell = getattr(self.api.manager, "state", None)
        return dict(tell()) if callable(tell) else {}

    def conformance(self) -> dict[str, list[str]]:
        """Return the conformance declaration."""
        states = self.layers.states()
        editable = [state.id for state in states if state.editable]
        filterable = [state.id for state in states if state.filterable]
        classes = conformance_classes(self.configuration, editable=editable, filterable=filterable)
        return {"conformsTo": classes}

    def _response(
        self,
        headers: Mapping[str, str],
        status: int,
        content: str | bytes,
        name: str,
        *,
        locale: Locale | None = None,
    ) -> Response:
        sent = {
            key: value for key, value in headers.items() if key not in {"X-Powered-By", "Content-Encoding"}
        }
        media_type = sent.pop("Content-Type", "application/json")
        if isinstance(content, str) and _is_json(media_type):
            content = _unescaped(content)
        if name == HTML and media_type.startswith("text/html"):
            media_type = "text/html; charset=utf-8"
        sent["Content-Language"] = (locale or self.language()).language
        return Response(content, int(status), headers=sent, content_type=media_type)


def _is_json(media_type: str) -> bool:
    return re.search(r"[/+]json\b", media_type) is not None


def _unescaped(text: str) -> str:
    """Return JSON without the `&lt;` and `&gt;` that pygeoapi writes for `<` and `>`, even outside HTML."""
    if "&lt;" in text or "&gt;" in text:
        return text.replace("&lt;", "<").replace("&gt;", ">")
    return text


def _dumps(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
