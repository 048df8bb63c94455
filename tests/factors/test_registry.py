from dataclasses import FrozenInstanceError

import pytest

from estran.carbon.errors import InvalidInput, UnknownFactor
from estran.factors.factor import Factor, Gap, Override
from estran.factors.registry import Registry, read_registry


@pytest.fixture(scope="module")
def registry() -> Registry:
    return read_registry()


def density(found: Factor | Gap) -> Factor:
    assert isinstance(found, Factor), found
    return found


def test_one_hectare_of_cropland_in_zone_4_1_is_48_tonnes(registry: Registry) -> None:
    factor = density(registry.soil_density("cropland", "4_1"))
    assert (factor.id, factor.value, factor.unit) == ("soil.stock.cropland.4_1", 48.0, "tC/ha")
    assert factor.sd == pytest.approx(0.3 * 48)
    assert factor.checked
    assert not factor.doubt_checked


def test_one_hectare_of_broadleaf_forest_in_zone_4_1_group_f1_is_196_33_tonnes(registry: Registry) -> None:
    """83 soil + 9 litter + 89.15 living biomass + 15.18 dead wood, 2016-2020 inventory."""
    zone = registry.commune_zone("17300")
    pools = [
        registry.soil_density("forest_broadleaf", zone.zpc),
        registry.litter_density("forest_broadleaf"),
        registry.forest_density("living_biomass", "forest_broadleaf", zone),
        registry.forest_density("dead_wood", "forest_broadleaf", zone),
    ]
    assert [density(pool).value for pool in pools] == [83.0, 9.0, 89.15, 15.18]
    assert sum(density(pool).value for pool in pools) == pytest.approx(196.33)


@pytest.mark.parametrize("land_class", ["artificial_sealed", "building", "parking", "road"])
@pytest.mark.parametrize("zone", ["1_1", "2_1", "4_1", "5_3"])
def test_sealed_land_is_30_everywhere(registry: Registry, land_class: str, zone: str) -> None:
    assert density(registry.soil_density(land_class, zone)).value == 30.0


@pytest.mark.parametrize(
    ("land_class", "soil", "biomass"),
    [
        ("grassland_herbaceous", 84.0, 0.0),
        ("grassland_shrubs", 84.0, 7.0),
        ("grassland_trees", 84.0, 31.0),
        ("artificial_grass_shrubs", 84.0, 7.0),
        ("artificial_trees", 83.0, 31.0),
        ("orchard", 46.0, 16.0),
        ("vineyard", 39.0, 5.0),
        ("wetland", 125.0, 0.0),
    ],
)
def test_classes_outside_forest_in_la_rochelle(
    registry: Registry, land_class: str, soil: float, biomass: float
) -> None:
    assert density(registry.soil_density(land_class, "4_1")).value == soil
    assert density(registry.biomass_density(land_class, "SUD-OUEST")).value == biomass


@pytest.mark.parametrize("land_class", ["cropland", "grassland_herbaceous", "wetland", "artificial_sealed"])
def test_blank_biomass_is_a_conventional_zero_that_says_so(registry: Registry, land_class: str) -> None:
    factor = density(registry.biomass_density(land_class, "SUD-EST"))
    assert (factor.value, factor.sd) == (0.0, 0.0)
    assert "Conventional zero" in factor.convention.en
    assert "Zéro de convention" in factor.convention.fr


@pytest.mark.parametrize("land_class", ["hedge", "other", "water", "unknown"])
def test_land_without_density_is_a_gap_and_not_zero(registry: Registry, land_class: str) -> None:
    for found in (
        registry.soil_density(land_class, "4_1"),
        registry.biomass_density(land_class, "SUD-OUEST"),
    ):
        assert isinstance(found, Gap)
        assert found.reason.fr
        assert found.reason.en


def test_wetland_soils(registry: Registry) -> None:
    for wetland in ("salt_meadow", "dyked_salt_marsh"):
        soil, deep = (density(registry.wetland_soil_density(wetland, pool)) for pool in ("soil", "soil_deep"))
        assert (soil.value, deep.value) == (83.1, 185.3)
        assert soil.sd == pytest.approx(44.8)
        assert soil.relative_sd == pytest.approx(0.54, abs=0.002)
        assert deep.sd == pytest.approx(105.7)
    for wetland in ("dyked_fresh_marsh", "dyked_brackish_marsh", "mudflat", "seagrass"):
        assert density(registry.wetland_soil_density(wetland)).value == 125.0
        assert isinstance(registry.wetland_soil_density(wetland, "soil_deep"), Gap)
    assert isinstance(registry.wetland_soil_density("sea"), Gap)


