"""What does a query select, and in which order? The same for every store.

Reference: OGC 17-069r4 (Features, part 1), clause 7.15; the order is total, since it ends with the
identifier, so a page can start after any row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from estran.carbon.errors import InvalidInput, NotFound
from estran.layers.features.cql import where
from estran.layers.features.dialect import Dialect
from estran.layers.features.fields import known_field, typed, wrong_type
from estran.layers.features.query import FeatureQuery, Field, Value
from estran.layers.features.shape import mended
from estran.layers.features.times import Interval, date_text, moment_text

_NAMES_IN_MESSAGE = 5


@dataclass(frozen=True, slots=True)
class SortKey:
    """A column to sort by; nulls come last in either direction."""

    field: Field
    ascending: bool = True


def sort_keys(
    fields: Mapping[str, Field], id_field: Field, sortby: Sequence[tuple[str, bool]]
) -> list[SortKey]:
    """Return the sort keys of a query, ended by the identifier."""
    keys = [SortKey(known_field(fields, name), ascending) for name, ascending in sortby]
    arrays = [key.field.name for key in keys if key.field.type == "array"]
    if arrays:
        raise InvalidInput(
            f"nothing is sorted by {arrays[0]!r}, which is an array",
            f"rien ne se trie par {arrays[0]!r}, qui est un tableau",
            where="sortby",
        )
    names = [key.field.name for key in keys]
    if id_field.name in names:
        return keys[: names.index(id_field.name) + 1]
    return [*keys, SortKey(id_field)]


def cursor_scope(table: str, keys: Sequence[SortKey]) -> str:
    """Return what ties a cursor to a table and an order."""
    return f"{table}/{','.join(f'{key.field.name}:{key.ascending}' for key in keys)}"


def selected[Part](dialect: Dialect[Part], query: FeatureQuery, fields: Mapping[str, Field]) -> Part:
    """Return the condition of a query, its paging apart.

    Raises:
        InvalidInput: an unknown column, a value of another type, or a filter that makes no sense.
    """
    parts = [equal(dialect, known_field(fields, name), text) for name, text in query.equals]
    if query.interval and query.time_field:
        parts.append(within(dialect, known_field(fields, query.time_field), query.interval))
    if query.region is not None:
        parts.append(dialect.related("intersects", mended(query.region)))
    if query.where is not None:
        parts.append(where(query.where, fields, dialect))
    return dialect.all_of(parts)


def equal[Part](dialect: Dialect[Part], field: Field, text: str) -> Part:
    """Return the condition that a column equals a value given as text."""
    return dialect.compared(dialect.column(field), "=", dialect.value(typed(field, text), field))


def within[Part](dialect: Dialect[Part], field: Field, interval: Interval) -> Part:
    """Return the condition that a date or datetime column meets an interval.

    Raises:
        InvalidInput: the column holds no time.
    """
    if field.format is None:
        raise wrong_type(field, "datetime")
    text = date_text if field.format == "date" else moment_text
    column = dialect.column(field)
    parts = [dialect.negated(dialect.is_null(column))]
    if interval.start:
        parts.append(dialect.compared(column, ">=", dialect.value(text(interval.start), field)))
    if interval.end:
        parts.append(dialect.compared(column, "<=", dialect.value(text(interval.end), field)))
    return dialect.all_of(parts)


def following[Part](dialect: Dialect[Part], keys: Sequence[SortKey], values: Sequence[Value]) -> Part:
    """Return the condition that a row comes after the row with these values of the sort keys."""
    key, *other_keys = keys
    value, *other_values = values
    column = dialect.column(key.field)
    given = dialect.value(value, key.field)
    further = dialect.compared(column, ">" if key.ascending else "<", given)
    if not other_keys:
        return further
    rest = following(dialect, other_keys, other_values)
    if value is None:
        return dialect.all_of([dialect.is_null(column), rest])
    tied = dialect.all_of([dialect.compared(column, "=", given), rest])
    return dialect.any_of([further, dialect.is_null(column), tied])


def told_by_page(query: FeatureQuery, rows: int) -> int | None:
    """Return how many features match when the rows of a first page, which are all of them, tell it."""
    is_first = query.after is None and not query.offset
    return rows if query.count and is_first and rows <= query.limit else None


def missing(table: str, ids: Sequence[str]) -> NotFound:
    """Return the error for identifiers that no feature has."""
    names = ", ".join(repr(name) for name in ids[:_NAMES_IN_MESSAGE])
    more = "…" if len(ids) > _NAMES_IN_MESSAGE else ""
    return NotFound(
        f"no feature {names}{more} in {table}", f"aucun objet {names}{more} dans {table}", where=table
    )
