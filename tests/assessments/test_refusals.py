"""Whatever pydantic can find wrong in the inputs of a process is said in French and in English."""

import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import ValidationError
from pydantic_core.core_schema import ErrorType

from estran.assessments.refusals import BILINGUAL, LENGTHS, LIMITS, WORDS, words
from estran.assessments.request import read_request
from estran.carbon.errors import InvalidInput
from estran.processes.catalogue import process_classes

PROCESSES = sorted(process_classes())

WRONG: tuple[Any, ...] = (
    None, True, "", "abc", "x" * 1_000, "2027-13-45", "2027-01-31T12:00:00", -1, 0, 1.5, 10**30, 1e300,
    float("nan"), float("inf"), "1" * 5_000, [], [None], ["abc"] * 2_000, {}, {"abc": "abc"},
    [{}], [{"abc": 1}], {"abc": {"abc": 1}},
)  # fmt: skip
"""Values of every type, too short, too long, too small, too large, not finite, wrong inside."""

RAISED_BY: dict[str, tuple[str, ...]] = {
    "any": (),
    "nullable": (),
    "default": (),
    "union": (),
    "model": ("model_type",),
    "model-fields": ("missing", "extra_forbidden", "model_attributes_type"),
    "dict": ("dict_type",),
    "list": ("list_type", "too_short", "too_long"),
    "tuple": ("tuple_type", "too_short", "too_long"),
    "str": ("string_type", "string_too_short", "string_too_long"),
    "bool": ("bool_type", "bool_parsing"),
    "int": ("int_type", "int_parsing", "int_from_float", "int_parsing_size", *LIMITS),
    "float": ("float_type", "float_parsing", "finite_number", *LIMITS),
    "literal": ("literal_error",),
    "date": (
        "date_type",
        "date_parsing",
        "date_from_datetime_parsing",
        "date_from_datetime_inexact",
    ),
    "function-after": (BILINGUAL,),
    "no-info": (),
}
"""Kind of node of a pydantic schema -> the errors it raises."""

ENGLISH = re.compile(
    r"\b(must|should|input|valid|at least|at most|character|element|list|text|number|greater|less|"
    r"than|missing|known|date in|because|finite|whole)\b"
)


def nodes(schema: Any) -> Iterator[str]:
    """Every kind of node of a schema."""
    if isinstance(schema, dict):
        kind = schema.get("type")
        if isinstance(kind, str) and kind not in ("model-field", "definition-ref"):
            yield kind
        for name, part in schema.items():
            if name not in ("metadata", "serialization", "cls", "config", "expected", "default"):
                yield from nodes(part)
    elif isinstance(schema, list | tuple):
        for part in schema:
            yield from nodes(part)


def paths(model: Any, prefix: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every input of a model, those inside its parts too."""
    for name, field in model.model_fields.items():
        yield (*prefix, name)
        found = inner(field.annotation)
        if found is not None and len(prefix) < 4:
            wrap = (0,) if found[1] else ()
            yield from paths(found[0], (*prefix, name, *wrap))


def inner(annotation: Any) -> tuple[Any, bool] | None:
    if hasattr(annotation, "model_fields"):
        return annotation, False
    arguments = getattr(annotation, "__args__", ())
    for part in arguments:
        if part is not str and (found := inner(part)):
            return found[0], found[1] or getattr(annotation, "__origin__", None) in (list, tuple)
    return None


def at(path: tuple[Any, ...], value: Any) -> Any:
    """Inputs that hold a value at a path and nothing else."""
    for step in reversed(path):
        value = [value] if step == 0 else {step: value}
    return value


@pytest.mark.parametrize("process", PROCESSES)
def test_every_error_that_a_model_can_raise_has_words(process: str) -> None:
    known = {*WORDS, *LIMITS, *LENGTHS, "literal_error", BILINGUAL}
    kinds = set(nodes(process_classes()[process].request.__pydantic_core_schema__))
    assert kinds <= set(RAISED_BY), "a kind of node whose errors nobody has listed"
    assert {error for kind in kinds for error in RAISED_BY[kind]} <= known


def test_the_names_of_the_errors_are_those_of_pydantic() -> None:
    real = set(get_args(ErrorType))
    assert {*WORDS, *LIMITS, *LENGTHS} <= real


@pytest.mark.parametrize("process", PROCESSES)
def test_wrong_inputs_are_refused_in_french(process: str) -> None:
    model = process_classes()[process].request
    met = set()
    for path in paths(model):
        for value in WRONG:
            try:
                model.model_validate(at(path, value))
            except ValidationError as error:
                for detail in error.errors(include_url=False):
                    met.add(detail["type"])
                    english, french = words(detail)
                    quoted = re.sub(r"'[^']*'|`[^`]*`", "", french)
                    assert not ENGLISH.search(quoted), (path, value, french)
                    assert "is not valid" not in english, (detail["type"], english)
    assert met >= {"missing", "string_type", "float_parsing", "literal_error", "extra_forbidden"}


LOT = {"material": "steel", "quantity_t_per_year": 1, "longitude": -1.1, "latitude": 46.1}


@pytest.mark.parametrize(
    ("process", "inputs", "fr"),
    [
        (
            "material-exchange",
            {"offers": [{**LOT, "start": "31/01/2027"}], "needs": [LOT]},
            "offers[0].start doit être une date, comme 2027-01-31",
        ),
        (
            "material-exchange",
            {"offers": [{**LOT, "start": "2027-01-31T12:00:00"}], "needs": [LOT]},
            "offers[0].start doit être une date sans heure, comme 2027-01-31",
        ),
        (
            "carbon-stock",
            {"geometry": {}, "overrides": {"a": {"value": 1, "reason": "x" * 501}}},
            "overrides.a.reason doit avoir au plus 500 caractères",
        ),
        (
            "carbon-stock",
            {"geometry": {}, "draws": 200_000},
            "draws doit valoir au plus 100\u202f000 ; la valeur est 200000",
        ),
        ("carbon-stock", {"geometry": {}, "seed": 1.5}, "seed doit être un nombre entier"),
        (
            "compare-scenarios",
            {"geometry": {}, "variants": [{"name": "A"}]},
            "variants doit avoir au moins 2 éléments ; il y en a 1",
        ),
        (
            "solar-potential",
            {"geometry": {}, "surfaces": ["roofs", "roofs"]},
            "inputs : surfaces : chacune une fois",
        ),
        (
            "territory-trajectory",
            {"base": {"year": 2019, "value": 1, "low": 2, "high": 3}},
            "base : il faut low <= value <= high",
        ),
    ],
)
def test_some_words(process: str, inputs: dict[str, Any], fr: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_request(process_classes()[process].request, inputs)
    assert caught.value.fr.startswith(fr)
