"""What does an even, repeatable randomness look like on a map? Smooth fields and hashes.

Everything depends on a seed and on coordinates only, so that the same place gets the same value
in every build and whatever is asked around it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]
Integers = NDArray[np.int64]

SAMPLES_PER_WAVE = 8
SMOOTHING = 2.4


@dataclass(frozen=True, slots=True)
class Surface:
    """Values on a square lattice, read between its points by bilinear interpolation.

    Attributes:
        left: x of the first column.
        top: y of the first row.
        step_m: Distance between points; rows go south.
        values: float32 of shape (rows, columns).
    """

    left: float
    top: float
    step_m: float
    values: Floats

    def __call__(self, x: Doubles, y: Doubles) -> Floats:
        """Return the value at each point; the edge value outside the lattice."""
        places = np.stack([(self.top - y) / self.step_m, (x - self.left) / self.step_m])
        return np.asarray(
            map_coordinates(self.values, places, order=1, mode="nearest", output=np.float32), dtype=np.float32
        )


def noise(bounds: tuple[float, float, float, float], wave_m: float, seed: int) -> Surface:
    """Return a smooth random surface with mean 0, standard deviation 1, and patches of about `wave_m`."""
    west, south, east, north = bounds
    step = wave_m / SAMPLES_PER_WAVE
    shape = (int((north - south) / step) + 3, int((east - west) / step) + 3)
    rough = np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)
    smooth = gaussian_filter(rough, SMOOTHING)
    smooth = (smooth - smooth.mean()) / smooth.std()
    return Surface(west, north, step, smooth.astype(np.float32))


def uniform(*keys: Integers | int, seed: int) -> Doubles:
    """Return one number in [0, 1) per tuple of integers: a hash, not a sequence."""
    mixed = np.asarray(np.uint64(seed))
    with np.errstate(over="ignore"):
        for key in keys:
            mixed = _scrambled(mixed ^ _scrambled(np.asarray(key, dtype=np.int64).astype(np.uint64)))
    return np.asarray((mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53)


def _scrambled(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The splitmix64 finaliser (Steele, Lea, Flood 2014)."""
    value = value + np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(value ^ (value >> np.uint64(31)))
