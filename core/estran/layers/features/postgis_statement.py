"""What is a statement of PostGIS made of? Its text, made once, and the values of one question.

SQLAlchemy takes longer to write a statement than PostgreSQL to answer a small one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select
from sqlalchemy.dialects.postgresql.psycopg import dialect as psycopg_dialect


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement whose values stand as `$1`, `$2` and so on, so that nobody cuts it up again.

    Attributes:
        text: The statement.
        names: What each value is.
        constants: The values that are the same for every question.
    """

    text: str
    names: tuple[str, ...]
    constants: Mapping[str, object]

    def values(self, given: Mapping[str, object]) -> list[object]:
        """Return all values in their order; those of a question have the names of its bound parameters."""
        known = {**self.constants, **given}
        return [known[name] for name in self.names]


def statement_of(asked: Select[*tuple[Any, ...]]) -> Statement:
    """Return the statement of a selection."""
    made = asked.compile(dialect=psycopg_dialect(paramstyle="numeric_dollar"))  # type: ignore[no-untyped-call]
    return Statement(str(made), tuple(made.positiontup or ()), made.params)
