"""What does every assessment answer with? One envelope, whose JSON Schema is this file."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from estran.carbon.text import Text

Verdict = Literal["fit", "order-of-magnitude", "unfit"]


class Part(BaseModel):
    """A part of an answer: it never changes and holds nothing unforeseen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


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


class BreakdownRow(Part):
    """The part of one land class and one pool; the values of the rows add up to `total`."""

    item: str = Field(description="Land class, then `/` and the wetland type where there is one.")
    title: Text
    land_class: str
    wetland: str | None = None
    pool: str
    area: float = Field(description="Area of the item, in ha.")
    value: float | None
    low: float | None
    high: float | None
    unit: str
    density: float | None = Field(None, description="Mean density over the evaluated area, in tC/ha.")
    factors: tuple[str, ...] = ()
    reason: Text | None = Field(None, description="Why all or part of the item is not evaluated.")
    not_evaluated_area: float = Field(0.0, description="Part of the area without any density, in ha.")


class TimelinePoint(Part):
    """One year of an impact."""

    year: int
    item: str
    value: float | None
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
    value: float
    sd: float
    low: float | None
    high: float | None
    kind: str
    unit: str
    version: str
    source: str
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


class Cost(Part):
    """What computing the answer took."""

    bytes_read: int
    cpu_seconds: float
    energy_wh: float
    emissions_gco2e: float
    note: Text


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
    """The figures of one feature of a collection."""

    id: str
    index: int


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

    def canonical(self) -> str:
        """Return the result as JSON without its cost: the same receipt gives the same bytes."""
        return self.model_dump_json(exclude={"cost"})