def test_saint_rogatien_has_no_ser_group_and_takes_its_region(registry: Registry) -> None:
    zone = registry.commune_zone("17391")
    assert (zone.zpc, zone.ser_groups, zone.greco) == ("4_1", (), ())
    broadleaf = density(registry.forest_density("living_biomass", "forest_broadleaf", zone))
    assert (broadleaf.id, broadleaf.value) == ("living_biomass.stock.forest_broadleaf.naq", 92.4)
    poplar = density(registry.forest_density("living_biomass", "forest_poplar", zone))
    assert (poplar.id, poplar.value) == ("living_biomass.stock.forest_poplar.france", 60.95)


def test_olemps_takes_the_mean_of_its_two_groups_weighed_by_area(registry: Registry) -> None:
    zone = registry.commune_zone("12174")
    assert (zone.zpc, zone.inter_region, zone.ser_groups) == ("2_1", "SUD-EST", ("G5", "G6"))
    found = density(registry.forest_density("living_biomass", "forest_broadleaf", zone))
    hand = (101.81 * 191716.27 + 43.66 * 72808.99) / (191716.27 + 72808.99)
    assert found.id == "living_biomass.stock.forest_broadleaf.g5+g6"
    assert found.value == pytest.approx(hand, rel=1e-12)
    assert found.sd == pytest.approx(0.2 * hand, rel=1e-12)


def test_only_significant_groups_count(registry: Registry) -> None:
    """Conifers are not significant in G5: G6 alone answers. Mixed forest in neither: the GRECO G does."""
    zone = registry.commune_zone("12174")
    conifer = density(registry.forest_density("living_biomass", "forest_conifer", zone))
    mixed = density(registry.forest_density("living_biomass", "forest_mixed", zone))
    assert (conifer.id, conifer.value) == ("living_biomass.stock.forest_conifer.g6", 48.1)
    assert (mixed.id, mixed.value) == ("living_biomass.stock.forest_mixed.g", 95.59)


def test_merged_groups_unknown_composition_and_poplar_basin(registry: Registry) -> None:
    """A2 is AX in the inventory; unknown composition is the total without poplar; Ain is in basin Sud."""
    merged = registry.forest_density("living_biomass", "forest_conifer", None, groups=("A2",))
    assert density(merged).value == 77.98
    unknown = registry.forest_density("dead_wood", "forest", registry.commune_zone("17300"))
    assert density(unknown).value == 13.77
    poplar = registry.forest_density("living_biomass", "forest_poplar", registry.commune_zone("01001"))
    assert density(poplar).value == 59.38


def test_corsica_falls_back_to_france_for_conifers(registry: Registry) -> None:
    zone = next(
        zone for code in ("2A004", "2A041") if (zone := registry.commune_zone(code)) and zone.region == "94"
    )
    found = density(registry.forest_density("living_biomass", "forest_conifer", zone))
    assert (found.id, found.value) == ("living_biomass.stock.forest_conifer.france", 77.06)


def test_a_commune_outside_the_table_is_a_gap(registry: Registry) -> None:
    assert registry.commune_zone("17999") is None
    assert isinstance(registry.soil_density("cropland", ""), Gap)
    assert isinstance(registry.biomass_density("cropland", ""), Gap)


def test_every_factor_has_unit_source_and_doubt(registry: Registry) -> None:
    stocks = [
        factor for factor in registry.factors.values() if ".stock." in factor.id and "/ha" in factor.unit
    ]
    assert len(stocks) > 600
    for factor in stocks:
        assert factor.unit == "tC/ha"
        assert factor.value >= 0.0
        assert factor.relative_sd > 0.0
    for factor in registry.factors.values():
        assert factor.sd >= 0.0
        assert (factor.sd == 0.0) <= (factor.kind == "none" or factor.value == 0.0), factor.id
        assert factor.title.fr
        assert factor.title.en
        assert factor.source.link.startswith("https://")
        assert factor.source.licence
        assert factor.source.row


def test_one_published_number_used_twice_errs_together(registry: Registry) -> None:
    errors = {
        land: density(registry.soil_density(land, "4_1")).error
        for land in registry.land_classes
        if registry.land_classes[land].soil
    }
    assert errors["artificial_grass_shrubs"] == errors["grassland_herbaceous"] == "soil.stock.grassland.4_1"
    assert errors["artificial_trees"] == errors["forest_mixed"] == "soil.stock.forest.4_1"
    assert errors["road"] == density(registry.soil_density("building", "2_1")).error
    assert errors["cropland"] != density(registry.soil_density("cropland", "2_1")).error
    assert errors["wetland"] == density(registry.wetland_soil_density("mudflat")).error


