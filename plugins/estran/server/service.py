"""One request, from Flask to pygeoapi and back: choose, check, call, translate.

A `Service` belongs to one application, so several territories may live in one process.
"""

import json
import re
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from functools import lru_cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from babel import Locale
from flask import Response, g, request
from pydantic_core import to_json
from pygeoapi import l10n
from pygeoapi.formatter.base import BaseFormatter
from pygeoapi.plugin import InvalidPluginError
from pygeoapi.util import get_dataset_formatters, json_serial

from estran.carbon.errors import InvalidConfiguration
from estran.jobs.elsewhere import elsewhere
from estran.jobs.preferences import Preferences, preferences
from estran.layers.features.shelves import WholeLayers
from estran.layers.settings import LimitSettings
from estran.providers.request import set_parameters
from estran.server.api import EstranAPI, EstranRequest
from estran.server.bodies import Bodies
from estran.server.conformance import conformance_classes
from estran.server.errors import Problem
from estran.server.health import Layers
from estran.server.link_header import link_header, seen_as_page
from estran.server.memory import Memory
from estran.server.negotiation import HTML, JSON, Formats, chosen_format, chosen_locale, wants_html
from estran.server.openapi import OpenApi
from estran.server.pages import Pages
from estran.server.parameters import COMMON, checked_parameters
from estran.server.processes import drop_broken_processes
from estran.server.versions import Versions

type Document = dict[str, Any]
type Answer = tuple[dict[str, str], int, str | bytes | Document]
"""Headers, status and content, as pygeoapi gives them; or a document that is still to be written."""

type ApiFunction = Callable[..., Answer]

PROBLEM = "application/problem+json"
GEOJSON = "application/geo+json"
NOTHING: Mapping[str, Any] = MappingProxyType({})


