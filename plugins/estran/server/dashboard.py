"""The territory's page: its path, its land, its wetlands, its buildings, and how fresh the data are.

Every figure comes from a process that anyone may call; the page says how. The answers are computed once
for each state of the data, aside; meanwhile the page says that they are coming.
"""

import datetime as dt
from typing import Any
from weakref import WeakKeyDictionary

from flask import Response, request

from estran.carbon.errors import NotFound
from estran.layers.territory import Territory, read_territory
from estran.server.caching import cached
from estran.server.dashboard_blocks import (
    COMPUTING,
    FAILED,
    Board,
    buildings,
    inventory,
    land,
    not_counted,
    trajectory,
    unchecked,
    wetlands,
)
from estran.server.dashboard_calls import Keeper, dashboard_calls, ready_layer, wetland_style
from estran.server.dashboard_layers import factors_to_review, fresh_layers
from estran.server.dashboard_map import Outlines, circles, class_of, classes, outlines
from estran.server.dashboard_words import Teller
from estran.server.negotiation import HTML, JSON_AND_HTML, Formats, chosen_format
from estran.server.parameters import COMMON, checked_parameters
from estran.server.service import Service

PAGES: Formats = {name: types for name, types in JSON_AND_HTML.items() if name != "jsonld"}

COMMUNE = "commune"
HOUR_S = 3600

_KEEPERS: WeakKeyDictionary[Service, Keeper] = WeakKeyDictionary()
_OUTLINES: WeakKeyDictionary[Service, tuple[str, Outlines]] = WeakKeyDictionary()


def keeper_of(service: Service) -> Keeper:
    """Return what keeps the answers of an application."""
    return _KEEPERS.setdefault(service, Keeper(service.api.manager))


def dashboard(service: Service) -> Response:
    """Return the page of the territory, or of one commune of it; JSON holds the same figures."""
    parameters = checked_parameters(request.args, COMMON | {COMMUNE})
    form = chosen_format(request, PAGES)
    territory = read_territory(service.config_path)
    today = dt.datetime.now(dt.UTC).date()
    calls = dashboard_calls(service, territory)
    state = service.versions.of(None).text or f"hour {int(dt.datetime.now(dt.UTC).timestamp()) // HOUR_S}"
    outcomes = keeper_of(service).read(state, calls)
    is_whole = all(call.name in outcomes and outcomes[call.name].is_final for call in calls)

    def make() -> Response:
        communes = _communes(service, territory, state)
        names = [(each.id, each.name) for each in communes.communes]
        board = Board(
            {call.name: call for call in calls}, outcomes, names, _chosen(parameters.get(COMMUNE), names)
        )
        document = _document(service, territory, board, today)
        document["progress"] = {"done": len(outcomes), "of": len(calls)}
        document["state"] = "ready" if is_whole else _state(document)
        data = _drawn(service, document, communes) if form == HTML else {}
        return service.written(document, form, template="dashboard.html", data=data)

    if is_whole:
        return cached(service, None, make, keep=True, state=today.isoformat())
    response = make()
    response.headers["Cache-Control"] = "no-store"
    return response


def _document(service: Service, territory: Territory, board: Board, today: dt.date) -> dict[str, Any]:
    found = wetland_style(service, territory)
    of_wetlands = wetlands(board, found[1] if found else None)
    layers = fresh_layers(service, today)
    name = territory.settings.territory.name
    days = [layer["updated"] for layer in layers if layer["updated"]]
    return {
        "territory": {"id": territory.settings.territory.id, "name": {"fr": name.fr, "en": name.en}},
        "commune": next(
            ({"id": each, "name": said} for each, said in board.communes if each == board.commune), None
        ),
        "communes": [{"id": each, "name": said} for each, said in board.communes],
        "updated": max(days, default=None),
        "today": today.isoformat(),
        "synthetic": any(layer["synthetic"] for layer in layers),
        "trajectory": trajectory(board),
        "inventory": inventory(board),
        "land": land(board),
        "wetlands": of_wetlands,
        "buildings": buildings(board),
        "layers": layers,
        "factors": {**factors_to_review(territory, today), "unchecked": unchecked(board)},
        "not_counted": not_counted(board, of_wetlands),
        "links": [],
    }


def _state(document: dict[str, Any]) -> str:
    states = [block["state"] for block in document.values() if isinstance(block, dict) and "state" in block]
    return COMPUTING if COMPUTING in states else FAILED


def _communes(service: Service, territory: Territory, state: str) -> Outlines:
    """Return the communes as they are drawn; kept for a state of the data, the page being asked often."""
    kept = _OUTLINES.get(service)
    if kept is None or kept[0] != state:
        layer = ready_layer(service, territory, "communes")
        kept = _OUTLINES[service] = state, outlines(service, layer) if layer else Outlines((), 0.0)
    return kept[1]


def _chosen(asked: str | None, names: list[tuple[str, str]]) -> str | None:
    """Return the commune asked for.

    Raises:
        NotFound: there is no such commune here.
    """
    if not asked:
        return None
    if asked not in {identifier for identifier, _ in names}:
        raise NotFound(
            f"unknown commune {asked!r}; /dashboard lists them",
            f"commune inconnue : {asked!r} ; /dashboard en donne la liste",
            where=COMMUNE,
        )
    return asked


def _drawn(service: Service, document: dict[str, Any], communes: Outlines) -> dict[str, Any]:
    """Return what only the page needs: its words and its maps."""
    rows = document["land"].get("rows") or []
    densities = {
        row["id"]: row["density"]["value"]
        for row in rows
        if row["density"] and row["density"]["value"] is not None and row["verdict"] != "unfit"
    }
    fluxes = {
        row["id"]: row["flux"]["value"] for row in rows if row["flux"] and row["flux"]["value"] is not None
    }
    bounds = classes(list(densities.values()))
    radii, sizes = circles(fluxes)
    return {
        "tell": Teller(service.language().language),
        "map": {
            "communes": communes.communes,
            "height": round(communes.height, 1),
            "classes": bounds,
            "class_of": {name: class_of(value, bounds) for name, value in densities.items()},
            "radii": radii,
            "sizes": sizes,
            "rows": {row["id"]: row for row in rows},
        },
    }
