"""What a territory or a request prefers to the registry, and how the answer and the version tell."""

from collections.abc import Callable
from pathlib import Path

import pytest

from estran.carbon.errors import InvalidConfiguration, InvalidInput
from estran.factors.documents import reading
from estran.factors.factor import Factor, Gap, Override
from estran.factors.registry import read_registry
from estran.layers.territory import read_territory

CROP = "soil.stock.cropland.4_1"

CONFIGURATION = """\
estran:
  territory: {id: trial, name: {fr: Essai, en: Trial}}
  data: {recipe: bdtopo, sources: sources, directory: var}
  factors:
    overrides:
      %s: {value: 52, low: 40, high: 64, reason: local survey}
resources: {}
"""


def configuration(folder: Path, identifier: str = CROP) -> Path:
    path = folder / "pygeoapi-config.yml"
    path.write_text(CONFIGURATION % identifier, encoding="utf-8")
    return path


def test_the_territory_overrides_then_the_request_and_the_last_one_is_named(tmp_path: Path) -> None:
    """(64 - 40) / 3.29 = 7.295; the relative doubt then follows the value: 7.295 / 52 x 26 = 3.647."""
    registry = read_territory(configuration(tmp_path)).registry()
    ours = registry.factor(CROP)
    assert isinstance(ours, Factor)
    assert (ours.value, ours.original, ours.overridden_by, ours.reason) == (
        52.0,
        48.0,
        "territory",
        "local survey",
    )
    assert ours.sd == pytest.approx(7.295, abs=5e-4)
    asked = registry.with_overrides({CROP: Override(26.0, "what if")}).factor(CROP)
    assert isinstance(asked, Factor)
    assert (asked.value, asked.original, asked.overridden_by) == (26.0, 48.0, "request")
    assert asked.sd == pytest.approx(3.647, abs=5e-4)


def test_the_version_tells_what_the_territory_overrides_and_not_what_a_request_does(tmp_path: Path) -> None:
    plain = read_registry()
    ours = read_territory(configuration(tmp_path)).registry()
    assert ours.version.startswith(f"{plain.version}.")
    assert ours.with_overrides({CROP: Override(26.0, "what if")}).version == ours.version
    assert plain.with_overrides({}, by="territory") is plain


def test_the_order_of_overrides_does_not_change_the_version() -> None:
    first, second = Override(1.0, "a"), Override(2.0, "b")
    other = "soil.stock.orchard.4_1"
    registry = read_registry()
    one = registry.with_overrides({CROP: first, other: second}, by="territory")
    two = registry.with_overrides({other: second, CROP: first}, by="territory")
    assert one.version == two.version


def test_an_unknown_factor_in_the_configuration_is_told(tmp_path: Path) -> None:
    territory = read_territory(configuration(tmp_path, "soil.stock.crop.4_1"))
    with pytest.raises(InvalidConfiguration, match="unknown factor") as caught:
        territory.registry()
    assert "facteur inconnu" in caught.value.fr
    assert caught.value.where == "overrides.soil.stock.crop.4_1"


def test_a_factor_without_value_may_be_given_one(trial: Callable[..., Path]) -> None:
    folder = trial(
        "t1,any,unknown,,,,tC/ha,,,,yes,\n", "row,id,title_fr,kind,error\nt1,trial.gap,inconnu,relative,\n"
    )
    with reading(folder):
        registry = read_registry()
        assert isinstance(registry.factor("trial.gap"), Gap)
        given = registry.with_overrides({"trial.gap": Override(10.0, "measured")}).factor("trial.gap")
    assert isinstance(given, Factor)
    assert (given.value, given.sd, given.original, given.overridden) == (10.0, 2.0, None, True)


def test_an_override_looks_up_one_table_and_lists_the_same_factors() -> None:
    registry = read_registry()
    changed = registry.with_overrides({CROP: Override(1.0, "x")})
    assert list(changed.entries) == list(registry.entries)
    assert len(changed.entries) == len(registry.entries)
    with pytest.raises(InvalidInput, match="nearest"):
        registry.with_overrides({"nothing.at.all": Override(1.0, "x")})
