"""What is a set of features, before it takes the form of a file?

The values are those of GeoJSON: dates and times are text, as RFC 3339 writes them. Geometries are in
one CRS, x (easting, longitude) first; the encoders that need the order of the authority turn it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from estran.layers.features.projection import moved
from estran.layers.features.query import Field, JsonType, StoredFeature, Value

INT64 = 2**63
"""Whole numbers from here on do not fit in a column of integers."""

KINDS: Sequence[tuple[frozenset[type], JsonType]] = (
    (frozenset({bool}), "boolean"),
    (frozenset({int}), "integer"),
    (frozenset({int, float}), "number"),
)


@dataclass(frozen=True, slots=True)
class About:
    """What a file says of itself, where its format allows.

    Attributes:
        title: Title of the layer.
        description: What it is.
        licence: Name of the licence.
        licence_url: Its text.
        attribution: Whom to name.
        vintage: Date of the data.
        address: Where the features come from.
        schema: Address of the JSON Schema of a feature.
        synthetic: True for data made up for a demonstration.
        language: Language of these texts, `fr` or `en`.
        headings: Title of a column, with its unit, by name.
    """

    title: str = ""
    description: str = ""
    licence: str = ""
    licence_url: str = ""
    attribution: str = ""
    vintage: str = ""
    address: str = ""
    schema: str = ""
    synthetic: bool = False
    language: str = "en"
    headings: Mapping[str, str] = field(default_factory=dict)

    def members(self) -> dict[str, str]:
        """Return what is known, by the names that go into files."""
        stated = {
            "title": self.title,
            "description": self.description,
            "license": self.licence,
            "license_url": self.licence_url,
            "attribution": self.attribution,
            "vintage": self.vintage,
            "source": self.address,
            "synthetic": "true" if self.synthetic else "",
        }
        return {name: text for name, text in stated.items() if text}


@dataclass(frozen=True, eq=False)
class FeatureTable:
    """Features of one table, or a part of them.

    Attributes:
        name: Name of the table.
        ids: Identifier of each feature.
        id_field: The column that holds it.
        fields: The columns given, in order, with or without that of the identifier.
        columns: The values of each.
        geometries: Shapely geometries or None, x first; None for a table without geometry.
        crs: CRS of the geometries; None for a table without geometry.
        time_field: The column of dates or times that says when a feature was, if there is one.
        about: Terms and titles.
    """

    name: str
    ids: Sequence[str | int]
    id_field: Field
    fields: tuple[Field, ...]
    columns: Mapping[str, Sequence[Any]]
    geometries: NDArray[np.object_] | None = None
    crs: CRS | None = None
    time_field: str | None = None
    about: About = field(default_factory=About)

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def named_fields(self) -> tuple[Field, ...]:
        """The columns of a file without a place of its own for the identifier: it comes first."""
        if any(each.name == self.id_field.name for each in self.fields):
            return self.fields
        return (self.id_field, *self.fields)

    def values(self, name: str) -> Sequence[Any]:
        """Return the values of one of `named_fields`."""
        return self.columns.get(name, self.ids)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield the values of `named_fields`, feature by feature."""
        return zip(*(self.values(each.name) for each in self.named_fields), strict=True)


def table_of_features(
    features: Sequence[StoredFeature],
    *,
    name: str,
    fields: Mapping[str, Field],
    id_field: str,
    selected: Sequence[str] | None,
    source: CRS,
    target: CRS,
    has_geometry: bool = True,
    time_field: str | None = None,
    about: About | None = None,
) -> FeatureTable:
    """Return the features of a store's page.

    Args:
        features: The page.
        name: Name of the table.
        fields: The columns of the store.
        id_field: The one that identifies a feature.
        selected: The columns asked; None for all.
        source: CRS of the store.
        target: CRS to answer in.
        has_geometry: False when the request leaves geometries out.
        time_field: The column of dates or times.
        about: Terms and titles.
    """
    chosen = tuple(fields.values()) if selected is None else tuple(fields[each] for each in selected)
    geometries = None
    if has_geometry:
        stored = np.empty(len(features), dtype=object)
        stored[:] = [feature.geometry for feature in features]
        geometries = moved(stored, source, target)
    whole = fields[id_field].type == "integer"
    return FeatureTable(
        name=name,
        ids=[int(feature.id) if whole else feature.id for feature in features],
        id_field=fields[id_field],
        fields=chosen,
        columns={each.name: [feature.properties[each.name] for feature in features] for each in chosen},
        geometries=geometries,
        crs=target if has_geometry else None,
        time_field=time_field,
        about=about or About(),
    )


def table_of_rows(
    rows: Sequence[Mapping[str, Any]],
    *,
    name: str,
    ids: Sequence[str],
    id_name: str,
    geometries: Iterable[shapely.Geometry | None] | None = None,
    crs: CRS | None = None,
    about: About | None = None,
) -> FeatureTable:
    """Return rows whose types are not declared, each column with the type that holds all its values.

    Numbers and booleans stay what they are; a column that is mixed or nested becomes text.
    """
    names = dict.fromkeys(key for row in rows for key in row)
    guessed = {key: _guessed(key, [row.get(key) for row in rows]) for key in names if key != id_name}
    shapes = None
    if geometries is not None:
        given = list(geometries)
        shapes = np.empty(len(given), dtype=object)
        shapes[:] = given
    return FeatureTable(
        name=name,
        ids=ids,
        id_field=Field(id_name, "string"),
        fields=tuple(each for each, _ in guessed.values()),
        columns={key: values for key, (_, values) in guessed.items()},
        geometries=shapes,
        crs=crs,
        about=about or About(),
    )


def as_text(value: Any) -> str | None:
    """Return a value in a column of text: a nested one as JSON."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """Return a name that no column has, capitals and small letters being the same.

    Example:
        >>> free_name("geometry", ["Geometry"])
        'geometry_'
    """
    used = {name.lower() for name in taken}
    while wanted.lower() in used:
        wanted += "_"
    return wanted


def _guessed(name: str, values: list[Any]) -> tuple[Field, list[Value]]:
    kinds = {type(value) for value in values if value is not None}
    fits = all(abs(value) < INT64 for value in values if isinstance(value, int))
    for known, kind in KINDS:
        if kinds and kinds <= known and fits:
            return Field(name, kind), values
    return Field(name, "string"), [as_text(value) for value in values]
