"""What is a number worth without its unit and its doubt? A value, a standard deviation, a unit."""

from dataclasses import dataclass
from functools import lru_cache
from math import hypot, isfinite
from statistics import NormalDist
from typing import Self

from estran.carbon.errors import InvalidInput, UnitMismatch


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with its standard deviation, both in `unit`.

    Sums and differences treat the two terms as independent; for terms that share a factor, see
    `estran.carbon.propagation`.

    Example:
        >>> print(Quantity(84.0, 25.2, "tC/ha") - Quantity(48.0, 14.4, "tC/ha"))
        36.0 ± 29.0 tC/ha
    """

    value: float
    sd: float
    unit: str

    def __add__(self, other: Self) -> "Quantity":
        """Return the sum of two independent quantities.

        Raises:
            UnitMismatch: the units differ.
        """
        self._check(other)
        return Quantity(self.value + other.value, hypot(self.sd, other.sd), self.unit)

    def __sub__(self, other: Self) -> "Quantity":
        """Return the difference of two independent quantities.

        Raises:
            UnitMismatch: the units differ.
        """
        self._check(other)
        return Quantity(self.value - other.value, hypot(self.sd, other.sd), self.unit)

    def scaled(self, factor: float, *, unit: str) -> "Quantity":
        """Return the quantity times an exact number, in the unit of the product.

        Example:
            >>> Quantity(48.0, 14.4, "tC/ha").scaled(2.0, unit="tC")
            Quantity(value=96.0, sd=28.8, unit='tC')
        """
        return Quantity(self.value * factor, self.sd * abs(factor), unit)

    def interval(self, confidence: float) -> tuple[float, float]:
        """Return the central interval of a normal law.

        Args:
            confidence: Probability that the interval holds the true value, between 0 and 1.

        Raises:
            InvalidInput: `confidence` is not strictly between 0 and 1.

        Example:
            >>> low, high = Quantity(100.0, 10.0, "tC").interval(0.9)
            >>> round(low, 2), round(high, 2)
            (83.55, 116.45)
        """
        reach = normal_quantile(confidence) * self.sd
        return self.value - reach, self.value + reach

    def __str__(self) -> str:
        return f"{self.value:,.1f} ± {self.sd:,.1f} {self.unit}"

    def _check(self, other: "Quantity") -> None:
        if self.unit != other.unit:
            raise UnitMismatch(
                f"cannot add or subtract {self.unit} and {other.unit}",
                f"impossible d'additionner ou de soustraire {self.unit} et {other.unit}",
            )


@lru_cache(maxsize=64)
def normal_quantile(confidence: float) -> float:
    """Return how many standard deviations reach each bound of a central interval.

    Raises:
        InvalidInput: `confidence` is not strictly between 0 and 1.

    Example:
        >>> round(normal_quantile(0.9), 3)
        1.645
    """
    if not (isfinite(confidence) and 0.0 < confidence < 1.0):
        raise InvalidInput(
            f"confidence is {confidence}; give a number between 0 and 1, such as 0.9",
            f"la confiance vaut {confidence} ; donnez un nombre entre 0 et 1, par exemple 0,9",
            where="confidence",
        )
    return NormalDist().inv_cdf((1.0 + confidence) / 2.0)
