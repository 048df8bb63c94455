"""The demonstration data, built once from its sources: do they keep to the facts they claim?"""

import csv
from collections import defaultdict
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
import shapely
from pyproj import CRS
from rasterio.features import geometry_mask, rasterize
from scipy.stats import ks_2samp
from territories import LA_ROCHELLE
from territories import built as built_data

from estran.ingest.la_rochelle import build
from estran.layers.geodesy import true_area_ha
from estran.layers.ledger.build import LedgerInputs
from estran.layers.ledger.cells import cell_areas

SOURCES = Path(__file__).parents[2] / "data" / "la-rochelle" / "source"
LAMBERT_93 = CRS.from_epsg(2154)


def rows_of(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((SOURCES / name).read_text(encoding="utf-8").splitlines()))


CODES = {row["citepa_code"] or row["land_class"]: int(row["code"]) for row in rows_of("land_cover_codes.csv")}


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, LedgerInputs]:
    out = tmp_path_factory.mktemp("la-rochelle")
    steps: list[float] = []
    inputs = build(SOURCES, out, lambda step, fraction: steps.append(fraction))
    assert steps == sorted(steps)
    assert steps[-1] == 1.0
    return out, inputs


@pytest.fixture(scope="session")
def out(built: tuple[Path, LedgerInputs]) -> Path:
    return built[0]


@pytest.fixture(scope="session")
def cover(out: Path) -> np.ndarray:
    with rasterio.open(out / "land-cover.tif") as raster:
        return raster.read(1)


@pytest.fixture(scope="session")
def transform(out: Path) -> rasterio.Affine:
    with rasterio.open(out / "land-cover.tif") as raster:
        return raster.transform


def table(out: Path, name: str) -> gpd.GeoDataFrame:
    return pyogrio.read_dataframe(out / "features.gpkg", layer=name)


@pytest.fixture(scope="session")
def buildings(out: Path) -> gpd.GeoDataFrame:
    return table(out, "buildings")


@pytest.fixture(scope="session")
def wetlands(out: Path) -> gpd.GeoDataFrame:
    return table(out, "wetlands")


@pytest.mark.parametrize(
    ("name", "identifier", "count"),
    [
        ("communes", "code_insee", 28),
        ("parking", "id", 20),
        ("parking-areas", "parking_id", 11),
        ("flood-hazard", "id", 752),
        ("cycle-network", "id", 118 + 180),
        ("cadastral-sections", "sec_id", 90),
        ("neighbourhoods", "cq_id", 19),
    ],
)
def test_real_layers_are_whole(out: Path, name: str, identifier: str, count: int) -> None:
    frame = table(out, name)
    assert len(frame) == count
    assert frame[identifier].is_unique
    assert frame.crs.to_epsg() == 2154
    assert frame.is_valid.all()
    assert all(str(column) == str(column).lower() for column in frame.columns)


def test_text_keeps_its_accents_and_codes_are_text(out: Path) -> None:
    communes = table(out, "communes").set_index("code_insee")
    assert communes.loc["17028", "nom"] == "Aytré"
    assert communes.loc["17274", "nom"] == "Périgny"
    # Population of the source, COG 2026; zones of Angoulins and Aytré in the zone table.
    assert communes.loc["17300", "population"] == 79851
    assert communes.loc["17010", "zone"] == "2_1"
    assert communes.loc["17028", ["zone", "forest_region"]].tolist() == ["4_1", "F1"]


def test_parking_keeps_the_national_schema_and_its_nulls(out: Path) -> None:
    with (SOURCES / "parkings_bnls_2024.csv").open(encoding="utf-8") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    frame = table(out, "parking").set_index("id", drop=False)
    assert frame.columns.drop("geometry").tolist() == [name.lower() for name in next(iter(rows.values()))]
    for identifier, row in rows.items():
        for name, value in row.items():
            assert (value == "") == bool(pd.isna(frame.loc[identifier, name.lower()])), (identifier, name)
    assert frame.loc["17300-P-012", "nb_places"] == 1105
    assert frame.loc["17300-P-012", "tarif_1h"] == 1.1


def test_car_park_polygons_are_linked_to_the_site_on_them(out: Path) -> None:
    links = table(out, "parking-areas").set_index("parking_nom")["parking_2024_id"]
    assert links["Jean Moulin"] == "17300-P-002"
    assert links["Encan"] == "17300-P-003"
    assert links["Les gonthières"] == "17200-P-002"
    assert pd.isna(links["Notre Dame"])
    assert links.notna().sum() == 10


def test_cycle_network_tells_paths_from_lanes(out: Path) -> None:
    assert table(out, "cycle-network")["kind"].value_counts().to_dict() == {"bande": 180, "piste": 118}


