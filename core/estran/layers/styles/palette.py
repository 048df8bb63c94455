"""The colours with a meaning and the styles of the layers that play a role, as they are written in YAML."""

from functools import cache
from importlib.resources import files

from estran.factors.plain_yaml import read_yaml
from estran.layers.settings import Bilingual, Colour, LayerRole, Settings, StyleSettings


class Class(Settings):
    """The colour and the name of a class."""

    fill: Colour
    label: Bilingual


class Palette(Settings):
    """The content of `palette.yml`.

    Attributes:
        land_classes: The land classes of the ledger.
        categories: Colours of classes without order.
        ramp: From low to high.
        difference: From removal to emission, zero in the middle.
        roles: The styles of the layers that play a role.
    """

    land_classes: dict[str, Class]
    categories: tuple[Colour, ...]
    ramp: tuple[Colour, ...]
    difference: tuple[Colour, ...]
    roles: dict[LayerRole, StyleSettings]


@cache
def read_palette() -> Palette:
    """Return the palette."""
    text = files("estran.layers.styles").joinpath("palette.yml").read_text(encoding="utf-8")
    return Palette.model_validate(read_yaml(text))
