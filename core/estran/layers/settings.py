"""What a territory declares in our sections of `pygeoapi-config.yml`, as typed, strict models.

Two places hold our keys: `estran:` at the top of the file (the territory, its data, its
limits) and `estran:` inside each collection (licence, vintage, support, where it comes from).
Everything else in the file belongs to pygeoapi.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Recipe = Literal["la-rochelle", "bdtopo"]
LayerRole = Literal[
    "communes",
    "buildings",
    "parking",
    "wetlands",
    "land-cover",
    "land-ledger",
    "emissions",
    "elevation",
    "reference",
]


class Settings(BaseModel):
    """A section of the configuration: an unknown key is an error, a value never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Bilingual(Settings):
    """A text in French and in English."""

    fr: str
    en: str

    def text(self, language: str) -> str:
        """Return the French text for `fr…`, the English one otherwise."""
        return self.fr if language.startswith("fr") else self.en


class Licence(Settings):
    """The terms under which a layer is published."""

    id: str = Field(description="SPDX identifier or short name, such as `etalab-2.0` or `ODbL-1.0`.")
    title: str
    url: str


class Support(Settings):
    """The size of what a layer can tell apart."""

    resolution_m: Annotated[float, Field(gt=0)] | None = None
    minimum_mapping_unit_ha: Annotated[float, Field(gt=0)] | None = None
    source_scale: Annotated[int, Field(gt=0)] | None = None


class FieldSettings(Settings):
    """What a column means to a reader."""

    title: Bilingual
    unit: str | None = None
    codelist: dict[str, Bilingual] | None = None


Colour = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]


class SymbolSettings(Settings):
    """How something is drawn; what is left out comes from the style, then from the kind of geometry."""

    fill: Colour | None = None
    stroke: Colour | None = None
    width_px: Annotated[float, Field(ge=0, le=50)] | None = None
    opacity: Annotated[float, Field(ge=0, le=1)] | None = None
    radius_px: Annotated[float, Field(gt=0, le=100)] | None = None


class RuleSettings(SymbolSettings):
    """One line of a legend: a value, `low <= x < high`, or neither for all that no other rule takes."""

    value: bool | int | float | str | None = None
    low: float | None = None
    high: float | None = None
    label: Bilingual | None = Field(None, description="By default the class of the value, or the bounds.")

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        if self.value is not None and (self.low is not None or self.high is not None):
            raise ValueError("give either value, or low and high")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError("low must be below high")
        return self


class StyleSettings(SymbolSettings):
    """How a collection is drawn, in every language of styles that the server speaks."""

    title: Bilingual | None = None
    kind: Literal["fill", "line", "point", "raster"] | None = Field(
        None, description="By default, what the geometries are."
    )
    field: str | None = Field(None, description="Column or band that the rules read.")
    rules: Annotated[tuple[RuleSettings, ...], Field(min_length=1)]


