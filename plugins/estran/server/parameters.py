"""The query parameters of a request: which are known, written once, and well formed.

pygeoapi ignores a parameter that it does not know, so a misspelt `bbox` would return the whole
layer. Here it is refused, with the nearest parameter that exists.
"""

import difflib
import math
import re
from collections.abc import Callable, Collection, Mapping

from werkzeug.datastructures import MultiDict

from estran.carbon.errors import InvalidInput

COMMON = frozenset({"f", "lang"})
PAGED = COMMON | {"limit", "offset"}
CRS_PARAMETERS = frozenset({"crs", "bbox-crs"})
ITEMS = (
    PAGED
    | CRS_PARAMETERS
    | {
        "bbox", "datetime", "properties", "sortby", "skipGeometry", "resulttype",
        "filter", "filter-lang", "filter-crs", "after",
    }
)  # fmt: skip
ITEM = COMMON | {"crs"}
COVERAGE = (
    COMMON
    | CRS_PARAMETERS
    | {
        "bbox",
        "datetime",
        "subset",
        "subset-crs",
        "properties",
        "scale-factor",
        "scale-size",
        "scale-axes",
        "scaleSize",
    }
)
MAP = (
    COMMON
    | CRS_PARAMETERS
    | {
        "bbox", "datetime", "subset", "subset-crs", "center", "center-crs", "width", "height",
        "scale-denominator", "mm-per-pixel", "bgcolor", "transparent", "void-color", "void-transparent",
    }
)  # fmt: skip
DATASET_MAP = MAP | {"collections"}
REPEATED = frozenset({"subset"})
"""Parameters that may come several times: one axis each."""

QUERYABLES = COMMON | {"properties", "profile"}
DOCUMENT = COMMON | {"ui"}
DOWNLOAD = COMMON | {"datetime"}
PLACE = frozenset(
    {
        "lang", "name", "layer", "crs", "swap", "close-lines", "repair", "keep", "merge", "simplify", "field",
        "classes",
    }
)  # fmt: skip


def checked_parameters(
    arguments: MultiDict[str, str],
    allowed: Collection[str],
    *,
    fields: Collection[str] = (),
) -> Mapping[str, str]:
    """Return the parameters of a request, each known and well formed.

    Args:
        arguments: The query as it came.
        allowed: The parameters of this resource.
        fields: The properties of the collection, which filter by their name.

    Raises:
        InvalidInput: a parameter is unknown, repeated, or badly written.
    """
    for name in arguments:
        if name not in allowed and name not in fields:
            raise _unknown(name, allowed, fields)
        if len(arguments.getlist(name)) > 1 and name not in REPEATED:
            raise InvalidInput(
                f"the parameter {name} is given {len(arguments.getlist(name))} times; give it once",
                f"le paramètre {name} est donné {len(arguments.getlist(name))} fois ; donnez-le une fois",
                where=name,
            )
    parameters = {name: ",".join(arguments.getlist(name)) for name in arguments}
    for name, check in _CHECKS.items():
        if name in parameters and name in allowed:
            check(name, parameters[name])
    return parameters


def _unknown(name: str, allowed: Collection[str], fields: Collection[str]) -> InvalidInput:
    known = [*sorted(allowed), *fields]
    lower = {candidate.lower(): candidate for candidate in known}
    near = difflib.get_close_matches(name.lower(), lower, n=1, cutoff=0.6)
    choice = ", ".join(known)
    return InvalidInput(
        f"unknown parameter {name!r}"
        + (f"; did you mean {lower[near[0]]!r}" if near else f"; choose among {choice}"),
        f"paramètre inconnu {name!r}"
        + (f" ; vouliez-vous {lower[near[0]]!r}" if near else f" ; choisissez parmi {choice}"),
        where=name,
    )


def _check_bbox(name: str, text: str) -> None:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in {4, 6}:
        raise InvalidInput(
            f"{name} must be 4 or 6 numbers separated by commas; got {text[:100]!r}",
            f"{name} doit être 4 ou 6 nombres séparés par des virgules ; reçu {text[:100]!r}",
            where=name,
        )
    if not all(map(math.isfinite, numbers)):
        raise InvalidInput(
            f"{name} must be finite numbers; got {text[:100]!r}",
            f"{name} doit être fait de nombres finis ; reçu {text[:100]!r}",
            where=name,
        )
    half = len(numbers) // 2
    lowest, highest = numbers[:half], numbers[half:]
    for axis in range(1, half):
        if lowest[axis] > highest[axis]:
            letter = "xyz"[axis]
            raise InvalidInput(
                f"in {name}, the lowest {letter}, {lowest[axis]:g}, is above the highest, {highest[axis]:g}",
                f"dans {name}, le {letter} minimal, {lowest[axis]:g}, dépasse le maximal, {highest[axis]:g}",
                where=name,
            )


def _check_integer(name: str, text: str) -> None:
    lowest = 1 if name == "limit" else 0
    if not re.fullmatch(r"[0-9]{1,18}", text, flags=re.ASCII) or int(text) < lowest:
        raise InvalidInput(
            f"{name} must be a whole number, {lowest} or more; got {text[:40]!r}",
            f"{name} doit être un entier supérieur ou égal à {lowest} ; reçu {text[:40]!r}",
            where=name,
        )


def _check_boolean(name: str, text: str) -> None:
    if text not in {"true", "false"}:
        raise InvalidInput(
            f"{name} must be true or false; got {text[:40]!r}",
            f"{name} doit être true ou false ; reçu {text[:40]!r}",
            where=name,
        )


def _check_result_type(name: str, text: str) -> None:
    if text not in {"hits", "results"}:
        raise InvalidInput(
            f"{name} must be hits or results; got {text[:40]!r}",
            f"{name} doit être hits ou results ; reçu {text[:40]!r}",
            where=name,
        )


def _check_datetime(name: str, text: str) -> None:
    parts = text.split("/")
    if len(parts) > 2 or not all(part in {"", ".."} or _INSTANT.fullmatch(part) for part in parts):
        raise InvalidInput(
            f"{name} must be a date, a date-time or an interval such as 2017-01-01/..; got {text[:80]!r}",
            f"{name} doit être une date, une date-heure ou un intervalle comme 2017-01-01/.. ;"
            f" reçu {text[:80]!r}",
            where=name,
        )
    if len(parts) == 1 and parts[0] in {"", ".."}:
        raise InvalidInput(
            f"{name} is empty; give a date or an interval",
            f"{name} est vide ; donnez une date ou un intervalle",
            where=name,
        )


_INSTANT = re.compile(
    r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])"
    r"([Tt ]([01]\d|2[0-3]):[0-5]\d(:([0-5]\d|60)(\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})?)?)?)?",
    flags=re.ASCII,
)


def _check_given(name: str, text: str) -> None:
    if not text.strip():
        raise InvalidInput(f"{name} is empty", f"{name} est vide", where=name)


_CHECKS: Mapping[str, Callable[[str, str], None]] = {
    **dict.fromkeys(("crs", "bbox-crs", "filter-crs", "sortby", "properties", "after"), _check_given),
    "bbox": _check_bbox,
    "limit": _check_integer,
    "offset": _check_integer,
    "skipGeometry": _check_boolean,
    **dict.fromkeys(("swap", "close-lines", "repair", "merge"), _check_boolean),
    "resulttype": _check_result_type,
    "datetime": _check_datetime,
}
