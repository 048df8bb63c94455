"""The style of the result of a process, on the main figure of each feature of its GeoJSON.

Results have no scale that would suit a garden and a département alike. So a flux is drawn by its sign, and
a stock by its density, which does not depend on the size of the place.
"""

from functools import cache
from importlib.resources import files

from estran.factors.plain_yaml import read_yaml
from estran.layers.settings import Bilingual, Settings
from estran.layers.styles.generated import plain_style
from estran.layers.styles.labels import bounds_label
from estran.layers.styles.palette import read_palette
from estran.layers.styles.style import Kind, Rule, Style, Symbol

PREFIX = "process-"

NOT_EVALUATED = Bilingual(fr="Non évalué", en="Not evaluated")


class ResultSettings(Settings):
    """How the result of a process is drawn.

    Attributes:
        title: What the colours tell.
        field: Property of the features.
        unit: Its unit.
        kind: What the features are.
        breaks: Bounds of the classes; without them, the sign is drawn.
    """

    title: Bilingual
    field: str | None = None
    unit: str = ""
    kind: Kind = "fill"
    breaks: tuple[float, ...] = ()


def result_style(process: str) -> Style:
    """Return the style of the result of a process; a plain one for a process that nobody described."""
    identifier = f"{PREFIX}{process}"
    settings = _written().get(process)
    if settings is None or settings.field is None:
        title = (
            settings.title if settings else Bilingual(fr=f"Résultat de {process}", en=f"Result of {process}")
        )
        return plain_style(identifier, title, settings.kind if settings else "fill", is_mixed=True)
    rules = _classes(settings) if settings.breaks else _signs(settings.kind)
    missing = Rule(NOT_EVALUATED, _symbol(settings.kind, "#FFFFFF"))
    return Style(
        identifier,
        settings.title,
        settings.kind,
        settings.field,
        (*rules, missing),
        unit=settings.unit,
        is_own=True,
    )


@cache
def _written() -> dict[str, ResultSettings]:
    text = files("estran.layers.styles").joinpath("results.yml").read_text(encoding="utf-8")
    return {name: ResultSettings.model_validate(given) for name, given in read_yaml(text).items()}


def _signs(kind: Kind) -> tuple[Rule, ...]:
    colours = read_palette().difference
    removal = Bilingual(fr="Captation (négatif)", en="Removal (negative)")
    emission = Bilingual(fr="Émission, ou nul", en="Emission, or zero")
    return (
        Rule(removal, _symbol(kind, colours[0]), high=0.0),
        Rule(emission, _symbol(kind, colours[-1]), low=0.0),
    )


def _classes(settings: ResultSettings) -> tuple[Rule, ...]:
    colours = read_palette().ramp
    bounds = [None, *settings.breaks, None]
    return tuple(
        Rule(bounds_label(low, high), _symbol(settings.kind, colour), low=low, high=high)
        for low, high, colour in zip(bounds[:-1], bounds[1:], colours, strict=True)
    )


def _symbol(kind: Kind, colour: str) -> Symbol:
    if kind == "line":
        return Symbol(None, colour, width_px=3.0)
    return Symbol(colour, "#1B2730", width_px=1.0, opacity=0.8, radius_px=6.0)
