"""Boxes and features move between CRS with their edges, axis order and heights."""

import numpy as np
import pytest
import shapely
from pyproj import CRS, Transformer

from estran.carbon.errors import InvalidInput
from estran.layers.features.projection import is_north_first, moved_box, region, written
from estran.layers.geodesy import parse_crs

LONGITUDE_LATITUDE = parse_crs("http://www.opengis.net/def/crs/OGC/1.3/CRS84")
LATITUDE_LONGITUDE = parse_crs("http://www.opengis.net/def/crs/EPSG/0/4326")
LAMBERT_93 = parse_crs("http://www.opengis.net/def/crs/EPSG/0/2154")
MERCATOR = parse_crs("http://www.opengis.net/def/crs/EPSG/0/3857")


def array(*geometries: shapely.Geometry | None) -> np.ndarray:
    result = np.empty(len(geometries), dtype=object)
    result[:] = geometries
    return result


def lambert(longitude: float, latitude: float) -> shapely.Point:
    return shapely.Point(*Transformer.from_crs(4326, 2154, always_xy=True).transform(longitude, latitude))


def test_which_crs_write_latitude_first() -> None:
    assert is_north_first(LATITUDE_LONGITUDE)
    assert not any(is_north_first(crs) for crs in (LONGITUDE_LATITUDE, LAMBERT_93, MERCATOR))


def test_a_box_keeps_the_shape_of_its_edges() -> None:
    """Points a hundredth of a degree inside and outside each edge, corner to corner, fall on their side.

    At La Rochelle the meridians are turned by about 3 degrees against Lambert 93: the bounding
    rectangle of the moved box, or that of two corners, would get many of them wrong.
    """
    west, south, east, north = -1.4, 45.9, -0.9, 46.4
    area = region((west, south, east, north), LONGITUDE_LATITUDE, LAMBERT_93)
    for share in np.linspace(0.05, 0.95, 19):
        longitude, latitude = west + share * (east - west), south + share * (north - south)
        for inside, place in [
            (True, (west + 1e-4, latitude)),
            (False, (west - 1e-4, latitude)),
            (True, (east - 1e-4, latitude)),
            (False, (east + 1e-4, latitude)),
            (True, (longitude, south + 1e-4)),
            (False, (longitude, south - 1e-4)),
            (True, (longitude, north - 1e-4)),
            (False, (longitude, north + 1e-4)),
        ]:
            assert area.intersects(lambert(*place)) is inside


def test_a_box_is_read_in_the_axis_order_of_its_crs() -> None:
    east_first = region((-1.2, 46.1, -1.1, 46.2), LONGITUDE_LATITUDE, LAMBERT_93)
    north_first = region((46.1, -1.2, 46.2, -1.1), LATITUDE_LONGITUDE, LAMBERT_93)
    with_heights = region((-1.2, 46.1, -50, -1.1, 46.2, 50), LONGITUDE_LATITUDE, LAMBERT_93)
    assert east_first.symmetric_difference(north_first).area == pytest.approx(0, abs=1)
    assert shapely.equals(east_first, with_heights)
    same = region((380_000, 6_570_000, 381_000, 6_571_000), LAMBERT_93, LAMBERT_93)
    assert same.equals(shapely.box(380_000, 6_570_000, 381_000, 6_571_000))


def test_a_box_around_the_world_holds_france() -> None:
    for area in (
        region((-180, -90, 180, 90), LONGITUDE_LATITUDE, LAMBERT_93),
        region((-90, -180, 90, 180), LATITUDE_LONGITUDE, LAMBERT_93),
        region((-20037508, -20037508, 20037508, 20037508), MERCATOR, LAMBERT_93),
    ):
        for place in ((-1.15, 46.16), (8.1, 48.9), (-4.8, 48.4), (9.5, 41.4)):
            assert area.intersects(lambert(*place))


def test_a_box_elsewhere_is_empty() -> None:
    assert region((150, -40, 160, -30), LONGITUDE_LATITUDE, LAMBERT_93).is_empty


def test_a_box_across_the_antimeridian_has_two_sides() -> None:
    area = region((170, -20, -170, -10), LONGITUDE_LATITUDE, LATITUDE_LONGITUDE)
    assert area.intersects(shapely.Point(175, -15))
    assert area.intersects(shapely.Point(-175, -15))
    assert not area.intersects(shapely.Point(0, -15))


def test_a_box_without_width_is_a_point_or_a_line() -> None:
    assert region((-1.1, 46.1, -1.1, 46.1), LONGITUDE_LATITUDE, LAMBERT_93).geom_type == "Point"
    line = region((-1.1, 46.1, -1.1, 46.2), LONGITUDE_LATITUDE, LAMBERT_93)
    assert line.distance(lambert(-1.1, 46.15)) < 0.01


