"""From a BD TOPO extract to our stores: the features served, and what the ledger is made of.

BD TOPO describes buildings, woods, hedges, roads and water, not crops or meadows: the land
that it leaves blank stays `unknown` in the ledger, and every answer says so.
"""

import csv
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from estran.carbon.errors import InvalidSource
from estran.factors.registry import read_registry
from estran.ingest.bdtopo.extract import Extract, find_extract
from estran.layers.features.writing import write_table
from estran.layers.ledger.build import LedgerInputs, LedgerLayer
from estran.layers.progress import Progress
from estran.layers.territory import Territory

SERVED = {
    "buildings": "batiment",
    "vegetation": "zone_de_vegetation",
    "water": "surface_hydrographique",
    "parking-areas": "equipement_de_transport",
    "roads": "troncon_de_route",
}
"""Collection -> BD TOPO layer, for the layers that an extract may hold."""

PRECEDENCE = ("water", "vegetation", "roads", "parking-areas", "buildings")
"""Collections that decide the land class, the last one wins."""

_PLANNED = "En projet"
_DATES = ("date_creat", "date_maj", "date_app", "date_conf")


def build(territory: Territory, out: Path, progress: Progress) -> LedgerInputs:
    """Write `out/features.gpkg` from the extract and return what the ledger needs.

    Args:
        territory: The territory, whose `sources` is the extract (a file or a folder).
        out: An existing folder to write in.
        progress: Told what is under way.

    Raises:
        InvalidSource: the extract cannot be read, or lacks what is needed.
    """
    crs = CRS.from_user_input(territory.settings.ledger.crs)
    extract = find_extract(territory.sources)
    progress("communes", 0.0)
    communes = read_communes(extract, crs=crs, only=territory.settings.data.communes)
    communes = _with_zones(communes, territory.settings.territory.commune_aliases)
    database = out / "features.gpkg"
    write_table(database, "communes", communes, id_field="code_insee")
    outline = shapely.union_all(communes.geometry.to_numpy())
    layers: dict[str, LedgerLayer] = {}
    for number, (collection, source) in enumerate(SERVED.items(), start=1):
        progress(collection, number / (len(SERVED) + 1))
        if source not in extract.layers:
            continue
        frame = _within(extract.read(source, crs=crs, bounds=tuple(communes.total_bounds)), outline)
        if collection == "parking-areas":
            frame = frame[frame["nature"] == "Parking"]
        write_table(database, collection, _typed(frame), id_field="id")
        layer = territory.layers.get(collection)
        layers[collection] = LedgerLayer(
            id=collection,
            vintage=layer.settings.vintage if layer else "",
            synthetic=False,
            polygons=_classified(frame, source),
        )
    return LedgerInputs(
        communes=communes[["code_insee", "zone", "forest_region", "geometry"]],
        layers=tuple(layers[name] for name in PRECEDENCE if name in layers),
    )


def read_communes(extract: Extract, *, crs: CRS, only: tuple[str, ...] = ()) -> gpd.GeoDataFrame:
    """Return the communes of an extract: code_insee, nom, population, siren_epci, geometry.

    Raises:
        InvalidSource: none of the communes wanted is there, or the layer lacks its INSEE code.
    """
    rows = extract.read("commune", crs=crs)
    if "insee_com" not in rows:
        raise InvalidSource(
            "the COMMUNE layer has neither INSEE_COM nor code_insee; is this BD TOPO v3?",
            "la couche COMMUNE n'a ni INSEE_COM ni code_insee ; est-ce bien BD TOPO v3 ?",
            where=str(extract.root),
        )
    rows = rows[rows["insee_com"].isin(only)] if only else rows
    if rows.empty:
        raise InvalidSource(
            f"no commune left in {extract.root}; check `estran.data.communes`",
            f"aucune commune retenue dans {extract.root} ; vérifiez `estran.data.communes`",
            where="estran.data.communes",
        )
    columns = {
        "insee_com": "code_insee",
        "nom": "nom",
        "population": "population",
        "siren_epci": "siren_epci",
    }
    kept = rows[[name for name in columns if name in rows] + ["geometry"]].rename(columns=columns)
    return gpd.GeoDataFrame(kept.sort_values("code_insee").reset_index(drop=True), crs=crs)


def _with_zones(communes: gpd.GeoDataFrame, aliases: dict[str, str]) -> gpd.GeoDataFrame:
    registry = read_registry()
    zones = [registry.commune_zone(aliases.get(code, code)) for code in communes["code_insee"]]
    return communes.assign(
        zone=[zone.zpc if zone else "" for zone in zones],
        forest_region=[",".join(zone.ser_groups) if zone else "" for zone in zones],
    )


def _within(frame: gpd.GeoDataFrame, outline: shapely.Geometry) -> gpd.GeoDataFrame:
    shapely.prepare(outline)
    return frame[shapely.intersects(outline, frame.geometry.to_numpy())].reset_index(drop=True)


def _typed(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give dates, counts and yes/no columns the types that the official model gives them."""
    result = frame.copy()
    for name in _DATES:
        if name in result:
            moments = pd.to_datetime(result[name], errors="coerce", format="mixed", utc=True)
            result[name] = moments.dt.tz_localize(None).astype("datetime64[ms]")
    for name in ("nb_logts", "nb_etages", "nb_voies"):
        if name in result:
            result[name] = pd.to_numeric(result[name], errors="coerce").astype("Int64")
    return result


def _classified(frame: gpd.GeoDataFrame, source: str) -> gpd.GeoDataFrame:
    """Return the polygons of a layer that decide a land class: columns land_class, geometry."""
    classes = _land_classes(source)
    standing = np.ones(len(frame), dtype=bool)
    if "etat" in frame:
        standing &= (frame["etat"] != _PLANNED).to_numpy()
    if "pos_sol" in frame:
        level = pd.to_numeric(frame["pos_sol"].astype("string").str.extract(r"(-?\d+)")[0], errors="coerce")
        standing &= ~(level.fillna(0) < 0).to_numpy()
    decided = frame["nature"].map(lambda nature: classes.get(nature, classes.get("*")))
    chosen = frame[standing & decided.notna().to_numpy()]
    geometry = chosen.geometry
    if source == "troncon_de_route":
        width_m = (
            pd.to_numeric(chosen["largeur"], errors="coerce")
            if "largeur" in chosen
            else pd.Series(dtype=float)
        )
        known = (width_m > 0).reindex(chosen.index, fill_value=False)
        chosen = chosen[known]
        geometry = chosen.geometry.buffer(width_m[known] / 2, cap_style="flat")
    return gpd.GeoDataFrame(
        {"land_class": decided[chosen.index].astype(str)}, geometry=geometry, crs=frame.crs
    )


@lru_cache
def _land_classes(source: str) -> dict[str, str]:
    table = files("estran.ingest.bdtopo").joinpath("classes.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(table.splitlines())
    return {row["nature"]: row["land_class"] for row in rows if row["layer"] == source}
