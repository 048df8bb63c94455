"""Everything that can go wrong, as one tree: the caller's fault, a missing thing, or ours.

Each error carries its message in English and in French, says what is wrong, where, and
the way out. What an error means over HTTP is decided once, in `estran.server.errors`.
"""


class EstranError(Exception):
    """An error with a message in two languages.

    Args:
        en: What is wrong and the way out, in English.
        fr: The same, in French.
        where: The input, file or key at fault, as a path such as `inputs.geometry.features[3]`.
    """

    def __init__(self, en: str, fr: str, *, where: str = "") -> None:
        super().__init__(en)
        self.en = en
        self.fr = fr
        self.where = where

    def message(self, language: str) -> str:
        """Return the message in `fr` or, for any other language, in English."""
        return self.fr if language.startswith("fr") else self.en

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.en, self.fr, self.where))


def _rebuild(kind: type[EstranError], en: str, fr: str, where: str) -> EstranError:
    return kind(en, fr, where=where)


class InvalidInput(EstranError):
    """The caller sent something that cannot be used, and can correct it."""


class InvalidGeometry(InvalidInput):
    """A geometry is malformed, ambiguous or misplaced."""


class TooLarge(EstranError):
    """The request is valid but exceeds a declared limit."""


class NotFound(EstranError):
    """The collection, feature or process asked for does not exist."""


class Unavailable(EstranError):
    """A layer exists but cannot be read now."""


class InvalidConfiguration(EstranError):
    """The territory's configuration file is wrong."""


class InvalidSource(EstranError):
    """A source file given to the build cannot be read or lacks what is needed."""


class UnknownFactor(EstranError):
    """No factor answers this key, or its table is malformed."""


class UnitMismatch(EstranError):
    """Two quantities with different units met in one operation."""


class InvalidArea(EstranError):
    """An area is negative or not finite."""
