"""How a whole answer is kept: one figure a line, sorted, without what changes at each build."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DIGITS = 6
"""Significant digits of a figure: a change of the model shows, the last bits of a sum do not."""

LONG, YEARS = 10, (1, 2, 5, 10, 20, 30, 40)
"""A series with more values than that is told at these years, and at the last one."""

Answer = Mapping[str, Any]


def kept(envelope: Answer) -> dict[str, Any]:
    """Return what a snapshot keeps of an answer: every figure, every factor, every notice."""
    return {
        "process": envelope["process"],
        "indicators": {each["id"]: _indicator(each) for each in envelope["indicators"]},
        "breakdown": {_place(each): _row(each) for each in envelope["breakdown"]},
        "timeline": _timeline(envelope["timeline"]),
        "coverage": {name: _number(envelope["coverage"][name]) for name in ("share", "inside", "evaluated")},
        "fitness": envelope["fitness"]["verdict"],
        "warnings": sorted({each["code"] for each in envelope["warnings"]}),
        "doubt": {each["source"]: f"{each['share']:.3f}" for each in envelope["uncertainty"]["shares"][:5]},
        "factors": {
            each["id"]: f"{each['day'] or _number(each['value'])} {each['unit']}"
            for each in envelope["factors"]
        },
        "features": {each["id"]: _total(each) for each in envelope["features"] or ()},
        "ranking": [_ranked(each) for each in (envelope["ranking"] or ())],
    }


def text(answers: Mapping[str, Answer]) -> str:
    """Return the file of a persona, by case, in the same order whatever the order of the answers."""
    found = {
        name: {key: value for key, value in kept(each).items() if value} for name, each in answers.items()
    }
    return json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def path_of(persona: str) -> Path:
    """Return where the snapshot of a persona is kept."""
    return Path(__file__).with_name(f"{persona}.json")


def _indicator(each: Answer) -> str:
    said = [_figure(each), each["scope"] or "", each["horizon"] or "", "partial" if each["partial"] else ""]
    return " | ".join(part for part in said if part)


def _place(each: Answer) -> str:
    return (
        f"{each['item']} {each['pool']}"
        if each["pool"] and each["pool"] not in each["item"]
        else each["item"]
    )


def _row(each: Answer) -> str:
    area = "" if each["area"] is None else f" | {_number(each['area'])} ha"
    return f"{_figure(each)}{area} | {', '.join(each['indicators'])}"


def _figure(each: Answer) -> str:
    if each["value"] is None:
        return f"null {each['unit']}"
    bounds = "" if each["low"] is None else f" [{_number(each['low'])}; {_number(each['high'])}]"
    return f"{_number(each['value'])}{bounds} {each['unit']}"


def _timeline(points: list[Answer]) -> dict[str, str]:
    """By item, the value of each year; a value that repeats is told once with its years."""
    by_item: dict[str, list[tuple[int, str]]] = {}
    for point in points:
        by_item.setdefault(point["item"], []).append((point["year"], _number(point["value"])))
    return {item: "; ".join(_runs(years)) for item, years in by_item.items()}


def _runs(years: list[tuple[int, str]]) -> list[str]:
    runs: list[list[Any]] = []
    for year, value in sorted(years):
        if runs and runs[-1][2] == value and runs[-1][1] == year - 1:
            runs[-1][1] = year
        else:
            runs.append([year, year, value])
    if len(runs) > LONG:
        runs = [run for run in runs if run[0] in YEARS or run is runs[-1]]
    return [
        f"{first}: {value}" if first == last else f"{first}-{last}: {value}" for first, last, value in runs
    ]


def _total(feature: Answer) -> str:
    return _figure(next(each for each in feature["indicators"] if each["id"] == "total"))


def _ranked(each: Answer) -> str:
    figures = [f"{name}={_number(value)}" for name, value in sorted(each.items()) if isinstance(value, float)]
    return ", ".join([str(each.get("id")), *figures])


def _number(value: float | None) -> str:
    if value is None:
        return "null"
    return f"{value:.{DIGITS}g}" if abs(value) > 1e-9 else "0"
