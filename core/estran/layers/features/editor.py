"""What can be changed in a table of features, whatever the store? One transaction, all or nothing."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Protocol

import shapely
from shapely.geometry.base import BaseGeometry

from estran.carbon.errors import InvalidInput, NotFound
from estran.layers.features.query import Property, StoredFeature


class IdentifierTaken(InvalidInput):
    """A feature with this identifier is there already."""


class FeatureEditor(Protocol):
    """An open transaction on one table: what it has done is kept when it ends without an error.

    Geometries are in the storage CRS, x first. Every method raises `InvalidInput` when the table
    refuses a value, `Unavailable` when it cannot be written.
    """

    def read(self, identifier: str) -> StoredFeature:
        """Return a feature as it is now; until the end of the transaction nobody else changes it.

        Raises:
            NotFound: no feature has this identifier.
        """

    def insert(self, geometry: BaseGeometry | None, properties: Mapping[str, Property]) -> str:
        """Add a feature and return its identifier, a new one when `properties` gives none.

        Raises:
            IdentifierTaken: there is a feature with the identifier given.
        """

    def replace(
        self, identifier: str, geometry: BaseGeometry | None, properties: Mapping[str, Property]
    ) -> None:
        """Replace a feature; a property that is not given becomes null.

        Raises:
            NotFound: no feature has this identifier.
        """

    def delete(self, identifier: str) -> None:
        """Remove a feature.

        Raises:
            NotFound: no feature has this identifier.
        """


def state_of(feature: StoredFeature) -> str:
    """Return what differs whenever the content of a feature does, in any store.

    Example:
        >>> first = StoredFeature("a", shapely.Point(1, 2), {"places": 1})
        >>> state_of(first) == state_of(StoredFeature("a", shapely.Point(1, 2), {"places": 2}))
        False
    """
    digest = hashlib.sha256(json.dumps([feature.id, dict(feature.properties)]).encode())
    if feature.geometry is not None:
        digest.update(shapely.to_wkb(feature.geometry, flavor="iso", byte_order=1))
    return digest.hexdigest()[:32]


def now_text() -> str:
    """Return the present moment as a GeoPackage writes it."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def refused(table: str, reason: str) -> InvalidInput:
    """Return the error for a feature that the table does not take."""
    return InvalidInput(
        f"{table} refuses this feature: {reason}", f"{table} refuse cet objet : {reason}", where=table
    )


def taken(table: str, identifier: object) -> IdentifierTaken:
    """Return the error for an identifier that is in use."""
    return IdentifierTaken(
        f"{table} already has a feature {identifier!r}; choose another identifier, or replace that feature",
        f"{table} a déjà un objet {identifier!r} ; choisissez un autre identifiant, ou remplacez cet objet",
        where=table,
    )


def unknown(table: str, identifier: str) -> NotFound:
    """Return the error for a feature that is not there."""
    return NotFound(
        f"no feature {identifier!r} in {table}", f"aucun objet {identifier!r} dans {table}", where=table
    )
