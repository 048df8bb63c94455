"""What can be asked of a table of features, and what comes back, whatever the store.

A store answers `FeatureStore`: GeoPackage or PostGIS; the same contract and the same tests hold for both.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from pygeofilter import ast
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from estran.layers.features.times import Interval

ItemType = Literal["string", "integer", "number", "boolean"]
JsonType = ItemType | Literal["array"]
Value = str | int | float | bool | None
Property = Value | tuple[Value, ...]
"""What a column holds of a feature: a value, or several in an array."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column as JSON Schema sees it; `format` is `date`, `date-time` or None, `items` is for arrays."""

    name: str
    type: JsonType
    format: Literal["date", "date-time"] | None = None
    items: ItemType | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """What a column really holds: its extremes, and its values when they are few."""

    minimum: Value
    maximum: Value
    values: tuple[Value, ...] | None


type Extremes = tuple[Value, Value]
"""The least and the greatest value of a column."""


@dataclass(frozen=True, slots=True)
class StoredFeature:
    """A feature; its geometry is in the storage CRS, x first, or None."""

    id: str
    geometry: BaseGeometry | None
    properties: Mapping[str, Property]


@dataclass(frozen=True, slots=True)
class FoundFeature:
    """A feature and its neighbours in the order of identifiers."""

    feature: StoredFeature
    previous: str | None
    next: str | None


@dataclass(frozen=True, slots=True)
class FeatureQuery:
    """A selection of features.

    Attributes:
        limit: At most this many features; 0 only counts.
        offset: Skip this many; 0 with `after`.
        after: The `next` of the page before.
        region: Area in the storage CRS that the geometry intersects.
        interval: Time that the feature meets in `time_field`.
        time_field: Column of dates or datetimes; without it, `interval` selects everything.
        equals: Column and value, as text, that must all be equal.
        where: A CQL2 filter, its geometries in the storage CRS.
        properties: Columns to return; None for all.
        sortby: Column and whether ascending; nulls come last, ties follow the identifier.
        skip_geometry: Return None for geometries.
        count: Whether to tell how many features match.
    """

    limit: int = 100
    offset: int = 0
    after: str | None = None
    region: BaseGeometry | None = None
    interval: Interval | None = None
    time_field: str | None = None
    equals: tuple[tuple[str, str], ...] = ()
    where: ast.Node | None = None
    properties: tuple[str, ...] | None = None
    sortby: tuple[tuple[str, bool], ...] = ()
    skip_geometry: bool = False
    count: bool = True


@dataclass(frozen=True, slots=True)
class FeaturePage:
    """Features, how many match in all (None when not counted), and the cursor of the next page."""

    features: tuple[StoredFeature, ...]
    number_matched: int | None
    next: str | None


@dataclass(frozen=True, slots=True)
class EncodedPage:
    """As `FeaturePage`, each feature written as GeoJSON."""

    features: Sequence[bytes]
    number_matched: int | None
    next: str | None


@dataclass(frozen=True, slots=True)
class EncodedFeature:
    """As `FoundFeature`, written as GeoJSON."""

    feature: bytes
    previous: str | None
    next: str | None


type Shelf = tuple[Hashable, str]
"""The table, the CRS and the columns that features are written with; then the state of the data."""

type Cell = Value | bytes
"""A value as it is compared; bytes are never compared, and leave their column to the store."""


class LayerChanged(Exception):
    """The data are no longer in the state that was to be read."""


@dataclass(frozen=True, slots=True)
class WrittenFeatures:
    """Some features of a layer, in the order of identifiers.

    Attributes:
        ids: The identifiers.
        texts: The features as GeoJSON.
        geometries: The geometries in the storage CRS, x first, without arcs; None for none.
        columns: By column, the values in the form in which they are compared; those of which there is none
            are left out.
    """

    ids: Sequence[Value]
    texts: Sequence[bytes]
    geometries: NDArray[np.object_]
    columns: Mapping[str, Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class SeenStore:
    """A store, looked at once.

    Attributes:
        store: The store.
        version: What changes whenever the data do, for caches; None when it cannot be told.
        state: What tells the state of the data at that moment, for what this process holds.
    """

    store: "FeatureStore"
    version: str | None
    state: str


class FeatureStore(Protocol):
    """A table of features that can be read.

    Every method raises `Unavailable` when the data cannot be read, `InvalidInput` when a column,
    value, filter or cursor cannot be used, `NotFound` when an identifier is unknown.
    """

    @property
    def name(self) -> str:
        """Name of the table."""

    @property
    def location(self) -> Path | str:
        """Path of its file, or address of its database without the password."""

    @property
    def crs(self) -> CRS:
        """The CRS of the geometries."""

    @property
    def id_field(self) -> str:
        """The column that identifies a feature."""

    @property
    def fields(self) -> Mapping[str, Field]:
        """The columns other than the geometry, in order."""

    @property
    def geometry_type(self) -> str | None:
        """The type of the geometries as GeoJSON names it, None when the table holds any."""

    @property
    def has_z(self) -> bool | None:
        """Whether geometries have heights; None when some may."""

    @property
    def required(self) -> frozenset[str]:
        """The columns that take no null and have no default, the identifier apart."""

    @property
    def version(self) -> str | None:
        """What changes whenever the data do, for caches; None when it cannot be told."""

    def query(self, query: FeatureQuery) -> FeaturePage:
        """Return one page of the features selected."""

    def query_encoded(self, query: FeatureQuery, target: CRS) -> EncodedPage:
        """Return one page of the features selected, in a CRS and its axis order."""

    def get(self, identifier: str, *, properties: Sequence[str] | None = None) -> FoundFeature:
        """Return one feature and its neighbours."""

    def get_encoded(
        self, identifier: str, target: CRS, *, properties: Sequence[str] | None = None
    ) -> EncodedFeature:
        """Return one feature and its neighbours, in a CRS and its axis order."""

    def shelf(self, state: str, target: CRS, properties: Sequence[str] | None = None) -> Shelf:
        """Return where the features are held, written, in a state of the data."""

    def read_all(
        self, target: CRS, properties: Sequence[str] | None, state: str
    ) -> Iterator[WrittenFeatures]:
        """Yield all features in the order of identifiers, some thousands at a time.

        Raises:
            LayerChanged: the data are no longer in this state.
        """

    def read_geometries(self, ids: Sequence[str]) -> list[StoredFeature]:
        """Return features by identifier, in the order asked."""

    def field_range(self, name: str) -> Range:
        """Return what a column really holds."""

    def extremes(self) -> Mapping[str, Extremes]:
        """Return the extremes of the columns of numbers and times that hold a value, found at once.

        Nothing when the store cannot tell whether its data change: they would be looked for each time.
        """
