"""Which law does the doubt of a factor follow?

A published range decides first: minimum and maximum give a uniform law, or a triangular one when the
value is not in the middle; percentiles or standard deviations whose sides differ give a lognormal law
through the three published numbers. Without a skewed range, a positive value that is unsure by more
than 30 % is lognormal, any other is normal, and never changes sign.

Reference:
    IPCC 2006 Guidelines, vol. 1, ch. 3; METHODS, section 0.
"""

from statistics import NormalDist

from estran.carbon.sampling import P95, Input, Law, stretch
from estran.factors.documents import Document, read_document
from estran.factors.factor import Factor

REACH = {"sd1": 1.0, "p5_p95": P95, "p2.5_p97.5": NormalDist().inv_cdf(0.975)}
"""How many standard deviations of a normal law a bound lies away, by kind of range."""

KEPT = 4096
"""Factors whose law is remembered."""


class LawRules(Document):
    """`propagation.yaml`."""

    wide_relative_sd: float
    skewed_part: float


_known: dict[int, tuple[Factor, LawRules, Input]] = {}
"""Inputs by factor: the hash of a factor is that of all it says, which takes longer than its law."""


def factor_input(factor: Factor) -> Input:
    """Return a factor as an input of a model, with the law of its doubt."""
    rules = read_document("propagation", LawRules)
    known = _known.get(id(factor))
    if known is None or known[0] is not factor or known[1] is not rules:
        if len(_known) >= KEPT:
            _known.clear()
        known = _known[id(factor)] = factor, rules, _input(factor, rules)
    return known[2]


def _input(factor: Factor, rules: LawRules) -> Input:
    value, low, high = factor.value, factor.low, factor.high
    if factor.sd == 0.0 or factor.kind == "none":
        return Input(factor.id, value, law="fixed")
    if low is None or high is None or not low <= value <= high or low == high:
        return _without_range(factor, rules)
    is_skewed = abs((high - value) - (value - low)) > rules.skewed_part * (high - low)
    if factor.kind == "min_max":
        law: Law = "triangular" if is_skewed else "uniform"
        return Input(factor.id, value, factor.sd, factor.error, law, low, high)
    if is_skewed and low < value < high and factor.kind in REACH:
        curve = stretch(value, low, high, reach=REACH[factor.kind])
        return Input(
            factor.id,
            value,
            factor.sd,
            factor.error,
            "lognormal",
            value + float(curve.at(-P95)),
            value + float(curve.at(P95)),
            minimum=0.0 if low >= 0.0 else None,
        )
    return _without_range(factor, rules)


def is_wide(factor: Factor) -> bool:
    """Whether a factor is unsure or skewed enough for Monte-Carlo to be advised."""
    rules = read_document("propagation", LawRules)
    drawn = factor_input(factor)
    unsure = drawn.deviation > rules.wide_relative_sd * abs(factor.value)
    return unsure or (drawn.law in {"lognormal", "triangular"})


def _without_range(factor: Factor, rules: LawRules) -> Input:
    """A symmetric doubt: normal, or lognormal where a normal law would often change sign."""
    crosses_zero = factor.low is not None and factor.low < 0.0
    if factor.value <= 0.0 or crosses_zero:
        return Input(factor.id, factor.value, factor.sd, factor.error)
    if factor.sd > rules.wide_relative_sd * factor.value:
        return Input(factor.id, factor.value, factor.sd, factor.error, "lognormal")
    return Input(factor.id, factor.value, factor.sd, factor.error, "normal", minimum=0.0)
