"""Areas times densities, as ALDO does from its published tables, with nothing of the model under test."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from math import fsum
from pathlib import Path

TABLES = Path(__file__).with_name("tables")
SOURCES = Path(__file__).resolve().parents[3] / "data" / "la-rochelle" / "source"
REGISTRY = Path(__file__).resolve().parents[3] / "core" / "estran" / "factors" / "data"

LA_ROCHELLE, RODEZ = "241700434", "241200187"

COMPOSITIONS = {
    "forest_broadleaf": "Feuillu",
    "forest_conifer": "Conifere",
    "forest_mixed": "Mixte",
    "forest_poplar": "Peupleraie",
    "forest": "total hors peupleraie hors indetermine",
}

SEALED = {"artificial_sealed", "building", "parking", "road"}

LITTER = 9.0
"""tC/ha of any forest (CR Acad. Agric. 1999, in the method of ALDO)."""

CO2 = 44 / 12

Areas = Mapping[tuple[str, str], float]
"""Hectares by commune and class."""


@cache
def rows(path: Path) -> tuple[dict[str, str], ...]:
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def commune(insee: str) -> dict[str, str]:
    return next(row for row in rows(TABLES / "communes.csv") if row["insee"] == insee)


def density(land: str, insee: str) -> dict[str, float]:
    """tC/ha of each pool."""
    zone = commune(insee)
    name = "forest" if land in COMPOSITIONS else "grassland" if land.startswith("grassland") else land
    soil = float(
        _only("soil.csv", zpc=zone["zpc"], **{"class": "artificial_sealed" if land in SEALED else name})[
            "value"
        ]
    )
    if land in COMPOSITIONS:
        found = inventory(land, insee)
        return {
            "soil": soil,
            "litter": LITTER,
            "living_biomass": found["living_biomass_tC_ha"],
            "dead_wood": found["dead_wood_tC_ha"],
        }
    same = "artificial_sealed" if land in SEALED else land
    biomass = _only("biomass.csv", inter_region=zone["inter_region"], **{"class": same})
    return {"soil": soil, "living_biomass": float(biomass["value_as_used_by_aldo_integer"])}


def inventory(land: str, insee: str) -> dict[str, float]:
    """The forest inventory where a commune stands: its groups, then larger and larger regions.

    Several groups give their mean, weighted by their area of forest.
    """
    zone = commune(insee)
    region = {"75": "NAQ", "76": "OCC"}[zone["insee_region"]]
    groups = [code for code in zone["ser_group"].split(",") if code]
    levels = [groups, [zone["greco"]], [region], ["France"]]
    if land == "forest_poplar":
        levels = [[zone["poplar_basin"]], ["France"]]
    table = rows(TABLES / "forest.csv")
    for codes in levels:
        kept = [
            row
            for row in table
            if row["code"] in codes and row["composition"] == COMPOSITIONS[land] and row["significant"] == "1"
        ]
        if kept:
            whole = fsum(float(row["area_ha"]) for row in kept)
            names = [name for name in kept[0] if "_tC" in name or "_m3" in name]
            return {
                name: fsum(float(row[name]) * float(row["area_ha"]) for row in kept) / whole for name in names
            }
    raise AssertionError((land, insee))


def stock(areas: Areas) -> dict[str, float]:
    """tC by pool, and `total`."""
    parts: dict[str, list[float]] = defaultdict(list)
    for (insee, land), area in areas.items():
        for pool, each in density(land, insee).items():
            parts[pool].append(area * each)
    pools = {pool: fsum(each) for pool, each in parts.items()}
    return {**pools, "total": fsum(pools.values())}


def forest_flux(areas: Areas) -> dict[str, float]:
    """tCO2/yr of growth (a removal, negative), mortality, harvest, and their sum `forest_net`."""
    signs = {"growth": -CO2, "mortality": CO2, "harvest": CO2}
    parts: dict[str, list[float]] = {name: [] for name in signs}
    for (insee, land), area in areas.items():
        if land in COMPOSITIONS:
            found = inventory(land, insee)
            for name, sign in signs.items():
                parts[name].append(sign * area * found[f"{name}_m3_ha_yr"] * found["expansion_tC_per_m3"])
    terms = {f"forest_{name}": fsum(each) for name, each in parts.items()}
    return {**terms, "forest_net": fsum(terms.values())}


def citepa_areas() -> dict[tuple[str, str], float]:
    """CITEPA 2021 of the 28 communes, without the land that has no density."""
    classes = {row["citepa_code"]: row["aldo_class"] for row in rows(REGISTRY / "citepa_to_class.csv")}
    found: dict[tuple[str, str], float] = defaultdict(float)
    for row in rows(SOURCES / "land_use_citepa_2021_larochelle.csv"):
        if classes[row["citepa_code"]] != "none":
            found[row["insee"], classes[row["citepa_code"]]] += float(row["area_ha"])
    return dict(found)


def clc_areas(siren: str, insee: str) -> dict[tuple[str, str], float]:
    """CORINE Land Cover 2018 of an agglomeration, as if it lay in one commune of it.

    Built-up land is sealed by 80 %, the rest is grass and shrubs; parks (141) are taken off that rest.
    """
    classes = {row["clc_code"]: row["aldo_class"] for row in rows(REGISTRY / "clc_to_class.csv")}
    by_class: dict[str, float] = defaultdict(float)
    for row in rows(TABLES / "clc_2018.csv"):
        if row["siren"] == siren and classes[row["clc_code"]] != "none":
            by_class[classes[row["clc_code"]]] += float(row["area_ha"])
    built, parks = by_class.pop("artificial_sealed_or_grass"), by_class.get("artificial_trees", 0.0)
    by_class["artificial_sealed"] = 0.8 * (built + parks)
    by_class["artificial_grass_shrubs"] = 0.2 * (built + parks) - parks
    return {(insee, land): area for land, area in by_class.items()}


def _only(table: str, **wanted: str) -> dict[str, str]:
    (row,) = [
        each for each in rows(TABLES / table) if all(each[name] == value for name, value in wanted.items())
    ]
    return row
