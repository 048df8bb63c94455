"""Features are added, replaced, changed and removed, where a collection is editable and a token is shown.

pygeoapi knows no rights and no states: here a change needs the token of the territory, and may name in
`If-Match` the state of the feature that it starts from. The tag of a feature begins with that state,
whatever its format or coding; a weak tag never matches.
Reference: OGC 20-002r1 (Features, part 4); RFC 6750 (Bearer); RFC 7396 (merge patch); RFC 9110, 13.1.1.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from flask import Response, request
from werkzeug.exceptions import MethodNotAllowed

from estran.layers.settings import EditingSettings
from estran.providers.features_editing import Check, EditableCollection
from estran.server.bodies import check_media_type, json_object
from estran.server.errors import PreconditionRequired, Stale, Unauthorised, UnsupportedMediaType
from estran.server.parameters import checked_parameters
from estran.server.rights import token_of
from estran.server.service import Service

FEATURE = frozenset({"application/geo+json", "application/json"})
MERGE_PATCH = "application/merge-patch+json"
WRITING = ("PUT", "PATCH", "DELETE")
READING = ("GET", "HEAD", "OPTIONS")

_TAG = re.compile(r'(W/)?"([^"]*)"')


def create(service: Service, collection: str) -> Response:
    """Add a feature: 201 with its address."""
    target = _allowed(service, collection, READING)
    identifier = target.create(_body(service, FEATURE), request.headers.get("Content-Crs"))
    address = f"{service.api.get_collections_url()}/{collection}/items/{quote(identifier, safe='')}"
    response = Response(status=201, headers={"Location": address})
    del response.headers["Content-Type"]
    return response


def change(service: Service, collection: str, item: str) -> Response:
    """Replace, change or remove a feature: 204."""
    target = _allowed(service, collection, READING)
    check = _check(service)
    content_crs = request.headers.get("Content-Crs")
    if request.method == "DELETE":
        target.delete(item, check)
    elif request.method == "PUT":
        target.replace(item, _body(service, FEATURE), content_crs, check)
    else:
        target.update(item, _body(service, frozenset({MERGE_PATCH})), content_crs, check)
    response = Response(status=204)
    del response.headers["Content-Type"]
    if request.method != "DELETE":
        response.headers["ETag"] = f'"{target.state(item)}"'
    return response


def tagged(service: Service, collection: str, item: str, produce: Callable[[], Response]) -> Response:
    """Return a feature with the tag that a change of it may name; 304 when the client has it already."""
    state = EditableCollection(_definition(service, collection)).state(item)
    seen = f"{request.full_path} {request.headers.get('Accept')} {service.language()}"
    tag = f'"{state}.{hashlib.sha256(seen.encode()).hexdigest()[:8]}"'
    if request.if_none_match.contains_weak(tag.strip('"')) or request.if_none_match.star_tag:
        response = Response(status=304)
    else:
        response = produce()
    if response.status_code in {200, 304}:
        response.headers["ETag"] = tag
        response.headers["Cache-Control"] = "no-cache"
    return response


def _definition(service: Service, collection: str) -> Mapping[str, Any]:
    definition: Mapping[str, Any] = service.configuration["resources"][collection]["providers"][0]
    return definition


def _allowed(service: Service, collection: str, readers: tuple[str, ...]) -> EditableCollection:
    """Return a collection that the client may change.

    Raises:
        MethodNotAllowed: the collection is read only.
        Unauthorised: the request shows no token, or another one.
    """
    if not service.layers.require(collection).editable:
        raise MethodNotAllowed(valid_methods=readers)
    checked_parameters(request.args, frozenset({"f", "lang"}))
    scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not shown:
        raise Unauthorised(
            "a change needs the token of this territory; send it as Authorization: Bearer …",
            "une modification demande le jeton du territoire ; envoyez-le par Authorization: Bearer …",
            where="Authorization",
        )
    token = token_of(_settings(service))
    if token is None or not hmac.compare_digest(shown.strip().encode(), token.encode()):
        raise Unauthorised(
            "this token does not open this territory",
            "ce jeton n'ouvre pas ce territoire",
            where="Authorization",
            reason="invalid_token",
        )
    return EditableCollection(_definition(service, collection))


def _settings(service: Service) -> EditingSettings | None:
    section = service.configuration["estran"].get("editing")
    return EditingSettings.model_validate(section) if section else None


def _check(service: Service) -> Check:
    """Return the test of the header `If-Match`, to be made inside the transaction."""
    header = request.headers.get("If-Match")
    settings = _settings(service)
    if header is None and settings and settings.if_match == "required":
        raise PreconditionRequired(
            "name the state of the feature that you change: If-Match with the ETag of its GET",
            "nommez l'état de l'objet que vous modifiez : If-Match avec l'ETag de son GET",
            where="If-Match",
        )

    def check(state: str) -> None:
        if header is None or header.strip() == "*":
            return
        strong = [tag.partition(".")[0] for weak, tag in _TAG.findall(header) if not weak]
        if state not in strong:
            raise Stale(
                "the feature has changed since you read it; read it again and repeat your change",
                "l'objet a changé depuis que vous l'avez lu ; relisez-le puis refaites votre modification",
                where="If-Match",
            )

    return check


def _body(service: Service, accepted: frozenset[str]) -> Mapping[str, Any]:
    try:
        check_media_type(request, accepted)
    except UnsupportedMediaType as error:
        if accepted == {MERGE_PATCH}:
            error.headers = {"Accept-Patch": MERGE_PATCH}
        raise
    return json_object(service.bodies.read(request))
