from collections.abc import Callable
from pathlib import Path

from estran.factors.difference import Change, difference
from estran.factors.documents import DATA, reading
from estran.factors.registry import Registry, read_registry


def registry_of(folder: Path) -> Registry:
    with reading(folder):
        return read_registry()


def test_a_registry_does_not_differ_from_its_copy(copied: Callable[..., Path]) -> None:
    found = difference(read_registry(), registry_of(copied()))
    assert (found.added, found.removed, found.changed) == ((), (), ())
    assert found.before == found.after


def test_factors_that_come_go_or_change(copied: Callable[..., Path]) -> None:
    """Cropland of zone 4_1 from 48 to 50 tC/ha, hence its doubt of 30 % from 14.4 to 15."""
    table = "soil_carbon_stocks_by_zone.csv"
    copied(table, "\n4_1,fine,warm_temperate_moist,cropland,cultures,soil_0_30cm,48,",
           "\n4_1,fine,warm_temperate_moist,cropland,cultures,soil_0_30cm,50,")  # fmt: skip
    copied("hedges_carbon_by_department.csv", "\n02,", "\n98,")
    copied("names/mobility_factors.csv", "mobility.car.average,", "mobility.car.mean,")
    folder = copied("mobility_factors.csv", "mob001,car", "mob001,cars")
    found = difference(read_registry(), registry_of(folder))
    assert found.added == ("hedges.stock.98", "mobility.car.mean")
    assert found.removed == ("hedges.stock.02", "mobility.car.average")
    crop = "soil.stock.cropland.4_1"
    assert found.changed[:1] == (Change(crop, "value", 48.0, 50.0),)
    assert [change.attribute for change in found.changed if change.id == crop][:2] == ["value", "sd"]
    assert found.before != found.after


def test_a_value_that_is_lost_becomes_none(copied: Callable[..., Path]) -> None:
    folder = copied("mobility_factors.csv", ",0.1423,", ",,")
    changed = difference(read_registry(), registry_of(folder)).changed
    assert Change("mobility.car.average", "value", 0.1423, None) in changed


def test_declared_uses_are_no_part_of_the_version_and_names_are(copied: Callable[..., Path]) -> None:
    folder = copied("uses/carbon-stock.yaml", "- soil.stock\n", "")
    assert registry_of(folder).version == registry_of(DATA).version
    assert registry_of(folder).version.partition("+")[0] == read_registry().version.partition("+")[0]


def test_the_version_follows_the_names(copied: Callable[..., Path]) -> None:
    folder = copied("names/mobility_factors.csv", "mobility.car.average,", "mobility.car.mean,")
    assert registry_of(folder).version != read_registry().version
