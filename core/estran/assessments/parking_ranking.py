"""What is each car park, and what does the law ask of it? One line per park, the largest production first."""

import json
from collections.abc import Sequence

import shapely

from estran.assessments.envelope import Indicator, Ranked
from estran.assessments.inputs import CRS84
from estran.assessments.parking_case import Counted, Plan
from estran.assessments.parking_parks import Parks
from estran.assessments.required import required_factor
from estran.carbon.parking import Rules, is_large
from estran.factors.registry import Registry
from estran.layers.geodesy import parse_crs, reproject

DIGITS = 7
"""Decimals of a degree: a centimetre."""


def ranked_parks(
    parks: Parks,
    counted: Sequence[Counted],
    produced: Sequence[Indicator | None],
    plan: Plan,
    rules: Rules,
    *,
    registry: Registry,
    why: Sequence[str],
    top: int,
) -> tuple[Ranked, ...]:
    """Return the car parks, the largest production first, those without production last.

    Args:
        parks: Those of the place.
        counted: What lies in the place of each, in the same order.
        produced: Their yearly production as figures, None for a park without.
        plan: What is done on each.
        rules: What the law says.
        registry: Where its dates are.
        why: Why each is left out (a key of `LEFT_OUT`), empty when it is not.
        top: At most this many.
    """
    values = [each.value if each and each.value is not None else 0.0 for each in produced]
    order = sorted(range(len(counted)), key=lambda rank: (-values[rank], counted[rank].id))[:top]
    degrees = parse_crs(CRS84)
    rows = []
    for place, rank in enumerate(order, start=1):
        park, own, figure = parks.parks[rank], counted[rank], produced[rank]
        area = float(parks.objects.area_m2[rank])
        shape = reproject(parks.objects.geometries[rank], parks.objects.crs, degrees)
        rows.append(
            Ranked(
                rank=place,
                id=park.id,
                layer=parks.objects.layer.id,
                value=figure.value if figure else None,
                low=figure.low if figure else None,
                high=figure.high if figure else None,
                unit="MWh/yr",
                properties={
                    "name": park.name or None,
                    "kind": park.kind or None,
                    "area_m2": area,
                    "area_inside_m2": own.inside_m2,
                    "spaces": park.spaces,
                    "area_per_space_m2": area / park.spaces if park.spaces else None,
                    "aper_duty": own.duty,
                    "left_out_because": why[rank] or None,
                    **_deadlines(own, area, rules, registry),
                    "canopy_area_m2": plan.canopy * own.inside_m2 if own.is_equipped else 0.0,
                    "desealed_area_m2": plan.desealed * own.inside_m2 if own.is_equipped else 0.0,
                    "tree_area_m2": plan.trees * own.inside_m2 if own.is_equipped else 0.0,
                },
                geometry=json.loads(
                    shapely.to_geojson(shapely.transform(shape, lambda points: points.round(DIGITS)))
                ),
            )
        )
    return tuple(rows)


def deadline_names(area_m2: float, rules: Rules) -> tuple[str, str]:
    """Return the factors that hold the deadline of a park, and the one of a park with a commitment."""
    size = "large" if is_large(area_m2, rules) else "medium"
    return f"aper.deadline.{size}", f"aper.deadline_later.{size}"


def _deadlines(
    park: Counted, area_m2: float, rules: Rules, registry: Registry
) -> dict[str, float | str | bool | None]:
    if park.duty != "due":
        return dict.fromkeys(
            ("aper_deadline", "aper_deadline_with_commitment", "aper_deadline_factor", "aper_shade_area_m2")
        )
    name, later = deadline_names(area_m2, rules)
    share = required_factor(registry, "aper.shaded_share").value
    return {
        "aper_deadline": required_factor(registry, name).day.isoformat(),
        "aper_deadline_with_commitment": required_factor(registry, later).day.isoformat(),
        "aper_deadline_factor": name,
        "aper_shade_area_m2": share * area_m2,
    }