Instant = Annotated[
    str,
    BeforeValidator(str),
    Field(pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"),
]
"""A year, a month or a day, such as `2019`; YAML reads the first as a number and the last as a date."""


class TileSettings(Settings):
    """How a collection is cut into tiles."""

    enabled: bool = True
    min_zoom: Annotated[int, Field(ge=0, le=22)] | None = Field(
        None, description="First zoom level of web maps; without it, 0, or more for a layer of many features."
    )
    max_zoom: Annotated[int, Field(ge=0, le=22)] | None = Field(
        None, description="Last one; without it, 16 for features, and what the cells of a raster deserve."
    )
    features: Annotated[int, Field(ge=1, le=100_000)] = Field(
        10_000, description="Features in one tile, at most: the largest are kept."
    )
    kilobytes: Annotated[float, Field(ge=1, le=10_000)] = Field(
        500.0, description="Size of one tile of features before compression, at most."
    )


class DownloadSettings(Settings):
    """Whether a collection can be taken away whole."""

    enabled: bool = True


class LayerSettings(Settings):
    """The `estran:` section of a collection."""

    role: LayerRole = "reference"
    licence: Licence
    attribution: str
    vintage: str
    synthetic: bool = False
    support: Support = Support()
    source: str | None = Field(None, description="Where the data come from: a link or a sentence.")
    theme: str | None = Field(
        None, description="ISO 19115 topic category; by default, that of the role.", pattern=r"^[a-zA-Z]+$"
    )
    fields: dict[str, FieldSettings] = {}
    tiles: TileSettings = TileSettings()
    downloads: DownloadSettings = DownloadSettings()
    style: StyleSettings | None = Field(None, description="How it is drawn; by default, a style is made.")
    cache_seconds: Annotated[int, Field(ge=0, le=31_536_000)] | None = Field(
        None,
        description="For how long an answer is used without asking again: by default 60, or 0 when editable.",
    )
    times: dict[Instant, str] = Field(
        {},
        description="Raster file of each year, month or day, all on one grid with the same bands; "
        "`data` of the provider names the one shown when no date is asked.",
    )


class TerritorySettings(Settings):
    """Who the territory is."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    name: Bilingual
    siren: str | None = None
    commune_aliases: dict[str, str] = Field(
        {},
        description="INSEE code of a commune younger than the zone table -> the code it had in 2018.",
    )


class DataSettings(Settings):
    """What `estran data build` reads and where it writes; paths are relative to the file."""

    recipe: Recipe
    sources: str
    directory: str
    communes: tuple[str, ...] = Field(
        (), description="INSEE codes to keep when the sources hold more communes than the territory."
    )


class LedgerSettings(Settings):
    """How the land ledger is gridded."""

    crs: str = "EPSG:2154"
    resolution_m: Annotated[float, Field(gt=0, le=100)] = 5.0


class LimitSettings(Settings):
    """What one request may cost."""

    body_mb: Annotated[float, Field(gt=0)] = 20.0
    vertices: Annotated[int, Field(gt=0)] = 500_000
    area_ha: Annotated[float, Field(gt=0)] = 5_000_000.0
    features: Annotated[int, Field(gt=0)] = 10_000
    coverage_pixels: Annotated[int, Field(gt=0)] = 16_000_000
    features_mb: Annotated[float, Field(ge=0)] = Field(
        480.0,
        description="Memory for the layers held whole: their features, or their outlines for tiles.",
    )


class JobSettings(Settings):
    """How processes run."""

    workers: Annotated[int, Field(ge=1, le=64)] = 2
    queue: Annotated[int, Field(ge=1)] = 100
    waiting: Annotated[int, Field(ge=1)] = Field(
        32, description="Synchronous executions held open at once; the server needs more threads than that."
    )
    timeout_s: Annotated[float, Field(gt=0)] = 600.0
    keep_hours: Annotated[float, Field(gt=0)] = 24.0


class FactorOverride(Settings):
    """A value that the territory prefers to that of the registry, in the unit of the factor."""

    value: Annotated[float, Field(allow_inf_nan=False)]
    low: Annotated[float, Field(allow_inf_nan=False)] | None = Field(
        None, description="5th percentile; given with `high`."
    )
    high: Annotated[float, Field(allow_inf_nan=False)] | None = Field(
        None, description="95th percentile; given with `low`."
    )
    reason: Annotated[str, Field(min_length=1, max_length=500)] = Field(
        description="Why; shown in every answer that uses the factor."
    )


class FactorSettings(Settings):
    """What the territory knows better than the factor registry."""

    overrides: dict[str, FactorOverride] = {}


class EditingSettings(Settings):
    """Who may change the layers that are declared editable."""

    token_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] = Field(
        description="Environment variable with the token of those who may write, 16 characters or more; "
        "while it is empty, every layer is read only."
    )
    if_match: Literal["optional", "required"] = Field(
        "optional",
        description="Whether a change must name, in If-Match, the state of the feature that it starts from.",
    )


class EstranSettings(Settings):
    """The top-level `estran:` section."""

    territory: TerritorySettings
    data: DataSettings
    ledger: LedgerSettings = LedgerSettings()
    limits: LimitSettings = LimitSettings()
    jobs: JobSettings = JobSettings()
    factors: FactorSettings = FactorSettings()
    catalogue: bool = Field(True, description="Whether the server lists its layers and processes as records.")
    editing: EditingSettings | None = None
    examples: str | None = Field(
        None,
        description="YAML file of the examples to publish, lists of inputs by process; a process that is not "
        "in it has examples chosen from the layers.",
    )
