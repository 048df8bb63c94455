"""What does a store say of its table? The same properties, whatever holds the data."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Protocol

from pyproj import CRS

from estran.layers.features.query import Extremes, Field, Shelf, Value

GEOMETRY_TYPES: Mapping[str, str] = {
    name.upper(): name
    for name in (
        "Point",
        "LineString",
        "Polygon",
        "MultiPoint",
        "MultiLineString",
        "MultiPolygon",
        "GeometryCollection",
    )
}
"""Types of geometry, as databases write them and as GeoJSON does."""

DIMENSIONS: Mapping[str, int] = {
    "POINT": 0,
    "MULTIPOINT": 0,
    "LINESTRING": 1,
    "MULTILINESTRING": 1,
    "POLYGON": 2,
    "MULTIPOLYGON": 2,
}
"""0 for points, 1 for lines, 2 for surfaces, by the name that databases write; none for a mixture."""


class Description(Protocol):
    """A table, as its reader found it."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def crs(self) -> CRS:
        """The CRS of the geometries."""

    @property
    def id_field(self) -> Field:
        """The column that identifies a feature."""

    @property
    def fields(self) -> Mapping[str, Field]:
        """The columns other than the geometry, in order."""

    @property
    def geometry_type(self) -> str | None:
        """The type of the geometries, None when the table holds any."""

    @property
    def has_z(self) -> bool | None:
        """Whether geometries have heights."""

    @property
    def required(self) -> frozenset[str]:
        """The columns that take no null."""


class DescribedStore[Held: Description]:
    """The part of a `FeatureStore` that only repeats what the table says.

    Args:
        table: The table.
        place: What tells it from the tables of all other stores.
    """

    def __init__(self, table: Held, place: Hashable) -> None:
        self._table = table
        self._place = place

    @property
    def name(self) -> str:
        """Name of the table."""
        return self._table.name

    def shelf(self, state: str, target: CRS, properties: Sequence[str] | None = None) -> Shelf:
        """Return where the features are held, written, in a state of the data."""
        chosen = None if properties is None else tuple(properties)
        return (self._place, target.srs, chosen), state

    @property
    def crs(self) -> CRS:
        """The CRS of the geometries."""
        return self._table.crs

    @property
    def id_field(self) -> str:
        """The column that identifies a feature."""
        return self._table.id_field.name

    @property
    def fields(self) -> Mapping[str, Field]:
        """The columns other than the geometry, in order."""
        return self._table.fields

    @property
    def geometry_type(self) -> str | None:
        """The type of the geometries as GeoJSON names it, None when the table holds any."""
        return self._table.geometry_type

    @property
    def has_z(self) -> bool | None:
        """Whether geometries have heights; None when some may."""
        return self._table.has_z

    @property
    def required(self) -> frozenset[str]:
        """The columns that take no null and have no default, the identifier apart."""
        return self._table.required


def measured(fields: Mapping[str, Field]) -> list[Field]:
    """Return the columns of numbers and times."""
    return [field for field in fields.values() if field.format or field.type in {"integer", "number"}]


def paired(
    fields: Sequence[Field], cells: Sequence[object], read: Callable[[Field, object], Value]
) -> dict[str, Extremes]:
    """Return the extremes of columns from a row that gives them two by two; nothing for an empty one."""
    found: dict[str, Extremes] = {}
    for place, field in enumerate(fields):
        low, high = (read(field, cell) for cell in cells[2 * place : 2 * place + 2])
        if low is not None and high is not None:
            found[field.name] = (low, high)
    return found
