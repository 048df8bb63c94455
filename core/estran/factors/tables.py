"""Which factors do the tables of stocks and of forest growth hold? One factor per value."""

from collections.abc import Iterable, Iterator

from estran.carbon.errors import UnknownFactor
from estran.carbon.text import Text
from estran.factors.documents import (
    Doubts,
    ForestFlows,
    LandClass,
    LandClasses,
    Pools,
    Table,
    WetlandSoils,
    read_document,
    read_tables,
)
from estran.factors.factor import Factor, Gap, RangeKind
from estran.factors.reading import Reading, read_value
from estran.factors.rows import read_rows

EDITION = "2016-2020"
"""Edition of the forest inventory that covers all of France."""

FOREST_COLUMNS = {"living_biomass": "living_biomass_tC_ha", "dead_wood": "dead_wood_tC_ha"}

FOREST_DOUBTS = {"living_biomass": "forest_biomass", "dead_wood": "forest_dead_wood"}

FOREST_LEVELS = {
    "groupeser": Text("groupe de sylvoécorégions", "group of forest regions"),
    "greco": Text("grande région écologique", "ecological region"),
    "rad13": Text("région", "region"),
    "bassin_populicole": Text("bassin populicole", "poplar basin"),
    "France": Text("", ""),
}


def read_factors() -> dict[str, Factor]:
    """Return every stock factor by its identifier.

    Raises:
        UnknownFactor: a table is absent or malformed, or two rows have the same identifier.
    """
    factors: dict[str, Factor] = {}
    for factor in _all():
        if factor.id in factors:
            raise UnknownFactor(
                f"two rows give the factor {factor.id}",
                f"deux lignes donnent le facteur {factor.id}",
                where=factor.source.table,
            )
        factors[factor.id] = factor
    return factors


def _all() -> Iterator[Factor]:
    yield from _soil()
    yield from _biomass()
    yield from _forest()
    yield from _litter()
    yield from _hedges()
    yield from _wetlands()


def _soil() -> Iterator[Factor]:
    shared = _doubts().shared_errors
    for row in read_rows("soil_carbon_stocks_by_zone"):
        land, zone = row["class"], row["zpc"]
        same = shared.soil_same_as.get(land, land)
        yield _factor(
            "soil_carbon_stocks_by_zone",
            identifier=f"soil.stock.{land}.{zone}",
            title=_named("soil", f"{row['class_fr']}, zone {zone}", f"{land.replace('_', ' ')}, zone {zone}"),
            value=row["value"],
            doubt="soil",
            row=f"zpc={zone} class={land}",
            error=f"soil.stock.{same}" if same in shared.soil_national else f"soil.stock.{same}.{zone}",
        )


def _biomass() -> Iterator[Factor]:
    shared = _doubts().shared_errors
    blank = _table("biomass_stocks_nonforest").blank
    for row in read_rows("biomass_stocks_nonforest"):
        land, region = row["class"], row["inter_region"]
        same = shared.biomass_same_as.get(land, land)
        stem = f"living_biomass.stock.{same}"
        yield _factor(
            "biomass_stocks_nonforest",
            identifier=f"living_biomass.stock.{land}.{region.lower()}",
            title=_named(
                "living_biomass", f"{row['class_fr']}, {region}", f"{land.replace('_', ' ')}, {region}"
            ),
            value=row["value"] or row["value_as_used_by_aldo_integer"],
            doubt="biomass_outside_forest",
            row=f"inter_region={region} class={land}",
            error=stem if same in shared.biomass_national else f"{stem}.{region.lower()}",
            convention=None if row["value"] else blank,
        )