def test_land_cover_gives_each_commune_the_areas_of_the_table(out: Path, cover: np.ndarray) -> None:
    """Within 0.25 ha or 0.1 % of the commune, the table scaled down where it exceeds the polygon."""
    wanted: dict[str, dict[str, float]] = defaultdict(dict)
    for row in rows_of("land_use_citepa_2021_larochelle.csv"):
        wanted[row["insee"]][row["citepa_code"]] = float(row["area_ha"])
    with rasterio.open(out / "land-cover.tif") as raster:
        grid = raster.transform
    areas = cell_areas(LAMBERT_93, grid, cover.shape)
    communes = table(out, "communes")
    for insee, polygon in zip(communes["code_insee"], communes.geometry, strict=True):
        west, south, east, north = polygon.bounds
        rows = slice(int((grid.f - north) / 5), int((grid.f - south) / 5) + 1)
        columns = slice(int((west - grid.c) / 5), int((east - grid.c) / 5) + 1)
        corner = rasterio.Affine(5.0, 0.0, grid.c + 5.0 * columns.start, 0.0, -5.0, grid.f - 5.0 * rows.start)
        part = cover[rows, columns]
        inside = geometry_mask([polygon], part.shape, corner, invert=True)
        sums = np.bincount(part[inside], weights=areas.window(rows, columns)[inside], minlength=256)
        commune_ha = true_area_ha(polygon, LAMBERT_93)
        scale = min(1.0, commune_ha / sum(wanted[insee].values()))
        tolerance = max(0.25, commune_ha / 1000)
        assert sums[0] < 0.02, insee
        for code, target in wanted[insee].items():
            assert sums[CODES[code]] == pytest.approx(target * scale, abs=tolerance), (insee, code)
        rest = max(0.0, commune_ha - sum(wanted[insee].values()))
        assert sums[CODES["unknown"]] == pytest.approx(rest, abs=tolerance), insee


