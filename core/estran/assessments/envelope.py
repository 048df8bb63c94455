"""What does every assessment answer with? One envelope, whose JSON Schema is this file."""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from estran.carbon.text import Text

Verdict = Literal["fit", "order-of-magnitude", "unfit"]


class Part(BaseModel):
    """A part of an answer: it never changes and holds nothing unforeseen."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def but(self, **changes: object) -> Self:
        """Return the same part with other values; twice as fast as `model_copy`, and checked."""
        return type(self)(**{**self.__dict__, **changes})


class Indicator(Part):
    """One figure with its unit and its interval."""

    id: str
    title: Text
    value: float | None = Field(description="None when not evaluated: missing is never zero.")
    low: float | None = Field(description="Lower bound of the interval at `confidence`.")
    high: float | None = Field(description="Upper bound of the interval at `confidence`.")
    confidence: float
    unit: str
    pool: str | None = None
    scope: str | None = None
    horizon: str | None = None
    partial: bool = Field(False, description="Some of what it should hold is not evaluated, hence left out.")
    reason: Text | None = Field(None, description="Why it is not evaluated, when `value` is None.")


class BreakdownRow(Part):
    """One part of the indicators it names: their values are the sums of such rows, to the last digit."""

    item: str = Field(description="What is counted; on land, its class, then `/` and the wetland type.")
    title: Text
    indicators: tuple[str, ...] = Field(
        ("total",),
        description="Indicators that this row is a part of; `mean_annual` divides its sum by the years.",
    )
    land_class: str | None = None
    wetland: str | None = None
    pool: str | None = None
    scope: str | None = None
    source: str | None = Field(None, description="Layer, list or series that the row comes from.")
    area: float | None = Field(None, description="Area of the item, in ha.")
    value: float | None = Field(description="None when not evaluated: missing is never zero.")
    low: float | None
    high: float | None
    unit: str
    density: float | None = Field(None, description="Value over the evaluated area, in `unit`/ha.")
    factors: tuple[str, ...] = ()
    reason: Text | None = Field(None, description="Why all or part of the item is not evaluated.")
    not_evaluated_area: float = Field(0.0, description="Part of the area without any density, in ha.")


class TimelinePoint(Part):
    """One item in one year; over the years of an impact, an item adds up to its row of the breakdown."""

    year: int
    item: str
    title: Text | None = None
    value: float | None
    low: float | None = None
    high: float | None = None
    unit: str


class LayerCoverage(Part):
    """How much of the geometry one layer describes."""

    layer: str
    share: float
    area: float = Field(description="In ha.")


class Coverage(Part):
    """How much of the geometry has data."""

    share: float | None = Field(description="Described by a layer; None for a geometry without area.")
    inside: float | None = Field(description="Inside the territory.")
    evaluated: float | None = Field(description="With a density for every pool.")
    layers: tuple[LayerCoverage, ...] = ()


class Fitness(Part):
    """Is the geometry large enough for the layers that answer?"""

    verdict: Verdict
    title: Text
    reasons: tuple[Text, ...]
    supports: float | None = Field(None, description="Area over the support of the coarsest layer.")
    coarsest_layer: str | None = None
    synthetic: float | None = Field(None, description="Share of the described land that is synthetic.")


class VarianceShare(Part):
    """What one source of doubt brings to the variance of `total`."""

    source: str
    title: Text | None = None
    share: float


class Uncertainty(Part):
    """How the intervals were obtained and where the doubt comes from."""

    method: Literal["analytic", "monte-carlo"]
    confidence: float
    draws: int | None = None
    seed: int | None = None
    shares: tuple[VarianceShare, ...] = ()
    note: Text


class FactorUse(Part):
    """One factor as it was used."""

    id: str
    title: Text
    value: float | None = Field(description="None for a factor of unit `date`, whose value is `day`.")
    day: str | None = Field(None, description="Value of a factor of unit `date`, ISO 8601.")
    sd: float = Field(description="Standard deviation, in `unit`.")
    law: str = Field(description="Law of its doubt: normal, lognormal, uniform, triangular or fixed.")
    low: float | None
    high: float | None
    kind: str = Field(description="What `low` and `high` mean, as published.")
    unit: str
    version: str
    source: str = Field(description="Where it was read, as the tables say it.")
    source_fr: str = Field(description="The same for a French reader; the title of an English paper stays.")
    link: str
    licence: str
    year: int
    table: str
    row: str
    checked: bool
    uncertainty_checked: bool
    review_by: str
    convention: Text | None = None
    overridden: bool = False
    overridden_by: Literal["territory", "request"] | None = None
    original: float | None = None
    reason: str | None = None


class SourceUse(Part):
    """One layer or factor table that the answer rests on."""

    id: str
    kind: Literal["layer", "factors"]
    title: Text
    vintage: str
    licence: str
    licence_url: str | None = None
    attribution: str
    synthetic: bool = False


class Terms(Part):
    """The strictest terms that follow for the result."""

    licences: tuple[str, ...]
    title: Text
    attribution: str


class Notice(Part):
    """Something the reader must know."""

    code: str
    message: Text
    where: str | None = None


class Receipt(Part):
    """What makes the answer the same again: the canonical result, without cost, follows from it."""

    hash: str = Field(description="SHA-256 of the four lines below.")
    process: str
    version: str
    inputs: str = Field(description="SHA-256 of the normalised inputs.")
    layers: dict[str, str]
    factors: str
    replay: str | None = Field(
        None,
        description="Where the answer is made again: the inputs are in the link. "
        "None when they are too long for a link, or private. Not a part of the canonical result.",
    )


class Cost(Part):
    """What computing the answer took."""

    bytes_read: int
    cpu_seconds: float
    energy_wh: float
    emissions_gco2e: float
    note: Text


class Ranked(Part):
    """One object of the place, where the process says which to begin with."""

    rank: int = Field(description="From 1, the first to begin with.")
    id: str
    layer: str = Field(description="Collection that holds the object.")
    title: Text | None = None
    value: float | None = Field(description="What the ranking is by.")
    low: float | None = None
    high: float | None = None
    unit: str
    properties: dict[str, float | str | bool | None] = {}
    geometry: dict[str, Any] | None = Field(
        None, description="GeoJSON, longitude and latitude; a feature of the GeoJSON answer."
    )


class Answer(Part):
    """The figures of one place."""

    indicators: tuple[Indicator, ...]
    breakdown: tuple[BreakdownRow, ...]
    timeline: tuple[TimelinePoint, ...] = ()
    coverage: Coverage
    fitness: Fitness
    warnings: tuple[Notice, ...] = ()

    def indicator(self, identifier: str) -> Indicator:
        """Return one indicator.

        Raises:
            KeyError: the answer has no such indicator.
        """
        for indicator in self.indicators:
            if indicator.id == identifier:
                return indicator
        raise KeyError(identifier)


class FeatureAnswer(Answer):
    """The figures of one feature of a collection, or why it has none."""

    id: str
    index: int
    error: Notice | None = Field(
        None, description="What is wrong with this feature; its values are then null and the others stand."
    )


class Envelope(Answer):
    """The answer of a process: the figures of the whole place and everything that explains them."""

    process: str
    title: Text
    uncertainty: Uncertainty
    factors: tuple[FactorUse, ...]
    sources: tuple[SourceUse, ...]
    terms: Terms
    receipt: Receipt
    cost: Cost
    features: tuple[FeatureAnswer, ...] | None = Field(
        None, description="One answer per feature, when several were given; what they share stands above."
    )
    ranking: tuple[Ranked, ...] = Field(
        (), description="Objects of the place in the order in which to begin, when the process ranks them."
    )

    def canonical(self) -> str:
        """Return the result as JSON without its cost: the same receipt gives the same bytes."""
        return self.model_dump_json(exclude={"cost": True, "receipt": {"replay"}})


def envelope_schema() -> dict[str, Any]:
    """Return the JSON Schema of an answer, the same for every process."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Envelope.model_json_schema(mode="serialization"),
    }
