"""Features that a filter selects: the same place as their identifiers, with the same receipt."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from estran.assessments.carbon_stock import CarbonStockRequest, assess_carbon_stock
from estran.assessments.envelope import Envelope
from estran.assessments.receipts import changes, read_ticket
from estran.assessments.request import read_request
from estran.carbon.errors import EstranError, InvalidInput, NotFound, TooLarge
from estran.layers.features.writing import write_table
from estran.layers.territory import read_territory

Ask = Callable[[object], Envelope]

ZONE = {"op": "=", "args": [{"property": "zone"}, "4_1"]}


def named(answer: Envelope) -> list[str]:
    assert answer.features is not None
    return [each.id for each in answer.features]


def asked(tiny_ask: Ask, **reference: object) -> Envelope:
    return tiny_ask({"geometry": {"collection": "communes", **reference}})


@pytest.mark.parametrize("given", ["zone = '4_1'", ZONE, "code_insee >= '17300'"])
def test_a_filter_selects_features_in_the_order_of_their_identifiers(tiny_ask: Ask, given: object) -> None:
    by_filter, by_ids = asked(tiny_ask, filter=given), asked(tiny_ask, ids=["17300", "17391"])
    assert named(by_filter) == ["17300", "17391"]
    assert by_filter.receipt.hash == by_ids.receipt.hash
    assert by_filter.canonical() == by_ids.canonical()


def test_one_feature_of_several(tiny_ask: Ask) -> None:
    answer = asked(tiny_ask, filter="forest_region = 'F1'")
    assert named(answer) == ["17300"]
    assert answer.indicator("total").value == answer.features[0].indicator("total").value


@pytest.mark.parametrize(
    ("crs", "point"),
    [(None, "-1.1476 46.1583"), ("EPSG:2154", "380500 6570500"), (2154, "380500 6570500")],
)
def test_a_geometry_of_the_filter_has_a_crs(tiny_ask: Ask, crs: object, point: str) -> None:
    """The middle of the first commune: 380,500 m and 6,570,500 m in Lambert-93."""
    given = {"filter": f"S_INTERSECTS(geom, POINT({point}))"} | ({"filter-crs": crs} if crs else {})
    assert named(asked(tiny_ask, **given)) == ["17300"]


WRONG: dict[str, tuple[dict[str, Any], type[EstranError], str, str, str]] = {
    "unknown field": ({"filter": "zon = '4_1'"}, InvalidInput, "filter", "zone", "propriété inconnue"),
    "cut short": ({"filter": "zone ="}, InvalidInput, "filter", "too early", "trop tôt"),
    "not a filter": ({"filter": 3}, InvalidInput, "filter", "CQL2", "CQL2"),
    "empty": ({"filter": " "}, InvalidInput, "filter", "CQL2", "CQL2"),
    "unknown operator": ({"filter": {"op": "near", "args": []}}, InvalidInput, "filter", "", ""),
    "both": ({"filter": "zone='4_1'", "ids": ["1"]}, InvalidInput, "filter", "keep one", "gardez"),
    "nothing": ({"filter": "zone = 'x'"}, NotFound, "filter", "selects no feature", "aucun objet"),
    "wrong crs": ({"filter": "zone='4_1'", "filter-crs": "x"}, InvalidInput, "filter-crs", "CRS", "SCR"),
    "crs alone": ({"ids": ["17300"], "filter-crs": "CRS84"}, InvalidInput, "filter-crs", "without", "sans"),
    "misspelt": ({"fliter": "zone='4_1'"}, InvalidInput, "fliter", "'filter'", "'filter'"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_filter_says_where_and_why(tiny_ask: Ask, case: str) -> None:
    reference, kind, where, en, fr = WRONG[case]
    with pytest.raises(kind) as caught:
        asked(tiny_ask, **reference)
    assert caught.value.where == f"geometry.{where}"
    assert en in caught.value.en
    assert fr in caught.value.fr
    assert caught.value.en != caught.value.fr


@pytest.mark.parametrize("reference", [{"ids": ["1"]}, {"filter": "zone='4_1'"}])
def test_an_unknown_collection_is_not_found_there(tiny_ask: Ask, reference: dict[str, Any]) -> None:
    with pytest.raises(NotFound) as caught:
        tiny_ask({"geometry": {"collection": "nowhere", **reference}})
    assert caught.value.where == "geometry.collection"


@pytest.fixture
def copied(tiny_directory: Path, tmp_path: Path, configure: Callable[..., Path]) -> Callable[..., Envelope]:
    """Asks a copy of the tiny territory, whose features can change and whose limits can be lower."""
    shutil.copytree(tiny_directory, tmp_path, dirs_exist_ok=True)

    def ask(given: str, **limits: float) -> Envelope:
        territory = read_territory(configure(tmp_path, **limits))
        data = {"geometry": {"collection": "communes", "filter": given}}
        return assess_carbon_stock(read_request(CarbonStockRequest, data), territory)

    return ask


def test_a_filter_that_selects_too_many_is_too_large(copied: Callable[..., Envelope]) -> None:
    assert named(copied("zone = '4_1'", features=2)) == ["17300", "17391"]
    with pytest.raises(TooLarge) as caught:
        copied("zone = '4_1'", features=1)
    assert "2 features" in caught.value.en


def test_a_change_of_the_collection_is_told(copied: Callable[..., Envelope], tmp_path: Path) -> None:
    """The second commune leaves the zone: the same filter, another place."""
    first, again = copied("zone = '4_1'"), copied("zone = '4_1'")
    assert first.receipt.hash == again.receipt.hash
    ticket = read_ticket(str(first.receipt.replay).rpartition("/")[2])
    communes = gpd.read_file(tmp_path / "features.gpkg", layer="communes")
    communes.loc[communes.code_insee == "17391", "zone"] = "2_1"
    (tmp_path / "features.gpkg").unlink()
    write_table(tmp_path / "features.gpkg", "communes", communes, id_field="code_insee")
    now = copied("zone = '4_1'")
    assert named(now) == ["17300"]
    assert [each.code for each in changes(ticket, now)] == ["changed-place", "changed-total"]


def test_a_table_without_geometry_is_no_place() -> None:
    """The factors are a collection, and lie nowhere."""
    territory = read_territory(Path(__file__).resolve().parents[2] / "pygeoapi-config.yml")
    for more in ({"ids": ["soil.stock.cropland.4_1"]}, {"filter": "true"}, {}):
        request = read_request(CarbonStockRequest, {"geometry": {"collection": "factors", **more}})
        with pytest.raises(InvalidInput, match="table without geometry") as caught:
            assess_carbon_stock(request, territory)
        assert caught.value.where == "geometry.collection"
        assert "table sans géométrie" in caught.value.fr
