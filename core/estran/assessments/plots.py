"""What is one piece of land of a request, and what can be done with several?"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from estran.assessments.envelope import Notice
from estran.carbon.errors import EstranError
from estran.carbon.text import Text

OVERLAP = 1e-9
"""Features that share more than this part of their area are told apart from their union."""


@dataclass(frozen=True, slots=True)
class Plot:
    """One feature of the place.

    Attributes:
        id: Identifier of the feature, else its rank from 0.
        where: Path of its geometry in the request.
        geometry: What it covers, polygonal and valid, empty without area.
        properties: As given.
        notices: What was mended.
        error: Why it cannot be read; it then covers nothing, and the others of its collection stand.
    """

    id: str
    where: str
    geometry: BaseGeometry
    properties: Mapping[str, Any]
    notices: tuple[Notice, ...] = ()
    error: Notice | None = None


def normalized(plots: Sequence[Plot]) -> tuple[Plot, ...]:
    """The same land drawn in one way: the order of its vertices then never shows in a last digit."""
    drawn = shapely.normalize([plot.geometry for plot in plots])
    return tuple(replace(plot, geometry=shape) for plot, shape in zip(plots, drawn, strict=True))


def together(plots: Sequence[Plot]) -> tuple[BaseGeometry, bool]:
    """Return the union of some plots, and whether some of them overlap."""
    geometries = [plot.geometry for plot in plots if not plot.geometry.is_empty]
    if len(geometries) < 2:
        return next(iter(geometries), shapely.Polygon()), False
    union = shapely.union_all(geometries)
    total = sum(geometry.area for geometry in geometries)
    return union, bool(total - union.area > OVERLAP * total)


def failure(error: EstranError, where: str) -> Notice:
    """Return an error as what the row of a feature says of it; its code is the name of the error.

    Example:
        >>> from estran.carbon.errors import InvalidGeometry
        >>> failure(InvalidGeometry("no ring", "pas d'anneau"), "geometry.features[3]").code
        'invalid-geometry'
    """
    code = re.sub(r"(?<!^)(?=[A-Z])", "-", type(error).__name__).lower()
    return Notice(code=code, message=Text(error.fr, error.en), where=error.where or where)


def merged_notices(plots: Sequence[Plot], *, shown: int = 5) -> tuple[Notice, ...]:
    """Return the notices of all plots; beyond `shown` of one code, one line counts the rest."""
    by_code: dict[str, list[Notice]] = {}
    for plot in plots:
        for notice in plot.notices:
            by_code.setdefault(notice.code, []).append(notice)
    merged: list[Notice] = []
    for code, notices in by_code.items():
        merged += islice(notices, shown)
        rest = len(notices) - shown
        if rest > 0:
            merged.append(
                Notice(
                    code=code, message=Text(f"et {rest} autre{'s' if rest > 1 else ''}", f"and {rest} more")
                )
            )
    return tuple(merged)
