"""Does any BD TOPO v3 extract, in the forms IGN delivers, become the same territory?"""

import shutil
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import yaml
from pyproj import CRS
from shapely.geometry import LineString, box

from estran.carbon.errors import InvalidSource
from estran.cli.new import territory_document
from estran.ingest.bdtopo.build import build, read_communes
from estran.ingest.bdtopo.extract import find_extract
from estran.layers.progress import silent
from estran.layers.territory import Territory, read_territory

OLEMPS = Path(__file__).resolve().parents[2] / "data" / "olemps" / "source" / "bdtopo_v3_2022_olemps.gpkg"
LAMBERT_93 = CRS.from_epsg(2154)
WEST, SOUTH = 664_000.0, 6_359_000.0


def square(x: float, y: float, side: float) -> object:
    """A square whose south-west corner is x, y metres from the corner of the commune."""
    return box(WEST + x, SOUTH + y, WEST + x + side, SOUTH + y + side)


def frame(rows: list[dict[str, object]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=LAMBERT_93)


COMMUNE = {
    "cleabs": "COMMUNE_1",
    "code_insee": "12174",
    "nom_officiel": "Olémps-l'Évêque",
    "population": 3439,
}
LEVEL = "position_par_rapport_au_sol"
LONG_NAMES = {
    "commune": [{**COMMUNE, "geometry": square(0, 0, 1000)}],
    "batiment": [
        {
            "cleabs": "BATIMENT_1",
            "nature": "Église",
            "usage_1": "Religieux",
            "construction_legere": False,
            "etat_de_l_objet": "En service",
            "nombre_d_etages": 2,
            "hauteur": 8.5,
            "date_creation": "2011-04-13 13:09:40",
            "geometry": square(100, 100, 20),
        },
        {
            "cleabs": "BATIMENT_2",
            "nature": "Indifférenciée",
            "usage_1": "Résidentiel",
            "construction_legere": False,
            "etat_de_l_objet": "En projet",
            "nombre_d_etages": None,
            "hauteur": None,
            "date_creation": "2021-04-13 13:09:40",
            "geometry": square(200, 100, 20),
        },
        {
            "cleabs": "BATIMENT_OUTSIDE",
            "nature": "Indifférenciée",
            "usage_1": "Résidentiel",
            "construction_legere": False,
            "etat_de_l_objet": "En service",
            "nombre_d_etages": 1,
            "hauteur": 3.0,
            "date_creation": "2021-04-13 13:09:40",
            "geometry": square(5000, 100, 20),
        },
    ],
    "zone_de_vegetation": [
        {"cleabs": "V1", "nature": "Forêt fermée de feuillus", "geometry": square(300, 300, 100)},
        {"cleabs": "V2", "nature": "Haie", "geometry": square(500, 300, 100)},
        {"cleabs": "V3", "nature": "Espèce inconnue", "geometry": square(700, 300, 100)},
    ],
    "surface_hydrographique": [
        {"cleabs": "W1", "nature": "Mare", LEVEL: "0", "geometry": square(0, 700, 50)},
        {"cleabs": "W2", "nature": "Canal", LEVEL: "-1", "geometry": square(100, 700, 50)},
    ],
    "troncon_de_route": [
        {
            "cleabs": "R1",
            "nature": "Route à 1 chaussée",
            "largeur_de_chaussee": 6.0,
            "position_par_rapport_au_sol": "0",
            "geometry": LineString([(WEST, SOUTH + 900), (WEST + 1000, SOUTH + 900)]),
        },
        {
            "cleabs": "R2",
            "nature": "Sentier",
            "largeur_de_chaussee": 1.0,
            "position_par_rapport_au_sol": "0",
            "geometry": LineString([(WEST, SOUTH + 950), (WEST + 1000, SOUTH + 950)]),
        },
    ],
}
SHORT_NAMES = {
    "cleabs": "ID",
    "nature": "NATURE",
    "usage_1": "USAGE1",
    "construction_legere": "LEGER",
    "etat_de_l_objet": "ETAT",
    "nombre_d_etages": "NB_ETAGES",
    "hauteur": "HAUTEUR",
    "date_creation": "DATE_CREAT",
    "code_insee": "INSEE_COM",
    "nom_officiel": "NOM",
    "population": "POPULATION",
    "position_par_rapport_au_sol": "POS_SOL",
    "largeur_de_chaussee": "LARGEUR",
}


@pytest.fixture
def geopackage(tmp_path: Path) -> Path:
    """As IGN delivers GeoPackages: lower-case long names, one file."""
    path = tmp_path / "BDT_3-3_GPKG.gpkg"
    for layer, rows in LONG_NAMES.items():
        pyogrio.write_dataframe(frame(rows), path, layer=layer, driver="GPKG")
    return path


@pytest.fixture
def shapefiles(tmp_path: Path) -> Path:
    """As IGN delivers shapefiles: themed folders, upper-case short names, UTF-8 without a .cpg."""
    root = tmp_path / "BDTOPO" / "1_DONNEES_LIVRAISON"
    for layer, rows in LONG_NAMES.items():
        folder = root / "THEME" / layer.upper()
        folder.mkdir(parents=True)
        short = frame(rows).rename(columns=SHORT_NAMES)
        if "LEGER" in short:
            short["LEGER"] = "Non"
        target = folder / f"{layer.upper()}.shp"
        pyogrio.write_dataframe(short, target, driver="ESRI Shapefile", encoding="UTF-8")
        target.with_suffix(".cpg").unlink()
    return root


def territory_of(source: Path, folder: Path, *, communes: tuple[str, ...] = ()) -> Territory:
    """A territory configured as `estran new` would."""
    document = territory_document(
        identifier="essai",
        name="Essai",
        vintage="2026",
        sources=str(source),
        communes=communes,
        crs="EPSG:2154",
        bounds=[2.5, 44.3, 2.6, 44.4],
        collections=["communes", "buildings", "vegetation", "water", "roads", "land-ledger"],
    )
    path = folder / "essai.yml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return read_territory(path)


@pytest.mark.parametrize("form", ["geopackage", "shapefiles"])
def test_both_deliveries_give_the_same_buildings(
    form: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    source = request.getfixturevalue(form)
    out = tmp_path / "out"
    out.mkdir()
    build(territory_of(source, tmp_path), out, silent)
    buildings = gpd.read_file(out / "features.gpkg", layer="buildings")
    assert list(buildings["id"]) == ["BATIMENT_1", "BATIMENT_2"]
    assert list(buildings["nature"]) == ["Église", "Indifférenciée"]
    assert buildings["nb_etages"].iloc[0] == 2
    assert buildings["nb_etages"].isna().iloc[1]
    assert str(buildings["date_creat"].iloc[0])[:19] == "2011-04-13 13:09:40"
    communes = gpd.read_file(out / "features.gpkg", layer="communes")
    assert communes["nom"].iloc[0] == "Olémps-l'Évêque"
    assert communes["zone"].iloc[0] == "2_1"
    assert communes["forest_region"].iloc[0] == "G5,G6"


@pytest.mark.parametrize("form", ["geopackage", "shapefiles"])
def test_land_classes_follow_the_nature(form: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    out = tmp_path / "out"
    out.mkdir()
    inputs = build(territory_of(request.getfixturevalue(form), tmp_path), out, silent)
    assert [layer.id for layer in inputs.layers] == ["water", "vegetation", "roads", "buildings"]
    areas = {
        layer.id: layer.polygons.area.groupby(layer.polygons["land_class"]).sum().to_dict()
        for layer in inputs.layers
        if layer.polygons is not None
    }
    assert areas["buildings"] == {"building": pytest.approx(20 * 20)}
    assert areas["vegetation"] == {"forest_broadleaf": pytest.approx(100**2), "hedge": pytest.approx(100**2)}
    assert areas["water"] == {"water": pytest.approx(50**2)}
    assert areas["roads"] == {"road": pytest.approx(6 * 1000)}


def test_olemps_keeps_every_row_of_the_real_extract() -> None:
    extract = find_extract(OLEMPS)
    counts = {layer: len(extract.read(layer, crs=LAMBERT_93)) for layer in extract.layers}
    assert counts == {
        "commune": 1,
        "batiment": 2273,
        "zone_de_vegetation": 665,
        "surface_hydrographique": 28,
        "equipement_de_transport": 10,
    }


def test_only_the_communes_asked_for(geopackage: Path) -> None:
    extract = find_extract(geopackage)
    assert list(read_communes(extract, crs=LAMBERT_93, only=("12174",))["code_insee"]) == ["12174"]
    with pytest.raises(InvalidSource) as caught:
        read_communes(extract, crs=LAMBERT_93, only=("99999",))
    assert "estran.data.communes" in caught.value.where
    assert "aucune commune" in caught.value.fr


def test_an_extract_without_communes_says_what_to_add(tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    pyogrio.write_dataframe(frame(LONG_NAMES["batiment"]), path, layer="batiment", driver="GPKG")
    with pytest.raises(InvalidSource, match="no COMMUNE layer") as caught:
        find_extract(path)
    assert "périmètre" in caught.value.fr


def test_a_shapefile_without_prj_is_refused(shapefiles: Path) -> None:
    next(shapefiles.rglob("BATIMENT.prj")).unlink()
    with pytest.raises(InvalidSource, match=r"\.prj"):
        find_extract(shapefiles).read("batiment", crs=LAMBERT_93)


def test_a_truncated_geopackage_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.gpkg"
    shutil.copyfile(OLEMPS, path)
    path.write_bytes(path.read_bytes()[:300_000])
    with pytest.raises(InvalidSource):
        find_extract(path).read("batiment", crs=LAMBERT_93)


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidSource, match="does not exist"):
        find_extract(tmp_path / "nowhere")
