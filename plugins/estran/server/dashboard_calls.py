"""The questions behind the dashboard, and their answers, computed once for each state of the data.

A thread of its own asks them one after the other, so that one worker at most is busy with them and no
thread that answers requests ever waits.
"""

import json
import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from estran.carbon.errors import EstranError
from estran.layers.styles.catalogue import style_of
from estran.layers.styles.style import Style
from estran.layers.territory import Layer, Territory
from estran.server.errors import problem_of
from estran.server.service import Service

LOGGER = logging.getLogger(__name__)

TRAJECTORY, STOCK, FLUX, INVENTORY, BUILDINGS = "trajectory", "stock", "flux", "inventory", "buildings"
WETLANDS = "wetlands/"

RETRY_S = 30.0
"""How long a failure that may pass, such as a full queue, stands before the question is asked again."""

KEPT = (
    "id",
    "indicators",
    "breakdown",
    "timeline",
    "warnings",
    "coverage",
    "fitness",
    "error",
    "uncertainty",
)

PROCESSES = {
    TRAJECTORY: "territory-trajectory",
    STOCK: "carbon-stock",
    FLUX: "carbon-flux",
    INVENTORY: "emissions-inventory",
    BUILDINGS: "building-emissions",
}


@dataclass(frozen=True, slots=True)
class Call:
    """One question: a process and its inputs, as anyone may send them."""

    name: str
    process: str
    inputs: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a question gave.

    Attributes:
        answer: The parts of the answer that the page shows; None when there is none.
        reason: Why there is none, by language.
        is_final: Whether asking again would give the same.
        at: When it came, on the monotonic clock.
    """

    answer: Mapping[str, Any] | None
    reason: Mapping[str, str]
    is_final: bool
    at: float


def dashboard_calls(service: Service, territory: Territory) -> tuple[Call, ...]:
    """Return the questions that this territory can answer, the quickest first."""
    ready = service.api.manager.processes
    found = [Call(TRAJECTORY, PROCESSES[TRAJECTORY], {})]
    place = whole_place(service, territory)
    if place is not None:
        found += [Call(name, PROCESSES[name], {"geometry": place}) for name in (STOCK, FLUX)]
        found += _of_wetlands(service, territory)
        inventory = ready_layer(service, territory, "emissions")
        found += [Call(INVENTORY, PROCESSES[INVENTORY], {"geometry": place})] if inventory else []
        buildings = ready_layer(service, territory, "buildings")
        found += [Call(BUILDINGS, PROCESSES[BUILDINGS], {"geometry": place})] if buildings else []
    return tuple(call for call in found if call.process in ready)


def ready_layer(service: Service, territory: Territory, role: Any) -> Layer | None:
    """Return the layer that plays a role, when it can be seen and read."""
    layer = territory.with_role(role)
    if layer is None or layer.is_hidden or layer.id not in service.layers.visible():
        return None
    return layer if service.layers.state(layer.id).is_ready else None


def whole_place(service: Service, territory: Territory) -> Mapping[str, Any] | None:
    """Return all communes as a reference, None when there is no such layer."""
    layer = ready_layer(service, territory, "communes")
    return {"collection": layer.id, "filter": f"{layer.id_field} IS NOT NULL"} if layer else None


def wetland_style(service: Service, territory: Territory) -> tuple[Layer, Style] | None:
    """Return the layer of wetlands and its style, whose rules are their types; None without one."""
    layer = ready_layer(service, territory, "wetlands")
    if layer is None or not layer.table:
        return None
    style = style_of(territory, layer.id)
    return (layer, style) if style.field else None


def _of_wetlands(service: Service, territory: Territory) -> list[Call]:
    """One question for each type: what the layer holds of it, inside the communes or not."""
    found = wetland_style(service, territory)
    if found is None:
        return []
    layer, style = found
    return [
        Call(
            f"{WETLANDS}{rule.value}",
            PROCESSES[STOCK],
            {"geometry": {"collection": layer.id, "filter": f"{style.field} = '{rule.value}'"}},
        )
        for rule in style.rules
        if isinstance(rule.value, str)
    ]


class Keeper:
    """The answers of one application."""

    def __init__(self, manager: Any) -> None:
        self._manager = manager
        self._lock = threading.Lock()
        self._version = ""
        self._found: dict[str, Outcome] = {}
        self._thread: threading.Thread | None = None

    def read(self, version: str, calls: Sequence[Call]) -> Mapping[str, Outcome]:
        """Return the answers there are for a state of the data; the others are being computed from now on."""
        with self._lock:
            if version != self._version:
                self._version, self._found = version, {}
            missing = [call for call in calls if self._is_missing(call.name)]
            if missing and not (self._thread and self._thread.is_alive()):
                self._thread = threading.Thread(target=self._ask, args=(version, missing), daemon=True)
                self._thread.start()
            return dict(self._found)

    def join(self, timeout_s: float) -> None:
        """Wait until the answers under way are there."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout_s)

    def _is_missing(self, name: str) -> bool:
        known = self._found.get(name)
        return known is None or (not known.is_final and time.monotonic() - known.at > RETRY_S)

    def _ask(self, version: str, calls: Sequence[Call]) -> None:
        for call in calls:
            if self._version != version:
                return
            outcome = self._outcome(call)
            with self._lock:
                if self._version == version:
                    self._found[call.name] = outcome

    def _outcome(self, call: Call) -> Outcome:
        try:
            _, _, content, _, _ = self._manager.execute_process(call.process, dict(call.inputs))
            return Outcome(reduced(json.loads(content)), {}, True, time.monotonic())
        except Exception as error:  # noqa: BLE001 - the edge of this thread; what is not told is logged
            carried = getattr(error, "estran_error", error)
            problem = problem_of(carried if isinstance(carried, EstranError) else error)
            is_final = problem.status < HTTPStatus.INTERNAL_SERVER_ERROR
            return Outcome(None, problem.detail, is_final, time.monotonic())


def reduced(envelope: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page shows of an answer; of a commune, only what stands in a table."""
    kept = {name: envelope.get(name) for name in KEPT}
    kept["unchecked"] = [
        {"id": factor["id"], "title": factor["title"]}
        for factor in envelope.get("factors", ())
        if not factor["checked"]
    ]
    kept["features"] = {
        feature["id"]: {
            **{name: feature.get(name) for name in KEPT},
            "breakdown": [row for row in feature["breakdown"] if row["wetland"] or row["value"] is None],
        }
        for feature in envelope.get("features") or ()
    }
    return kept
