"""What does the law ask of a car park? Read from the registry, where its thresholds and dates are."""

from estran.assessments.parking_parks import Park
from estran.assessments.required import required_factor
from estran.carbon.parking import Duty, Rules, duty
from estran.factors.registry import Registry

PARAMETERS = (
    "aper.area_threshold",
    "aper.area_large",
    "aper.shaded_share",
    "aper.canopy_share_of_shade",
    "parking.multilevel_limit",
    "parking.merge_distance",
    "parking.same_name_distance",
)
"""What decides which parks are one, and what the law asks of them."""


def park_rules(registry: Registry) -> Rules:
    """Return what the law says, as the registry reads it."""
    return Rules(
        threshold_m2=required_factor(registry, "aper.area_threshold").value,
        large_m2=required_factor(registry, "aper.area_large").value,
        least_m2_per_space=required_factor(registry, "parking.multilevel_limit").value,
    )


def park_duty(park: Park, area_m2: float, rules: Rules) -> tuple[Duty, str]:
    """Return what the law asks of a park, and why it is left out, a key of `LEFT_OUT`, when it is."""
    if park.is_placeholder:
        return "not_assessed", "placeholder"
    if park.is_mixed:
        return "not_assessed", "mixed"
    found = duty(area_m2, park.spaces, rules, is_integrated=park.is_integrated)
    return found, {"integrated": "integrated", "not_assessed": "dense"}.get(found, "")
