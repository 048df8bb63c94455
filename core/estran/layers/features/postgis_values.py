"""What does a column of PostGIS hold, and how is one row asked for, its neighbours with it?"""

from collections.abc import Sequence

from sqlalchemy import Boolean, Connection, Integer, cast, func, literal_column, select

from estran.layers.features.described import measured, paired
from estran.layers.features.postgis_dialect import (
    PostgisDialect,
    by_code_point,
    ordering,
    related_there,
    shown,
)
from estran.layers.features.postgis_rows import cell_value, rows_asked
from estran.layers.features.postgis_statement import Statement, statement_of
from estran.layers.features.postgis_table import PostgisTable
from estran.layers.features.query import Extremes, FeatureQuery, Field, Range
from estran.layers.features.selection import SortKey

_FEW_VALUES = 30


def read_extremes(connection: Connection, table: PostgisTable) -> dict[str, Extremes]:
    """Return the extremes of the columns of numbers and times."""
    fields = measured(table.fields)
    columns = [table.columns[field.name] for field in fields]
    asked = [shown(extreme(column)) for column in columns for extreme in (func.min, func.max)]
    if not asked:
        return {}
    return paired(fields, connection.execute(select(*asked).select_from(table.source)).one(), cell_value)


def read_range(connection: Connection, table: PostgisTable, field: Field) -> Range:
    """Return what a column really holds; its values when there are at most 30."""
    column = by_code_point(table.columns[field.name])
    number = cast(column, Integer) if isinstance(column.type, Boolean) else column
    low, high = connection.execute(
        select(shown(func.min(number)), shown(func.max(number))).select_from(table.source)
    ).one()
    few = select(column.label("value")).select_from(table.source).where(column.is_not(None)).distinct()
    listed = few.limit(_FEW_VALUES + 1).subquery()
    values = connection.scalars(select(shown(listed.c.value)).order_by(listed.c.value)).all()
    return Range(
        cell_value(field, low),
        cell_value(field, high),
        tuple(cell_value(field, value) for value in values) if len(values) <= _FEW_VALUES else None,
    )


def statement_of_one(table: PostgisTable, fields: Sequence[Field]) -> Statement:
    """Return what asks for the row of an identifier, `GIVEN`, then the identifiers before and after it."""
    dialect = PostgisDialect(table, related_there)
    given = dialect.given(table.id_field)
    identifier = table.columns[table.id_field.name]
    neighbours = [
        select(shown(identifier))
        .select_from(table.source)
        .where(dialect.compared(identifier, sign, given))
        .order_by(*ordering(table, [SortKey(table.id_field, sign == ">")]))
        .limit(literal_column("1"))
        .scalar_subquery()
        for sign in ("<", ">")
    ]
    condition = dialect.compared(identifier, "=", given)
    asked = rows_asked(table, condition, [], fields, FeatureQuery(), neighbours)
    return statement_of(asked.limit(None))
