"""How sure is the result of a model, and which input makes it unsure?

A model is a pure function from named numbers to named results. Its value is always the model at the
central values, whatever the method; only the interval changes.

- *Analytic*: the derivative of each result along each error, all inputs of one error moving together;
  ``σ² = Σ_e (Σ_{x in e} σ_x ∂f/∂x)²``. Exact for a sum of products of independent inputs to the first
  order. The interval is that of a normal law, hence symmetric, also where inputs are skewed: the sum
  of many errors is close to normal, and one dominant skewed error is what Monte-Carlo is for.
- *Monte-Carlo*: the model on `draws` draws of every input. The interval is that of their quantiles,
  hence as skewed as they are.

Reference:
    IPCC 2006 Guidelines, vol. 1, ch. 3: approach 1 and approach 2. METHODS, section 0.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, isfinite, sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from estran.carbon.errors import InvalidInput
from estran.carbon.quantity import normal_quantile
from estran.carbon.sampling import Input, sample

Floats = NDArray[np.float64]

type Values = Mapping[str, float | Floats]
"""A number, or its draws of shape `(n,)`, by identifier of the input."""

type Results = Mapping[str, float | Floats]
"""The results of a model by name; one that depends on no input may stay a number."""

type Model = Callable[[Values], Results]
"""A pure function that holds for numbers and for arrays alike: `numpy.where`, never `if`."""

Method = Literal["analytic", "monte-carlo"]

DRAWS = 10_000
SEED = 2040

STEP = 1e-3
"""Step of the central differences, in standard deviations."""

SHARE_DRAWS = 2_000
"""Draws with which Monte-Carlo tells the share of each error."""


@dataclass(frozen=True, slots=True)
class Spread:
    """One result: the model at the central values, the bounds of its interval, its standard deviation."""

    value: float
    low: float
    high: float
    sd: float


@dataclass(frozen=True, slots=True)
class Propagation:
    """What a model says, and how sure.

    Attributes:
        outputs: Results by name, those whose interval was asked for.
        values: All the results at the central values.
        shares: Share of the variance of one result by error, the largest first; they add up to 1.
        method: How the intervals were obtained.
        confidence: Probability of the intervals.
        draws: How many, None when analytic.
        seed: Of the draws, None when analytic.
        samples: The draws of each result, None when analytic.
    """

    outputs: Mapping[str, Spread]
    values: Mapping[str, float]
    shares: Mapping[str, float]
    method: Method
    confidence: float
    draws: int | None = None
    seed: int | None = None
    samples: Mapping[str, Floats] | None = None


def propagate(
    model: Model,
    inputs: Iterable[Input],
    *,
    confidence: float = 0.9,
    method: Method = "analytic",
    draws: int = DRAWS,
    seed: int | None = None,
    shares_of: str = "total",
    spread_of: Collection[str] | None = None,
) -> Propagation:
    """Return the results of a model with their intervals.

    Args:
        model: Called once with numbers, then with arrays.
        inputs: Everything it reads. One identifier may come twice if it says the same.
        confidence: Probability of the intervals, strictly between 0 and 1.
        method: See above.
        draws: For Monte-Carlo.
        seed: For Monte-Carlo; `SEED` unless given.
        shares_of: The result whose variance is shared out; without it, no shares.
        spread_of: The results whose interval is asked for, all of them when None.

    Raises:
        InvalidInput: the confidence is out of range, two inputs share a name, or a result is not finite.

    Example:
        A hectare of meadow that becomes cropland, over 20 years: the difference of two soils.

        >>> def model(values):
        ...     lost = values["meadow"] - values["cropland"]
        ...     return {"soil": lost * 44 / 12, "total": lost * 44 / 12}
        >>> soils = [Input("meadow", 84.0, 25.2), Input("cropland", 48.0, 14.4)]
        >>> found = propagate(model, soils).outputs["total"]
        >>> round(found.value, 1), round(found.low, 1), round(found.high, 1)
        (132.0, -43.0, 307.0)

        Two values of one survey err together: their difference is then surer.

        >>> survey = [Input("meadow", 84.0, 25.2, "survey"), Input("cropland", 48.0, 14.4, "survey")]
        >>> round(propagate(model, survey).outputs["total"].low, 1)
        66.9
    """
    listed = _distinct(inputs)
    central = {each.id: each.value for each in listed}
    values = {name: _finite(name, result) for name, result in model(central).items()}
    asked = [name for name in values if spread_of is None or name in spread_of]
    if method == "analytic":
        return _analytic(model, listed, values, asked, confidence, shares_of)
    used = SEED if seed is None else seed
    return _monte_carlo(model, listed, values, asked, confidence, draws, used, shares_of)


def _analytic(
    model: Model,
    inputs: Sequence[Input],
    values: Mapping[str, float],
    asked: Sequence[str],
    confidence: float,
    shares_of: str,
) -> Propagation:
    reach = normal_quantile(confidence)
    errors = _errors(inputs)
    effects = _effects(model, inputs, errors, {*asked, shares_of}) if errors else {}
    outputs = {}
    for name in asked:
        value, effect = values[name], effects.get(name)
        sd = 0.0 if effect is None else sqrt(fsum([each**2 for each in effect if each]))
        _finite(name, sd)
        outputs[name] = Spread(value, value - reach * sd, value + reach * sd, sd)
    shared = np.square(effects.get(shares_of, np.zeros(len(errors)))).tolist()
    shares = _shares(dict(zip(errors, shared, strict=True)))
    return Propagation(outputs, values, shares, "analytic", confidence)


def _effects(
    model: Model, inputs: Sequence[Input], errors: Mapping[str, Sequence[Input]], asked: Collection[str]
) -> dict[str, list[float]]:
    """Derivative of each result along each error, in standard deviations; none where it depends on none."""
    # One column per error and direction: the model runs once for all.
    count = len(errors)
    unsure = [(rank, each) for rank, members in enumerate(errors.values()) for each in members]
    columns = np.repeat(np.array([each.value for _, each in unsure]), 2 * count).reshape(-1, 2 * count)
    steps = STEP * np.array([each.deviation for _, each in unsure])
    rows, ranks = np.arange(len(unsure)), np.array([rank for rank, _ in unsure])
    columns[rows, ranks] += steps
    columns[rows, count + ranks] -= steps
    moved: dict[str, float | Floats] = {each.id: each.value for each in inputs}
    moved |= {each.id: column for (_, each), column in zip(unsure, columns, strict=True)}
    found = {
        name: _column(result, 2 * count)
        for name, result in model(moved).items()
        if name in asked and not isinstance(result, float | int)  # it depends on an error
    }
    if not found:
        return {}
    results = np.array(list(found.values()))
    effects = (results[:, :count] - results[:, count:]) / (2.0 * STEP)
    return dict(zip(found, effects.tolist(), strict=True))


def _monte_carlo(
    model: Model,
    inputs: Sequence[Input],
    values: Mapping[str, float],
    asked: Sequence[str],
    confidence: float,
    draws: int,
    seed: int,
    shares_of: str,
) -> Propagation:
    normal_quantile(confidence)
    bounds = [(1.0 - confidence) / 2.0, (1.0 + confidence) / 2.0]
    drawn = sample(inputs, draws=draws, seed=seed)
    results = model(drawn)
    samples = {name: _column(results[name], draws) for name in values}
    outputs = {}
    for name in asked:
        _finite(name, float(samples[name].sum()))
        low, high = np.quantile(samples[name], bounds).tolist()
        outputs[name] = Spread(values[name], low, high, float(samples[name].std(ddof=1)))
    variances = _variances_alone(model, inputs, drawn, shares_of) if shares_of in values else {}
    return Propagation(outputs, values, _shares(variances), "monte-carlo", confidence, draws, seed, samples)


def _variances_alone(
    model: Model, inputs: Sequence[Input], drawn: Mapping[str, Floats], output: str
) -> dict[str, float]:
    """Variance of one result when one error moves and all others keep their central value."""
    central: dict[str, float | Floats] = {each.id: each.value for each in inputs}
    variances = {}
    for error, members in _errors(inputs).items():
        moved = central | {each.id: drawn[each.id][:SHARE_DRAWS] for each in members}
        variances[error] = float(np.var(np.asarray(model(moved)[output], dtype=np.float64)))
    return variances


def _distinct(inputs: Iterable[Input]) -> list[Input]:
    known: dict[str, Input] = {}
    for each in inputs:
        same = known.setdefault(each.id, each)
        if same is not each and same != each:
            raise InvalidInput(
                f"two different inputs are named {each.id}",
                f"deux entrées différentes se nomment {each.id}",
                where=each.id,
            )
    return list(known.values())


def _errors(inputs: Sequence[Input]) -> dict[str, list[Input]]:
    errors: dict[str, list[Input]] = {}
    for each in inputs:
        if not each.is_certain:
            errors.setdefault(each.source, []).append(each)
    return errors


def _shares(variances: Mapping[str, float]) -> dict[str, float]:
    total = fsum(variances.values())
    if total <= 0.0:
        return {}
    ordered = sorted(variances.items(), key=lambda item: (-item[1], item[0]))
    return {error: variance / total for error, variance in ordered if variance > 0.0}


def _column(result: float | Floats, length: int) -> Floats:
    column = np.asarray(result, dtype=np.float64)
    return column if column.shape == (length,) else np.broadcast_to(column, (length,))


def _finite(name: str, result: float | Floats) -> float:
    number = float(result)
    if not isfinite(number):
        raise InvalidInput(
            f"{name} is not a finite number with these inputs; check the values that you replaced",
            f"{name} n'est pas un nombre fini avec ces entrées ; vérifiez les valeurs remplacées",
            where=name,
        )
    return number
