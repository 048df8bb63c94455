"""What does the report of a project rest on? The answer, and those of the same place that explain it."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from estran.assessments.carbon_stock import CarbonStockRequest, assess_carbon_stock
from estran.assessments.envelope import Envelope, FactorUse, Indicator, SourceUse
from estran.assessments.flux import CarbonFluxRequest, assess_carbon_flux
from estran.assessments.inputs import ModelRequest, PlaceRequest
from estran.assessments.land import read_land
from estran.assessments.place import Place, read_place
from estran.assessments.project_impact import assess_project_impact
from estran.assessments.project_inputs import ProjectImpactRequest, ProjectInputs
from estran.assessments.project_parts import Reference
from estran.assessments.project_reading import Project, read_project
from estran.assessments.report.inputs import ReportInputs
from estran.assessments.report.wording import Amount, Voice
from estran.assessments.request import Request, near
from estran.assessments.scenarios_inputs import CompareScenariosRequest
from estran.assessments.sequestration import assess_sequestration
from estran.assessments.sequestration_inputs import SequestrationRequest
from estran.assessments.trajectory import assess_trajectory
from estran.assessments.trajectory_inputs import TerritoryTrajectoryRequest
from estran.carbon.errors import EstranError, InvalidInput, NotFound, Unavailable
from estran.carbon.text import Text
from estran.factors.plain_yaml import read_yaml
from estran.layers.features.stores import open_feature_store
from estran.layers.ledger.keys import LandAreas
from estran.layers.progress import Progress
from estran.layers.territory import Territory

NAMES = ("nom", "name", "nom_officiel", "libelle")
"""Columns that may hold the name of a commune."""

SHOWN_COMMUNES = 3


@dataclass(frozen=True, slots=True)
class Study:
    """A project and the answers about it.

    Attributes:
        project: The project on its land.
        impact: Its difference with the site as it would be without it.
        whole: The same without taking off what would happen anyway; None when nothing is taken off.
        without: What would happen anyway, by item; an item that is absent is zero.
        name: Name of the variant, empty for a project alone.
        comparison: Answer that compares the variants, None for a project alone.
        variants: Names of the variants, the reference first.
        stock: Carbon in place.
        flux: Yearly exchanges of the land in place.
        wetlands: What the wetlands of the place could become, None when there is none.
        trajectory: Path of the territory, None when it has no target.
    """

    project: Project
    impact: Envelope
    whole: Envelope | None
    without: Mapping[str, Amount]
    name: str
    comparison: Envelope | None
    variants: tuple[str, ...]
    stock: Envelope
    flux: Envelope
    wetlands: Envelope | None
    trajectory: Envelope | None


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that a report is written from.

    Attributes:
        voice: Its language.
        inputs: What the author said.
        envelope: The answer asked for.
        request: Its inputs.
        territory: Where the layers are.
        place: Where, None for a question without a place.
        date: Date of the document.
        communes: Names of the communes, by the author or from the outline.
        headings: Titles of the sections.
        land: Land of the place, None where it cannot be read.
        study: The project, None for another question.
        factors: Every factor of every answer, in order; its rank is its number.
        sources: Every source.
    """

    voice: Voice
    inputs: ReportInputs
    envelope: Envelope
    request: Request
    territory: Territory
    place: Place | None
    date: dt.date
    communes: str
    headings: Mapping[str, str]
    land: LandAreas | None
    study: Study | None
    factors: tuple[FactorUse, ...]
    sources: tuple[SourceUse, ...]
    numbers: Mapping[str, int] = field(default_factory=dict)

    @property
    def main(self) -> Envelope:
        """The answer that the figures of the report are those of."""
        return self.study.impact if self.study else self.envelope

    @property
    def answers(self) -> tuple[Envelope, ...]:
        """Every answer that the report uses."""
        study = self.study
        if study is None:
            return (self.envelope,)
        others = (study.comparison, study.stock, study.flux, study.wetlands, study.trajectory)
        return (study.impact, *(each for each in others if each is not None))

    @property
    def is_synthetic(self) -> bool:
        """Whether some data are not real."""
        return any(source.synthetic for source in self.sources)

    @property
    def name(self) -> str:
        """Name of the project, a mark when the author gave none."""
        unnamed = self.voice.say("projet sans nom", "unnamed project")
        return self.inputs.title or (unnamed if self.study else self.voice.text(self.envelope.title))

    @property
    def receipt(self) -> str:
        """The first characters of the receipt."""
        return self.envelope.receipt.hash[:8]

    def given(self, key: str) -> str:
        """Return a text of the author, or the mark of what is to be completed."""
        texts: Mapping[str, str] = {str(name): text for name, text in self.inputs.texts.items()}
        return texts.get(key, "").strip() or self.voice.todo

    def references(self, factors: Iterable[str]) -> str:
        """Return the numbers of factors in the annex, unchecked ones with a dagger."""
        unchecked = {factor.id for factor in self.factors if not factor.checked}
        known = [name for name in factors if name in self.numbers]
        return ", ".join(f"F{self.numbers[name]}{'†' if name in unchecked else ''}" for name in known)


