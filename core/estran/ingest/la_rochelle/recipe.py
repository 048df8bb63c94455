"""From the source files to every layer that La Rochelle serves, save the land ledger."""

from pathlib import Path

import geopandas as gpd
import rasterio

from estran.carbon.errors import InvalidSource
from estran.factors.registry import read_registry
from estran.ingest.la_rochelle import records
from estran.ingest.la_rochelle import sources as files
from estran.ingest.la_rochelle.buildings import all_buildings
from estran.ingest.la_rochelle.emissions import NODATA, WGS_84, spread_emissions
from estran.ingest.la_rochelle.grid import LAMBERT_93
from estran.ingest.la_rochelle.landscape import Landscape, draw_landscape
from estran.ingest.la_rochelle.scene import Scene, read_scene
from estran.ingest.la_rochelle.sizes import read_sample
from estran.ingest.la_rochelle.sources import read_features, read_rows, source_file
from estran.ingest.la_rochelle.targets import Codes, read_codes, read_targets, target_table
from estran.ingest.la_rochelle.wetlands import draw_wetlands
from estran.layers.cog import write_cog
from estran.layers.features.writing import write_table
from estran.layers.ledger.build import LedgerInputs, LedgerLayer
from estran.layers.progress import Progress

FEATURES = "features.gpkg"
LAND_COVER = "land-cover.tif"
EMISSIONS = "emissions.tif"
ELEVATION = "elevation.tif"
TARGETS = "land-cover-targets.csv"

ID_FIELDS = {
    "communes": "code_insee",
    "parking": "id",
    "parking-areas": "parking_id",
    "flood-hazard": "id",
    "cycle-network": "id",
    "cadastral-sections": "sec_id",
    "neighbourhoods": "cq_id",
    "buildings": "id",
    "wetlands": "id",
}
"""Table of the GeoPackage -> column that identifies a feature."""


def build(sources: Path, out: Path, progress: Progress) -> LedgerInputs:
    """Write the layers of the demonstration, and return what its ledger is made of.

    Args:
        sources: The folder of source files.
        out: An existing, empty folder: `features.gpkg`, `land-cover.tif`, `emissions.tif`,
            `elevation.tif` and `land-cover-targets.csv` are written there.
        progress: Told what is under way and how far the build is.

    Raises:
        InvalidSource: a source file is absent, cannot be read, or contradicts another.
    """
    progress("reading the sources", 0.0)
    scene = read_scene(sources)
    tables = _real_tables(sources)
    codes = read_codes(read_rows(sources, files.LAND_COVER_CODES))
    landscape = _landscape(sources, scene, tables["parking"], codes, out, progress)
    progress("wetlands", 0.75)
    tables["wetlands"] = draw_wetlands(scene, landscape.cover, codes)
    footprints = read_features(sources, files.FOOTPRINTS)
    tables["buildings"] = all_buildings(landscape.buildings, footprints)
    for number, (table, identifier) in enumerate(ID_FIELDS.items()):
        progress(f"writing {table}", 0.8 + 0.15 * number / len(ID_FIELDS))
        write_table(out / FEATURES, table, tables[table], id_field=identifier)
    progress("emissions and elevation", 0.95)
    _write_emissions(sources, out / EMISSIONS)
    _write_elevation(sources, out / ELEVATION)
    progress("layers written", 1.0)
    return _ledger_inputs(tables, out / LAND_COVER, codes)


def _real_tables(directory: Path) -> dict[str, gpd.GeoDataFrame]:
    parking = records.parking(read_rows(directory, files.PARKING))
    return {
        "communes": _zoned(records.communes(read_features(directory, files.COMMUNES))),
        "parking": parking,
        "parking-areas": records.parking_areas(read_features(directory, files.PARKING_AREAS), parking),
        "flood-hazard": records.flood_hazard(read_features(directory, files.FLOOD)),
        "cycle-network": records.cycle_network(
            read_features(directory, files.CYCLE_PATHS), read_features(directory, files.CYCLE_LANES)
        ),
        "cadastral-sections": records.cadastral_sections(read_features(directory, files.SECTIONS)),
        "neighbourhoods": records.neighbourhoods(read_features(directory, files.NEIGHBOURHOODS)),
    }