class Service:
    """pygeoapi's functions for one configuration."""

    def __init__(self, configuration: dict[str, Any], config_path: Path) -> None:
        configuration = without_hidden(configuration)
        self.broken_processes = drop_broken_processes(configuration)
        try:
            self.api = EstranAPI(configuration, {})
        except (ImportError, AttributeError, KeyError, InvalidPluginError, l10n.LocaleError) as error:
            raise InvalidConfiguration(
                f"the job manager cannot be loaded: {error}; run `estran config check`",
                f"le gestionnaire de calculs ne peut être chargé : {error} ; lancez `estran config check`",
                where="server.manager",
            ) from error
        self.configuration = configuration
        self.config_path = config_path
        limits = LimitSettings.model_validate(configuration["estran"].get("limits") or {})
        self.bodies = Bodies(limits.body_mb)
        self.features = WholeLayers(limits.features_mb * 1_000_000, elsewhere)
        self.layers = Layers(configuration)
        self.openapi = OpenApi(configuration, self.layers)
        self.memory = Memory()
        self.versions = Versions(configuration, config_path)
        self.pages = Pages(configuration)
        self._locale_of = lru_cache(maxsize=1024)(partial(chosen_locale, locales=tuple(self.api.locales)))
        self._formatters: dict[str, dict[str, BaseFormatter]] = {}
        self._kept: dict[Hashable, Any] = {}

    def formatters(self, collection: str) -> dict[str, BaseFormatter]:
        """Return what writes the features of a collection in other formats, found once."""
        if collection not in self._formatters:
            self._formatters[collection] = get_dataset_formatters(self.configuration["resources"][collection])
        return self._formatters[collection]

    def kept[Made](self, what: Hashable, make: Callable[[], Made]) -> Made:
        """Return what is the same for every request in a language, made for the first of them."""
        key = what, self.language()
        if key not in self._kept:
            self._kept[key] = make()
        made: Made = self._kept[key]
        return made

    def language(self) -> Locale:
        """Return the locale of the request under way, chosen once."""
        locale: Locale | None = g.get("estran_locale")
        if locale is None:
            accepted = request.headers.get("Accept-Language", "")
            locale = g.estran_locale = self._locale_of(request.args.get("lang", ""), accepted)
            g.estran_language = locale.language
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
        template: str = "",
        data: Mapping[str, Any] = NOTHING,
        change: Callable[[Document], Document] | None = None,
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
            template: Page to write around the JSON document; without it, pygeoapi writes the page.
            data: What the page needs beside the document.
            change: What to do to the document, for its JSON and for its page.
        """
        locale = self.language()
        parameters = checked_parameters(request.args, allowed, fields=fields)
        name = chosen or chosen_format(request, formats)
        made = JSON if template and name == HTML else name
        asked = EstranRequest(
            request, chosen_format=made, locale=locale, parameters=parameters, body=body, headers=headers
        )
        preferred = Preferences(language=locale.language, media_type=media_type)
        with set_parameters({**parameters, "f": name}), preferences(preferred):
            sent_headers, status, content = function((api or self.api).for_request(locale), asked, *arguments)
        if isinstance(content, dict) or (made == JSON and (template or change)):
            document: Document = content if isinstance(content, dict) else json.loads(_unescaped(content))
            document.pop("timeStamp", None)  # it would make two answers to one question differ
            document = change(document) if change else document
            return self.written(document, name, template=template, data=data, headers=sent_headers)
        return self._response(sent_headers, status, content, name)

    def written(
        self,
        document: Document,
        name: str,
        *,
        template: str = "",
        data: Mapping[str, Any] = NOTHING,
        headers: Mapping[str, str] = NOTHING,
    ) -> Response:
        """Return a document as JSON or as a page, its links repeated in the header.

        Args:
            document: The document.
            name: The format, `json` or `html`.
            template: The page.
            data: What the page needs beside the document.
            headers: Headers of the answer; the media type there is that of the JSON.
        """
        links = document.get("links") or ()
        if name == HTML:
            seen_as_page(links)
        if name != HTML:
            return self.sent(dumped(document), links, headers)
        sent = {**headers, **link_header(links)}
        page = self.render(template, {**document, **data})
        return self._response({**sent, "Content-Type": "text/html"}, 200, page, HTML)

    def sent(
        self, content: bytes, links: Iterable[Mapping[str, Any]], headers: Mapping[str, str]
    ) -> Response:
        """Return a document that is written already as JSON, its links repeated in the header."""
        return self._response({**headers, **link_header(links)}, 200, content, JSON)

    def page(self, template: str, data: Mapping[str, Any], formats: Formats) -> Response:
        """Return a document of our own, as JSON or through a template of the web part."""
        checked_parameters(request.args, COMMON)
        name = chosen_format(request, formats)
        return self.written(dict(data), name, template=template)

    def render(self, template: str, data: Mapping[str, Any]) -> str:
        """Return an HTML page in the language of the request."""
        return self.pages.render(template, data, self.language())

    def problem(self, problem: Problem) -> Response:
        """Return a failure as a page for a browser, as problem+json for anyone else."""
        language = self.language().language
        document = problem.document(language=language, instance=request.path)
        if wants_html(request):
            response = Response(self.render("exception.html", document), problem.status, mimetype="text/html")
        else:
            response = Response(dumped(document), problem.status, content_type=PROBLEM)
        response.headers.extend(dict(problem.headers))
        response.headers["Content-Language"] = language
        return response

    def is_ready(self) -> bool:
        """Tell whether something can be served: a layer, or a process when there is no layer at all.

        Nothing is while the workers load the processes, after the start. The catalogue of the server is no
        layer: it is there whatever happens to the others.
        """
        if getattr(self.api.manager, "is_loading", False):
            return False
        resources = self.configuration["resources"]
        states = [
            state for state in self.layers.states() if resources[state.id]["providers"][0]["type"] != "record"
        ]
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
        with_arrays = [state.id for state in states if state.with_arrays]
        classes = conformance_classes(
            self.configuration, editable=editable, filterable=filterable, with_arrays=with_arrays
        )
        return {"conformsTo": classes}

    def _response(
        self,
        headers: Mapping[str, str],
        status: int,
        content: str | bytes,
        name: str,
    ) -> Response:
        sent = {
            key: value for key, value in headers.items() if key not in {"X-Powered-By", "Content-Encoding"}
        }
        media_type = sent.pop("Content-Type", "application/json")
        if isinstance(content, str) and _is_json(media_type):
            content = _unescaped(content)
        if name == HTML and media_type.startswith("text/html"):
            media_type = "text/html; charset=utf-8"
        sent["Content-Language"] = self.language().language
        return Response(content, int(status), headers=sent, content_type=media_type)


def _is_json(media_type: str) -> bool:
    return re.search(r"[/+]json\b", media_type) is not None


def _unescaped(content: str | bytes) -> str:
    """Return JSON without the `&lt;` and `&gt;` that pygeoapi writes for `<` and `>`, even outside HTML."""
    text = content.decode() if isinstance(content, bytes) else content
    if "&lt;" in text or "&gt;" in text:
        return text.replace("&lt;", "<").replace("&gt;", ">")
    return text


def dumped(document: Mapping[str, Any]) -> bytes:
    """Return a document as compact JSON in UTF-8."""
    return to_json(dict(document), inf_nan_mode="null", fallback=json_serial)


def without_hidden(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration without the collections that are not to be seen.

    pygeoapi leaves them out of its list and still serves them to who knows their name.
    """
    resources = {
        identifier: resource
        for identifier, resource in configuration["resources"].items()
        if resource.get("visibility", "default") != "hidden"
    }
    return {**configuration, "resources": resources}
