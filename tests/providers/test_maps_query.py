"""Which picture a request for a map asks; every expected number is worked out by hand."""

import pytest

from estran.carbon.errors import EstranError, InvalidInput, TooLarge
from estran.layers.geodesy import parse_crs
from estran.providers.maps_query import MapAsked, map_asked

LAMBERT = parse_crs(2154)
WHOLE = (380_000.0, 6_560_000.0, 400_000.0, 6_570_000.0)
"""20 km by 10 km."""


def _asked(**parameters: str) -> MapAsked:
    named = {name.replace("_", "-"): text for name, text in parameters.items()}
    return map_asked(named, extent=WHOLE, extent_crs=LAMBERT, native=LAMBERT, limit=4_000_000)


def test_by_default_the_whole_layer_with_its_aspect() -> None:
    asked = _asked()
    assert asked.bounds == WHOLE
    assert asked.crs == LAMBERT
    assert (asked.width, asked.height) == (1024, 512)
    assert asked.background is None
    assert asked.interval is None


def test_one_side_gives_the_other() -> None:
    assert (_asked(width="500").width, _asked(width="500").height) == (500, 250)
    assert (_asked(height="500").width, _asked(height="500").height) == (1000, 500)
    assert (_asked(height="500", width="20").width, _asked(height="500", width="20").height) == (20, 500)


def test_a_scale_gives_the_size() -> None:
    """At 1:100,000, 0.28 mm are 28 m: 20 km are 714.3 pixels, 10 km are 357.1; at 0.1 mm, 10 m each."""
    assert (_asked(scale_denominator="100000").width, _asked(scale_denominator="100000").height) == (715, 358)
    asked = _asked(scale_denominator="100000", mm_per_pixel="0.1")
    assert (asked.width, asked.height) == (2000, 1000)


def test_around_a_point() -> None:
    asked = _asked(
        center="390000,6565000",
        center_crs="EPSG:2154",
        width="100",
        height="50",
        scale_denominator="100000",
        mm_per_pixel="0.1",
    )
    assert asked.bounds == (389_500, 6_564_750, 390_500, 6_565_250)
    assert (asked.width, asked.height) == (100, 50)
    fitted = _asked(center="390000,6565000", center_crs="EPSG:2154", width="100", height="100")
    assert fitted.bounds == (380_000, 6_555_000, 400_000, 6_575_000)


def test_axes_in_the_order_of_each_crs() -> None:
    """EPSG:4326 puts latitude first, CRS84 longitude."""
    first = _asked(bbox="46,-1.3,46.3,-1", bbox_crs="EPSG:4326", crs="EPSG:4326")
    second = _asked(bbox="-1.3,46,-1,46.3", crs="http://www.opengis.net/def/crs/OGC/1.3/CRS84")
    assert first.bounds == second.bounds == (-1.3, 46, -1, 46.3)
    assert first.content_bbox() == "46,-1.3,46.3,-1"
    assert second.content_bbox() == "-1.3,46,-1,46.3"
    third = _asked(center="46.15,-1.15", center_crs="EPSG:4326", crs="EPSG:4326", width="10", height="10")
    assert (third.bounds[0] + third.bounds[2]) / 2 == pytest.approx(-1.15)


def test_a_subset_is_an_area_and_open_sides_are_those_of_the_layer() -> None:
    assert _asked(subset="E(385000:390000)").bounds == (385_000, 6_560_000, 390_000, 6_570_000)
    assert _asked(subset="N(6565000:*)").bounds == (380_000, 6_565_000, 400_000, 6_570_000)
    both = _asked(subset="Lat(46:46.1),Lon(-1.2:-1.1)", crs="CRS84")
    assert both.bounds == (-1.2, 46, -1.1, 46.1)
    timed = _asked(subset='time("2019")')
    assert timed.interval is not None
    assert timed.interval.start is not None
    assert timed.interval.start.year == 2019


def test_the_ground() -> None:
    assert _asked(bgcolor="0xFF8000").background == (255, 128, 0, 255)
    assert _asked(bgcolor="WhiteSmoke").background == (245, 245, 245, 255)
    assert _asked(transparent="false").background == (255, 255, 255, 255)
    assert _asked(bgcolor="red", transparent="true").background is None


@pytest.mark.parametrize(
    "parameters",
    [
        {"width": "0"},
        {"width": "-5"},
        {"width": "1.5"},
        {"height": "tall"},
        {"width": "١٢"},
        {"scale_denominator": "0"},
        {"scale_denominator": "nan"},
        {"mm_per_pixel": "-1"},
        {"scale_denominator": "1000", "width": "10"},
        {"bbox": "1,2,3"},
        {"bbox": "1,2,3,NaN"},
        {"bbox": "a,b,c,d"},
        {"bbox": "1,2,1,3"},
        {"bbox": "1,2,3,4", "bbox_crs": "EPSG:99999"},
        {"crs": "nonsense"},
        {"bbox": "1,2,3,4", "center": "1,2"},
        {"bbox": "1,2,3,4", "subset": "Lat(1:2)"},
        {"center": "1"},
        {"center": "1,inf"},
        {"subset": "Lat(2:1)"},
        {"subset": "Height(1:2)"},
        {"datetime": "soon"},
        {"transparent": "maybe"},
        {"bgcolor": "0x12345"},
        {"bgcolor": "hsl(0,0%,0%)"},
    ],
)
def test_what_is_wrong_is_refused(parameters: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        _asked(**parameters)


@pytest.mark.parametrize("box", ["-180,-90,180,90", "0,89,1,90", "170,-60,180,-50"])
def test_a_place_far_from_a_projection_is_an_error_of_ours_or_a_picture(box: str) -> None:
    try:
        asked = _asked(bbox=box, width="10", height="10")
    except EstranError:
        return
    assert asked.width == 10


def test_too_large_says_what_fits() -> None:
    """The limit of 4,000,000 pixels is a square of 2,000."""
    with pytest.raises(TooLarge, match="width=2000&height=2000 fits"):
        _asked(width="3000", height="3000")
    with pytest.raises(TooLarge, match="width=16384&height=1 fits"):
        _asked(width="100000", height="10")
