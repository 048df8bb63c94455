"""Is this execution request one that the process can run? Asked before anything starts.

A process that has a `validate(data)` method is asked itself. For any other one the request is held
against the inputs that its description declares.
"""

import difflib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from pygeoapi.process.base import BaseProcessor
from referencing import Registry
from referencing.exceptions import Unresolvable

from estran.carbon.errors import InvalidInput

_LONGEST_QUOTE = 60
_DEEPEST = 100


def check_inputs(processor: BaseProcessor, data: object) -> dict[str, Any]:
    """Return the inputs when the process can run on them.

    Raises:
        InvalidInput: the inputs are not an object, hold a NaN, or are not what the process declares.
    """
    inputs = _object(data, "inputs")
    _refuse_non_finite(inputs)
    validate = getattr(processor, "validate", None)
    if callable(validate):
        validate(inputs)
    else:
        _check_declared(inputs, processor.metadata.get("inputs", {}))
    return inputs


def check_outputs(outputs: object, declared: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the requested outputs, None meaning all.

    Raises:
        InvalidInput: an output is unknown or asked for in a way that is not offered.
    """
    if outputs is None:
        return None
    requested = _object(outputs, "outputs")
    for name, wish in requested.items():
        _check_name(name, list(declared), "outputs", en="output", fr="sortie")
        if _object(wish, f"outputs.{name}").get("transmissionMode", "value") != "value":
            raise InvalidInput(
                f"outputs.{name}.transmissionMode: only `value` is offered",
                f"outputs.{name}.transmissionMode : seul `value` est offert",
                where=f"outputs.{name}.transmissionMode",
            )
    return requested or None


def check_response(response: object, subscriber: object) -> bool:
    """Return True when the response is to be a document keyed by output, False when it is raw.

    Raises:
        InvalidInput: `response` is something else, or a callback is asked for.
    """
    if subscriber is not None:
        raise InvalidInput(
            "subscriber: callbacks are not offered; ask for the state of the job at its `Location`",
            "subscriber : les rappels ne sont pas offerts ; demandez l'état du calcul à sa `Location`",
            where="subscriber",
        )
    if response not in ("raw", "document"):
        raise InvalidInput(
            f"response is {_quote(response)}; choose `raw` or `document`",
            f"response vaut {_quote(response)} ; choisissez `raw` ou `document`",
            where="response",
        )
    return response == "document"


def _object(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidInput(
            f"{where} must be a JSON object, not {_quote(value)}",
            f"{where} doit être un objet JSON, et non {_quote(value)}",
            where=where,
        )
    return value


def _check_name(name: str, known: Sequence[str], where: str, *, en: str, fr: str) -> None:
    if name in known:
        return
    near = difflib.get_close_matches(name, known, n=1)
    hint_en = f"did you mean `{near[0]}`?" if near else f"choose from {', '.join(known) or 'none'}"
    hint_fr = (
        f"vouliez-vous dire `{near[0]}` ?" if near else f"choisissez parmi {', '.join(known) or 'aucun'}"
    )
    raise InvalidInput(
        f"unknown {en} {_quote(name)}; {hint_en}",
        f"{fr} inconnue : {_quote(name)} ; {hint_fr}",
        where=f"{where}.{name}",
    )


def _check_declared(inputs: Mapping[str, Any], declared: Mapping[str, Any]) -> None:
    for name in inputs:
        _check_name(name, list(declared), "inputs", en="input", fr="entrée")
    for name, description in declared.items():
        if name in inputs:
            _check_value(inputs[name], description, f"inputs.{name}")
        elif int(description.get("minOccurs", 1)) > 0:
            raise InvalidInput(
                f"the input `{name}` is missing", f"l'entrée `{name}` manque", where=f"inputs.{name}"
            )


def _check_value(value: Any, description: Mapping[str, Any], where: str) -> None:
    is_many = description.get("maxOccurs", 1) not in (0, 1) and isinstance(value, list)
    least, most = int(description.get("minOccurs", 1)), description.get("maxOccurs", 1)
    if is_many and (len(value) < least or (isinstance(most, int) and len(value) > most)):
        raise InvalidInput(
            f"{where} has {len(value)} values; give {least} to {most}",
            f"{where} a {len(value)} valeurs ; donnez-en de {least} à {most}",
            where=where,
        )
    schema = description.get("schema", {})
    for position, item in enumerate(value if is_many else [value]):
        _check_schema(item, schema, f"{where}[{position}]" if is_many else where)


def _check_schema(value: Any, schema: Mapping[str, Any], where: str) -> None:
    if isinstance(value, dict) and "href" in value:
        return
    qualified = isinstance(value, dict) and "value" in value
    candidates = [value, value["value"]] if qualified else [value]
    errors = [_first_fault(candidate, schema) for candidate in candidates]
    if None in errors:
        return
    fault = errors[0]
    assert fault is not None  # noqa: S101 - for the type checker: None was returned on above
    place = where + "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in fault.absolute_path)
    rule = f"{fault.validator}: {_quote(fault.validator_value)}"
    raise InvalidInput(
        f"{place} is {_quote(fault.instance)}, which breaks its schema ({rule})",
        f"{place} vaut {_quote(fault.instance)}, contraire à son schéma ({rule})",
        where=place,
    )


def _first_fault(value: Any, schema: Mapping[str, Any]) -> ValidationError | None:
    """Return the first fault; a schema that points outside itself is not followed and finds none."""
    validator = Draft202012Validator(dict(schema), registry=Registry())
    try:
        return next(validator.iter_errors(value), None)
    except Unresolvable:
        return None


def _refuse_non_finite(inputs: Mapping[str, Any]) -> None:
    """Refuse NaN, Infinity and endless nesting; a walk in Python, which lets other threads run."""
    waiting: list[tuple[Any, int]] = [(inputs, 1)]
    while waiting:
        container, depth = waiting.pop()
        if depth > _DEEPEST:
            raise InvalidInput(
                f"inputs are nested more than {_DEEPEST} deep",
                f"inputs est imbriqué sur plus de {_DEEPEST} niveaux",
                where="inputs",
            )
        for item in container.values() if isinstance(container, dict) else container:
            if isinstance(item, float):
                if not math.isfinite(item):
                    _refuse_number(*next(_non_finite(inputs, "inputs")))
            elif isinstance(item, list | dict):
                waiting.append((item, depth + 1))


def _refuse_number(place: str, number: float) -> None:
    raise InvalidInput(
        f"{place} is {number}; only finite numbers are JSON",
        f"{place} vaut {number} ; seuls les nombres finis sont du JSON",
        where=place,
    )


def _non_finite(value: Any, place: str) -> Iterator[tuple[str, float]]:
    if isinstance(value, float) and not math.isfinite(value):
        yield place, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _non_finite(item, f"{place}.{key}")
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _non_finite(item, f"{place}[{position}]")


def _quote(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"
