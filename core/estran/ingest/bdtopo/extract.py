"""Which layers a BD TOPO v3 extract holds, and their rows under the official short names.

An extract is a GeoPackage, a shapefile, or a folder of them at any depth. Shapefiles carry
upper-case short names (`USAGE1`), GeoPackages lower-case long ones (`usage_1`); both come
out as lower-case short names. IGN writes shapefiles in UTF-8, often without saying so.
"""

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS

from estran.carbon.errors import InvalidSource

type Bounds = tuple[float, float, float, float]

LAYERS = (
    "commune",
    "batiment",
    "zone_de_vegetation",
    "surface_hydrographique",
    "equipement_de_transport",
    "troncon_de_route",
)


@dataclass(frozen=True, slots=True)
class LayerFile:
    """Where one BD TOPO layer is: a file and the name of the layer in it."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Extract:
    """A BD TOPO extract: the files of each layer found, by canonical layer name."""

    root: Path
    layers: dict[str, tuple[LayerFile, ...]]

    def read(self, layer: str, *, crs: CRS, bounds: Bounds | None = None) -> gpd.GeoDataFrame:
        """Return the rows of a layer, in 2D, valid, in `crs`, with lower-case short names.

        Args:
            layer: Canonical layer name, such as `batiment`.
            crs: CRS wanted.
            bounds: xmin, ymin, xmax, ymax in `crs`: only rows whose box meets it.

        Raises:
            InvalidSource: a file cannot be read or says no CRS.
        """
        frames = [_read(file, layer, crs, bounds) for file in self.layers.get(layer, ())]
        if not frames:
            return gpd.GeoDataFrame({"id": pd.Series(dtype="str")}, geometry=[], crs=crs)
        merged = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
        if "id" not in merged:
            merged["id"] = [f"{layer}-{number}" for number in range(1, len(merged) + 1)]
        return gpd.GeoDataFrame(merged.drop_duplicates("id"), crs=crs)


def find_extract(root: Path) -> Extract:
    """Return the BD TOPO layers found in a file or, at any depth, in a folder.

    Raises:
        InvalidSource: the path does not exist or holds no commune layer.
    """
    if not root.exists():
        raise InvalidSource(
            f"{root} does not exist; give the BD TOPO v3 file or folder",
            f"{root} n'existe pas ; indiquez le fichier ou le dossier BD TOPO v3",
            where=str(root),
        )
    candidates = [root] if root.is_file() else sorted(p for p in root.rglob("*") if p.is_file())
    found: dict[str, list[LayerFile]] = {}
    for path in candidates:
        for name in _layer_names(path):
            if name.lower() in LAYERS:
                found.setdefault(name.lower(), []).append(LayerFile(path, name))
    if "commune" not in found:
        raise InvalidSource(
            f"{root} holds no COMMUNE layer (found: {', '.join(sorted(found)) or 'none'}); "
            "add COMMUNE.shp or a GeoPackage with a `commune` layer: it gives the perimeter",
            f"{root} ne contient pas de couche COMMUNE (trouvé : {', '.join(sorted(found)) or 'rien'}) ; "
            "ajoutez COMMUNE.shp ou un GeoPackage avec une couche `commune` : elle donne le périmètre",
            where=str(root),
        )
    return Extract(root, {layer: tuple(files_) for layer, files_ in found.items()})


def _layer_names(path: Path) -> list[str]:
    if path.suffix.lower() == ".shp":
        return [path.stem]
    if path.suffix.lower() != ".gpkg":
        return []
    try:
        return [str(name) for name, _ in pyogrio.list_layers(path)]
    except DataSourceError as error:
        raise _unreadable(path, error) from error


def _read(file: LayerFile, layer: str, crs: CRS, bounds: Bounds | None) -> gpd.GeoDataFrame:
    shapefile = file.path.suffix.lower() == ".shp"
    says_encoding = file.path.with_suffix(".cpg").exists() or file.path.with_suffix(".CPG").exists()
    encoding = "UTF-8" if shapefile and not says_encoding else None
    try:
        source_crs = pyogrio.read_info(file.path, layer=file.name)["crs"]
        if source_crs is None:
            raise InvalidSource(
                f"{file.path} does not say its CRS; put the .prj file beside it",
                f"{file.path} n'indique pas son système de coordonnées ; joignez le fichier .prj",
                where=str(file.path),
            )
        box = None
        if bounds is not None:
            corners = gpd.GeoSeries([shapely.box(*bounds)], crs=crs).segmentize(1000.0)
            box = tuple(corners.to_crs(source_crs).total_bounds)
        frame = pyogrio.read_dataframe(file.path, layer=file.name, encoding=encoding, bbox=box)
    except (DataSourceError, DataLayerError, UnicodeDecodeError) as error:
        raise _unreadable(file.path, error) from error
    return _normalised(frame, layer, crs)


def _normalised(frame: gpd.GeoDataFrame, layer: str, crs: CRS) -> gpd.GeoDataFrame:
    short_names = _short_names(layer)
    lowered = frame.rename(columns={name: str(name).lower() for name in frame.columns if name != "geometry"})
    renamed = lowered.rename(columns={name: short_names.get(name, name) for name in lowered.columns})
    geometry = shapely.make_valid(shapely.force_2d(renamed.geometry.array.to_numpy()))
    present = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    result = renamed[present].set_geometry(
        gpd.GeoSeries(geometry[present], crs=frame.crs, index=renamed.index[present])
    )
    return result.to_crs(crs)


@lru_cache
def _short_names(layer: str) -> dict[str, str]:
    table = files("estran.ingest.bdtopo").joinpath("fields.csv").read_text(encoding="utf-8")
    return {
        row["long_name"]: row["short_name"]
        for row in csv.DictReader(table.splitlines())
        if row["layer"] in ("*", layer)
    }


def _unreadable(path: Path, error: Exception) -> InvalidSource:
    return InvalidSource(
        f"cannot read {path}: {error}; is the file complete?",
        f"lecture impossible de {path} : {error} ; le fichier est-il complet ?",
        where=str(path),
    )