def test_unknown_factor_gives_the_nearest(registry: Registry) -> None:
    with pytest.raises(UnknownFactor, match=r"soil\.stock\.cropland\.4_1") as caught:
        registry.factor("soil.stock.cropland.41")
    assert "facteur inconnu" in caught.value.fr


def test_unknown_classes_are_our_fault(registry: Registry) -> None:
    with pytest.raises(UnknownFactor, match="swamp"):
        registry.soil_density("swamp", "4_1")
    with pytest.raises(UnknownFactor, match="pond"):
        registry.wetland_soil_density("pond")


def test_override_keeps_the_relative_doubt(registry: Registry) -> None:
    changed = registry.with_overrides({"soil.stock.cropland.4_1": Override(60.0, "survey")})
    factor = density(changed.soil_density("cropland", "4_1"))
    assert (factor.value, factor.original, factor.reason) == (60.0, 48.0, "survey")
    assert factor.sd == pytest.approx(18.0)
    assert factor.overridden
    assert not density(registry.soil_density("cropland", "4_1")).overridden


def test_override_bounds_are_5th_and_95th_percentiles(registry: Registry) -> None:
    """(90 - 40) / 3.29 = 15.198."""
    changed = registry.with_overrides({"soil.stock.cropland.4_1": Override(60.0, "survey", 40.0, 90.0)})
    assert density(changed.soil_density("cropland", "4_1")).sd == pytest.approx(15.198, abs=5e-4)


def test_override_of_a_part_moves_the_mean(registry: Registry) -> None:
    part = "living_biomass.stock.forest_broadleaf.g5"
    changed = registry.with_overrides({part: Override(0.0, "felled")})
    found = density(
        changed.forest_density("living_biomass", "forest_broadleaf", changed.commune_zone("12174"))
    )
    assert found.value == pytest.approx(43.66 * 72808.99 / (191716.27 + 72808.99))
    assert found.original == pytest.approx(85.8045615)


@pytest.mark.parametrize(
    ("identifier", "override"),
    [
        ("soil.stock.nothing.4_1", Override(1.0, "x")),
        ("soil.stock.cropland.4_1", Override(60.0, "x", 70.0, 90.0)),
        ("soil.stock.cropland.4_1", Override(60.0, "x", 40.0, None)),
        ("living_biomass.stock.forest_broadleaf.g5+g6", Override(60.0, "x")),
    ],
)
def test_a_wrong_override_is_refused(registry: Registry, identifier: str, override: Override) -> None:
    with pytest.raises(InvalidInput):
        registry.with_overrides({identifier: override})


def test_the_registry_is_frozen_and_versioned(registry: Registry) -> None:
    assert read_registry() is registry
    assert registry.version.split("+")[0].count(".") == 2
    assert len(registry.version.split("+")[1]) == 12
    with pytest.raises(FrozenInstanceError):
        registry.version = "2.0.0"
    with pytest.raises(TypeError):
        registry.entries["x"] = registry.entries["soil.stock.cropland.4_1"]


def test_a_mean_with_an_unknown_part_is_unknown(registry: Registry) -> None:
    with pytest.raises(UnknownFactor):
        registry.factor("living_biomass.stock.forest_broadleaf.g5+nowhere")


def test_forest_flows_choose_their_place_as_stocks_do(registry: Registry) -> None:
    """Group F1, broadleaf: the balance of the inventory is growth - mortality - harvest, in carbon."""
    zone = registry.commune_zone("17300")
    flows = {
        name: density(registry.forest_flow(name, "forest_broadleaf", zone))
        for name in ("growth", "mortality", "harvest", "balance", "expansion")
    }
    assert flows["growth"].id == "forest.growth.forest_broadleaf.f1"
    assert (flows["growth"].unit, flows["balance"].unit) == ("m3/ha/yr", "tC/ha/yr")
    net_m3 = flows["growth"].value - flows["mortality"].value - flows["harvest"].value
    assert flows["balance"].value == pytest.approx(net_m3 * flows["expansion"].value, abs=0.2)
    assert density(registry.forest_flow("growth", "forest_poplar", registry.commune_zone("17391"))).id == (
        "forest.growth.forest_poplar.france"
    )