def amount(figure: Any) -> Amount:
    """Return the number of an indicator, of a row or of a year."""
    return Amount(figure.value, figure.low, figure.high, figure.unit)


def figure(envelope: Envelope, identifier: str) -> Indicator | None:
    """Return an indicator when the answer has it."""
    return next((each for each in envelope.indicators if each.id == identifier), None)


def gather(
    envelope: Envelope,
    request: Request,
    territory: Territory,
    inputs: ReportInputs,
    *,
    progress: Progress,
) -> Material:
    """Return what a report is written from.

    Raises:
        InvalidInput: the variant kept is not one of those compared.
        EstranError: the place can no longer be read.
    """
    place = read_place(request, territory) if isinstance(request, PlaceRequest) else None
    study = _study(envelope, request, territory, inputs, progress)
    main = study.impact if study else envelope
    land = study.project.land.whole if study else _land(place, territory)
    voice = Voice(inputs.language, is_hidden=main.fitness.verdict == "unfit")
    material = Material(
        voice=voice,
        inputs=inputs,
        envelope=envelope,
        request=request,
        territory=territory,
        place=place,
        date=inputs.date or dt.datetime.now(tz=dt.UTC).date(),
        communes=inputs.commune or _communes(land, territory, voice),
        headings=_headings(inputs),
        land=land,
        study=study,
        factors=(),
        sources=(),
    )
    factors = {factor.id: factor for answer in material.answers for factor in answer.factors}
    sources = {source.id: source for answer in material.answers for source in answer.sources}
    ordered = tuple(factors[name] for name in sorted(factors))
    return Material(
        **{name: getattr(material, name) for name in Material.__slots__}
        | {
            "factors": ordered,
            "sources": tuple(sources.values()),
            "numbers": {factor.id: rank for rank, factor in enumerate(ordered, start=1)},
        }
    )


def _headings(inputs: ReportInputs) -> Mapping[str, str]:
    text = files("estran.assessments.report").joinpath("headings.yml").read_text(encoding="utf-8")
    voice = Voice(inputs.language)
    standard = {name: voice.text(Text(**said)) for name, said in read_yaml(text).items()}
    return standard | {str(name): said for name, said in inputs.headings.items() if said}


def _study(
    envelope: Envelope, request: Request, territory: Territory, inputs: ReportInputs, progress: Progress
) -> Study | None:
    names: tuple[str, ...] = ()
    if isinstance(request, CompareScenariosRequest):
        kept = _kept(request, inputs)
        names = tuple(variant.name for variant in request.variants)
        variant = request.variants[kept]
        own = {name: getattr(variant, name) for name in ProjectInputs.model_fields}
        shared = {name: getattr(request, name) for name in ModelRequest.model_fields} | {"crs": request.crs}
        asked = ProjectImpactRequest.model_construct(
            **own, **shared, geometry=variant.geometry or request.geometry
        )
        impact = assess_project_impact(asked, territory)
    elif isinstance(request, ProjectImpactRequest):
        kept, asked, impact = 0, request, envelope
    else:
        return None
    progress(_step(inputs, "état actuel du site", "present state of the site"), 0.35)
    registry = territory.registry().with_overrides(asked.factor_overrides())
    project = read_project(asked, asked, territory, registry)
    where = {"geometry": asked.geometry, "crs": asked.crs}
    whole, without = _without(asked, territory, project.years)
    has_wetlands = any(key.wetland for key in project.land.whole.keys)
    progress(_step(inputs, "stocks et flux", "stocks and fluxes"), 0.45)
    return Study(
        project=project,
        impact=impact,
        whole=whole,
        without=without,
        name=names[kept] if names else "",
        comparison=envelope if names else None,
        variants=names,
        stock=assess_carbon_stock(CarbonStockRequest.model_validate(where), territory),
        flux=assess_carbon_flux(CarbonFluxRequest.model_validate(where), territory),
        wetlands=_wetlands(where, territory) if has_wetlands else None,
        trajectory=_trajectory(territory),
    )


