"""What a territory declares in our sections of `pygeoapi-config.yml`, as typed, strict models.

Two places hold our keys: `estran:` at the top of the file (the territory, its data, its
limits) and `estran:` inside each collection (licence, vintage, support, where it comes from).
Everything else in the file belongs to pygeoapi.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

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


class LayerSettings(Settings):
    """The `estran:` section of a collection."""

    role: LayerRole = "reference"
    licence: Licence
    attribution: str
    vintage: str
    synthetic: bool = False
    support: Support = Support()
    source: str | None = Field(None, description="Where the data come from: a link or a sentence.")
    fields: dict[str, FieldSettings] = {}


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


class EstranSettings(Settings):
    """The top-level `estran:` section."""

    territory: TerritorySettings
    data: DataSettings
    ledger: LedgerSettings = LedgerSettings()
    limits: LimitSettings = LimitSettings()
    jobs: JobSettings = JobSettings()
    factors: FactorSettings = FactorSettings()
