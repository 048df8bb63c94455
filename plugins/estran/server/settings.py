"""The keys that our plugins read in pygeoapi's sections of the file: one strict model per kind.

What we say of a territory and of a layer is in `estran.layers.settings`; here are the provider, the
processor and the manager definitions whose `name` starts with `estran.`.
"""

from typing import Any, Literal

from pydantic import Field

from estran.layers.raster_reading import Resampling
from estran.layers.settings import Settings


class CoverageFormat(Settings):
    """The native format of a coverage."""

    name: str
    mimetype: str


class Provider(Settings):
    """What every provider of ours reads."""

    name: str
    data: str
    default: bool = False
    storage_crs: str | None = None
    crs: list[str] = Field(default_factory=list)
    options: dict[str, Any] = Field(default_factory=dict)


class FeatureProviderSettings(Provider):
    """A collection of features."""

    type: Literal["feature"]
    table: str
    id_field: str
    title_field: str | None = None
    time_field: str | None = None
    geom_field: str | None = None
    properties: list[str] = Field(default_factory=list)
    editable: bool = False
    count: bool = True


class CoverageProviderSettings(Provider):
    """A coverage."""

    type: Literal["coverage"]
    format: CoverageFormat
    resampling: Resampling = "nearest"


class ProcessorSettings(Settings):
    """A process."""

    name: str


class ManagerSettings(Settings):
    """The job manager."""

    name: str
    connection: str | None = None
    output_dir: str | None = None


PROVIDERS: dict[str, type[Provider]] = {
    "feature": FeatureProviderSettings,
    "coverage": CoverageProviderSettings,
}
