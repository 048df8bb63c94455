"""What the configuration says of a coverage, as a typed model, and what its bands are called."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from estran.layers.raster import Band
from estran.layers.raster_reading import Resampling
from estran.layers.settings import Bilingual, FieldSettings, Licence, LimitSettings
from estran.providers.units import ucum

UCUM = "http://www.opengis.net/def/uom/UCUM/"


class CoverageLimits(BaseModel):
    """What one request may cost; the other limits of the territory do not concern a coverage."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    coverage_pixels: Annotated[int, Field(gt=0)] = LimitSettings().coverage_pixels


class CoverageSettings(BaseModel):
    """The keys of a provider definition that `CoverageProvider` reads; pygeoapi reads the others."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    data: Path
    config: Path | None = None
    collection: str = ""
    times: dict[str, Path] = {}
    resampling: Resampling = "nearest"
    licence: Licence | None = None
    attribution: str = ""
    vintage: str = ""
    synthetic: bool = False
    field_settings: dict[str, FieldSettings] = {}
    limits: CoverageLimits = CoverageLimits()

    def title(self, band: Band) -> Bilingual:
        """Return the title of a band, its name when the configuration gives none."""
        settings = self.field_settings.get(band.name)
        return settings.title if settings else Bilingual(fr=band.name, en=band.name)

    def unit(self, band: Band) -> str:
        """Return the unit of a band, from the configuration or else from the file; empty when unknown."""
        settings = self.field_settings.get(band.name)
        return (settings.unit if settings else None) or band.unit

    def classes(self, band: Band) -> Mapping[int, Bilingual]:
        """Return the classes of a band by cell value, empty for a quantity."""
        settings = self.field_settings.get(band.name)
        codelist = (settings.codelist if settings else None) or {}
        return {int(code): label for code, label in codelist.items()}

    @property
    def is_categorical(self) -> bool:
        """Tell whether the values are classes, which must not be averaged."""
        return self.resampling == "nearest"

    def terms(self) -> dict[str, Any]:
        """Return the terms of use that go with every answer."""
        return {
            "licence": self.licence.model_dump() if self.licence else None,
            "attribution": self.attribution,
            "vintage": self.vintage,
            "synthetic": self.synthetic,
        }


def field_schema(settings: CoverageSettings, band: Band, language: str) -> dict[str, Any]:
    """Return the JSON Schema of a band, titles in one language."""
    is_integer = not band.dtype.startswith("float")
    schema: dict[str, Any] = {
        "title": settings.title(band).text(language),
        "type": "integer" if is_integer else "number",
    }
    if unit := settings.unit(band):
        schema |= {"x-ogc-unit": ucum(unit), "x-ogc-unitLang": "UCUM"}
    if band.nodata is not None and band.nodata == band.nodata:
        schema["x-ogc-nodata"] = int(band.nodata) if is_integer else band.nodata
    if classes := settings.classes(band):
        schema["enum"] = list(classes)
        schema["oneOf"] = [{"const": code, "title": label.text(language)} for code, label in classes.items()]
    return schema