def _kept(request: CompareScenariosRequest, inputs: ReportInputs) -> int:
    names = [variant.name for variant in request.variants]
    if not inputs.variant:
        return 0
    if inputs.variant not in names:
        en, fr = near(inputs.variant, names)
        raise InvalidInput(
            f"unknown variant {inputs.variant!r}{en}",
            f"variante inconnue : {inputs.variant!r}{fr}",
            where="report.variant",
        )
    return names.index(inputs.variant)


def _without(
    asked: ProjectImpactRequest, territory: Territory, years: int
) -> tuple[Envelope | None, Mapping[str, Amount]]:
    """The project with nothing taken off, and what is taken off, by item."""
    reference = asked.reference
    if reference == Reference():
        return None, {}
    whole = assess_project_impact(asked.model_copy(update={"reference": Reference()}), territory)
    without: dict[str, Amount] = {}
    if reference.operation_tco2e_per_year:
        said = reference.operation_tco2e_per_year * years
        without["operation"] = Amount(said, said, said, "tCO2e")
    if reference.mobility is not None:
        bare = ProjectImpactRequest.model_construct(
            **{name: getattr(asked, name) for name in ModelRequest.model_fields},
            geometry=asked.geometry,
            crs=asked.crs,
            horizon_years=asked.horizon_years,
            inhabitants=asked.inhabitants,
            mobility=reference.mobility,
        )
        rows = assess_project_impact(bare, territory).breakdown
        without["mobility"] = next(amount(row) for row in rows if row.item.startswith("mobility"))
    return whole, without


def _wetlands(where: dict[str, Any], territory: Territory) -> Envelope | None:
    """What the wetlands could become; the report stands without it when their layer cannot be read."""
    try:
        return assess_sequestration(SequestrationRequest.model_validate(where), territory)
    except Unavailable:
        return None


def _trajectory(territory: Territory) -> Envelope | None:
    try:
        return assess_trajectory(TerritoryTrajectoryRequest(), territory)
    except (InvalidInput, NotFound):
        return None


def _land(place: Place | None, territory: Territory) -> LandAreas | None:
    if place is None:
        return None
    try:
        return read_land(place, territory).whole
    except Unavailable:
        return None


def _communes(land: LandAreas | None, territory: Territory, voice: Voice) -> str:
    """The names of the communes that the outline touches, the largest part first."""
    if land is None:
        return territory.settings.territory.name.text(voice.language)
    areas: dict[str, float] = {}
    for key, area in zip(land.keys, land.areas_ha.tolist(), strict=True):
        areas[key.commune] = areas.get(key.commune, 0.0) + area
    codes = sorted(areas, key=lambda code: -areas[code])
    if not codes:
        return territory.settings.territory.name.text(voice.language)
    names = commune_names(territory, codes[:SHOWN_COMMUNES])
    more = len(codes) - SHOWN_COMMUNES
    listed = ", ".join(names)
    return listed + (voice.say(f" et {more} autre(s)", f" and {more} more") if more > 0 else "")


def commune_names(territory: Territory, codes: list[str]) -> list[str]:
    """Return the names of communes, their codes where no name can be read."""
    layer = territory.with_role("communes")
    if layer is None:
        return codes
    try:
        store = open_feature_store(layer.location, layer.table, layer.id_field)
        found = store.read_geometries(codes)
    except EstranError:
        return codes
    return [commune_name(each.properties, each.id) for each in found]


def commune_name(properties: Mapping[str, Any], otherwise: str) -> str:
    """Return the name of a commune among its properties."""
    return next((str(properties[name]) for name in NAMES if properties.get(name)), otherwise)


def _step(inputs: ReportInputs, fr: str, en: str) -> str:
    return fr if inputs.language == "fr" else en