def test_the_extreme_communes_are_those_of_the_table(out: Path) -> None:
    """La Rochelle's table exceeds its polygon by 1.9 %, that of Yves falls short by 2.6 %."""
    with (out / "land-cover-targets.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    scale = {row["code_insee"]: float(row["scale"]) for row in rows}
    assert 1 / scale["17300"] - 1 == pytest.approx(0.019, abs=0.001)
    yves = {row["class"]: float(row["achieved_ha"]) for row in rows if row["code_insee"] == "17483"}
    assert yves["unknown"] / sum(yves.values()) == pytest.approx(0.026, abs=0.001)
    # One cell is 0.0025 ha.
    for row in rows:
        if row["target_ha"]:
            assert abs(float(row["achieved_ha"]) - float(row["target_ha"])) < 0.0026, row


def test_land_cover_grid_lies_on_multiples_of_five_metres(out: Path) -> None:
    with rasterio.open(out / "land-cover.tif") as raster:
        assert raster.crs.to_epsg() == 2154
        assert raster.dtypes == ("uint8",)
        assert (raster.transform.c % 5, raster.transform.f % 5) == (0, 0)
        assert raster.res == (5.0, 5.0)
        assert raster.colormap(1)[CODES["A_i"]] == (0xD7, 0x50, 0x4A, 255)


def test_land_cover_is_patchy_not_speckled(cover: np.ndarray) -> None:
    """Nine neighbours in ten have the same class; with classes drawn cell by cell about a third would."""
    inside = (cover[:, 1:] > 0) & (cover[:, :-1] > 0)
    assert (cover[:, 1:] == cover[:, :-1])[inside].mean() > 0.9


def test_the_real_window_of_lagord_is_kept(cover: np.ndarray, transform: rasterio.Affine) -> None:
    """Cells wholly of one real class: sealed or built gives A_i, water stays, open ground is not sealed."""
    with rasterio.open(SOURCES / "occupation_sol_cosia_1m_lagord.tif") as raster:
        real, at = raster.read(1), raster.transform
    seen = {kind: [] for kind in ("sealed", "water", "open")}
    for row in range(0, real.shape[0] - 10, 5):
        for column in range(0, real.shape[1] - 10, 5):
            block = real[row : row + 10, column : column + 10]
            cell = cover[
                int((transform.f - (at.f - row - 5)) / 5), int((at.c + column + 5 - transform.c) / 5)
            ]
            if np.isin(block, [1, 2]).all():
                seen["sealed"].append(cell)
            elif (block == 7).all():
                seen["water"].append(cell)
            elif np.isin(block, [5, 6]).all():
                seen["open"].append(cell)
    assert len(seen["sealed"]) > 1000
    assert set(seen["sealed"]) == {CODES["A_i"]}
    assert len(seen["water"]) > 50
    assert set(seen["water"]) == {CODES["water"]}
    assert len(seen["open"]) > 1000
    assert CODES["A_i"] not in seen["open"]


def test_emissions_conserve_each_whole_cell(out: Path) -> None:
    with rasterio.open(SOURCES / "cdiac_co2_fossile_1deg_2013_deux_mailles.tif") as raster:
        mass = raster.read(1).astype(np.float64)[0]
    with rasterio.open(out / "emissions.tif") as raster:
        tonnes = raster.read(1, masked=True)
        assert raster.descriptions == ("fossil_co2",)
        assert raster.units == ("t/yr",)
        assert raster.dtypes == ("float64",)
        assert raster.bounds == pytest.approx((-2, 46, 0, 47))
    for cell in range(2):
        part = tonnes[:, 100 * cell : 100 * (cell + 1)]
        assert float(part.sum()) == pytest.approx(float(mass[cell]), rel=1e-9)
        assert part.min() > 0
    # Open sea at 46.15 N, 1.95 W has no data; the town hall of La Rochelle has.
    assert tonnes.mask[85, 5]
    assert not tonnes.mask[84, 84]


def test_emissions_follow_the_population_density(out: Path) -> None:
    """Inside one cell, tonnes per km2 are as the densities of La Rochelle and of Sud Vendée Littoral."""
    epci = pyogrio.read_dataframe(SOURCES / "epci_mailles.geojson").set_index("nom")
    density = {
        name: float(epci.loc[name, "population_totale"])
        / true_area_ha(epci.loc[name].geometry, CRS.from_epsg(4326))
        for name in ("CA de La Rochelle", "CC Sud Vendée Littoral")
    }
    with rasterio.open(out / "emissions.tif") as raster:
        city, country = (float(v[0]) for v in raster.sample([(-1.105, 46.155), (-1.205, 46.455)]))
    # Cells of equal width in degrees: their areas are as the cosines of the latitudes.
    per_area = (city / np.cos(np.radians(46.155))) / (country / np.cos(np.radians(46.455)))
    expected = density["CA de La Rochelle"] / density["CC Sud Vendée Littoral"]
    assert per_area == pytest.approx(expected, rel=1e-3)


def test_elevation_is_the_real_window(out: Path) -> None:
    with (
        rasterio.open(SOURCES / "mnt_rge_alti_1m_lagord.tif") as real,
        rasterio.open(out / "elevation.tif") as made,
    ):
        assert np.array_equal(real.read(1), made.read(1))
        assert made.transform == real.transform
        assert made.crs.to_epsg() == 2154
        assert made.nodata == real.nodata


def test_real_footprints_replace_synthetic_ones_in_lagord(buildings: gpd.GeoDataFrame) -> None:
    real = buildings[~buildings["synthetic"]]
    assert len(real) == 198
    assert real["hauteur"].isna().all()
    window = shapely.box(*real.total_bounds)
    assert not buildings[buildings["synthetic"]].intersects(window).any()


def test_buildings_follow_the_population(out: Path, buildings: gpd.GeoDataFrame) -> None:
    """Half of the 2,273 buildings for 3,439 inhabitants of Olemps: 0.3305 per inhabitant."""
    people = table(out, "communes").set_index("code_insee")["population"]
    count = buildings.groupby("code_insee").size()
    assert (count / people).min() == pytest.approx(2273 / 3439 / 2, abs=1e-3)
    assert (count / people).max() == pytest.approx(2273 / 3439 / 2, abs=1e-3)
    assert 45_000 < len(buildings) < 70_000


def test_buildings_have_the_sizes_of_olemps(buildings: gpd.GeoDataFrame) -> None:
    """Kolmogorov-Smirnov distance; the source leaves out one in a thousand, too large for a block."""
    sample = pd.read_csv(SOURCES / "olemps_batiments.csv")
    made = buildings[buildings["synthetic"]]
    assert ks_2samp(made.area, sample["surface_m2"]).statistic < 0.02
    for name in ("hauteur", "nb_etages"):
        assert ks_2samp(made[name].dropna(), sample[name][sample[name] > 0]).statistic < 0.02
        assert made[name].isna().mean() == pytest.approx(sample[name].isna().mean(), abs=0.02)


def test_buildings_do_not_overlap(buildings: gpd.GeoDataFrame) -> None:
    shapes = buildings.geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pair = first < second
    common = shapely.area(shapely.intersection(shapes[first[pair]], shapes[second[pair]]))
    assert common.sum() < 0.01


def test_synthetic_buildings_stand_on_sealed_land(
    buildings: gpd.GeoDataFrame, cover: np.ndarray, transform: rasterio.Affine
) -> None:
    made = buildings[buildings["synthetic"]]
    touched = rasterize(made.geometry, out_shape=cover.shape, transform=transform, all_touched=True)
    assert set(cover[touched > 0]) == {CODES["A_i"]}


def test_buildings_keep_the_schema_and_house_everyone(out: Path, buildings: gpd.GeoDataFrame) -> None:
    """Olemps has 1,430 dwellings for 3,439 inhabitants in the sample: 0.42 each."""
    assert " ".join(buildings.columns[:27]) == (
        "id nature usage1 usage2 leger etat date_creat date_maj date_app date_conf source id_source"
        " acqu_plani prec_plani acqu_alti prec_alti nb_logts nb_etages mat_murs mat_toits hauteur"
        " z_min_sol z_min_toit z_max_toit z_max_sol origin_bat app_ff"
    )
    people = table(out, "communes")["population"].sum()
    assert buildings["nb_logts"].sum() / people == pytest.approx(1430 / 3439, rel=0.05)


def test_wetlands_are_the_wetland_cells(
    wetlands: gpd.GeoDataFrame, cover: np.ndarray, transform: rasterio.Affine
) -> None:
    inside = wetlands[wetlands["in_communes"]]
    burnt = rasterize(inside.geometry, out_shape=cover.shape, transform=transform)
    assert np.array_equal(burnt > 0, np.isin(cover, [CODES["H_a"], CODES["H_n"]]))


def test_wetlands_are_valid_typed_and_flagged(wetlands: gpd.GeoDataFrame) -> None:
    assert wetlands.is_valid.all()
    assert set(wetlands["type"]) == {
        "dyked_fresh_marsh",
        "dyked_brackish_marsh",
        "dyked_salt_marsh",
        "salt_meadow",
        "mudflat",
        "seagrass",
        "sea",
    }
    assert wetlands["synthetic"].all()
    assert set(wetlands[~wetlands["in_communes"]]["type"]) == {"mudflat", "seagrass", "sea"}
    assert wetlands["area_ha"].to_numpy() == pytest.approx(
        [true_area_ha(shape, LAMBERT_93) for shape in wetlands.geometry], abs=1e-4
    )
    # Cut corners leave tiny gaps where three patches meet, and no overlap.
    shapes = wetlands.geometry.to_numpy()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pair = first < second
    assert shapely.area(shapely.intersection(shapes[first[pair]], shapes[second[pair]])).sum() < 1.0


def test_wetlands_lie_along_the_real_coast(out: Path, wetlands: gpd.GeoDataFrame) -> None:
    """The coast is where the outline is far from every other commune of the departement."""
    communes = table(out, "communes")
    neighbours = pyogrio.read_dataframe(SOURCES / "communes_voisines.geojson").to_crs(2154)
    outline = shapely.boundary(shapely.union_all(communes.geometry.buffer(1).to_numpy()))
    coast = shapely.difference(outline, shapely.union_all(neighbours.geometry.buffer(300).to_numpy()))
    away = wetlands.geometry.distance(coast)
    assert away[~wetlands["in_communes"]].max() < 1_500
    inside = wetlands[wetlands["in_communes"]]
    share = inside["area_ha"][away[wetlands["in_communes"]] < 500].sum() / inside["area_ha"].sum()
    assert share > 0.75
    sea = wetlands[~wetlands["in_communes"]]
    land = shapely.union_all([*communes.geometry, *neighbours.geometry])
    assert shapely.area(shapely.intersection(sea.geometry.to_numpy(), land)).sum() < 1.0


def test_ledger_inputs_ascend_and_tell_real_from_synthetic(built: tuple[Path, LedgerInputs]) -> None:
    _, inputs = built
    assert [(layer.id, layer.synthetic) for layer in inputs.layers] == [
        ("land-cover", True),
        ("parking-areas", False),
        ("buildings", True),
        ("buildings", False),
    ]
    classes = inputs.layers[0].classes
    assert classes is not None
    assert classes[CODES["A_i"]] == "artificial_sealed"
    assert classes[CODES["O"]] == "other"
    assert CODES["unknown"] not in classes
    assert list(inputs.communes.columns) == ["code_insee", "zone", "forest_region", "geometry"]
    assert inputs.wetlands is not None
    assert "sea" not in set(inputs.wetlands["wetland"])
    assert inputs.wetlands_synthetic


def test_another_build_gives_the_same_bytes(out: Path) -> None:
    """The demonstration's own data were built by another process, with another hash seed."""
    other = built_data(LA_ROCHELLE).parent / "var" / "la-rochelle"
    for path in out.iterdir():
        assert path.read_bytes() == (other / path.name).read_bytes(), path.name
