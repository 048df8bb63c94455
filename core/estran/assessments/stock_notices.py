"""What must the reader of a stock know? Land without data, conventions, working values."""

from collections.abc import Iterable, Iterator
from math import fsum

from estran.assessments.densities import Densities
from estran.assessments.envelope import Notice
from estran.assessments.land import Land
from estran.assessments.notices import notice, overlap_notices
from estran.assessments.place import Place
from estran.assessments.plots import OVERLAP
from estran.factors.factor import Factor, Gap
from estran.layers.ledger.keys import UNKNOWN, LandAreas

SEALED = "artificial_sealed"


def land_notices(areas: LandAreas, densities: Densities) -> Iterator[Notice]:
    """Yield what the land of one place calls for."""
    if areas.geometry_ha <= 0.0:
        yield notice(
            "zero-area",
            "la géométrie n'a pas de surface : son stock est nul",
            "the geometry has no area: its stock is zero",
        )
        return
    inside = areas.inside_ha / areas.geometry_ha
    if not areas.keys:
        yield notice(
            "outside-territory",
            "la géométrie est hors du territoire : rien n'est évalué",
            "the geometry is outside the territory: nothing is evaluated",
        )
        return
    if inside < 1.0 - OVERLAP:
        yield _share(
            "partly-outside",
            1.0 - inside,
            "de la géométrie est hors du territoire et ne compte pas",
            "of the geometry is outside the territory and does not count",
        )
    pairs = list(zip(areas.keys, areas.areas_ha.tolist(), strict=True))
    unknown = fsum(area for key, area in pairs if key.land_class == UNKNOWN) / areas.geometry_ha
    if unknown > 0.0:
        yield _share(
            "no-data",
            unknown,
            "de la géométrie n'est décrit par aucune couche ; son stock n'est pas nul, il est inconnu",
            "of the geometry is described by no layer; its stock is not zero, it is unknown",
        )
    gaps = (
        fsum(
            area
            for key, area in pairs
            if key.land_class != UNKNOWN
            and any(isinstance(found.density, Gap) for found in densities.of(key))
        )
        / areas.geometry_ha
    )
    if gaps > 0.0:
        yield _share(
            "not-evaluated",
            gaps,
            "de la géométrie (eau, mer, autres terres…) n'est pas évalué, en tout ou en partie",
            "of the geometry (water, sea, other land…) is not evaluated, in whole or in part",
        )
    synthetic = fsum(area for key, area in pairs if key.synthetic) / areas.geometry_ha
    if synthetic > 0.0:
        yield _share(
            "synthetic",
            synthetic,
            "de la géométrie repose sur des données de démonstration, qui ne sont pas réelles",
            "of the geometry rests on demonstration data, which are not real",
        )
    classes = densities.registry.land_classes
    sealed = fsum(area for key, area in pairs if key.wetland and classes[key.land_class].soil == SEALED)
    if sealed > 0.0:
        yield _share(
            "sealed-wetland",
            sealed / areas.geometry_ha,
            "de la géométrie est imperméabilisé dans une zone humide et compte avec le sol de celle-ci",
            "of the geometry is sealed inside a wetland and counts with the soil of the wetland",
        )


def convention_notices(factors: Iterable[Factor]) -> Iterator[Notice]:
    """Yield that some densities are zero by convention."""
    if any(factor.value == 0.0 and factor.convention for factor in factors):
        yield notice(
            "conventional-zero",
            "la biomasse des cultures, prairies herbacées, zones humides et sols imperméabilisés "
            "compte zéro par convention (ALDO) ; ce n'est pas une mesure",
            "the biomass of cropland, herbaceous grassland, wetlands and sealed land counts zero by "
            "convention (ALDO); it is not a measurement",
        )


def overlap_notice(place: Place, land: Land) -> Iterator[Notice]:
    """Yield that features overlap, when they do: their rows then add up to more than the total."""
    if place.overlapping:
        yield from overlap_notices(fsum(row.geometry_ha for row in land.rows), land.whole.geometry_ha)


def _share(code: str, share: float, fr: str, en: str) -> Notice:
    shown = f"{share:.1%}" if share >= 0.001 else "< 0.1%"
    return notice(code, f"{shown.replace('.', ',').replace('%', ' %')} {fr}", f"{shown} {en}")
