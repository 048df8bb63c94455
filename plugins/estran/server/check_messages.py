"""A fault of the configuration file as a sentence: where, what, and the nearest right key."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in the file.

    Attributes:
        line: Line of the file, counted from 1.
        key: Dotted path of the key at fault.
        message_en: What is wrong, in English.
        message_fr: The same, in French.
        suggestion: The nearest right key or the command to run; empty when there is none.
        is_error: False for a warning.
    """

    line: int
    key: str
    message_en: str
    message_fr: str
    suggestion: str = ""
    is_error: bool = True

    def message(self, language: str) -> str:
        """Return the message in `fr` or, for any other language, in English."""
        return self.message_fr if language.startswith("fr") else self.message_en

    def line_of_text(self, config_path: Path, language: str) -> str:
        """Return the problem as one line, in the form that editors turn into a link."""
        french = language.startswith("fr")
        if self.is_error:
            level = "erreur" if french else "error"
        else:
            level = "avertissement" if french else "warning"
        key = f"{self.key}: " if self.key else ""
        return f"{config_path}:{self.line}: {level}: {key}{self.message(language)}"


def unknown_key(
    name: str,
    known: Sequence[str],
    *,
    line: int,
    path: Sequence[str | int] = (),
    is_error: bool,
) -> Problem:
    """Return the problem of a key that nobody reads; a near miss is always an error."""
    near = difflib.get_close_matches(str(name), known, n=1, cutoff=0.6)
    nearest = near[0] if near else ""
    choice = ", ".join(known)
    return Problem(
        line=line,
        key=_dotted(path) or str(name),
        message_en=f"unknown key {name!r}; "
        + (f"did you mean {nearest!r}?" if near else f"choose among {choice}"),
        message_fr=f"clé inconnue {name!r} ; "
        + (f"vouliez-vous {nearest!r} ?" if near else f"choisissez parmi {choice}"),
        suggestion=nearest,
        is_error=is_error or bool(near),
    )


def model_problem(
    model: type[BaseModel], fault: Mapping[str, Any], *, line: int, path: Sequence[str | int]
) -> Problem:
    """Return a fault found by pydantic as a problem."""
    kind, location = str(fault["type"]), tuple(fault["loc"])
    if kind == "extra_forbidden":
        owner = _model_at(model, location[:-1])
        known = list(owner.model_fields) if owner else []
        return unknown_key(str(location[-1]), known, line=line, path=path, is_error=True)
    context = fault.get("ctx", {})
    value = repr(fault.get("input"))[:60]
    en, fr = _sentence(kind, context, value, str(fault["msg"]))
    return Problem(line=line, key=_dotted(path), message_en=en, message_fr=fr)


def _sentence(kind: str, context: Mapping[str, Any], value: str, message: str) -> tuple[str, str]:
    if kind in _SENTENCES:
        en, fr = _SENTENCES[kind](context)
        return (en, fr) if kind == "missing" else (f"{en}; got {value}", f"{fr} ; reçu {value}")
    name = kind.split("_")[0]
    if name in _EXPECTED:
        return f"must be {_EXPECTED[name][0]}; got {value}", f"doit être {_EXPECTED[name][1]} ; reçu {value}"
    return f"{message}; got {value}", f"valeur refusée ({message}) ; reçu {value}"


_EXPECTED: Mapping[str, tuple[str, str]] = {
    "string": ("a text", "un texte"),
    "float": ("a number", "un nombre"),
    "int": ("a whole number", "un entier"),
    "bool": ("true or false", "true ou false"),
    "list": ("a list", "une liste"),
    "dict": ("a set of keys", "un ensemble de clés"),
    "model": ("a set of keys", "un ensemble de clés"),
}

_SENTENCES: Mapping[str, Callable[[Mapping[str, Any]], tuple[str, str]]] = {
    "missing": lambda _: ("this key is missing", "cette clé manque"),
    "literal_error": lambda c: (
        f"must be {c['expected']}",
        f"doit être {str(c['expected']).replace(' or ', ' ou ')}",
    ),
    "greater_than": lambda c: (f"must be above {c['gt']}", f"doit être supérieur à {c['gt']}"),
    "greater_than_equal": lambda c: (f"must be {c['ge']} or more", f"doit être au moins {c['ge']}"),
    "less_than": lambda c: (f"must be below {c['lt']}", f"doit être inférieur à {c['lt']}"),
    "less_than_equal": lambda c: (f"must be {c['le']} or less", f"doit être au plus {c['le']}"),
    "string_pattern_mismatch": lambda c: (
        f"must match {c['pattern']}",
        f"doit suivre le motif {c['pattern']}",
    ),
}


def _model_at(model: type[BaseModel], location: Sequence[str | int]) -> type[BaseModel] | None:
    """Return the model that describes the section at `location`."""
    found: Any = model
    for part in location:
        if isinstance(found, type) and issubclass(found, BaseModel):
            field = found.model_fields.get(str(part))
            found = field.annotation if field else None
        else:
            arguments = get_args(found)
            found = arguments[-1] if arguments else None
        found = next((choice for choice in get_args(found) if _is_model(choice)), found)
    return found if _is_model(found) else None


def _is_model(candidate: Any) -> bool:
    return isinstance(candidate, type) and issubclass(candidate, BaseModel)


def _dotted(path: Sequence[str | int]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
