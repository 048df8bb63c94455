"""From the answers of the processes to the blocks of the dashboard: each one ready, coming, empty or failed.

Nothing is added up here: each figure is an indicator or a row of an answer, with its interval.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from estran.layers.styles.style import Style
from estran.server.dashboard_calls import (
    BUILDINGS,
    FLUX,
    INVENTORY,
    STOCK,
    TRAJECTORY,
    WETLANDS,
    Call,
    Outcome,
)

type Block = dict[str, Any]
type Answer = Mapping[str, Any]

READY, COMPUTING, EMPTY, FAILED = "ready", "computing", "empty", "failed"

NO_LAYER: Mapping[str, Mapping[str, str]] = {
    TRAJECTORY: {
        "fr": "ce serveur n'offre pas ce calcul",
        "en": "this server does not offer this computation",
    },
    STOCK: {
        "fr": "ce territoire n'a pas de couche de communes lisible, ou ce serveur n'offre pas ce calcul",
        "en": "this territory has no readable layer of communes, or this server lacks this computation",
    },
    INVENTORY: {
        "fr": "ce territoire n'a pas de grille d'émissions",
        "en": "this territory has no grid of emissions",
    },
    BUILDINGS: {
        "fr": "ce territoire n'a pas de couche de bâtiments",
        "en": "this territory has no layer of buildings",
    },
    WETLANDS: {
        "fr": "ce territoire n'a pas de couche de zones humides",
        "en": "this territory has no layer of wetlands",
    },
}

NO_TARGET = {
    "fr": "ce territoire n'a déclaré ni objectif ni série d'émissions",
    "en": "this territory has declared neither targets nor a series of emissions",
}

OUTSIDE = {
    "fr": "hors des communes : aucune occupation du sol n'y est décrite",
    "en": "outside the communes: no land cover is described there",
}

SOIL = "soil"


@dataclass(frozen=True, slots=True)
class Board:
    """What the blocks are made from.

    Attributes:
        calls: The questions, by name.
        outcomes: Their answers so far, by name.
        communes: Identifier and name of each commune.
        commune: The one chosen, None for the whole territory.
    """

    calls: Mapping[str, Call]
    outcomes: Mapping[str, Outcome]
    communes: Sequence[tuple[str, str]]
    commune: str | None

    def block(self, *names: str) -> Block:
        """Return the state of a block that needs the answers to these questions."""
        missing = [name for name in names if name not in self.calls]
        found = [self.outcomes.get(name) for name in names]
        block: Block = {"state": READY, "reason": None, "calls": [self.call(name) for name in names]}
        if missing:
            return {**block, "state": EMPTY, "reason": NO_LAYER[missing[0]], "calls": []}
        for outcome in found:
            if outcome is None:
                return {**block, "state": COMPUTING}
            if outcome.answer is None:
                state = EMPTY if outcome.is_final else FAILED
                return {**block, "state": state, "reason": dict(outcome.reason)}
        return block

    def call(self, name: str) -> dict[str, Any] | None:
        """Return a question as anyone may send it, about the commune when one is chosen."""
        call = self.calls.get(name)
        if call is None:
            return None
        place = call.inputs.get("geometry")
        if self.commune is None or place is None or name.startswith(WETLANDS):
            return {"process": call.process, "inputs": dict(call.inputs)}
        chosen = {"collection": place["collection"], "ids": [self.commune]}
        return {"process": call.process, "inputs": {"geometry": chosen}}

    def whole(self, name: str) -> Answer:
        """Return the answer about the whole territory."""
        answer = self.outcomes[name].answer
        return answer or {}

    def of(self, name: str, commune: str) -> Answer | None:
        """Return the answer about a commune; alone, it is the whole territory."""
        features: Mapping[str, Answer] = self.whole(name)["features"]
        if not features and len(self.communes) == 1:
            return self.whole(name)
        return features.get(commune)

    def shown(self, name: str) -> Answer:
        """Return the answer about what the page shows."""
        return (self.of(name, self.commune) or {}) if self.commune else self.whole(name)


def indicators(answer: Answer) -> dict[str, Any]:
    """Return the indicators of an answer by identifier."""
    return {each["id"]: each for each in answer.get("indicators") or ()}


def trajectory(board: Board) -> Block:
    """Return the path of the territory: a commune has none of its own."""
    block = board.block(TRAJECTORY)
    if block["state"] == EMPTY and block["calls"]:
        return {**block, "reason": NO_TARGET, "calls": []}
    if block["state"] != READY:
        return block
    answer = board.whole(TRAJECTORY)
    return {
        **block,
        "indicators": indicators(answer),
        "timeline": answer["timeline"],
        "warnings": [each["message"] for each in answer["warnings"]],
        "announced": any(each["code"] == "announced" for each in answer["warnings"]),
    }


def inventory(board: Board) -> Block:
    """Return what is emitted on the spot."""
    return _figures(board, INVENTORY)


def buildings(board: Board) -> Block:
    """Return the building stock."""
    return _figures(board, BUILDINGS)


def _figures(board: Board, name: str) -> Block:
    block = board.block(name)
    if block["state"] != READY:
        return block
    answer = board.shown(name)
    verdict = (answer.get("fitness") or {}).get("verdict", "")
    return {**block, "indicators": indicators(answer), "verdict": verdict}


def land(board: Board) -> Block:
    """Return stock and flux: of what is shown, of the whole, and of each commune."""
    block = board.block(STOCK, FLUX)
    if block["state"] != READY:
        return block
    rows = [
        {"id": identifier, "name": name, **_land_row(board.of(STOCK, identifier), board.of(FLUX, identifier))}
        for identifier, name in board.communes
    ]
    whole = _land_row(board.whole(STOCK), board.whole(FLUX))
    shown = next((row for row in rows if row["id"] == board.commune), None) or whole
    change = indicators(board.shown(FLUX)).get("land_use_change")
    return {**block, "shown": shown, "whole": whole, "rows": rows, "land_use_change": change}


def _land_row(stock: Answer | None, flux: Answer | None) -> dict[str, Any]:
    of_stock, of_flux = indicators(stock or {}), indicators(flux or {})
    error = (stock or {}).get("error") or (flux or {}).get("error")
    return {
        "area": of_stock.get("area"),
        "stock": of_stock.get("total"),
        "density": of_stock.get("mean_density"),
        "flux": of_flux.get("total"),
        "removals": of_flux.get("removals"),
        "emissions": of_flux.get("emissions"),
        "verdict": ((stock or {}).get("fitness") or {}).get("verdict", ""),
        "error": error["message"] if error else None,
    }


def wetlands(board: Board, style: Style | None) -> Block:
    """Return hectares, stock and flux of each type: what lies in the communes, and what the layer holds."""
    names = [f"{WETLANDS}{rule.value}" for rule in (style.rules if style else ())]
    asked = [name for name in names if name in board.calls]
    if style is None or not asked:
        return {"state": EMPTY, "reason": NO_LAYER[WETLANDS], "calls": []}
    block = board.block(STOCK, FLUX)
    if block["state"] != READY:
        return block
    if any(name not in board.outcomes for name in asked):
        return {**block, "state": COMPUTING}
    rows = [
        {
            "type": rule.value,
            "title": {"fr": rule.label.fr, "en": rule.label.en},
            "fill": rule.symbol.fill,
            **row,
        }
        for rule in style.rules
        for row in _wetland_rows(board, str(rule.value))
    ]
    if not rows:
        reason = {"fr": "aucune zone humide ici", "en": "no wetland here"}
        return {**block, "state": EMPTY, "reason": reason}
    calls = [*block["calls"], *(call for name in asked if (call := board.call(name)) and not board.commune)]
    return {**block, "calls": calls, "rows": rows}


def _wetland_rows(board: Board, kind: str) -> list[dict[str, Any]]:
    """Return the rows of a type: one for each land class under it, or one that says why there is none."""
    soils = [
        row
        for row in board.shown(STOCK).get("breakdown") or ()
        if row["wetland"] == kind and row["pool"] == SOIL
    ]
    held = _held(board, kind) if board.commune is None else None
    fluxes = {row["item"]: row for row in board.shown(FLUX).get("breakdown") or () if row["wetland"] == kind}
    found = [
        {
            "area": soil["area"],
            "held": held["area"]["value"] if held and not rank else None,
            "stock": soil,
            "burial": fluxes.get(f"{soil['item']}/burial"),
            "ch4": fluxes.get(f"{soil['item']}/ch4"),
            "reason": None,
        }
        for rank, soil in enumerate(soils)
    ]
    if found or held is None:
        return found
    nothing = {"area": None, "stock": None, "burial": None, "ch4": None}
    return [{**nothing, "held": held["area"]["value"], "reason": OUTSIDE}]


def _held(board: Board, kind: str) -> dict[str, Any] | None:
    """Return the indicators of all that the layer holds of a type; None when it holds nothing."""
    outcome = board.outcomes.get(f"{WETLANDS}{kind}")
    return indicators(outcome.answer) if outcome and outcome.answer else None


def not_counted(board: Board, of_wetlands: Block) -> list[dict[str, Any]]:
    """Return what no figure of the page holds, and why, question by question."""
    found = [
        {"block": name, "reasons": _reasons(board.shown(name).get("breakdown") or ())}
        for name in (STOCK, FLUX, BUILDINGS)
        if (outcome := board.outcomes.get(name)) and outcome.answer
    ]
    outside = [row["title"] for row in of_wetlands.get("rows", ()) if row["reason"]]
    if outside:
        found.append({"block": "wetlands", "reasons": [{"reason": OUTSIDE, "titles": outside}]})
    return [each for each in found if each["reasons"]]


def _reasons(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    grouped: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row["value"] is None and row["reason"]:
            known = grouped.setdefault(row["reason"]["en"], {"reason": row["reason"], "titles": []})
            known["titles"].append(row["title"])
    return list(grouped.values())


def unchecked(board: Board) -> list[dict[str, Any]]:
    """Return the factors behind the page that were not read in their source, each one once."""
    found = {
        each["id"]: each
        for outcome in board.outcomes.values()
        if outcome.answer
        for each in outcome.answer["unchecked"]
    }
    return [found[name] for name in sorted(found)]
