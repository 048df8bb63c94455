"""Features through pygeoapi's own functions: what is selected, and how it is given."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from providers.served_sites import (
    CRS84,
    EPSG,
    LICENCE,
    Ask,
    asker,
    definition,
    ids,
    items,
    lambert,
    links,
    make_api,
    mercator,
    sites,
)

from estran.layers.features.writing import write_table


def test_a_page_states_its_terms_and_counts(ask: Ask) -> None:
    page = items(ask, "limit=5")
    assert (page["numberMatched"], page["numberReturned"], len(page["features"])) == (12, 5, 5)
    assert (page["license"], page["vintage"], page["synthetic"]) == ("etalab-2.0", "2017", False)
    assert page["attribution"] == "Communauté d'agglomération de La Rochelle"
    assert links(page, "license") == [LICENCE["url"]]
    assert len(links(page, "self")) == 1
    first = page["features"][0]
    assert first["type"] == "Feature"
    assert first["properties"] == {
        "code": "s00",
        "name": None,
        "places": 0,
        "surface": 0.0,
        "built": "2000-01-01",
        "open": True,
    }


@pytest.mark.parametrize(
    ("crs", "coordinates"),
    [
        ("", [-1.20, 46.16]),
        (CRS84, [-1.20, 46.16]),
        (f"{EPSG}/4326", [46.16, -1.20]),
        (f"{EPSG}/2154", list(lambert(-1.20, 46.16))),
        (f"{EPSG}/3857", mercator(-1.20, 46.16)),
    ],
)
def test_coordinates_are_in_the_crs_asked_and_its_axis_order(
    ask: Ask, crs: str, coordinates: list[float]
) -> None:
    query = f"crs={crs}" if crs else ""
    for headers, _, document in (
        ask(f"parking-areas/items?f=json&limit=1&{query}"),
        ask(f"parking-areas/items/s00?f=json&{query}"),
    ):
        feature = document["features"][0] if "features" in document else document
        precision = 1e-8 if abs(coordinates[0]) < 200 else 1e-2
        assert feature["geometry"]["coordinates"] == pytest.approx(coordinates, abs=precision)
        assert headers["Content-Crs"] == f"<{crs or CRS84}>"


@pytest.mark.parametrize(
    "query",
    [
        "bbox=-1.185,46.155,-1.155,46.165",
        f"bbox=46.155,-1.185,46.165,-1.155&bbox-crs={EPSG}/4326",
        "bbox=-1.185,46.155,-10,-1.155,46.165,10",
        "bbox={:.1f},{:.1f},{:.1f},{:.1f}&bbox-crs=".format(
            *mercator(-1.185, 46.155), *mercator(-1.155, 46.165)
        )
        + f"{EPSG}/3857",
    ],
)
def test_a_bbox_selects_in_each_crs(ask: Ask, query: str) -> None:
    """The points at 1.18, 1.17 and 1.16 W."""
    assert ids(items(ask, query)) == "s02 s03 s04"


def test_a_bbox_in_the_storage_crs(ask: Ask) -> None:
    x, y = lambert(-1.17, 46.16)
    box = f"{x - 10},{y - 10},{x + 10},{y + 10}"
    assert ids(items(ask, f"bbox={box}&bbox-crs={EPSG}/2154")) == "s03"


def test_a_bbox_follows_parallels_and_meridians(tmp_path: Path) -> None:
    """A strip along 46.16 N, 200 m high and 50 km wide, holds points at its middle latitude only.

    In Lambert 93 the strip rises by some 2.6 km from one end to the other: two moved corners would
    make a rectangle that holds the point 1 km north as well.
    """
    points = {"west": (-1.49, 46.16), "east": (-0.91, 46.16), "north": (-1.2, 46.17), "far": (-1.2, 46.15)}
    frame = gpd.GeoDataFrame(
        {"code": list(points)},
        geometry=[shapely.Point(*lambert(*place)) for place in points.values()],
        crs=2154,
    )
    write_table(tmp_path / "t.gpkg", "parking-areas", frame, id_field="code")
    ask = asker(make_api(definition(tmp_path / "t.gpkg", time_field=None)))
    assert ids(items(ask, "bbox=-1.5,46.159,-0.9,46.161")) == "east west"


@pytest.mark.parametrize(
    ("crs", "uri"),
    [
        ("OGC:CRS84", CRS84),
        ("EPSG:4326", f"{EPSG}/4326"),
        ("EPSG:3946", f"{EPSG}/3946"),
        ("EPSG:3857", f"{EPSG}/3857"),
    ],
)
def test_a_layer_stored_in_another_crs(tmp_path: Path, crs: str, uri: str) -> None:
    write_table(tmp_path / "t.gpkg", "parking-areas", sites().to_crs(crs), id_field="code")
    listed = [CRS84, f"{EPSG}/4326", f"{EPSG}/3857", f"{EPSG}/3946", f"{EPSG}/2154"]
    ask = asker(make_api(definition(tmp_path / "t.gpkg", storage_crs=uri, crs=listed)))
    for box in ("bbox=-1.185,46.155,-1.155,46.165", f"bbox=46.155,-1.185,46.165,-1.155&bbox-crs={EPSG}/4326"):
        assert ids(items(ask, box)) == "s02 s03 s04"
    for target, expected in (
        (CRS84, (-1.2, 46.16)),
        (f"{EPSG}/4326", (46.16, -1.2)),
        (f"{EPSG}/2154", lambert(-1.2, 46.16)),
    ):
        place = items(ask, f"limit=1&crs={target}")["features"][0]["geometry"]["coordinates"]
        assert place == pytest.approx(expected, abs=1e-7 if target != f"{EPSG}/2154" else 1e-2)


def test_a_bbox_around_the_world_or_elsewhere(ask: Ask) -> None:
    assert items(ask, "bbox=-180,-90,180,90")["numberMatched"] == 12
    assert items(ask, f"bbox=-90,-180,90,180&bbox-crs={EPSG}/4326")["numberMatched"] == 12
    assert items(ask, "bbox=10,10,11,11")["features"] == []


@pytest.mark.filterwarnings("ignore:The 'shapely.ops.transform")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("datetime=2003-01-01", "s03"),
        ("datetime=2010-06-01/..", "s11"),
        ("datetime=../2001-12-31", "s00 s01"),
        ("datetime=2004-01-01T00:00:00Z/2005-01-01T00:00:00Z", "s04 s05"),
        ("places=3", "s03 s07 s11"),
        ("open=true&places=2", "s06"),
        ("name=P%C3%A9rigny&limit=2", "s01 s03"),
        ("sortby=-surface&limit=3", "s11 s10 s09"),
        ("sortby=-places,name,-code&limit=4", "s11 s07 s03 s10"),
        ("offset=10", "s10 s11"),
        ("filter=places > 2 AND surface < 1", "s03"),
        ("filter=name IS NULL AND built >= DATE('2010-01-01')", "s10"),
        ("filter=S_INTERSECTS(geometry,BBOX(-1.185,46.155,-1.155,46.165))", "s02 s03 s04"),
        (
            "filter=S_INTERSECTS(geometry,POLYGON((-1.185 46.15,-1.165 46.15,-1.165 46.17,-1.185 46.15)))",
            "s03",
        ),
        (
            "filter=S_INTERSECTS(geometry,POLYGON((46.15 -1.185,46.15 -1.165,46.17 -1.165,46.15 -1.185)))"
            f"&filter-crs={EPSG}/4326",
            "s03",
        ),
    ],
)
def test_selections(ask: Ask, query: str, expected: str) -> None:
    """The triangle holds s03: at 46.16 N it spans from 1.175 W to 1.165 W."""
    page = items(ask, query)
    assert ids(page) == expected


def test_a_filter_in_json(ask: Ask) -> None:
    body = {
        "op": "and",
        "args": [
            {
                "op": "s_intersects",
                "args": [{"property": "geometry"}, {"bbox": [-1.185, 46.155, -1.155, 46.165]}],
            },
            {"op": "=", "args": [{"property": "name"}, "Périgny"]},
        ],
    }
    _, status, document = ask("parking-areas/items?f=json", method="POST", body=body)
    assert (status, ids(document)) == (200, "s03")


def test_properties_and_geometry_are_chosen(ask: Ask) -> None:
    feature = items(ask, "properties=places,open&skipGeometry=true&limit=1")["features"][0]
    assert feature == {
        "type": "Feature",
        "id": "s00",
        "geometry": None,
        "properties": {"places": 0, "open": True},
    }


def test_hits_only_count(ask: Ask) -> None:
    page = items(ask, "resulttype=hits&places=3")
    assert (page["numberMatched"], page["numberReturned"], page["features"]) == (3, 0, [])
    assert links(page, "next") == []
