"""Which column is named, and what does a text stand for in it?"""

import math
from collections.abc import Mapping

from estran.carbon.errors import InvalidInput
from estran.layers.features.query import Field, Value
from estran.layers.features.times import date_text, moment_text, parse_moment

_BOOLEANS = {"true": 1, "1": 1, "false": 0, "0": 0}
INTEGER_LIMIT = 2**63
"""Whole numbers from this one on, either way, are not those of a database."""


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


def typed(field: Field, text: str) -> Value:
    """Return the value that a text stands for in a column.

    A boolean is 1 or 0; a date or time is the text that `times` gives it.

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
            if abs(whole) < INTEGER_LIMIT:
                return whole
        elif field.type == "number":
            number = float(text)
            if math.isfinite(number):
                return number
        elif field.type == "boolean":
            return _BOOLEANS[text.lower()]
        elif field.type == "string":
            return text
    except (ValueError, KeyError, InvalidInput) as error:
        raise wrong_type(field, text) from error
    raise wrong_type(field, text)


def wrong_type(field: Field, text: str) -> InvalidInput:
    """Return the error for a value that a column cannot hold."""
    if field.type == "array":
        return InvalidInput(
            f"property {field.name!r} is an array; ask with filter=A_CONTAINS({field.name},('value'))",
            f"la propriété {field.name!r} est un tableau ;"
            f" demandez filter=A_CONTAINS({field.name},('valeur'))",
            where=field.name,
        )
    kind = field.format or field.type
    return InvalidInput(
        f"property {field.name!r} holds values of type {kind}; {text!r} is not one",
        f"la propriété {field.name!r} contient des valeurs de type {kind} ; {text!r} n'en est pas une",
        where=field.name,
    )
