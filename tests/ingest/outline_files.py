"""Files as people bring them, made for a test: each format, each mistake."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from shapely import box

from estran.ingest.outlines.answer import Answer
from estran.ingest.outlines.reading import layers_of
from estran.ingest.outlines.request import Brought, Choices, Limits, Request
from estran.ingest.outlines.unpacking import sources_of

TERRITORY = shapely.to_wkb(box(-1.3, 46.0, -0.9, 46.3)).hex()
"""Around La Rochelle."""

LABELS = {
    "building": ("Bâtiment", "Building"),
    "cropland": ("Cultures", "Cropland"),
    "wetland": ("Zone humide", "Wetland"),
}
NORTH = box(380_000, 6_570_000, 380_200, 6_570_100)
SOUTH = box(380_000, 6_569_800, 380_200, 6_569_900)
"""Two hectares each, in Lambert-93: 200 m by 100 m."""

DXF_TEXT = "0\nSECTION\n2\nENTITIES\n{}0\nENDSEC\n0\nEOF\n"

type Files = list[tuple[str, bytes]]


def parcels(**columns: Any) -> gpd.GeoDataFrame:
    """The two parts, in Lambert-93."""
    told = columns or {"nom": ["Nord", "Sud"], "vocation": ["Bâti", "Marais"]}
    return gpd.GeoDataFrame(told, geometry=[NORTH, SOUTH], crs=2154)


def of(*shapes: shapely.Geometry, crs: int | None = 2154) -> gpd.GeoDataFrame:
    """Some shapes without any field."""
    return gpd.GeoDataFrame(geometry=list(shapes), crs=crs)


def written(frame: gpd.GeoDataFrame, folder: Path, name: str, driver: str, **options: Any) -> bytes:
    """The bytes of a file that GDAL writes."""
    path = folder / name
    frame.to_file(path, driver=driver, **options)
    content = path.read_bytes()
    path.unlink()
    return content


def geopackage(folder: Path, **layers: gpd.GeoDataFrame) -> bytes:
    """A GeoPackage of several layers."""
    path = folder / "made.gpkg"
    for layer, frame in layers.items():
        frame.to_file(path, driver="GPKG", layer=layer)
    content = path.read_bytes()
    path.unlink()
    return content


def shapefile(frame: gpd.GeoDataFrame, folder: Path, **options: Any) -> dict[str, bytes]:
    """The parts of a shapefile, by extension."""
    home = folder / "shape"
    home.mkdir()
    frame.to_file(home / "made.shp", **options)
    parts = {path.suffix[1:]: path.read_bytes() for path in home.iterdir()}
    for path in home.iterdir():
        path.unlink()
    home.rmdir()
    return parts


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip of some members."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def zipped_shapefile(parts: Mapping[str, bytes], name: str = "secteur") -> bytes:
    """A shapefile as it should be sent."""
    return zipped({f"{name}.{extension}": content for extension, content in parts.items()})


def geojson(*shapes: shapely.Geometry, **members: Any) -> bytes:
    """A GeoJSON of some shapes, with other members of the collection."""
    features = [
        {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(shape)} for shape in shapes
    ]
    return json.dumps({"type": "FeatureCollection", **members, "features": features}).encode()


def polyline(layer: str, *points: tuple[float, float], closed: bool = True) -> str:
    """An LWPOLYLINE of a drawing."""
    corners = "".join(f"10\n{x}\n20\n{y}\n" for x, y in points)
    return f"0\nLWPOLYLINE\n8\n{layer}\n90\n{len(points)}\n70\n{int(closed)}\n{corners}"


def segment(layer: str, start: tuple[float, float], end: tuple[float, float]) -> str:
    """A LINE of a drawing."""
    return f"0\nLINE\n8\n{layer}\n10\n{start[0]}\n20\n{start[1]}\n11\n{end[0]}\n21\n{end[1]}\n"


def drawing(*entities: str) -> bytes:
    """A DXF."""
    return DXF_TEXT.format("".join(entities)).encode()


def reader(folder: Path) -> Callable[..., dict[str, Any]]:
    """Read files in this process, as the isolated one does."""

    def read(
        *files: tuple[str, bytes], limits: Limits | None = None, language: str = "fr", **choices: Any
    ) -> Any:
        home = folder / f"read-{len(list(folder.glob('read-*')))}"
        home.mkdir()
        brought = []
        for number, (name, content) in enumerate(files):
            path = home / f"sent-{number}"
            path.write_bytes(content)
            brought.append(Brought(name, str(path)))
        request = Request(tuple(brought), Choices(**choices), limits or Limits(), TERRITORY, LABELS, language)
        return Answer(request, layers_of(sources_of(request, home))).document()

    return read
