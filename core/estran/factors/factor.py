"""What is one number of the model? A value with its unit, doubt, source, date and conditions."""

from dataclasses import dataclass, replace
from datetime import date
from math import isfinite
from typing import Literal

from estran.carbon.errors import InvalidInput
from estran.carbon.quantity import Quantity
from estran.carbon.text import Text
from estran.factors.documents import Kind

RangeKind = Kind
"""What `low` and `high` mean.

`relative`: no range is published, the doubt is a share of the value. `none`: exact by nature, such as a
legal threshold.
"""

Overrider = Literal["territory", "request"]
"""Who replaced a value: the configuration of the territory, or a request."""

DATE = "date"
"""Unit of a factor that is a day."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a factor was read.

    Attributes:
        title: Publication or database.
        link: Where to find it.
        licence: SPDX identifier or short name.
        attribution: Words to reproduce.
        year: Of the publication.
        table: File of `factors/data`, without extension.
        row: What identifies the row in the table.
    """

    title: str
    link: str
    licence: str
    attribution: str
    year: int
    table: str
    row: str


@dataclass(frozen=True, slots=True)
class Factor:
    """One number of the model.

    Attributes:
        id: Dotted, general to special, such as `soil.stock.cropland.4_1`.
        title: What it is.
        value: Central value, in `unit`.
        sd: Standard deviation, in `unit`.
        relative_sd: `sd` over the value, also known where the value is zero by convention.
        unit: A unit of `units.yaml`.
        kind: What `low` and `high` mean.
        source: Where it was read.
        error: What its doubt comes from: factors with the same one err together.
        low: Lower bound as published, None without a range.
        high: Upper bound as published, None without a range.
        checked: The value was read in its source.
        doubt_checked: The doubt was read in a source; False for a working value.
        convention: What a reader must know before trusting the value.
        weight_ha: Area that the value stands for, to weigh it against its neighbours.
        review_by: Date after which a newer value should be looked for, ISO 8601.
        category: Category of its table.
        note: What the row says besides, in the words of the table.
        sample: Size and nature of the sample behind it, in the words of the table.
        territory: Where it holds: `FR`, an INSEE code or a name.
        valid_from: First day when it holds, ISO 8601, empty when unlimited.
        valid_to: Last day when it holds, ISO 8601, empty when unlimited.
        original: Value in the registry, when somebody replaced it; None where the registry had none.
        reason: Why it was replaced.
        overridden_by: Who replaced it, None when nobody did.
    """

    id: str
    title: Text
    value: float
    sd: float
    relative_sd: float
    unit: str
    kind: RangeKind
    source: Source
    error: str
    low: float | None = None
    high: float | None = None
    checked: bool = True
    doubt_checked: bool = False
    convention: Text | None = None
    weight_ha: float | None = None
    review_by: str = ""
    category: str = ""
    note: str = ""
    sample: str = ""
    territory: str = "FR"
    valid_from: str = ""
    valid_to: str = ""
    original: float | None = None
    reason: str = ""
    overridden_by: Overrider | None = None

    @property
    def overridden(self) -> bool:
        """Whether somebody replaced the value of the registry."""
        return self.overridden_by is not None

    @property
    def day(self) -> date:
        """The day that a factor of unit `date` stands for."""
        return date.fromordinal(round(self.value))

    @property
    def quantity(self) -> Quantity:
        """The value with its standard deviation."""
        return Quantity(self.value, self.sd, self.unit)


@dataclass(frozen=True, slots=True)
class Gap:
    """No number answers: what is asked is not evaluated, and is not zero.

    Attributes:
        reason: Why.
        factor: What the factor would be, with a value that is not a number, when the registry knows its name.
    """

    reason: Text
    factor: Factor | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """A value that a caller prefers to that of the registry, in the unit of the factor.

    Attributes:
        value: Central value.
        reason: Why, in the caller's words.
        low: 5th percentile, None to keep the relative doubt of the registry.
        high: 95th percentile, None to keep the relative doubt of the registry.
    """

    value: float
    reason: str
    low: float | None = None
    high: float | None = None


