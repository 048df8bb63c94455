"""What does each kind of pydantic error say, in English and in French?"""

from typing import Any

from pydantic_core import ErrorDetails, PydanticCustomError

BILINGUAL = "bilingual"
"""Kind of an error that says itself what is wrong, in both languages."""

KEY = "[key]"
"""How pydantic ends the path of a name that is wrong."""

WORDS = {
    "missing": ("is missing", "manque"),
    "extra_forbidden": ("is not known here", "n'est pas connu ici"),
    "dict_type": ("must be an object", "doit être un objet"),
    "model_type": ("must be an object", "doit être un objet"),
    "model_attributes_type": ("must be an object", "doit être un objet"),
    "list_type": ("must be a list", "doit être une liste"),
    "tuple_type": ("must be a list", "doit être une liste"),
    "string_type": ("must be a text", "doit être un texte"),
    "string_unicode": ("must be a text", "doit être un texte"),
    "bool_type": ("must be true or false", "doit valoir true ou false"),
    "bool_parsing": ("must be true or false", "doit valoir true ou false"),
    "float_type": ("must be a number", "doit être un nombre"),
    "float_parsing": ("must be a number", "doit être un nombre"),
    "int_type": ("must be a whole number", "doit être un nombre entier"),
    "int_parsing": ("must be a whole number", "doit être un nombre entier"),
    "int_from_float": ("must be a whole number", "doit être un nombre entier"),
    "int_parsing_size": ("is too long a number", "est un nombre trop long"),
    "finite_number": ("must be a finite number", "doit être un nombre fini"),
    "date_type": ("must be a date, such as 2027-01-31", "doit être une date, comme 2027-01-31"),
    "date_parsing": ("must be a date, such as 2027-01-31", "doit être une date, comme 2027-01-31"),
    "date_from_datetime_parsing": (
        "must be a date, such as 2027-01-31",
        "doit être une date, comme 2027-01-31",
    ),
    "date_from_datetime_inexact": (
        "must be a date without time, such as 2027-01-31",
        "doit être une date sans heure, comme 2027-01-31",
    ),
}
"""Same words whatever the value."""

LIMITS = {
    "greater_than": ("gt", "must be greater than", "doit être supérieur à"),
    "greater_than_equal": ("ge", "must be at least", "doit valoir au moins"),
    "less_than": ("lt", "must be less than", "doit être inférieur à"),
    "less_than_equal": ("le", "must be at most", "doit valoir au plus"),
}
"""A bound: the key of its value, then the words before it."""

LENGTHS = {
    "string_too_short": ("min_length", "at least", "au moins", ("character", "caractère")),
    "string_too_long": ("max_length", "at most", "au plus", ("character", "caractère")),
    "too_short": ("min_length", "at least", "au moins", ("element", "élément")),
    "too_long": ("max_length", "at most", "au plus", ("element", "élément")),
}
"""A length: the key of its value, the words before it and what is counted."""


def refused(fr: str, en: str) -> PydanticCustomError:
    """Return what a validator of ours raises: the same words in both languages, after the path."""
    # pydantic fills `{names}` of a template from the context, so that braces of the words stay.
    return PydanticCustomError(BILINGUAL, "{en}", {"en": en, "fr": fr})


def words(detail: ErrorDetails) -> tuple[str, str]:
    """Return what is wrong, in English and in French, to write after the path of the input."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == BILINGUAL:
        return f": {context['en']}", f" : {context['fr']}"
    if kind in LIMITS:
        key, en, fr = LIMITS[kind]
        limit, given = context[key], detail["input"]
        return f" {en} {limit:,}; it is {given!r}", f" {fr} {_fr(limit)} ; la valeur est {given!r}"
    if kind in LENGTHS:
        return _length(kind, context)
    if kind == "literal_error":
        expected = str(context["expected"]).replace(" or ", ", ")
        if detail["loc"][-1:] == (KEY,):
            return (
                f" is not a known name; choose among {expected}",
                f" est un nom inconnu ; choisissez parmi {expected}",
            )
        return f" must be one of {expected}", f" doit valoir l'un de {expected}"
    en, fr = WORDS.get(kind, ("is not valid", "n'est pas valide"))
    return f" {en}", f" {fr}"


def _length(kind: str, context: dict[str, Any]) -> tuple[str, str]:
    key, en, fr, (unit_en, unit_fr) = LENGTHS[kind]
    limit = context[key]
    if kind in ("string_too_short", "too_short") and limit == 1:
        return " must not be empty", " ne doit pas être vide"
    many = "" if limit == 1 else "s"
    has_en, has_fr = "", ""
    if "actual_length" in context and context["actual_length"] is not None:
        has_en, has_fr = f"; it has {context['actual_length']}", f" ; il y en a {context['actual_length']}"
    return (
        f" must have {en} {limit} {unit_en}{many}{has_en}",
        f" doit avoir {fr} {limit} {unit_fr}{many}{has_fr}",
    )


def _fr(number: float) -> str:
    return f"{number:,}".replace(",", "\u202f").replace(".", ",")