@pytest.mark.parametrize(
    ("bounds", "crs"),
    [
        ((float("nan"), 0, 1, 1), LONGITUDE_LATITUDE),
        ((0, 0, float("inf"), 1), LONGITUDE_LATITUDE),
        ((0, 2, 1, 1), LONGITUDE_LATITUDE),
        ((381_000, 0, 380_000, 1), LAMBERT_93),
    ],
)
def test_a_box_that_is_none_is_refused(bounds: tuple[float, ...], crs: CRS) -> None:
    with pytest.raises(InvalidInput):
        region(bounds, crs, LAMBERT_93)


def test_features_are_written_in_the_order_of_the_authority() -> None:
    """The origin of Lambert 93 is 3° E, 46.5° N, x 700 000 m, y 6 600 000 m (IGN, NTG_71)."""
    origin = array(shapely.Point(700_000, 6_600_000))
    east_first = written(origin, LAMBERT_93, LONGITUDE_LATITUDE)[0]
    north_first = written(origin, LAMBERT_93, LATITUDE_LONGITUDE)[0]
    assert (east_first.x, east_first.y) == pytest.approx((3, 46.5), abs=1e-9)
    assert (north_first.x, north_first.y) == pytest.approx((46.5, 3), abs=1e-9)
    assert written(origin, LAMBERT_93, LAMBERT_93)[0] == origin[0]
    mercator = written(origin, LAMBERT_93, MERCATOR)[0]
    assert mercator.x == pytest.approx(3 * 6378137 * np.pi / 180, abs=1e-3)


def test_a_store_in_latitude_longitude_is_written_latitude_first() -> None:
    place = array(shapely.Point(-1.15, 46.16))
    assert written(place, LATITUDE_LONGITUDE, LATITUDE_LONGITUDE)[0] == shapely.Point(46.16, -1.15)
    assert written(place, LATITUDE_LONGITUDE, LONGITUDE_LATITUDE)[0] == shapely.Point(-1.15, 46.16)


def test_heights_nulls_and_rings() -> None:
    clockwise = shapely.Polygon([(0, 0), (0, 1e4), (1e4, 1e4), (1e4, 0)])
    mixed = array(shapely.Point(700_000, 6_600_000, 12.5), None, clockwise, shapely.Polygon())
    solid, nothing, ring, empty = written(mixed, LAMBERT_93, LAMBERT_93)
    assert solid.z == 12.5
    assert nothing is None
    assert ring.exterior.is_ccw
    assert empty.is_empty
    moved = written(mixed[:2], LAMBERT_93, LATITUDE_LONGITUDE)
    assert moved[0].z == 12.5
    assert not shapely.has_z(written(mixed[2:3], LAMBERT_93, MERCATOR)[0])
    assert written(array(), LAMBERT_93, MERCATOR).size == 0


def test_a_geometry_outside_the_domain_becomes_null() -> None:
    """A conformal cone has no image of the opposite pole."""
    places = array(shapely.Point(3, -90), shapely.Point(3, 46.5))
    lost, kept = written(places, LONGITUDE_LATITUDE, LAMBERT_93)
    assert lost is None
    assert (kept.x, kept.y) == pytest.approx((700_000, 6_600_000), abs=1e-3)


@pytest.mark.parametrize(("source", "target"), [(3857, 2154), (4326, 2154), (2154, 4326), (2154, 3857)])
def test_a_small_box_is_moved_as_its_area_is(source: int, target: int) -> None:
    """The box around the area whose edges are followed each 28 m, to a centimetre (1e-7 degree)."""
    origin, other = CRS.from_epsg(source), CRS.from_epsg(target)
    side = 0.02 if origin.is_geographic else 2_000.0
    x, y = {3857: (-128_000.0, 5_800_000.0), 4326: (-1.15, 46.16), 2154: (380_000.0, 6_570_000.0)}[source]
    found = moved_box((x, y, x + side, y + side), origin, other)
    given = (y, x, y + side, x + side) if origin.is_geographic else (x, y, x + side, y + side)
    area = region(given, origin, other)
    assert found == pytest.approx(area.bounds, rel=0, abs=1e-7 if other.is_geographic else 0.01)


def test_a_wide_box_or_one_elsewhere_is_left_to_its_area() -> None:
    web, lambert = CRS.from_epsg(3857), CRS.from_epsg(2154)
    assert moved_box((-200_000.0, 5_800_000.0, -100_000.0, 5_900_000.0), web, lambert) is None
    assert moved_box((15_000_000.0, 0.0, 15_001_000.0, 1_000.0), web, lambert) is None
