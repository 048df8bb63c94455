"""How does a selection of features read in SQLite's SQL?

Values always travel as parameters; names come from the schema of the table and are quoted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry

from estran.layers.features.dialect import Fold, SetRelation, Sign, Symbol
from estran.layers.features.fields import INTEGER_LIMIT
from estran.layers.features.query import Field, Value
from estran.layers.features.selection import SortKey

_FOLDS = {"case": "fold_case", "accents": "fold_accents"}
_COMPUTED = {"^": "power_of", "%": "rest_of", "div": "whole_of"}
_WITHIN = (
    "NOT EXISTS (SELECT 1 FROM json_each({}) AS e WHERE e.value IS NULL"
    " OR e.value NOT IN (SELECT value FROM json_each({}) WHERE value IS NOT NULL))"
)
_SETS: Mapping[SetRelation, str] = {
    "contains": _WITHIN.format("s.r", "s.l"),
    "equals": f"{_WITHIN.format('s.r', 's.l')} AND {_WITHIN.format('s.l', 's.r')}",
    "overlaps": "EXISTS (SELECT 1 FROM json_each(s.l) AS e"
    " WHERE e.value IN (SELECT value FROM json_each(s.r) WHERE value IS NOT NULL))",
}


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL and the values of its question marks."""

    text: str
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class SqliteDialect:
    """SQLite's words; `spatial` gives the condition of a spatial relation with a geometry.

    Example:
        >>> from estran.layers.features.selection import following
        >>> def nowhere(relation, geometry): ...
        >>> following(SqliteDialect(nowhere), [SortKey(Field("n", "integer"))], [3])
        Sql(text='"n" > ?', values=(3,))
        >>> keys = [SortKey(Field("a", "string")), SortKey(Field("n", "integer"))]
        >>> following(SqliteDialect(nowhere), keys, [None, 3]).text
        '("a" IS NULL) AND ("n" > ?)'
    """

    spatial: Callable[[str, BaseGeometry], Sql]
    geometry_column: str = "geom"

    def column(self, field: Field) -> Sql:
        """Return a column."""
        return Sql(expression(field))

    def value(self, value: Value, field: Field | None) -> Sql:
        """Return a literal; a whole number too large for SQLite becomes a real one."""
        del field
        if isinstance(value, int) and abs(value) >= INTEGER_LIMIT:
            value = float(value)
        return Sql("?", (int(value) if isinstance(value, bool) else value,))

    def truth(self, value: bool) -> Sql:
        """Return true or false."""
        return Sql("1" if value else "0")

    def all_of(self, parts: Sequence[Sql]) -> Sql:
        """Return a conjunction."""
        return _joined(parts, " AND ") if parts else self.truth(True)

    def any_of(self, parts: Sequence[Sql]) -> Sql:
        """Return a disjunction."""
        return _joined(parts, " OR ")

    def negated(self, part: Sql) -> Sql:
        """Return the opposite."""
        return Sql(f"NOT ({part.text})", part.values)

    def compared(self, left: Sql, sign: Sign, right: Sql) -> Sql:
        """Return a comparison."""
        return _filled(f"{{}} {sign} {{}}", left, right)

    def between(self, part: Sql, low: Sql, high: Sql) -> Sql:
        """Return the condition to lie between two values."""
        return _filled("{} BETWEEN {} AND {}", part, low, high)

    def among(self, part: Sql, options: Sequence[Sql]) -> Sql:
        """Return the condition to be one of several values."""
        return _filled(f"{{}} IN ({', '.join(['{}'] * len(options))})", part, *options)

    def is_null(self, part: Sql) -> Sql:
        """Return the condition to be null."""
        return _filled("{} IS NULL", part)

    def placeless(self) -> Sql:
        """Return the condition to have no geometry: the flag "empty" is bit 4 of the fourth byte."""
        name = quoted(self.geometry_column)
        return Sql(f"({name} IS NULL OR instr('13579BDF', substr(hex({name}), 7, 1)) > 0)")

    def computed(self, left: Sql, symbol: Symbol, right: Sql) -> Sql:
        """Return the result of arithmetic; what SQLite lacks is computed by our own functions."""
        if symbol in _COMPUTED:
            return _filled(f"{_COMPUTED[symbol]}({{}}, {{}})", left, right)
        return _filled(f"(CAST({{}} AS REAL) {symbol} {{}})", left, right)

    def folded(self, part: Sql, fold: Fold) -> Sql:
        """Return a text folded by our own functions."""
        return _filled(f"{_FOLDS[fold]}({{}})", part)

    def like(self, part: Sql, pattern: str) -> Sql:
        """Return the condition to follow a pattern: GLOB, which tells case apart."""
        return _filled("{} GLOB {}", part, Sql("?", (_glob(pattern),)))

    def array(self, parts: Sequence[Sql]) -> Sql:
        """Return an array, as JSON."""
        return _filled(f"json_array({', '.join(['{}'] * len(parts))})", *parts)

    def compared_sets(self, left: Sql, relation: SetRelation, right: Sql) -> Sql:
        """Return the condition of a relation of sets; names are given first, for `json_each` has its own."""
        return _filled(
            f"(SELECT CASE WHEN s.l IS NULL OR s.r IS NULL THEN NULL ELSE {_SETS[relation]} END"  # noqa: S608
            " FROM (SELECT {} AS l, {} AS r) AS s)",
            left,
            right,
        )

    def related(self, relation: str, geometry: BaseGeometry) -> Sql:
        """Return the condition of a spatial relation."""
        return self.spatial(relation, geometry)


def quoted(name: str) -> str:
    """Return a name as an SQL identifier.

    Example:
        >>> quoted('a"b')
        '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def expression(field: Field) -> str:
    """Return the column in a form whose order is the order of its meaning."""
    name = quoted(field.name)
    return f"rtrim({name}, 'Z')" if field.format == "date-time" else name


def order(keys: Sequence[SortKey]) -> str:
    """Return the ORDER BY of sort keys; nulls come last in either direction."""
    return ", ".join(
        f"{expression(key.field)} {'ASC' if key.ascending else 'DESC'} NULLS LAST" for key in keys
    )


def _joined(parts: Sequence[Sql], word: str) -> Sql:
    if len(parts) == 1:
        return parts[0]
    return Sql(word.join(f"({part.text})" for part in parts), tuple(v for part in parts for v in part.values))


def _filled(template: str, *parts: Sql) -> Sql:
    return Sql(
        template.format(*(part.text for part in parts)), tuple(v for part in parts for v in part.values)
    )


def _glob(pattern: str) -> str:
    r"""Return a CQL2 pattern (`%`, `_`, escape `\`) as an SQLite GLOB.

    Example:
        >>> _glob(r"50\% of_ [a]%")
        '50% of? [[]a]*'
    """
    text, characters = "", iter(pattern)
    for character in characters:
        if character == "\\":
            character = next(characters, "\\")
        elif character in "%_":
            text += "*" if character == "%" else "?"
            continue
        text += f"[{character}]" if character in "*?[" else character
    return text