def _forest() -> Iterator[Factor]:
    compositions = _compositions()
    flows = read_document("forest_flows", ForestFlows).root
    for row in read_rows("forest_carbon_ifn"):
        land = compositions.get(row["composition"])
        if row["edition"] != EDITION or row["significant"] != "1" or land is None:
            continue
        identifier, land_class = land
        level, place = FOREST_LEVELS[row["level"]], row["name"].replace("_", " ")
        for pool, column in FOREST_COLUMNS.items():
            yield _factor(
                "forest_carbon_ifn",
                identifier=f"{pool}.stock.{identifier}.{row['code'].lower()}",
                title=_named(
                    pool,
                    f"{land_class.title.fr}, {level.fr} {place}".replace("  ", " "),
                    f"{land_class.title.en}, {level.en} {place}".replace("  ", " "),
                ),
                value=row[column],
                doubt=FOREST_DOUBTS[pool],
                row=_forest_row(row),
                weight_ha=float(row["area_ha"]) if row["area_ha"] else None,
            )
        for name, flow in flows.items():
            if not row[flow.column]:
                continue
            yield _factor(
                "forest_carbon_ifn",
                identifier=f"forest.{name}.{identifier}.{row['code'].lower()}",
                title=Text(
                    f"{flow.title.fr} : {land_class.title.fr}, {level.fr} {place}".replace("  ", " "),
                    f"{flow.title.en}: {land_class.title.en}, {level.en} {place}".replace("  ", " "),
                ),
                value=row[flow.column],
                unit=flow.unit,
                doubt=f"forest_{name}",
                row=_forest_row(row),
                convention=flow.convention,
                weight_ha=float(row["area_ha"]) if row["area_ha"] else None,
            )


def _forest_row(row: dict[str, str]) -> str:
    return " ".join(f"{key}={row[key]}" for key in ("edition", "level", "code", "composition"))


def _litter() -> Iterator[Factor]:
    classes = read_document("land_classes", LandClasses).root
    for row in read_rows("forest_litter"):
        title = classes[row["class"]].title
        yield _factor(
            "forest_litter",
            identifier=f"litter.stock.{row['class']}",
            title=_named("litter", title.fr, title.en),
            value=row["value"],
            doubt="forest_litter",
            row=f"class={row['class']}",
            error="litter.stock.forest",
            convention=Text(
                "Une moyenne nationale pour tous les types de forêt.",
                "One national mean for every type of forest.",
            ),
        )


def _hedges() -> Iterator[Factor]:
    for row in read_rows("hedges_carbon_by_department"):
        code = row["department"]
        yield _factor(
            "hedges_carbon_by_department",
            identifier=f"hedges.stock.{code.lower()}",
            title=_named("hedges", f"département {code}", f"department {code}"),
            value=row["total_with_roots"],
            doubt="hedges",
            row=f"department={code}",
        )


def _wetlands() -> Iterator[Factor]:
    soils = read_document("wetland_soil", WetlandSoils).root
    rows = {row["id"]: row for row in read_rows("wetlands_blue_carbon")}
    for key, soil in soils.items():
        row = rows[key]
        yield _factor(
            "wetlands_blue_carbon",
            identifier=f"{soil.pool}.stock.{soil.name}",
            title=soil.title,
            value=row["central"],
            doubt="soil",
            row=key,
            convention=soil.convention,
            bounds=None if soil.range == "none" else (soil.range, row["low"], row["high"]),
            source=(row["source"], row["year"], row["source_checked"]),
        )


def _factor(
    table: str,
    *,
    identifier: str,
    title: Text,
    value: str,
    doubt: str,
    row: str,
    unit: str = "",
    error: str = "",
    convention: Text | None = None,
    weight_ha: float | None = None,
    bounds: tuple[RangeKind, str, str] | None = None,
    source: tuple[str, str, str] = ("", "", ""),
) -> Factor:
    kind, low, high = bounds or ("relative", "", "")
    name, year, checked = source
    found = read_value(
        Reading(
            id=identifier,
            title=title,
            table=table,
            row=row,
            value=value,
            unit=unit or _table(table).unit,
            kind=kind,
            low=low,
            high=high,
            relative_sd=_doubts().relative_sd[doubt],
            error=error,
            category=doubt,
            source=name,
            year=year,
            checked=checked,
            convention=convention,
            weight_ha=weight_ha,
        ),
        _table(table),
    )
    if isinstance(found, Gap):
        raise UnknownFactor(
            f"the stock {identifier} has no value in {table}",
            f"le stock {identifier} n'a pas de valeur dans {table}",
            where=identifier,
        )
    return found


def _named(pool: str, fr: str, en: str) -> Text:
    title = read_document("pools", Pools).root[pool].title
    return Text(f"{title.fr} : {fr}", f"{title.en}: {en}")


def _compositions() -> dict[str, tuple[str, LandClass]]:
    classes: Iterable[tuple[str, LandClass]] = read_document("land_classes", LandClasses).root.items()
    return {entry.forest: (identifier, entry) for identifier, entry in classes if entry.forest}


def _table(name: str) -> Table:
    return read_tables()[name]


def _doubts() -> Doubts:
    return read_document("uncertainty", Doubts)
