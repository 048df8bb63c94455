"""Are the inputs of an assessment right? What pydantic refuses, said in two languages."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, ClassVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from estran.assessments.refusals import words
from estran.carbon.errors import InvalidInput
from estran.factors.factor import Override

UNION_TAGS = frozenset({"str", "int", "float", "bool", "[key]"})
"""How pydantic ends the path of an input that may have several types, or of a wrong name."""


class Request(BaseModel):
    """The inputs of a process: an unknown name is an error.

    Attributes:
        is_private: They stay out of any link, store and log.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    is_private: ClassVar[bool] = False


class OverrideInput(Request):
    """A value that the caller prefers to that of the registry."""

    value: float = Field(
        allow_inf_nan=False,
        description="Central value, in the unit of the factor.",
        json_schema_extra={"x-description-fr": "Valeur centrale, dans l'unité du facteur."},
    )
    low: float | None = Field(
        None,
        allow_inf_nan=False,
        description="5th percentile, in the unit of the factor; given with `high`.",
        json_schema_extra={"x-description-fr": "5e centile, dans l'unité du facteur ; donné avec `high`."},
    )
    high: float | None = Field(
        None,
        allow_inf_nan=False,
        description="95th percentile, in the unit of the factor; given with `low`.",
        json_schema_extra={"x-description-fr": "95e centile, dans l'unité du facteur ; donné avec `low`."},
    )
    reason: str = Field(
        min_length=1,
        max_length=500,
        description="Why; shown in the answer.",
        json_schema_extra={"x-description-fr": "Pourquoi ; repris dans la réponse."},
    )

    def override(self) -> Override:
        """Return the same, as the registry takes it."""
        return Override(value=self.value, reason=self.reason, low=self.low, high=self.high)


def read_request[Inputs: BaseModel](model: type[Inputs], data: object) -> Inputs:
    """Return checked inputs, the names of each object in alphabetical order.

    The order in which an object of JSON says its names means nothing: it must not show in an answer,
    not even in the last digit of a sum. Geometries are left as they are.

    Raises:
        InvalidInput: the first thing wrong, with its path, and the nearest name of an unknown input.
    """
    if not isinstance(data, dict):
        raise InvalidInput(
            f"the inputs must be an object of names and values, not {_kind(data)[0]}",
            f"les entrées doivent être un objet de noms et de valeurs, pas {_kind(data)[1]}",
            where="inputs",
        )
    ordered = {
        name: value if name == "geometry" else _ordered(value) for name, value in _by_name(data.items())
    }
    try:
        return model.model_validate(ordered)
    except ValidationError as error:
        raise _invalid(model, error) from error


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _ordered(part) for name, part in _by_name(value.items())}
    return [_ordered(part) for part in value] if isinstance(value, list) else value


def _by_name(items: Iterable[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    return sorted(items, key=lambda item: str(item[0]))


def near(word: str, known: Iterable[str]) -> tuple[str, str]:
    """Return the end of a message, in English and in French, that proposes the nearest known words."""
    listed = list(known)
    lower = {name.lower(): name for name in listed}
    found = [lower[match] for match in get_close_matches(str(word).lower(), lower, n=1)]
    if found:
        return f"; did you mean {found[0]!r}?", f" ; vouliez-vous dire {found[0]!r} ?"
    names = ", ".join(listed)
    return f"; choose among {names}", f" ; choisissez parmi {names}"


def _invalid(model: type[BaseModel], error: ValidationError) -> InvalidInput:
    details = error.errors(include_url=False)
    unknown = [detail for detail in details if detail["type"] == "extra_forbidden"]
    first = (unknown or details)[0]
    where = _path(first["loc"])
    if first["type"] == "extra_forbidden":
        en, fr = near(str(first["loc"][-1]), _known_names(model, first["loc"][:-1]))
        return InvalidInput(f"unknown input {where!r}{en}", f"entrée inconnue : {where!r}{fr}", where=where)
    en, fr = words(first)
    more = len(details) - 1
    return InvalidInput(
        f"{where}{en}" + (f" (and {more} more)" if more else ""),
        f"{where}{fr}" + (f" (et {more} autre{'s' if more > 1 else ''})" if more else ""),
        where=where,
    )


def _path(loc: tuple[int | str, ...]) -> str:
    path = ""
    for step in loc[:-1] if loc and loc[-1] in UNION_TAGS else loc:
        path += f"[{step}]" if isinstance(step, int) else f".{step}"
    return path.removeprefix(".") or "inputs"


def _known_names(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    current = model
    for step in loc:
        field = current.model_fields.get(str(step))
        current = (_model_within(field.annotation) if field else None) or current
    return list(current.model_fields)


def _model_within(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_within(part))), None)


def _kind(data: object) -> tuple[str, str]:
    if isinstance(data, list):
        return "a list", "une liste"
    if isinstance(data, str):
        return "a text", "un texte"
    return ("nothing", "rien") if data is None else ("a number", "un nombre")
