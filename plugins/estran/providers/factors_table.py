"""Which factors does a CQL2 filter select? Asked of SQLite in memory: it means the same as on any layer."""

import sqlite3
from functools import lru_cache
from threading import Lock

from pygeofilter import ast
from shapely.geometry.base import BaseGeometry

from estran.layers.features.connections import add_functions
from estran.layers.features.query import FeatureQuery
from estran.layers.features.selection import selected
from estran.layers.features.sql import Sql, SqliteDialect, quoted
from estran.providers.factors_rows import FIELDS, RegistryKey, factor_rows

TABLE = "factors"
GEOMETRY = "geom"


class FactorTable:
    """The rows of a registry in one language; any number of threads may ask it."""

    def __init__(self, registry: RegistryKey, language: str) -> None:
        self._lock = Lock()
        self._connection = sqlite3.connect(":memory:", check_same_thread=False)
        add_functions(self._connection)
        columns = ", ".join([*map(quoted, FIELDS), GEOMETRY])
        self._connection.execute(f"CREATE TABLE {TABLE} ({columns})")
        places = ", ".join("?" * len(FIELDS))
        self._connection.executemany(
            f"INSERT INTO {TABLE} VALUES ({places}, NULL)",  # noqa: S608 - a constant and question marks
            ([row[name] for name in FIELDS] for row in factor_rows(registry, language).values()),
        )

    def matching(self, where: ast.Node) -> frozenset[str]:
        """Return the identifiers of the factors that a filter selects.

        Raises:
            InvalidInput: the filter names no column of factors, or makes no sense.
        """
        condition = selected(SqliteDialect(_nowhere, GEOMETRY), FeatureQuery(where=where), FIELDS)
        with self._lock:
            found = self._connection.execute(
                f"SELECT id FROM {TABLE} WHERE {condition.text}",  # noqa: S608 - values travel apart
                condition.values,
            ).fetchall()
        return frozenset(identifier for (identifier,) in found)


@lru_cache(maxsize=4)
def factor_table(registry: RegistryKey, language: str) -> FactorTable:
    """Return the table of a registry in a language, made once."""
    return FactorTable(registry, language)


def _nowhere(relation: str, geometry: BaseGeometry) -> Sql:
    """A factor lies nowhere: it stands in no relation to any geometry."""
    del relation, geometry
    return Sql("0")
