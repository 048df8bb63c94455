"""In which formats can features be taken away, by the name that `f` gives them?"""

import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from estran.layers.features.encoding.delimited import write_csv
from estran.layers.features.encoding.jsonfg import write_jsonfg
from estran.layers.features.encoding.table import FeatureTable
from estran.layers.features.encoding.workbook import write_xlsx

type Writer = Callable[[Iterable[FeatureTable], Path], None]


@dataclass(frozen=True, slots=True)
class Format:
    """One format of features.

    Attributes:
        name: As in `f`, and as the extension of a file.
        title: As people call it.
        media_type: As registered or current.
        is_file: True when a browser should keep it rather than show it.
        write: Its encoder.
    """

    name: str
    title: str
    media_type: str
    is_file: bool
    write: Writer


def _late(module: str, name: str) -> Writer:
    """Return an encoder of this folder, loaded at its first use: Arrow and GDAL are long to load."""

    def write(parts: Iterable[FeatureTable], path: Path) -> None:
        getattr(import_module(f"estran.layers.features.encoding.{module}"), name)(parts, path)

    return write


_ALL = (
    Format("jsonfg", "JSON-FG", "application/vnd.ogc.fg+json", False, write_jsonfg),
    Format("gpkg", "GeoPackage", "application/geopackage+sqlite3", True, _late("vector", "write_geopackage")),
    Format("fgb", "FlatGeobuf", "application/flatgeobuf", True, _late("vector", "write_flatgeobuf")),
    Format(
        "parquet", "GeoParquet", "application/vnd.apache.parquet", True, _late("parquet", "write_parquet")
    ),
    Format(
        "xlsx",
        "Excel (XLSX)",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        True,
        write_xlsx,
    ),
    Format("csv", "CSV", "text/csv", True, write_csv),
)

FORMATS: Mapping[str, Format] = {each.name: each for each in _ALL}


def encoded(name: str, parts: Iterable[FeatureTable]) -> bytes:
    """Return features in a format; there is at least one part, which may hold no feature."""
    with tempfile.TemporaryDirectory(prefix="estran-") as folder:
        path = Path(folder) / f"features.{name}"
        FORMATS[name].write(parts, path)
        return path.read_bytes()
