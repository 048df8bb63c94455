"""How does a selection of features read in SQLite's SQL?

Values always travel as parameters; names come from the schema of the table and are quoted.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from estran.carbon.errors import InvalidInput
from estran.layers.features.query import Field, Value
from estran.layers.features.times import Interval, date_text, moment_text, parse_moment

_BOOLEANS = {"true": 1, "1": 1, "false": 0, "0": 0}
_INTEGER_LIMIT = 2**63


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL and the values of its question marks."""

    text: str
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class SortKey:
    """A column to sort by."""

    field: Field
    ascending: bool = True


def all_of(parts: Sequence[Sql]) -> Sql:
    """Return the conjunction of conditions; true when there are none."""
    if not parts:
        return Sql("1")
    return Sql(
        " AND ".join(f"({part.text})" for part in parts), tuple(v for part in parts for v in part.values)
    )


def quoted(name: str) -> str:
    """Return a name as an SQL identifier.

    Example:
        >>> quoted('a"b')
        '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def known_field(fields: Mapping[str, Field], name: str) -> Field:
    """Return a column by name.

    Raises:
        InvalidInput: there is no such column.
    """
    if name not in fields:
        known = ", ".join(fields)
        raise InvalidInput(
            f"unknown property {name!r}; choose among {known}",
            f"propriété inconnue : {name!r} ; choisissez parmi {known}",
            where=name,
        )
    return fields[name]


def expression(field: Field) -> str:
    """Return the column in a form whose order is the order of its meaning."""
    name = quoted(field.name)
    return f"rtrim({name}, 'Z')" if field.format == "date-time" else name


def typed(field: Field, text: str) -> Value:
    """Return the value that a text stands for in a column, as SQLite holds it.

    Raises:
        InvalidInput: the text is not of the type of the column.
    """
    try:
        if field.format == "date":
            return date_text(parse_moment(text))
        if field.format == "date-time":
            return moment_text(parse_moment(text))
        if field.type == "integer":
            whole = int(text)
            if abs(whole) < _INTEGER_LIMIT:
                return whole
        elif field.type == "number":
            number = float(text)
            if math.isfinite(number):
                return number
        elif field.type == "boolean":
            return _BOOLEANS[text.lower()]
        else:
            return text
    except (ValueError, KeyError, InvalidInput) as error:
        raise wrong_type(field, text) from error
    raise wrong_type(field, text)


def equal(field: Field, text: str) -> Sql:
    """Return the condition that a column equals a value given as text."""
    return Sql(f"{expression(field)} = ?", (typed(field, text),))


def within(field: Field, interval: Interval) -> Sql:
    """Return the condition that a date or datetime column meets an interval.

    Raises:
        InvalidInput: the column holds no time.
    """
    if field.format is None:
        raise wrong_type(field, "datetime")
    text = date_text if field.format == "date" else moment_text
    parts = [Sql(f"{expression(field)} IS NOT NULL")]
    if interval.start:
        parts.append(Sql(f"{expression(field)} >= ?", (text(interval.start),)))
    if interval.end:
        parts.append(Sql(f"{expression(field)} <= ?", (text(interval.end),)))
    return all_of(parts)


def order(keys: Sequence[SortKey]) -> str:
    """Return the ORDER BY of sort keys; nulls come last in either direction."""
    return ", ".join(
        f"{expression(key.field)} {'ASC' if key.ascending else 'DESC'} NULLS LAST" for key in keys
    )


def following(keys: Sequence[SortKey], values: Sequence[Value]) -> Sql:
    """Return the condition that a row comes after the row with these values of the sort keys.

    Example:
        >>> following([SortKey(Field("n", "integer"))], [3]).text
        '("n" > ?)'
        >>> following([SortKey(Field("a", "string")), SortKey(Field("n", "integer"))], [None, 3]).text
        '("a" IS NULL AND ("n" > ?))'
    """
    key, *other_keys = keys
    value, *other_values = values
    column = expression(key.field)
    sign = ">" if key.ascending else "<"
    if not other_keys:
        return Sql(f"({column} {sign} ?)", (value,))
    rest = following(other_keys, other_values)
    if value is None:
        return Sql(f"({column} IS NULL AND {rest.text})", rest.values)
    return Sql(
        f"({column} {sign} ? OR {column} IS NULL OR ({column} = ? AND {rest.text}))",
        (value, value, *rest.values),
    )


def wrong_type(field: Field, text: str) -> InvalidInput:
    """Return the error for a value that a column cannot hold."""
    kind = field.format or field.type
    return InvalidInput(
        f"property {field.name!r} holds values of type {kind}; {text!r} is not one",
        f"la propriété {field.name!r} contient des valeurs de type {kind} ; {text!r} n'en est pas une",
        where=field.name,
    )
