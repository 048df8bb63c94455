"""Which values can an uncertain input take? Random draws of each law, the same for the same error.

Every error has its own stream of standard normal draws, from the seed and its name. Inputs that
share an error are therefore drawn together, whatever their laws; an error is drawn alike in two
answers, so what they share cancels in their difference; and the draws of two lands add up to those
of their union.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import expm1, isfinite, log, log1p, sqrt
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from estran.carbon.errors import InvalidInput

Floats = NDArray[np.float64]

Law = Literal["normal", "lognormal", "uniform", "triangular", "fixed"]

P95 = NormalDist().inv_cdf(0.95)
"""How many standard deviations of a normal law lie between its median and its 95th percentile."""

SYMMETRIC = 1e-6
"""A range whose sides differ by less than this part is drawn as a normal law."""

REACH = 9.0
"""Standard deviations beyond which a normal law holds nothing that a double can tell."""

NODES = 8193
"""Points at which the normal distribution function is tabulated: it is then known to 1e-7."""


@dataclass(frozen=True, slots=True)
class Input:
    """One uncertain number of a model.

    Attributes:
        id: Name under which the model reads it.
        value: Central value: what the model is evaluated at.
        sd: Standard deviation, >= 0, in the unit of the value.
        error: What its doubt comes from; inputs with the same one err together. Empty: it errs alone.
        law: `normal`, truncated at `minimum` when there is one; `lognormal`, of mean `value` and
            standard deviation `sd`, or through the 5th percentile `low`, the median `value` and the
            95th `high` when both are given; `uniform` from `low` to `high`; `triangular` from `low` to
            `high` with its mode at `value`; `fixed`.
        low: See `law`.
        high: See `law`.
        minimum: No draw is below.
    """

    id: str
    value: float
    sd: float = 0.0
    error: str = ""
    law: Law = "normal"
    low: float | None = None
    high: float | None = None
    minimum: float | None = None

    def __post_init__(self) -> None:
        if not (isfinite(self.value) and isfinite(self.sd) and self.sd >= 0.0):
            raise InvalidInput(
                f"{self.id} is {self.value} ± {self.sd}; both must be finite, the doubt not negative",
                f"{self.id} vaut {self.value} ± {self.sd} ; les deux doivent être finis, le doute positif",
                where=self.id,
            )
        if self.law in {"uniform", "triangular"} and self._bounds() is None:
            raise InvalidInput(
                f"a {self.law} law needs low <= value <= high; {self.id} has {self.low}, {self.value}, "
                f"{self.high}",
                f"une loi {self.law} demande low <= value <= high ; {self.id} a {self.low}, {self.value}, "
                f"{self.high}",
                where=self.id,
            )

    @property
    def source(self) -> str:
        """The error of the input, its own identifier when it errs alone."""
        return self.error or self.id

    @property
    def is_certain(self) -> bool:
        """Whether every draw equals the value."""
        return self.law == "fixed" or self.deviation == 0.0

    @property
    def deviation(self) -> float:
        """The standard deviation, that of the bounds where the law is given by its bounds.

        Example:
            >>> round(Input("losses", 4.0, law="uniform", low=1.0, high=7.0).deviation, 4)
            1.7321
        """
        bounds = self._bounds()
        if bounds is None or self.law in {"normal", "fixed"}:
            return self.sd
        low, high = bounds
        if self.law == "uniform":
            return (high - low) / sqrt(12.0)
        if self.law == "triangular":
            square = (low - self.value) ** 2 + (high - self.value) ** 2 + (high - low) ** 2
            return sqrt(square / 36.0)
        return self.sd or (high - low) / (2.0 * P95)

    def drawn(self, normal: Floats) -> Floats:
        """Return the values of the input for standard normal draws: each law, quantile by quantile.

        Example:
            >>> density = Input("density", 48.0, 14.4, law="lognormal", low=40.0, high=70.0)
            >>> density.drawn(np.array([-P95, 0.0, P95])).round(6).tolist()
            [40.0, 48.0, 70.0]
        """
        if self.is_certain:
            return np.full(normal.shape, self.value)
        bounds = self._bounds()
        if self.law == "uniform" and bounds:
            return np.asarray(bounds[0] + _probability(normal) * (bounds[1] - bounds[0]))
        if self.law == "triangular" and bounds:
            return _triangular(_probability(normal), bounds[0], self.value, bounds[1])
        if self.law == "lognormal" and self.value != 0.0:
            drawn = self._skewed(normal)
            return drawn if self.minimum is None else np.maximum(drawn, self.minimum)
        return self._truncated(normal)

    def _bounds(self) -> tuple[float, float] | None:
        if self.low is None or self.high is None or not self.low <= self.value <= self.high:
            return None
        return self.low, self.high

    def _skewed(self, normal: Floats) -> Floats:
        bounds = self._bounds()
        if bounds and bounds[0] < self.value < bounds[1]:
            return np.asarray(self.value + stretch(self.value, *bounds, reach=P95).at(normal))
        spread = sqrt(log1p((self.sd / self.value) ** 2))
        return np.asarray(self.value * np.exp(spread * normal - spread**2 / 2.0))

    def _truncated(self, normal: Floats) -> Floats:
        lowest = -REACH if self.minimum is None else (self.minimum - self.value) / self.sd
        if lowest > -REACH:
            below = NormalDist().cdf(lowest)
            normal = _quantile(below + _probability(normal) * (1.0 - below))
        drawn = self.value + self.sd * normal
        return np.asarray(drawn if self.minimum is None else np.maximum(drawn, self.minimum))


@dataclass(frozen=True, slots=True)
class Stretch:
    """A three-parameter lognormal law around its median: `scale * (exp(skew z) - 1) / skew`."""

    scale: float
    skew: float

    def at(self, normal: Floats | float) -> Floats:
        """Return the distance from the median at some standard normal values."""
        scaled = np.asarray(normal, dtype=np.float64)
        if self.skew == 0.0:
            return np.asarray(self.scale * scaled)
        return np.asarray(self.scale * np.expm1(self.skew * scaled) / self.skew)


def stretch(value: float, low: float, high: float, *, reach: float) -> Stretch:
    """Return the law whose median is `value` and that reaches `low` and `high` at `-reach` and `reach`.

    Example:
        >>> law = stretch(2.0, 1.0, 4.0, reach=1.0)
        >>> round(2.0 + float(law.at(2.0)), 12)
        8.0
    """
    ratio = (high - value) / (value - low)
    if abs(ratio - 1.0) < SYMMETRIC:
        return Stretch((value - low) / reach, 0.0)
    skew = log(ratio) / reach
    return Stretch((value - low) * skew / -expm1(-skew * reach), skew)


def sample(inputs: Iterable[Input], *, draws: int, seed: int) -> Mapping[str, Floats]:
    """Return `draws` values of each input, by identifier; those that share an error move together.

    Example:
        >>> pair = [Input("a", 10.0, 1.0, "x"), Input("b", 20.0, 2.0, "x")]
        >>> drawn = sample(pair, draws=1000, seed=1)
        >>> bool(np.allclose(drawn["b"], 2.0 * drawn["a"]))
        True
    """
    return {each.id: each.drawn(standard_draws(each.source, draws, seed)) for each in inputs}


@lru_cache(maxsize=64)
def standard_draws(error: str, draws: int, seed: int) -> Floats:
    """Return the standard normal draws of one error; they depend on its name, on nothing else asked."""
    name = int.from_bytes(hashlib.sha256(error.encode()).digest()[:16])
    normal = np.random.Generator(np.random.PCG64([seed, name])).standard_normal(draws)
    normal.setflags(write=False)
    return normal


def _triangular(probability: Floats, low: float, mode: float, high: float) -> Floats:
    width = high - low
    rising = low + np.sqrt(probability * width * (mode - low))
    falling = high - np.sqrt((1.0 - probability) * width * (high - mode))
    return np.where(probability * width < mode - low, rising, falling)


def _probability(normal: Floats) -> Floats:
    nodes, heights = _distribution()
    return np.interp(normal, nodes, heights)


def _quantile(probability: Floats) -> Floats:
    nodes, heights = _distribution()
    return np.interp(probability, heights, nodes)


@lru_cache(maxsize=1)
def _distribution() -> tuple[Floats, Floats]:
    """Nodes and values of the normal distribution function, strictly increasing."""
    law = NormalDist()
    nodes = np.linspace(-REACH, REACH, NODES)
    heights = np.array([law.cdf(node) for node in nodes.tolist()])
    keep = np.diff(heights, prepend=-1.0) > 0.0
    return nodes[keep], heights[keep]
