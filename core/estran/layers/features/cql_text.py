"""What does a CQL2 text say? The same filter as CQL2 JSON, read in one pass.

Precedence, from the loosest: OR, AND, NOT, comparisons, `+ -`, `* / % div`, `^`. A bracket opens a
condition, a sum or a list, which only its content tells: all are read as expressions, and
`cql_json` refuses those that make no sense where they stand.

Reference: OGC 21-065r2, Common Query Language (CQL2), annex B.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import shapely

from estran.carbon.errors import InvalidInput

DEEPEST = 40
"""Brackets and NOT inside each other; keeps the reader and the evaluator within the stack."""

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<text>'(?:''|\\'|[^'])*')"
    r'|"(?P<quoted>(?:[^"]|"")+)"'
    r"|(?P<name>(?:[^\W\d]|:)[\w:.]*)"
    r"|(?P<sign><=|>=|<>|[-=<>+*/%^(),])"
    r"|(?P<end>$)|(?P<other>.))",
    re.DOTALL,
)
_COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})
_KEYWORDS = frozenset({"and", "or", "not", "like", "between", "in", "is", "null", "div"})
_INTEGER_DIGITS = 18
_MOMENTS = frozenset({"date", "timestamp"})
_SETS = frozenset({"a_equals", "a_contains", "a_containedby", "a_overlaps"})
_WKT = frozenset(
    ["point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon", "geometrycollection"]
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the filter: its kind, what it says and where it stands."""

    kind: str
    text: str
    start: int
    end: int

    def says(self, *words: str) -> bool:
        """Tell whether the token is one of these signs or keywords, whatever the case."""
        return self.kind in {"name", "sign"} and self.text.lower() in words


def read_cql2_text(text: str) -> Any:
    """Return a CQL2 text as CQL2 JSON.

    Raises:
        InvalidInput: the text is not CQL2; the message gives the place.

    Example:
        >>> read_cql2_text("NOT (nom = 'L''Houmeau' OR habitants < 2000)")["args"][0]["op"]
        'or'
        >>> read_cql2_text("1 + 2 * x > 3")["args"][0]
        {'op': '+', 'args': [1, {'op': '*', 'args': [2, {'property': 'x'}]}]}
    """
    reader = _Reader(text)
    tree = reader.expression()
    if reader.token.kind != "end":
        raise reader.unexpected()
    return tree


