"""Which charts does a report show? Numbers with their labels, whoever draws them."""

from collections.abc import Iterable, Mapping, Sequence
from math import ceil, floor, fsum, log10
from typing import Any

from estran.assessments.envelope import BreakdownRow, Envelope, TimelinePoint, VarianceShare
from estran.assessments.report.blocks import Chart
from estran.assessments.report.material import amount, figure
from estran.assessments.report.numbers import written
from estran.assessments.report.wording import Amount, Voice

BARS = 8
"""Bars of a chart, at most: the rest stands together."""

SEGMENTS = 5
"""Parts of the bar of doubt, at most."""

TICKS = 5
"""About as many marks on an axis."""

NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
"""A mark is one of these, times a power of ten."""

SUMS = frozenset({"total", "cumulated"})
"""Items of a timeline that hold others."""


def ticks(low: float, high: float, language: str) -> list[dict[str, Any]]:
    """Return round marks that hold two numbers between them, with their labels.

    Example:
        >>> [mark["label"] for mark in ticks(-200.0, 7_500.0, "en")]
        ['−2,000', '0', '2,000', '4,000', '6,000', '8,000']
    """
    span = (high - low) or abs(high) or 1.0
    power = 10.0 ** floor(log10(span / TICKS))
    step = next(each * power for each in NICE if each * power >= span / TICKS * (1 - 1e-9))
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    decimals = min(0, floor(log10(step) + 1e-9) - (0 if (step / power) != 2.5 else 1))
    return [
        {"at": number * step, "label": written(number * step, decimals, language)}
        for number in range(first, last + 1)
    ]


def counted(rows: Iterable[BreakdownRow]) -> list[BreakdownRow]:
    """Return the rows that weigh something, the largest first."""
    return sorted((row for row in rows if row.value), key=lambda row: -abs(row.value or 0.0))


def gross_emissions(rows: Iterable[BreakdownRow]) -> float:
    """Return the sum of what is emitted."""
    return fsum(max(row.value or 0.0, 0.0) for row in rows)


def items_chart(
    rows: Sequence[BreakdownRow], voice: Voice, *, subtitle: str, confidence: float
) -> Chart | None:
    """Return the bars of the items, the largest first; None when nothing weighs."""
    heavy = counted(rows)
    if not heavy:
        return None
    shown = heavy if len(heavy) <= BARS else heavy[: BARS - 1]
    is_effect = is_emission(heavy[0].unit)
    bars = [_bar(voice.text(row.title), amount(row), voice, is_signed=is_effect) for row in shown]
    rest = heavy[len(shown) :]
    if rest:
        label = voice.say(f"Autres ({len(rest)})", f"Others ({len(rest)})")
        value = fsum(row.value or 0.0 for row in rest)
        bars.append(_bar(label, Amount(value, None, None, rest[0].unit), voice, is_signed=is_effect))
    lacking = list(dict.fromkeys(voice.text(row.title) for row in rows if row.value is None))
    return Chart(
        name="bars",
        title=_leading(heavy, voice),
        subtitle=subtitle,
        alt=_alt(bars, voice),
        data={
            "bars": bars,
            "ticks": _axis(bars, voice),
            "lacking": lacking,
            "lacking_title": voice.say("Non évalué :", "Not evaluated:"),
        },
        caption=interval_caption(confidence, voice, is_effect=is_effect),
    )


def waterfall_chart(
    rows: Sequence[BreakdownRow], envelope: Envelope, voice: Voice, *, subtitle: str
) -> Chart | None:
    """Return how the items lead from the site without the project to the site with it."""
    heavy = counted(rows)
    total = figure(envelope, "total")
    if not heavy or total is None or total.value is None:
        return None
    emitted = [row for row in heavy if (row.value or 0.0) > 0.0]
    removed = [row for row in heavy if (row.value or 0.0) < 0.0]
    start = voice.say("Sans projet", "Without project")
    steps: list[dict[str, Any]] = [_step(start, 0.0, 0.0, "0", "total")]
    level = 0.0
    for row in (*emitted, *removed):
        value = row.value or 0.0
        kind = "emission" if value > 0 else "removal"
        said = voice.number(amount(row), is_signed=True)
        steps.append(_step(voice.text(row.title), level, level + value, said, kind))
        level += value
    end = voice.say("Avec projet", "With project")
    last = _step(end, 0.0, total.value, voice.number(amount(total), is_signed=True), "total")
    steps.append(last | {"low": total.low, "high": total.high})
    ends = [
        each for step in steps for each in (step["start"], step["end"], step.get("low"), step.get("high"))
    ]
    known = [each for each in ends if each is not None]
    title = voice.say(
        "Du site sans projet au site avec projet, poste par poste",
        "From the site without the project to the site with it, item by item",
    )
    return Chart(
        name="waterfall",
        title=title,
        subtitle=subtitle,
        alt=f"{title}. " + voice.say(" ; ", "; ").join(f"{step['label']} {step['text']}" for step in steps),
        data={"steps": steps, "ticks": ticks(min([0.0, *known]), max([0.0, *known]), voice.language)},
        caption=voice.say(
            "Trait noir : intervalle du total, le seul qui soit donné ici. Aplat : émission ; hachures : "
            "absorption.",
            "Black line: interval of the total, the only one given here. Solid: emission; hatched: removal.",
        ),
    )