def overridden(
    factor: Factor,
    override: Override,
    *,
    kind: RangeKind,
    width_sd: float,
    by: Overrider = "request",
) -> Factor:
    """Return `factor` with another value, its doubt and its reason.

    Args:
        factor: The factor of the registry.
        override: What replaces it.
        kind: What the bounds of an override mean.
        width_sd: How many standard deviations lie between them.
        by: Who replaces it.

    Raises:
        InvalidInput: one bound without the other, bounds that do not enclose the value, or a negative
            number where the registry has none.
    """
    _check_sign(factor, override)
    published = factor.original if factor.overridden else factor.value
    common = replace(
        factor,
        value=override.value,
        original=published if published is not None and isfinite(published) else None,
        reason=override.reason,
        overridden_by=by,
        error=factor.id,
        checked=False,
        doubt_checked=False,
        convention=None,
    )
    if override.low is None and override.high is None:
        return replace(
            common,
            sd=abs(override.value) * factor.relative_sd,
            kind="none" if factor.kind == "none" else "relative",
            low=None,
            high=None,
        )
    if override.low is None or override.high is None or not override.low <= override.value <= override.high:
        raise InvalidInput(
            f"the override of {factor.id} needs low <= value <= high",
            f"le remplacement de {factor.id} demande low <= value <= high",
            where=f"overrides.{factor.id}",
        )
    sd = (override.high - override.low) / width_sd
    return replace(
        common,
        sd=sd,
        relative_sd=sd / abs(override.value) if override.value else factor.relative_sd,
        kind=kind,
        low=override.low,
        high=override.high,
    )


def _check_sign(factor: Factor, override: Override) -> None:
    lowest = override.value if override.low is None else min(override.value, override.low)
    is_positive = factor.value >= 0.0 and (factor.low is None or factor.low >= 0.0)
    if is_positive and lowest < 0.0:
        raise InvalidInput(
            f"{factor.id} is never negative; it is {lowest:g} here, give at least 0",
            f"{factor.id} n'est jamais négatif ; il vaut {lowest:g} ici, donnez au moins 0",
            where=f"overrides.{factor.id}",
        )


def weighted_mean(factors: list[Factor], *, identifier: str, title: Text) -> Factor:
    """Return the mean of several factors weighed by `weight_ha`, with equal weights when one is unknown.

    The doubts are added linearly, as if the factors erred together: cautious, and independent
    of how a territory is divided.
    """
    weights = [factor.weight_ha for factor in factors]
    known = [weight for weight in weights if weight is not None and weight > 0.0]
    shares = known if len(known) == len(factors) else [1.0] * len(factors)
    total = sum(shares)
    value = sum(share * factor.value for share, factor in zip(shares, factors, strict=True)) / total
    sd = sum(share * factor.sd for share, factor in zip(shares, factors, strict=True)) / total
    changed = [factor for factor in factors if factor.overridden]
    original = sum(
        share * (factor.value if factor.original is None else factor.original)
        for share, factor in zip(shares, factors, strict=True)
    )
    names = ", ".join(factor.id for factor in factors)
    first = factors[0]
    return replace(
        first,
        id=identifier,
        title=title,
        value=value,
        sd=sd,
        relative_sd=sd / abs(value) if value else first.relative_sd,
        kind="relative",
        error=identifier,
        low=None,
        high=None,
        checked=all(factor.checked for factor in factors),
        doubt_checked=all(factor.doubt_checked for factor in factors),
        source=replace(first.source, row=" + ".join(factor.source.row for factor in factors)),
        weight_ha=total if len(known) == len(factors) else None,
        original=original / total if changed else None,
        reason=" ; ".join(factor.reason for factor in changed),
        overridden_by=changed[-1].overridden_by if changed else None,
        convention=Text(
            f"Moyenne pondérée par la surface de {names}.", f"Mean of {names}, weighed by their areas."
        ),
    )
