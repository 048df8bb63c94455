"""What can roofs and canopies produce, month by month, and how much would be used on the spot?

The whole place is taken as one collective: what its roofs produce in an hour, its buildings may use in
that hour. Production adds up over places; the rates of self-consumption do not.

Reference:
    METHODS, section 7; BDEW standard profiles 2025, used as a proxy.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from estran.assessments.buildings_model import Choices
from estran.assessments.case import Case
from estran.assessments.envelope import Envelope, Fitness, Notice
from estran.assessments.inputs import CRS84
from estran.assessments.layer_fitness import counted_fitness
from estran.assessments.layer_place import LayerPlace, layer_answer, read_layer_place, unanswered
from estran.assessments.notices import counted, notice
from estran.assessments.parking_words import OUTLINE
from estran.assessments.pv_site import NATIONAL_YIELD, comparison_notices, local_yield
from estran.assessments.required import required_factor
from estran.assessments.solar_case import Site, solar_case
from estran.assessments.solar_inputs import SolarPotentialRequest
from estran.assessments.solar_surfaces import Surfaces, read_surfaces
from estran.assessments.solar_words import SURFACES
from estran.carbon.text import Text
from estran.factors.factor import Factor
from estran.layers.geodesy import parse_crs, reproject
from estran.layers.territory import Territory

PROCESS = "solar-potential"
VERSION = "1.0.0"

TITLE = Text("Potentiel solaire et autoconsommation", "Solar potential and self-consumption")

ROOFS = Text(
    "ni l'orientation, ni la pente, ni l'ombre d'un toit ne sont connues",
    "neither the orientation, nor the slope, nor the shade of a roof is known",
)

CHOICES = Choices("retail", by_use=True)
"""Ratios of tertiary buildings, whose electricity alone is read here."""


@dataclass(frozen=True, slots=True)
class _Context:
    """What every row of a request shares."""

    request: SolarPotentialRequest
    where: LayerPlace
    surfaces: Surfaces
    canopy: float
    produced: Factor


def assess_solar_potential(request: SolarPotentialRequest, territory: Territory) -> Envelope:
    """Return what the sun can give in a place, for each of its features and together.

    Raises:
        InvalidInput: the geometry, a factor to override or an input is wrong.
        NotFound: the territory lacks a layer that the question needs, or a feature does not exist.
        TooLarge: a limit of the territory is exceeded.
        Unavailable: a layer cannot be read.
    """
    started = time.thread_time()
    where = read_layer_place(request, territory)
    surfaces = read_surfaces(request, where)
    share = request.canopy_share
    lawful = required_factor(where.registry, "aper.shaded_share").value
    produced = local_yield(where.registry, where.keys)
    context = _Context(request, where, surfaces, lawful if share is None else share, produced)

    def told(rank: int | None) -> tuple[Case, Fitness]:
        areas = where.land.whole if rank is None else where.land.rows[rank]
        if rank is not None and surfaces.is_empty(rank):
            return without_any(unanswered(areas), rank)
        geometry = where.place.whole if rank is None else where.place.plots[rank].geometry
        return _case(context, rank, geometry, unanswered(areas)), _fitness(context, rank)

    empty: dict[Text | None, tuple[Case, Fitness]] = {}

    def without_any(reason: Text | None, rank: int) -> tuple[Case, Fitness]:
        """Plots without roof nor park have one case, which is solved once: the sun may stand anywhere."""
        if reason not in empty:
            empty[reason] = _case(context, rank, shapely.Polygon(), reason), _fitness(context, rank)
        return empty[reason]

    envelope = layer_answer(
        where,
        request,
        TITLE,
        process=PROCESS,
        version=VERSION,
        layers=surfaces.layers,
        told=told,
        notices=_notices(context),
        started=started,
    )
    avoided = envelope.indicator("avoided")
    extra = comparison_notices(request.grid, lowest=avoided.low, highest=avoided.high)
    return envelope.model_copy(update={"warnings": (*envelope.warnings, *extra)})


def _site(context: _Context, rank: int | None, geometry: BaseGeometry) -> Site:
    request, surfaces = context.request, context.surfaces
    middle = shapely.get_coordinates(
        reproject(shapely.centroid(geometry), context.where.place.crs, parse_crs(CRS84))
    )
    longitude, latitude = middle[0].tolist() if len(middle) else (0.0, 0.0)
    return Site(
        roof_m2=float(surfaces.roofs(rank).sum()) if "roofs" in surfaces.asked else None,
        park_m2=float(surfaces.lots(rank).sum()) if "canopies" in surfaces.asked else None,
        canopy=context.canopy,
        groups=surfaces.groups(rank) if request.load_mwh is None else (),
        load_mwh=request.load_mwh,
        load_profile=request.load_profile,
        latitude=latitude,
        longitude=longitude,
        grid=request.grid,
        modules=request.modules,
    )


def _case(context: _Context, rank: int | None, geometry: BaseGeometry, reason: Text | None) -> Case:
    return solar_case(
        _site(context, rank, geometry),
        CHOICES,
        registry=context.where.registry,
        produced=context.produced,
        unanswered=reason,
    )


def _fitness(context: _Context, rank: int | None) -> Fitness:
    surfaces = context.surfaces
    roofs, lots = surfaces.roofs(rank), surfaces.lots(rank)
    whole = float(roofs.sum() + lots.sum())
    fake = float(roofs[surfaces.fake_roofs].sum()) if len(roofs) else 0.0
    fake += float(lots[surfaces.fake_lots].sum())
    return counted_fitness(
        surfaces.layers[0] if len(roofs) or not surfaces.parks else surfaces.parks.objects.layer,
        count=int((roofs > 0.0).sum() + (lots > 0.0).sum()),
        synthetic=fake / whole if whole else 0.0,
        worst="order-of-magnitude",
        reason=ROOFS if len(roofs) else OUTLINE,
    )


def _notices(context: _Context) -> Iterator[Notice]:
    request = context.request
    for name in context.surfaces.lacking:
        title = SURFACES[name]
        yield notice(
            "layer-not-available",
            f"couche non disponible dans ce territoire : {title.fr.lower()} non évalués",
            f"layer not available in this territory: {title.en.lower()} not assessed",
        )
    if context.produced.id == NATIONAL_YIELD:
        yield notice(
            "national-yield",
            "aucun productible local : c'est la moyenne nationale, et les parts mensuelles sont celles de La "
            "Rochelle",
            "no local yield: the national mean is used, and the monthly shares are those of La Rochelle",
        )
    yield notice(
        "proxy-profiles",
        "profils horaires de substitution : la consommation suit des profils types allemands de 2025, la "
        "même journée toute l'année ; la production suit la hauteur du soleil par ciel clair, au total de "
        "chaque mois",
        "proxy hourly profiles: use follows German standard profiles of 2025, the same day all year; "
        "production follows the height of the sun under a clear sky, scaled to each month",
    )
    yield notice(
        "collective",
        "le lieu entier compte comme un seul collectif : les taux sont des majorants, et ne s'additionnent "
        "pas d'un lieu à l'autre",
        "the whole place counts as one collective: the rates are upper bounds, and do not add up from place "
        "to place",
    )
    if request.load_mwh is None:
        yield notice(
            "load-by-ratio",
            "la consommation d'électricité est celle des ratios des émissions des bâtiments ; l'industrie et "
            "les usages inconnus n'y sont pas",
            "the electricity used follows the ratios of the emissions of buildings; industry and unknown "
            "uses are not in it",
        )
    roofs = context.surfaces.roofs(None)
    synthetic = int((roofs > 0.0)[context.surfaces.fake_roofs].sum()) if len(roofs) else 0
    if synthetic:
        said = counted(synthetic, Text("toit", "roof"), Text("toits", "roofs"))
        yield notice(
            "synthetic",
            f"données de démonstration, qui ne sont pas réelles : {said.fr}",
            f"demonstration data, which are not real: {said.en}",
        )
