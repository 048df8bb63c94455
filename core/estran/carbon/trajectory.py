"""Where should emissions be, where are they, and where does their trend lead?

Reference:
    METHODS section 8; Newey and West 1987, Econometrica 55:703 (covariance that autocorrelation
    does not fool), with the lag of their 1994 rule; MacKinnon and White 1985 (residuals over one minus
    their leverage, for small samples); Kendall 1954 (bias of an autocorrelation).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor, sqrt

import numpy as np
from numpy.typing import NDArray

from estran.carbon.errors import InvalidInput

Floats = NDArray[np.float64]

ROUNDING = 1e-9
"""Relative difference that is only rounding."""


@dataclass(frozen=True, slots=True)
class Target:
    """A level to reach in a year.

    Attributes:
        year: When.
        share: Level over that of the base year: 1 in the base year, 0 for neutrality.
    """

    year: int
    share: float


@dataclass(frozen=True, slots=True)
class Trend:
    """A straight line through a series.

    Attributes:
        year: Mean year of the series, around which the line turns.
        level: Level of the line in that year.
        slope: Change per year.
        level_sd: Standard deviation of the level.
        slope_sd: Standard deviation of the slope.
        covariance: Of the level and the slope.
        degrees: Observations minus two.
    """

    year: float
    level: float
    slope: float
    level_sd: float
    slope_sd: float
    covariance: float
    degrees: int

    def at(self, year: float) -> float:
        """Return the level of the line in a year.

        Example:
            >>> Trend(2020.0, 10.0, -1.0, 0.0, 0.0, 0.0, 3).at(2025.0)
            5.0
        """
        return self.level + self.slope * (year - self.year)

    def sd_at(self, year: float) -> float:
        """Return the standard deviation of the level of the line in a year."""
        away = year - self.year
        variance = self.level_sd**2 + 2.0 * away * self.covariance + (away * self.slope_sd) ** 2
        return sqrt(max(variance, 0.0))


def linear_share(year: float, targets: Sequence[Target]) -> float:
    """Return the share of the base level that straight lines between the targets ask for.

    Args:
        year: Any year from the first target; after the last one its share holds.
        targets: In ascending years, the base year first.

    Raises:
        InvalidInput: `year` is before the base year, or fewer than two targets.

    Example:
        >>> path = [Target(2019, 1.0), Target(2030, 0.7), Target(2040, 0.0)]
        >>> [round(linear_share(year, path), 3) for year in (2019, 2024.5, 2030, 2035, 2045)]
        [1.0, 0.85, 0.7, 0.35, 0.0]
    """
    _check(year, targets)
    return float(np.interp(year, [each.year for each in targets], [each.share for each in targets]))


def exponential_share(year: float, targets: Sequence[Target]) -> float:
    """Return the share that a constant relative change between the targets asks for.

    No such line reaches zero: the last stretch towards neutrality is then straight.

    Raises:
        InvalidInput: `year` is before the base year, or fewer than two targets.

    Example:
        >>> path = [Target(2019, 1.0), Target(2030, 0.7), Target(2040, 0.0)]
        >>> [round(exponential_share(year, path), 4) for year in (2019, 2024.5, 2030, 2035)]
        [1.0, 0.8367, 0.7, 0.35]
    """
    _check(year, targets)
    for start, end in pairwise(targets):
        if year <= end.year:
            part = (year - start.year) / (end.year - start.year)
            if start.share <= 0.0 or end.share <= 0.0:
                return start.share + part * (end.share - start.share)
            return float(start.share * (end.share / start.share) ** part)
    return targets[-1].share


def extended_share(year: float, targets: Sequence[Target], *, exponential: bool) -> float:
    """Return the share in a year if only the pace of the first target went on, never below zero.

    Example:
        >>> path = [Target(2019, 1.0), Target(2030, 0.7), Target(2040, 0.0)]
        >>> round(extended_share(2040, path, exponential=False), 4)
        0.4273
        >>> round(extended_share(2040, path, exponential=True), 4)
        0.5061
    """
    _check(year, targets)
    base, first = targets[0], targets[1]
    part = (year - base.year) / (first.year - base.year)
    if exponential and first.share > 0.0:
        return float(base.share * (first.share / base.share) ** part)
    return max(0.0, base.share + part * (first.share - base.share))


def budget_weights(years: Sequence[float]) -> Floats:
    """Return the weight of each year of a series in its sum over time, by the trapezoid rule.

    The sum of a constant series is its level times the years between the first and the last one.

    Args:
        years: In ascending order, at least one; a single year weighs nothing.

    Example:
        >>> budget_weights([2019, 2020, 2024]).tolist()
        [0.5, 2.5, 2.0]
    """
    steps = np.diff(np.asarray(years, dtype=np.float64))
    weights = np.zeros(len(years))
    weights[:-1] += steps / 2.0
    weights[1:] += steps / 2.0
    return weights


def observed_weights(years: Sequence[float]) -> tuple[Floats, Floats]:
    """Return what each observation, and each year, weighs in a sum over time.

    Observations are joined by straight lines and read year by year, so that a target line may bend
    between two of them.

    Args:
        years: Whole years in ascending order.

    Returns:
        Weights of the observations, of shape `(len(years),)`, and of every year from the first one to the
        last one, both by the trapezoid rule; they have the same sum.

    Example:
        >>> observations, yearly = observed_weights([2019, 2021])
        >>> observations.tolist(), yearly.tolist()
        ([1.0, 1.0], [0.5, 1.0, 0.5])
    """
    grid = np.arange(years[0], years[-1] + 1.0)
    yearly = budget_weights(grid.tolist())
    units = np.eye(len(years))
    observations = np.array([float(yearly @ np.interp(grid, years, unit)) for unit in units])
    return observations, yearly


def trend(years: Sequence[float], values: Sequence[float], *, lags: int | None = None) -> Trend:
    """Return the line of least squares with a doubt that autocorrelation does not understate.

    The doubt is that of Newey and West on residuals corrected for their leverage, and at least that of
    independent noise widened by ``(1 + r) / (1 - r)``, where r is the autocorrelation of the residuals. A
    series of fewer than about 15 years tells little of r: with r = 0.5, 90 % intervals then hold the truth
    four times in five.

    Args:
        years: In ascending order, at least three.
        values: One per year.
        lags: How far apart residuals may still be correlated; ``⌊4 (n / 100)^(2/9)⌋`` by default.

    Raises:
        InvalidInput: fewer than three observations.

    Example:
        >>> line = trend([2019, 2020, 2021, 2022], [10.0, 9.0, 8.0, 7.0])
        >>> round(line.slope, 9), round(line.at(2029), 9), round(line.slope_sd, 9)
        (-1.0, 0.0, 0.0)
    """
    count = len(years)
    if count < 3 or len(values) != count:
        raise InvalidInput(
            f"a trend needs at least 3 years of observations; there are {count}",
            f"une tendance demande au moins 3 années observées ; il y en a {count}",
            where="series",
        )
    middle = float(np.mean(years))
    design = np.column_stack([np.ones(count), np.asarray(years, dtype=np.float64) - middle])
    observed = np.asarray(values, dtype=np.float64)
    inverse = np.linalg.inv(design.T @ design)
    level, slope = (inverse @ design.T @ observed).tolist()
    if abs(slope) * (years[-1] - years[0]) <= ROUNDING * float(np.abs(observed).max()):
        slope = 0.0
    residuals = observed - design @ np.array([level, slope])
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    scores = design * (residuals / (1.0 - leverage))[:, None]
    reach = floor(4.0 * (count / 100.0) ** (2.0 / 9.0)) if lags is None else lags
    meat = scores.T @ scores
    for lag in range(1, min(reach, count - 1) + 1):
        product = scores[lag:].T @ scores[:-lag]
        meat += (1.0 - lag / (reach + 1.0)) * (product + product.T)
    covariance = inverse @ meat @ inverse
    least = inverse * (residuals @ residuals) / (count - 2) * _widening(residuals)
    if covariance[1, 1] < least[1, 1]:
        covariance = least
    sds = np.sqrt(np.maximum(np.diag(covariance), 0.0)).tolist()
    return Trend(middle, level, slope, sds[0], sds[1], float(covariance[0, 1]), count - 2)


def _widening(residuals: Floats) -> float:
    """How many times autocorrelation makes the variance of a mean larger, at most nine."""
    power = float(residuals @ residuals)
    if power == 0.0:
        return 1.0
    found = float(residuals[1:] @ residuals[:-1]) / power
    unbiased = min(max(found + (1.0 + 4.0 * found) / len(residuals), 0.0), 0.8)
    return (1.0 + unbiased) / (1.0 - unbiased)


def year_of_level(line: Trend, level: float) -> float | None:
    """Return the year in which a falling line reaches a level, None when it does not fall.

    Example:
        >>> year_of_level(Trend(2020.0, 10.0, -0.5, 0.0, 0.0, 0.0, 3), 2.0)
        2036.0
    """
    if line.slope >= 0.0:
        return None
    return line.year + (level - line.level) / line.slope


def year_of_level_bounds(line: Trend, level: float, quantile: float) -> tuple[float | None, float | None]:
    """Return the interval of that year, by Fieller's method: the years in which the level is not excluded.

    Args:
        line: The trend.
        level: What it should reach.
        quantile: Of Student's law with `line.degrees` degrees of freedom.

    Returns:
        The earliest and the latest year, None where the trend sets no bound.

    Example:
        >>> sure = Trend(2020.0, 10.0, -0.5, 0.0, 0.0, 0.0, 3)
        >>> year_of_level_bounds(sure, 2.0, 2.0)
        (2036.0, 2036.0)
        >>> year_of_level_bounds(Trend(2020.0, 10.0, -0.5, 0.0, 0.5, 0.0, 3), 2.0, 2.0)[1] is None
        True
    """
    square = quantile**2
    above = line.level - level
    a = line.slope**2 - square * line.slope_sd**2
    half_b = above * line.slope - square * line.covariance
    c = above**2 - square * line.level_sd**2
    root = half_b**2 - a * c
    # Rounding: without doubt the two terms are equal.
    root = 0.0 if abs(root) <= ROUNDING * half_b**2 else root
    if line.slope < 0.0 and a > 0.0 and root >= 0.0:
        first, last = sorted(((-half_b - sqrt(root)) / a, (-half_b + sqrt(root)) / a))
        return line.year + first, line.year + last
    # The slope may be zero or positive: the level may never be reached.
    if a < 0.0 and root >= 0.0 and above > 0.0:
        later = [away for away in ((-half_b - sqrt(root)) / a, (-half_b + sqrt(root)) / a) if away > 0.0]
        return (line.year + min(later), None) if later else (None, None)
    return None, None


def _check(year: float, targets: Sequence[Target]) -> None:
    if len(targets) < 2:
        raise InvalidInput(
            "a path needs a base year and at least one target",
            "une trajectoire demande une année de base et au moins un objectif",
            where="targets",
        )
    if year < targets[0].year:
        raise InvalidInput(
            f"{year:g} is before the base year {targets[0].year}",
            f"{year:g} est avant l'année de base {targets[0].year}",
            where="targets",
        )
