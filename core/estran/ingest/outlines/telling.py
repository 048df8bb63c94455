"""How is something said of a file: a sentence in two languages, what to do about it, where on the map."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from estran.carbon.errors import InvalidInput
from estran.carbon.text import Text

type Level = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Action:
    """A way out that a page shows as a button.

    Attributes:
        id: What it is, such as `set-crs`.
        label: The words of the button.
        parameters: What to add to the same request to do it; empty when it is up to the person.
    """

    id: str
    label: Text
    parameters: Mapping[str, str] = field(default_factory=dict)

    def document(self, language: str) -> dict[str, Any]:
        """Return the action in one language."""
        return {"id": self.id, "label": self.label.read(language), "parameters": dict(self.parameters)}


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know about the file.

    Attributes:
        code: What it is, such as `no-crs`.
        level: `error` when nothing can be taken from the file as it is.
        message: What happened, why, what to do.
        actions: The ways out.
        points: Where, in longitude and latitude.
    """

    code: str
    level: Level
    message: Text
    actions: tuple[Action, ...] = ()
    points: tuple[tuple[float, float], ...] = ()

    def document(self, language: str) -> dict[str, Any]:
        """Return the notice in one language."""
        return {
            "code": self.code,
            "level": self.level,
            "message": self.message.read(language),
            "actions": [action.document(language) for action in self.actions],
            **({"points": [list(point) for point in self.points]} if self.points else {}),
        }


OTHER_FILE = Action("other-file", Text("Choisir un autre fichier", "Choose another file"))
DRAW = Action("draw", Text("Dessiner le contour", "Draw the outline"))


class RefusedFile(InvalidInput):
    """Nothing can be read from the file.

    Args:
        reason: What is wrong with it, such as `unknown-format`.
        fr: What happened and what to do, in French.
        en: The same, in English.
        actions: The ways out.
        heavy: Whether it is too large rather than wrong.
    """

    def __init__(
        self,
        reason: str,
        fr: str,
        en: str,
        *,
        actions: tuple[Action, ...] = (OTHER_FILE,),
        heavy: bool = False,
    ) -> None:
        super().__init__(en, fr, where="file")
        self.reason = reason
        self.actions = actions
        self.heavy = heavy

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (self.reason, self.fr, self.en, self.actions, self.heavy))


def _rebuild(reason: str, fr: str, en: str, actions: tuple[Action, ...], heavy: bool) -> RefusedFile:
    return RefusedFile(reason, fr, en, actions=actions, heavy=heavy)


def amount(value: float, language: str, digits: int = 1) -> str:
    r"""Return a number as people write it.

    Example:
        >>> amount(12345.678, "fr"), amount(12345.678, "en")
        ('12\u202f345,7', '12,345.7')
    """
    text = f"{value:,.{digits}f}"
    return text.replace(",", "\u202f").replace(".", ",") if language == "fr" else text


def area(hectares: float, language: str) -> str:
    r"""Return an area in hectares, or in square metres when it is small.

    Example:
        >>> area(4.23, "fr"), area(0.0312, "en")
        ('4,2\xa0ha', '312\xa0m²')
    """
    if hectares < 0.095:
        return f"{amount(hectares * 10_000, language, 0)}\u00a0m²"
    return f"{amount(hectares, language, 1 if hectares >= 1.0 else 2)}\u00a0ha"


def counted(count: int, one: str, many: str, language: str) -> str:
    """Return a count with its noun.

    Example:
        >>> counted(1, "ligne", "lignes", "fr"), counted(0, "line", "lines", "en")
        ('1 ligne', '0 lines')
    """
    single = count == 1 or (language == "fr" and count == 0)
    return f"{amount(count, language, 0)} {one if single else many}"