def _zoned(communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the communes with their soil-climate zone and forest region."""
    registry = read_registry()
    zones = [registry.commune_zone(insee) for insee in communes["code_insee"]]
    missing = [insee for insee, zone in zip(communes["code_insee"], zones, strict=True) if zone is None]
    if missing:
        raise InvalidSource(
            f"no soil-climate zone for the communes {', '.join(missing)}",
            f"pas de zone pédoclimatique pour les communes {', '.join(missing)}",
            where=files.COMMUNES,
        )
    known = [zone for zone in zones if zone is not None]
    table = communes.drop(columns="geometry")
    table["zone"] = [zone.zpc for zone in known]
    table["forest_region"] = [",".join(zone.ser_groups) for zone in known]
    return gpd.GeoDataFrame(table, geometry=communes.geometry, crs=communes.crs)


def _landscape(
    directory: Path,
    scene: Scene,
    sites: gpd.GeoDataFrame,
    codes: Codes,
    out: Path,
    progress: Progress,
) -> Landscape:
    """Draw the made-up land, and write its land cover and the table of its areas."""
    target_ha = read_targets(read_rows(directory, files.LAND_USE))
    sample = read_rows(directory, files.BUILDING_SAMPLE)
    landscape = draw_landscape(
        scene,
        sites=sites,
        target_ha=target_ha,
        codes=codes,
        sample=read_sample(sample),
        sample_size=len(sample),
        real_buildings=len(read_features(directory, files.FOOTPRINTS)),
        progress=lambda step, fraction: progress(step, 0.05 + 0.65 * fraction),
    )
    progress("writing the land cover", 0.7)
    write_cog(
        out / LAND_COVER,
        landscape.cover,
        crs=LAMBERT_93,
        transform=scene.grid.transform,
        nodata=0,
        band_names=["land_cover"],
        colormap=codes.colours,
        overview_resampling="mode",
    )
    names = dict(zip(scene.communes["code_insee"], scene.communes["nom"], strict=True))
    table = target_table(names, target_ha, landscape.achieved_ha)
    table.to_csv(out / TARGETS, index=False, lineterminator="\n")
    return landscape


def _write_emissions(directory: Path, path: Path) -> None:
    grid = spread_emissions(source_file(directory, files.CO2_CELLS), read_features(directory, files.EPCI))
    write_cog(
        path,
        grid.tonnes,
        crs=WGS_84,
        transform=grid.transform,
        nodata=NODATA,
        band_names=["fossil_co2"],
        units=["t/yr"],
        overview_resampling="average",
    )


def _write_elevation(directory: Path, path: Path) -> None:
    with rasterio.open(source_file(directory, files.ELEVATION)) as raster:
        write_cog(
            path,
            raster.read(1),
            crs=LAMBERT_93,
            transform=raster.transform,
            nodata=raster.nodata,
            band_names=["elevation"],
            units=["m"],
            overview_resampling="average",
        )


def _ledger_inputs(tables: dict[str, gpd.GeoDataFrame], cover: Path, codes: Codes) -> LedgerInputs:
    """Return the layers in ascending precedence; real and synthetic buildings are told apart."""
    wetlands = tables["wetlands"]
    buildings = tables["buildings"]
    return LedgerInputs(
        communes=tables["communes"][["code_insee", "zone", "forest_region", "geometry"]],
        layers=(
            LedgerLayer("land-cover", "2021", True, raster=cover, classes=codes.land_class),
            LedgerLayer(
                "parking-areas", "2017", False, polygons=_classed(tables["parking-areas"], "parking")
            ),
            LedgerLayer(
                "buildings", "2026", True, polygons=_classed(buildings[buildings["synthetic"]], "building")
            ),
            LedgerLayer(
                "buildings", "2026", False, polygons=_classed(buildings[~buildings["synthetic"]], "building")
            ),
        ),
        wetlands=wetlands[wetlands["in_communes"]][["type", "geometry"]].rename(columns={"type": "wetland"}),
        wetlands_synthetic=True,
    )


def _classed(frame: gpd.GeoDataFrame, land_class: str) -> gpd.GeoDataFrame:
    return frame[["geometry"]].assign(land_class=land_class)
