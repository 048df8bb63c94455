"""What do the trips that go with a project emit, those that would be made anyway taken off?

``365 · trips · distance · Σ share · f``, where the factor of a car is divided by its occupancy and that of
a passenger mode is not.

Reference:
    METHODS section 4.
"""

from collections.abc import Iterator

from estran.assessments.project_choices import Numbers
from estran.assessments.project_inputs import ProjectInputs
from estran.assessments.project_items import Part, counted
from estran.assessments.project_parts import Mobility
from estran.carbon.land_use_change import Number
from estran.carbon.project import mobility
from estran.carbon.propagation import Values
from estran.carbon.text import Text


def mobility_parts(project: ProjectInputs, numbers: Numbers, years: int) -> Iterator[Part]:
    """Yield the trips with the project, and take off those without it."""
    if project.mobility is None:
        if project.programme:
            yield Part(
                "mobility",
                None,
                reason=Text(
                    "les déplacements liés au projet ne sont pas décrits : donnez « Mobilité »",
                    "the trips that go with the project are not described: give “Mobility”",
                ),
            )
    else:
        yield _mobility(project.mobility, project.inhabitants, numbers, years, sign=1.0)
    if project.reference.mobility is not None:
        yield _mobility(project.reference.mobility, project.inhabitants, numbers, years, sign=-1.0)


def _mobility(
    trips: Mobility, inhabitants: float | None, numbers: Numbers, years: int, *, sign: float
) -> Part:
    each, length, reality = (
        "mobility.trips.person_weekday",
        "project.mobility.distance",
        "project.mobility.reality",
    )
    given = trips.trips_per_day
    if given is None and inhabitants is None:
        return Part(
            "mobility",
            None,
            detail="trips" if sign > 0.0 else "reference",
            reason=Text(
                "ni le nombre de déplacements ni celui des habitants n'est donné",
                "neither the number of trips nor that of inhabitants is given",
            ),
        )
    people = inhabitants or 0.0
    modes = numbers.choices.modes
    shares = trips.modal_shares
    listed: list[tuple[str, float | str]] = (
        [(mode, choice.default_share) for mode, choice in modes.items() if choice.default_share]
        if shares is None
        else [(mode, share) for mode, share in shares.items() if share > 0.0]
    )
    factors = [reality, *([each] if given is None else []), *([length] if trips.distance_km is None else [])]
    for mode, share in listed:
        factors += [modes[mode].factor, *([share] if isinstance(share, str) else [])]
        occupancy = modes[mode].occupancy
        factors += [occupancy] if occupancy and trips.car_occupancy is None else []

    def per_km(v: Values, mode: str, share: float | str) -> Number:
        choice = modes[mode]
        kg = v[choice.factor] * (v[share] if isinstance(share, str) else share)
        if choice.occupancy is None:
            return kg
        return kg / (v[choice.occupancy] if trips.car_occupancy is None else trips.car_occupancy)

    def formula(v: Values) -> Number:
        daily = v[each] * people if given is None else given
        distance = v[length] if trips.distance_km is None else trips.distance_km
        kg: Number = sum((per_km(v, mode, share) for mode, share in listed), start=0.0)
        return sign * years * mobility(daily, distance * v[reality], kg)

    read = tuple(dict.fromkeys(factors))
    return counted(numbers, "mobility", formula, read, weights=(1.0,) * years)
