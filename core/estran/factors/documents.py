"""What do the YAML files of the registry say? Read once, checked strictly."""

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, RootModel, ValidationError

from estran.carbon.errors import UnknownFactor
from estran.carbon.text import Text

DATA = Path(__file__).parent / "data"


class Document(BaseModel):
    """A part of a YAML file: an unknown key is an error, a value never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Table(Document):
    """What `tables.yaml` says of one CSV table."""

    title: Text
    source: str
    link: str
    licence: str
    attribution: str
    year: int
    unit: str = ""
    checked: bool
    range: Literal["none", "sd1", "p5_p95", "p2.5_p97.5", "min_max"]
    review_by: date
    blank: Text | None = None


class Tables(Document):
    """`tables.yaml`."""

    version: str
    tables: dict[str, Table]


class SharedErrors(Document):
    """Which factors are one published number used in several places."""

    soil_national: frozenset[str]
    soil_same_as: dict[str, str]
    biomass_national: frozenset[str]
    biomass_same_as: dict[str, str]


class Doubts(Document):
    """`uncertainty.yaml`."""

    checked: bool
    note: Text
    relative_sd: dict[str, float]
    shared_errors: SharedErrors
    override_range: Literal["p5_p95"]
    range_width_sd: dict[str, float]


class Pool(Document):
    """One entry of `pools.yaml`."""

    title: Text


class LandClass(Document):
    """One entry of `land_classes.yaml`."""

    title: Text
    soil: str | None = None
    biomass: str | None = None
    forest: str | None = None
    litter: str | None = None
    not_evaluated: Text | None = None


class WetlandType(Document):
    """One entry of `wetland_types.yaml`; `soil` and `soil_deep` are rows of `wetlands_blue_carbon`."""

    title: Text
    soil: str | None = None
    soil_deep: str | None = None
    not_evaluated: Text | None = None


class WetlandSoil(Document):
    """One entry of `wetland_soil.yaml`."""

    pool: Literal["soil", "soil_deep"]
    name: str
    title: Text
    range: Literal["none", "sd1"]
    convention: Text


class Constant(Document):
    """One entry of `computing.yaml`."""

    value: float
    unit: str
    checked: bool
    source: str = ""
    note: Text


class Computing(Document):
    """`computing.yaml`."""

    core_power_w: Constant
    grid_kgco2e_per_kwh: Constant


class FitnessRules(Document):
    """`fitness.yaml`."""

    fit_supports: float
    rough_supports: float
    matters_share: float
    synthetic_share: float
    described_share: float
    legible_mm: float


Pools = RootModel[dict[str, Pool]]
LandClasses = RootModel[dict[str, LandClass]]
WetlandTypes = RootModel[dict[str, WetlandType]]
WetlandSoils = RootModel[dict[str, WetlandSoil]]


@lru_cache(maxsize=32)
def read_document[Model: BaseModel](name: str, model: type[Model]) -> Model:
    """Return `<name>.yaml` of the registry as a checked model.

    Raises:
        UnknownFactor: the file is absent or does not follow its model.
    """
    path = DATA / f"{name}.yaml"
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return model.model_validate(content)
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise UnknownFactor(
            f"the factor table {path.name} is not valid: {error}",
            f"la table de facteurs {path.name} n'est pas valide : {error}",
            where=path.name,
        ) from error
