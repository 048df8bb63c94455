"""CRS names, densification and true areas, against PROJ's own geodesics and published figures."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from estran.carbon.errors import InvalidGeometry, InvalidInput
from estran.layers.geodesy import (
    bounds_in,
    densify,
    parse_crs,
    reproject,
    true_area_ha,
)

LAMBERT = parse_crs(2154)
LONLAT = parse_crs("CRS84")


@pytest.mark.parametrize(
    "name",
    [
        2154,
        "2154",
        " EPSG:2154 ",
        "epsg:2154",
        "[EPSG:2154]",
        "http://www.opengis.net/def/crs/EPSG/0/2154",
        "https://www.opengis.net/def/crs/EPSG/9.9.1/2154",
        "urn:ogc:def:crs:EPSG::2154",
        "EPSG:5698",  # Lambert-93 with heights: its horizontal part
    ],
)
def test_lambert_93_by_its_names(name):
    assert parse_crs(name).to_epsg() == 2154


@pytest.mark.parametrize(
    "name",
    [
        "CRS84",
        "OGC:CRS84",
        "[OGC:CRS84]",
        "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        "http://www.opengis.net/def/crs/OGC/0/CRS84h",
        "urn:ogc:def:crs:OGC:1.3:CRS84",
    ],
)
def test_crs84_by_its_names(name):
    crs = parse_crs(name)
    assert crs.is_geographic
    assert len(crs.axis_info) == 2


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Lambert-93",
        "EPSG:",
        "EPSG:999999",
        -1,
        True,
        "+proj=longlat",
        "http://example.org/def/crs/EPSG/0/2154",
        "http://www.opengis.net/def/crs/EPSG/0/",
        "urn:ogc:def:crs:",
        "EPSG:4978",  # geocentric
        "EPSG:5720",  # heights only
        "EPSG:2154 and more",
    ],
)
def test_what_is_not_a_horizontal_crs_is_refused(name):
    with pytest.raises(InvalidInput) as caught:
        parse_crs(name)
    assert "EPSG:2154" in caught.value.message("en")
    assert "SCR inconnu" in caught.value.message("fr")


def test_a_square_of_100_m_in_lambert_93_near_la_rochelle():
    """METHODS section 0: 1.00186 ha."""
    square = shapely.box(380_000, 6_570_000, 380_100, 6_570_100)
    assert true_area_ha(square, LAMBERT) == pytest.approx(1.00186, abs=5e-6)


def test_the_whole_earth():
    """The WGS84 ellipsoid has 510,065,621.724 km² (NIMA TR8350.2: 5.10065621724e14 m²)."""
    whole = shapely.box(-180, -90, 180, 90)
    assert true_area_ha(whole, LONLAT) == pytest.approx(5.10065621724e10, rel=1e-11)


@settings(max_examples=30, deadline=None)
@given(
    st.floats(120_000, 1_200_000),
    st.floats(6_050_000, 7_100_000),
    st.floats(1, 30_000),
    st.floats(0, 6.28),
)
def test_areas_equal_those_of_geodesic_polygons(x, y, radius, angle):
    corners = angle + np.array([0.0, 1.5, 2.9, 4.4])
    shape = shapely.Polygon(
        np.column_stack([x + radius * np.cos(corners), y + radius * np.sin(corners)]),
        [np.column_stack([x + radius / 3 * np.cos(-corners), y + radius / 3 * np.sin(-corners)])],
    )
    geographic = reproject(shape, LAMBERT, parse_crs(4171))
    expected = abs(Geod(ellps="GRS80").geometry_area_perimeter(shapely.orient_polygons(geographic))[0])
    # The edges stay within 0.02 µm of each other; the rounding of PROJ reaches some 1e-3 m².
    assert true_area_ha(shape, LAMBERT) == pytest.approx(expected / 10_000, rel=1e-8, abs=1e-7)


def test_the_area_does_not_depend_on_the_projection_it_is_given_in():
    shape = densify(shapely.box(370_000, 6_560_000, 390_000, 6_580_000), LAMBERT)
    in_utm = reproject(shape, LAMBERT, parse_crs(25830))
    assert true_area_ha(in_utm, parse_crs(25830)) == pytest.approx(true_area_ha(shape, LAMBERT), rel=1e-9)


def test_holes_count_out_whatever_the_direction_of_the_rings():
    outer = [(380_000, 6_570_000), (381_000, 6_570_000), (381_000, 6_571_000), (380_000, 6_571_000)]
    inner = [(380_200, 6_570_200), (380_400, 6_570_200), (380_400, 6_570_400), (380_200, 6_570_400)]
    expected = true_area_ha(shapely.Polygon(outer), LAMBERT) - true_area_ha(shapely.Polygon(inner), LAMBERT)
    for shell in (outer, outer[::-1]):
        for hole in (inner, inner[::-1]):
            assert true_area_ha(shapely.Polygon(shell, [hole]), LAMBERT) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    "empty",
    [
        shapely.Point(380_000, 6_570_000),
        shapely.LineString([(380_000, 6_570_000), (381_000, 6_570_000)]),
        shapely.Polygon(),
        shapely.GeometryCollection(),
    ],
)
def test_what_is_not_a_polygon_has_no_area(empty):
    assert true_area_ha(empty, LAMBERT) == 0.0


def test_collections_are_opened():
    square = shapely.box(380_000, 6_570_000, 380_100, 6_570_100)
    nested = shapely.GeometryCollection([shapely.Point(0, 0), shapely.GeometryCollection([square])])
    assert true_area_ha(nested, LAMBERT) == true_area_ha(square, LAMBERT)


@settings(max_examples=60, deadline=None)
@given(st.floats(0.05, 0.95), st.floats(0.05, 0.95), st.sampled_from([50.0, 300.0, 5_000.0, 60_000.0]))
def test_a_cut_does_not_change_the_sum(at_bottom, at_top, side_m):
    side = side_m / 100_000
    west, south = -1.15, 46.16
    bottom, top = west + at_bottom * side, west + at_top * side
    corners = [(west, south), (west + side, south), (west + side, south + side), (west, south + side)]
    left = shapely.Polygon([corners[0], (bottom, south), (top, south + side), corners[3]])
    right = shapely.Polygon([(bottom, south), corners[1], corners[2], (top, south + side)])
    for crs in (LONLAT, parse_crs(3857)):
        parts, whole = (left, right), shapely.Polygon(corners)
        if crs is not LONLAT:
            parts = tuple(shapely.transform(part, lambda p: p * 111_000) for part in parts)
            whole = shapely.transform(whole, lambda p: p * 111_000)
        cut = sum(true_area_ha(part, crs) for part in parts)
        assert cut == pytest.approx(true_area_ha(whole, crs), rel=1e-9)


def test_edges_are_densified_in_the_crs_they_are_given_in():
    line = shapely.LineString([(-1.0, 46.0, 12.0), (-1.0, 47.0, 12.0)])
    dense = densify(line, LONLAT)
    assert not dense.has_z
    longest = np.hypot(*np.diff(shapely.get_coordinates(dense), axis=0).T).max()
    assert 0 < longest * 111_700 <= 100.0
    assert np.all(shapely.get_coordinates(dense)[:, 0] == -1.0)


def test_the_step_of_a_very_long_outline_stays_below_100_m():
    line = shapely.LineString([(0, 0), (30_000_000, 0)])
    points = shapely.get_coordinates(densify(line, LAMBERT))
    assert np.diff(points[:, 0]).max() <= 100.0 * (1 + 1e-9)


def test_a_point_without_image_is_an_error_in_two_languages():
    with pytest.raises(InvalidGeometry) as caught:
        reproject(shapely.Point(-1.15, 146.0), LONLAT, LAMBERT)
    assert "146" in caught.value.en
    assert "146" in caught.value.fr


def test_latitudes_beyond_the_poles_are_refused():
    with pytest.raises(InvalidGeometry, match="longitude comes first"):
        true_area_ha(shapely.box(46.0, -120.0, 47.0, -119.0), LONLAT)


def test_bounds_hold_the_curved_sides_of_a_box():
    south_side = [(x, 6_200_000) for x in range(200_000, 1_200_001, 10_000)]
    west, south, east, north = bounds_in((200_000, 6_200_000, 1_200_000, 7_100_000), LAMBERT, LONLAT)
    points = shapely.get_coordinates(reproject(shapely.LineString(south_side), LAMBERT, LONLAT))
    assert west <= points[:, 0].min()
    assert east >= points[:, 0].max()
    assert south <= points[:, 1].min()
    assert north > 50


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("LINESTRING(3 4, 3 4)", 2),
        ("POLYGON((3 4, 3 4, 3 4, 3 4))", 4),
        ("MULTILINESTRING((3 4, 3 4), (0 0, 150 0))", 2 + 151),
    ],
)
def test_a_part_without_length_stays_what_it_is(text: str, count: int) -> None:
    """GEOS fails on it. The edge of 150 m is cut at each metre: 151 points."""
    edges = densify(shapely.from_wkt(text), LAMBERT)
    assert shapely.get_num_coordinates(edges) == count
    assert shapely.get_coordinates(edges)[0].tolist() == [3, 4]
    moved = reproject(shapely.from_wkt(text), LAMBERT, LONLAT)
    assert np.isfinite(shapely.get_coordinates(moved)).all()
