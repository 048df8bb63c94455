"""What do the YAML files of the registry say? Read once, checked strictly."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, RootModel, ValidationError

from estran.carbon.errors import UnknownFactor
from estran.carbon.text import Text
from estran.factors.plain_yaml import read_yaml

DATA = (Path(__file__).parent / "data").resolve()
"""The factors that ship with Estran."""

NAMES = "names"
"""Folder of the files that name the rows of the tables."""


_folder: ContextVar[Path] = ContextVar("factor_folder", default=DATA)

Kind = Literal["relative", "none", "sd1", "p5_p95", "p2.5_p97.5", "min_max"]


class Document(BaseModel):
    """A part of a YAML file: an unknown key is an error, a value never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(Document):
    """A column of a wide table that holds values: one factor per row.

    Texts in braces are names of columns, as `names/README.md` says.
    """

    id: str
    column: str
    unit: str = ""
    unit_column: str = ""
    category: str = ""
    title: Text
    row: str
    kind: Kind = "relative"
    low: str = ""
    high: str = ""
    error: str = ""
    sign: Literal[1, -1] = 1
    where: dict[str, str] = {}
    convention: Text | None = None


class Table(Document):
    """What `tables.yaml`, or `names/<table>.yaml`, says of one CSV table."""

    title: Text
    source: str
    link: str
    licence: str
    attribution: str
    year: int
    unit: str = ""
    checked: bool
    range: Literal["none", "sd1", "p5_p95", "p2.5_p97.5", "min_max"] = "none"
    review_by: date
    blank: Text | None = None
    relative_sd: dict[str, float] = {}
    factors: tuple[Column, ...] = ()
    labels: dict[str, dict[str, Text]] = {}


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
    unpublished_relative_sd: float
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


class ForestFlow(Document):
    """One entry of `forest_flows.yaml`."""

    column: str
    unit: str
    title: Text
    convention: Text | None = None


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


ForestFlows = RootModel[dict[str, ForestFlow]]
Pools = RootModel[dict[str, Pool]]
LandClasses = RootModel[dict[str, LandClass]]
WetlandTypes = RootModel[dict[str, WetlandType]]
WetlandSoils = RootModel[dict[str, WetlandSoil]]


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Read the factors of another folder, absolute and laid out like `data`, inside the block."""
    token = _folder.set(folder)
    try:
        yield
    finally:
        _folder.reset(token)


def factor_folder() -> Path:
    """Return the folder that factors are read from."""
    return _folder.get()


def read_document[Model: BaseModel](name: str, model: type[Model]) -> Model:
    """Return `<name>.yaml` of the registry as a checked model.

    Raises:
        UnknownFactor: the file is absent or does not follow its model.
    """
    document: Model = _read(factor_folder(), name, model)
    return document


def read_tables() -> Mapping[str, Table]:
    """Return what every CSV table is, from `tables.yaml` and from `names/<table>.yaml`.

    Raises:
        UnknownFactor: a file is malformed, or two of them speak of one table.
    """
    return _tables(factor_folder())


@lru_cache(maxsize=128)
def _read(folder: Path, name: str, model: type[BaseModel]) -> Any:
    path = folder / f"{name}.yaml"
    try:
        content: Any = read_yaml(path.read_text(encoding="utf-8"))
        return model.model_validate(content)
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise UnknownFactor(
            f"the factor table {path.name} is not valid: {error}",
            f"la table de facteurs {path.name} n'est pas valide : {error}",
            where=path.name,
        ) from error


@lru_cache(maxsize=8)
def _tables(folder: Path) -> Mapping[str, Table]:
    tables = dict(_read(folder, "tables", Tables).tables)
    for path in sorted((folder / NAMES).glob("*.yaml")):
        if path.stem in tables:
            raise UnknownFactor(
                f"tables.yaml and {NAMES}/{path.name} both describe the table {path.stem}",
                f"tables.yaml et {NAMES}/{path.name} décrivent tous deux la table {path.stem}",
                where=path.name,
            )
        tables[path.stem] = _read(folder, f"{NAMES}/{path.stem}", Table)
    return MappingProxyType(tables)