class _Reader:
    """Reads from left to right with one token ahead: the time is that of the length of the text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._depth = 0
        self.token = self._token_at(0)

    def expression(self) -> Any:
        parts = [self._conjunction()]
        while self._take("or"):
            parts.append(self._conjunction())
        return parts[0] if len(parts) == 1 else {"op": "or", "args": parts}

    def unexpected(self) -> InvalidInput:
        near = self._text[self.token.start : self.token.start + 20]
        place = self.token.start + 1
        if not near:
            return _invalid("the filter ends too early", "le filtre s'arrête trop tôt")
        return _invalid(
            f"the filter cannot be read at character {place}, near {near!r}",
            f"le filtre est illisible au caractère {place}, près de {near!r}",
        )

    def _conjunction(self) -> Any:
        parts = [self._negation()]
        while self._take("and"):
            parts.append(self._negation())
        return parts[0] if len(parts) == 1 else {"op": "and", "args": parts}

    def _negation(self) -> Any:
        if not self._take("not"):
            return self._predicate()
        self._enter()
        inner = self._negation()
        self._depth -= 1
        return _not(inner)

    def _predicate(self) -> Any:
        left = self._sum()
        if self.token.kind == "sign" and self.token.text in _COMPARISONS:
            return {"op": self._next().text, "args": [left, self._sum()]}
        if self._take("is"):
            is_negated = self._take("not")
            self._expect("null")
            found = {"op": "isNull", "args": [left]}
            return _not(found) if is_negated else found
        is_negated = self._take("not")
        if self._take("like"):
            found = {"op": "like", "args": [left, self._sum()]}
        elif self._take("between"):
            low = self._sum()
            self._expect("and")
            found = {"op": "between", "args": [left, low, self._sum()]}
        elif self._take("in"):
            self._expect("(")
            found = {"op": "in", "args": [left, self._arguments()]}
        elif is_negated:
            raise self.unexpected()
        else:
            return left
        return _not(found) if is_negated else found

    def _sum(self) -> Any:
        left = self._product()
        while self.token.says("+", "-"):
            left = {"op": self._next().text, "args": [left, self._product()]}
        return left

    def _product(self) -> Any:
        left = self._power()
        while self.token.says("*", "/", "%", "div"):
            left = {"op": self._next().text.lower(), "args": [left, self._power()]}
        return left

    def _power(self) -> Any:
        base = self._operand()
        if not self._take("^"):
            return base
        self._enter()
        exponent = self._power()
        self._depth -= 1
        return {"op": "^", "args": [base, exponent]}

    def _operand(self) -> Any:
        token = self._next()
        if token.says("-", "+"):
            return self._signed(token.text)
        if token.says("("):
            self._enter()
            parts = self._arguments()
            self._depth -= 1
            return parts[0] if len(parts) == 1 else parts
        if token.kind == "number":
            return _number(token.text)
        if token.kind == "text":
            return re.sub(r"''|\\'", "'", token.text[1:-1])
        if token.kind == "quoted":
            return {"property": token.text.replace('""', '"')}
        if token.kind == "name" and token.text.lower() not in _KEYWORDS:
            return self._named(token)
        self.token = token
        raise self.unexpected()

    def _signed(self, sign: str) -> Any:
        if self.token.kind == "number":
            number = _number(self._next().text)
            return -number if sign == "-" else number
        self._enter()
        operand = self._operand()
        self._depth -= 1
        return {"op": "*", "args": [-1, operand]} if sign == "-" else operand

    def _named(self, name: Token) -> Any:
        """Return what a name begins: a literal, a geometry, a function; else a property."""
        word = name.text.lower()
        if word in {"true", "false"}:
            return word == "true"
        if word in _WKT and self.token.says("(", "z", "m", "zm", "empty"):
            return self._geometry(name)
        if not self._take("("):
            return {"property": name.text}
        self._enter()
        arguments = self._arrays() if word in _SETS else self._arguments()
        self._depth -= 1
        if word in _MOMENTS and len(arguments) == 1:
            return {word: arguments[0]}
        if word in {"interval", "bbox"}:
            return {word: arguments}
        return {"op": word, "args": arguments}

    def _geometry(self, name: Token) -> Mapping[str, Any]:
        """Return the geometry that a well-known text writes, up to the bracket that closes it."""
        depth = 0
        end = name.end
        while self.token.kind != "end":
            taken = self._next()
            depth += taken.says("(") - taken.says(")")
            end = taken.end
            if not depth and taken.says(")", "empty"):
                break
        try:
            geometry = shapely.from_wkt(self._text[name.start : end])
        except shapely.errors.ShapelyError as error:
            self.token = name
            raise self.unexpected() from error
        shape: Mapping[str, Any] = shapely.geometry.mapping(geometry)
        return shape

    def _arguments(self) -> list[Any]:
        """Return the expressions up to the closing bracket, which is taken."""
        if self._take(")"):
            return []
        parts = [self.expression()]
        while self._take(","):
            parts.append(self.expression())
        self._expect(")")
        return parts

    def _arrays(self) -> list[Any]:
        """Return the arguments of a function of arrays: there, a bracket always opens a list."""
        parts: list[Any] = []
        while not parts or self._take(","):
            parts.append(self._arguments() if self._take("(") else self.expression())
        self._expect(")")
        return parts

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise _invalid(
                f"the filter nests deeper than {DEEPEST} levels; write it flatter",
                f"le filtre est imbriqué sur plus de {DEEPEST} niveaux ; écrivez-le plus à plat",
            )

    def _take(self, word: str) -> bool:
        if self.token.says(word):
            self._next()
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise self.unexpected()

    def _next(self) -> Token:
        taken = self.token
        self.token = self._token_at(taken.end)
        return taken

    def _token_at(self, place: int) -> Token:
        match = _TOKEN.match(self._text, place)
        if match is None or match.lastgroup is None:
            raise _invalid("the filter cannot be read", "le filtre est illisible")
        kind = match.lastgroup
        return Token(kind, match[kind], match.start(kind), match.end())


def _number(text: str) -> int | float:
    return int(text) if text.isdecimal() and len(text) <= _INTEGER_DIGITS else float(text)


def _not(tree: Any) -> dict[str, Any]:
    return {"op": "not", "args": [tree]}


def _invalid(en: str, fr: str) -> InvalidInput:
    return InvalidInput(en, fr, where="filter")
