"""What was entered, in words? Each input with its title, its value, its unit and its origin."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from estran.assessments.input_words import choice_titles
from estran.assessments.report.typography import lowered
from estran.assessments.report.wording import Voice

LONGEST = 300
"""Characters of a value, at most: a geometry is told by its type."""


def answered_inputs(
    model: BaseModel, voice: Voice, *, names: Sequence[str] = ()
) -> list[tuple[str, str, str]]:
    """Return the inputs of a model: title, value, and whether it was entered or is a default.

    Args:
        model: The inputs.
        voice: Language.
        names: Those to tell; none means all.
    """
    return [row for name, row in _rows(model, voice) if not names or name in names]


def _rows(model: BaseModel, voice: Voice) -> Iterator[tuple[str, tuple[str, str, str]]]:
    for name, described in type(model).model_fields.items():
        if name in {"geometry", "crs", "name"}:
            continue
        value = getattr(model, name, described.get_default(call_default_factory=True))
        default = described.get_default(call_default_factory=True)
        extra = described.json_schema_extra if isinstance(described.json_schema_extra, dict) else {}
        is_default = value == default
        yield (
            name,
            (
                _title(name, described.title, extra, voice),
                _value(name, value, extra, voice, is_default=is_default),
                _origin(extra, voice, is_default=is_default),
            ),
        )


def _title(name: str, title: str | None, extra: Mapping[str, Any], voice: Voice) -> str:
    return voice.say(str(extra.get("x-title-fr", title or name)), title or name)


def _origin(extra: Mapping[str, Any], voice: Voice, *, is_default: bool) -> str:
    if not is_default:
        return voice.say("saisie", "entered")
    source = extra.get("x-default")
    return voice.say("par défaut", "default") + (f" ({source})" if source else "")


def _value(name: str, value: Any, extra: Mapping[str, Any], voice: Voice, *, is_default: bool) -> str:
    if value is None or (is_default and value in ((), {}, 0.0)):
        return voice.say("valeur par défaut", "default value") if extra.get("x-default") else "–"
    said = _said(name, value, extra.get("x-unit"), voice)
    return said if len(said) <= LONGEST else said[: LONGEST - 1] + "…"


def _said(name: str, value: Any, unit: Any, voice: Voice) -> str:
    if isinstance(value, bool):
        return voice.say("oui", "yes") if value else voice.say("non", "no")
    if isinstance(value, int) and not unit:
        return str(value)
    if isinstance(value, int | float):
        return voice.exact(float(value), str(unit) if unit else "")
    if isinstance(value, BaseModel):
        return _object(value, voice)
    if isinstance(value, Mapping):
        parts = (f"{_word(name, key, voice)} {_said(name, part, unit, voice)}" for key, part in value.items())
        return voice.say(" ; ", "; ").join(parts)
    if isinstance(value, tuple | list):
        return voice.say(" ; ", "; ").join(_said(name, part, unit, voice) for part in value)
    return _word(name, str(value), voice)


def _object(model: BaseModel, voice: Voice) -> str:
    """The fields that were set, with their titles."""
    parts = []
    for name in model.model_fields_set:
        described = type(model).model_fields[name]
        extra = described.json_schema_extra if isinstance(described.json_schema_extra, dict) else {}
        value = getattr(model, name)
        if value is None:
            continue
        parts.append((list(type(model).model_fields).index(name), name, described.title, extra, value))
    said = [
        f"{lowered(_title(name, title, extra, voice))} {_said(name, value, extra.get('x-unit'), voice)}"
        for _, name, title, extra, value in sorted(parts, key=lambda part: part[0])
    ]
    return ", ".join(said) or "–"


def _word(name: str, code: str, voice: Voice) -> str:
    """A choice of a field in words, else as it is."""
    title = choice_titles(name).get(code)
    return lowered(voice.text(title)) if title else code