def yearly(timeline: Iterable[TimelinePoint]) -> dict[int, float]:
    """Return the sum of each year, in order; what has already added up is not summed again."""
    years: dict[int, list[float]] = {}
    for point in timeline:
        if point.item in SUMS:
            continue
        years.setdefault(point.year, []).append(point.value or 0.0)
    return {year: fsum(values) for year, values in sorted(years.items())}


def timeline_chart(envelope: Envelope, years: int, balance_year: int | None, voice: Voice) -> Chart | None:
    """Return what has accumulated year after year, with the interval of the end."""
    sums, total = yearly(envelope.timeline), figure(envelope, "total")
    if not sums or total is None or total.value is None:
        return None
    level, points = 0.0, [{"x": 0.0, "y": 0.0}]
    for year in range(1, years + 1):
        level += sums.get(year, 0.0)
        points.append({"x": float(year), "y": level})
    heights = [point["y"] for point in points]
    low, high = total.low, total.high
    bounds = [0.0, *heights, *([low, high] if low is not None and high is not None else [])]
    first = points[1]["y"]
    share = first / total.value if total.value else 0.0
    title = (
        voice.say(
            f"La première année pèse {voice.share(share)} du total sur {years} ans",
            f"The first year is {voice.share(share)} of the total over {years} years",
        )
        if 0.0 < share <= 1.0
        else voice.say("Cumul année par année", "Accumulated year after year")
    )
    marks = (
        [{"x": float(balance_year), "label": voice.say("équilibre des sols", "soils in balance")}]
        if balance_year and balance_year < years
        else []
    )
    return Chart(
        name="timeline",
        title=title,
        subtitle=voice.say(
            f"Effet cumulé du projet, {voice.unit(total.unit)}, années 1 à {years}",
            f"Accumulated effect of the project, {voice.unit(total.unit)}, years 1 to {years}",
        ),
        alt=title,
        data={
            "points": points,
            "end": {
                "value": total.value,
                "low": low,
                "high": high,
                "text": voice.number(amount(total), is_signed=True),
            },
            "first": {"value": first, "text": voice.say("1re année", "year 1")},
            "marks": marks,
            "years": list(range(0, years + 1, 10 if years > 20 else 5)),
            "years_title": voice.say("années après l'ouverture du chantier", "years after works begin"),
            "ticks": ticks(min(bounds), max(bounds), voice.language),
        },
        caption=voice.say(
            "Projection à facteurs constants ; trait noir : intervalle du total en fin d'horizon.",
            "Projection with constant factors; black line: interval of the total at the end.",
        ),
    )


def doubt_chart(shares: Sequence[VarianceShare], voice: Voice) -> Chart | None:
    """Return where the doubt of the total comes from."""
    if not shares:
        return None
    parts = [
        (voice.text(each.title) if each.title else each.source, each.share) for each in shares[:SEGMENTS]
    ]
    if len(shares) > SEGMENTS:
        parts = parts[: SEGMENTS - 1]
        parts.append((voice.say("autres sources", "other sources"), 1.0 - fsum(share for _, share in parts)))
    segments = [
        {"label": label, "share": share, "text": voice.share(share)} for label, share in parts if share > 0
    ]
    first = voice.text(shares[0].title) if shares[0].title else shares[0].source
    return Chart(
        name="doubt",
        title=voice.say(
            f"{voice.share(shares[0].share)} du doute vient de : {first}",
            f"{voice.share(shares[0].share)} of the doubt comes from: {first}",
        ),
        subtitle=voice.say("Part de la variance du total, en %", "Share of the variance of the total, in %"),
        alt=voice.say(" ; ", "; ").join(f"{each['label']} : {each['text']}" for each in segments),
        data={"segments": segments},
    )


def variants_chart(
    differences: Sequence[tuple[str, Amount]], reference: str, voice: Voice, *, subtitle: str
) -> Chart | None:
    """Return the difference of each variant with the reference, around zero."""
    rows = [_bar(label, each, voice) for label, each in differences if each.value is not None]
    if not rows:
        return None
    title = voice.say(
        f"Écart de chaque variante avec {reference}", f"Difference of each variant with {reference}"
    )
    return Chart(
        name="dots",
        title=title,
        subtitle=subtitle,
        alt=_alt(rows, voice),
        data={"bars": rows, "ticks": _axis(rows, voice)},
        caption=voice.say(
            "À gauche de zéro, la variante émet moins. L'intervalle est celui de l'écart : ce que les "
            "variantes "
            "ont en commun s'annule.",
            "Left of zero, the variant emits less. The interval is that of the difference: what "
            "variants share "
            "cancels.",
        ),
    )


