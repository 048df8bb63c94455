"""What becomes of the registry when somebody prefers another value? Checked, told, part of the version."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict

from estran.carbon.errors import InvalidInput, UnknownFactor
from estran.factors.documents import Doubts, read_document
from estran.factors.entries import Entry
from estran.factors.factor import Factor, Gap, Override, Overrider, overridden


def changed_entries(
    overrides: Mapping[str, Override], *, find: Callable[[str], Entry], by: Overrider
) -> dict[str, Entry]:
    """Return the factors with their preferred values; a row without value may be given one.

    Args:
        overrides: Preferred values by identifier.
        find: Gives the factor of the registry.
        by: Who prefers them.

    Raises:
        InvalidInput: an unknown identifier, a mean, or bounds that do not enclose their value.
    """
    doubts = read_document("uncertainty", Doubts)
    kind = doubts.override_range
    return {
        identifier: overridden(
            _overridable(identifier, find),
            override,
            kind=kind,
            width_sd=doubts.range_width_sd[kind],
            by=by,
        )
        for identifier, override in overrides.items()
    }


def overrides_digest(overrides: Mapping[str, Override]) -> str:
    """Return the start of the SHA-256 of preferred values, whatever their order."""
    values = {identifier: asdict(override) for identifier, override in overrides.items()}
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:12]


def _overridable(identifier: str, find: Callable[[str], Entry]) -> Factor:
    where = f"overrides.{identifier}"
    if "+" in identifier:
        raise InvalidInput(
            f"{identifier} is a mean; override its parts",
            f"{identifier} est une moyenne ; remplacez ses termes",
            where=where,
        )
    try:
        entry = find(identifier)
    except UnknownFactor as error:
        raise InvalidInput(error.en, error.fr, where=where) from error
    factor = entry.factor if isinstance(entry, Gap) else entry
    if factor is None:
        raise InvalidInput(
            f"{identifier} cannot be overridden", f"{identifier} ne peut être remplacé", where=where
        )
    return factor