def path_chart(trajectory: Envelope, voice: Voice) -> Chart | None:
    """Return the path of the territory: what was observed, what is aimed at."""
    series: dict[str, list[TimelinePoint]] = {}
    for point in trajectory.timeline:
        series.setdefault(point.item, []).append(point)
    target = series.get("target_linear", [])
    seen = [(name, points) for name, points in series.items() if not name.startswith(("target", "gap."))]
    if not target:
        return None
    mega = 1e6
    values = [(point.value or 0.0) / mega for points in (target, *(p for _, p in seen)) for point in points]
    years = [point.year for points in (target, *(p for _, p in seen)) for point in points]
    return Chart(
        name="path",
        title=_gap_title(trajectory, voice),
        subtitle=voice.say(
            f"MtCO2e/an, {min(years)} à {max(years)}", f"MtCO2e/yr, {min(years)} to {max(years)}"
        ),
        alt=voice.say(" ; ", "; ").join(
            f"{voice.text(each.title)} : {voice.figure(amount(each))}"
            for each in trajectory.indicators
            if each.id.startswith(("target_", "observed_"))
        ),
        data={
            "target": {"label": voice.say("visé", "target"), "points": [_dot(p, mega) for p in target]},
            "seen": [
                {"label": voice.text(points[0].title), "points": [_dot(p, mega) for p in points]}
                for _, points in seen
            ],
            "years": [min(years), max(years)],
            "year_marks": [min(years), *(y for y in range(min(years) + 2, max(years) + 1) if y % 5 == 0)],
            "ticks": ticks(min([0.0, *values]), max(values), voice.language),
        },
        caption=voice.text(trajectory.warnings[0].message) if trajectory.warnings else "",
    )


def interval_caption(confidence: float, voice: Voice, *, is_effect: bool) -> str:
    """Return what the whiskers, and the fills of an effect, mean."""
    chances = f"{100 * confidence:.0f}"
    fills_fr, fills_en = (
        (" Aplat : émission ; hachures : absorption.", " Solid: emission; hatched: removal.")
        if is_effect
        else ("", "")
    )
    return voice.say(
        f"Trait noir : intervalle à {chances} %.{fills_fr} Les totaux sont calculés avant arrondi.",
        f"Black line: {chances}% interval.{fills_en} Totals are computed before rounding.",
    )


def _leading(heavy: Sequence[BreakdownRow], voice: Voice) -> str:
    whole = gross_emissions(heavy)
    emitted = [row for row in heavy if (row.value or 0.0) > 0.0]
    if not emitted or whole <= 0.0:
        return voice.say("Ce qui pèse, poste par poste", "What weighs, item by item")
    first = emitted[0]
    share = voice.share((first.value or 0.0) / whole)
    title = voice.text(first.title)
    of_fr, of_en = (
        ("des émissions brutes", "gross emissions")
        if is_emission(first.unit)
        else ("de l'ensemble", "the whole")
    )
    return voice.say(
        f"{title} : premier poste, {share} {of_fr}", f"{title}: largest item, {share} of {of_en}"
    )


def is_emission(unit: str) -> bool:
    """Tell whether a unit is one of emissions: their sign says whether they are emitted or removed."""
    return "CO2" in unit


def _gap_title(trajectory: Envelope, voice: Voice) -> str:
    gap = figure(trajectory, "gap_latest")
    if gap is None or gap.value is None:
        return voice.say("La trajectoire du territoire", "The path of the territory")
    said = voice.figure(amount(gap), is_signed=True)
    return voice.say(f"{gap.title.fr} : {said}", f"{gap.title.en}: {said}")


def _bar(label: str, each: Amount, voice: Voice, *, is_signed: bool = True) -> dict[str, Any]:
    return {
        "label": label,
        "value": each.value,
        "low": each.low,
        "high": each.high,
        "text": voice.number(each, is_signed=is_signed),
        "bounds": voice.bounds(each),
        "kind": "removal" if _leans(each) < 0.0 else "emission",
    }


def _leans(each: Amount) -> float:
    """The sign of an amount; that of the longer side of its interval when it is zero."""
    return each.value or (each.low or 0.0) + (each.high or 0.0)


def _axis(bars: Iterable[Mapping[str, Any]], voice: Voice) -> list[dict[str, Any]]:
    ends = [each for bar in bars for each in (bar["value"], bar["low"], bar["high"]) if each is not None]
    return ticks(min([0.0, *ends]), max([0.0, *ends]), voice.language)


def _alt(bars: Iterable[Mapping[str, Any]], voice: Voice) -> str:
    return voice.say(" ; ", "; ").join(f"{bar['label']} {bar['text']} {bar['bounds']}" for bar in bars)


def _step(label: str, start: float, end: float, text: str, kind: str) -> dict[str, Any]:
    return {"label": label, "start": start, "end": end, "text": text, "kind": kind}


def _dot(point: TimelinePoint, scale: float) -> dict[str, float]:
    return {"x": float(point.year), "y": (point.value or 0.0) / scale}
