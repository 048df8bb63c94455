"""Do GDAL's OGCAPI driver and QGIS read coverages, maps and tiles at the right place? Debian's programs."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
import rasterio
from clients.conftest import Server
from pyproj import Transformer
from rasterio.warp import Resampling, reproject

from estran.layers.drawing.painting import colour_of
from estran.layers.styles.catalogue import style_of
from estran.layers.territory import read_territory

pytestmark = pytest.mark.component("gdal")

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "var" / "la-rochelle" / "land-cover.tif"
WINDOW = ("-1.16", "46.17", "-1.14", "46.15")
SESSION = Path(__file__).with_name("qgis_coverage_session.py")


def _read(server: Server, api: str, target: Path) -> rasterio.DatasetReader:
    """Copy a window of the land cover with GDAL, as it is at its own resolution."""
    source = f"OGCAPI:{server.url}/collections/land-cover"
    options = ["-oo", f"API={api}", "-oo", "CACHE=NO"]
    command = ["gdal_translate", "-q", "-projwin", *WINDOW, source, *options, str(target)]
    # GDAL keeps the tiles of a service in the folder where it runs.
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, cwd=target.parent
    )
    assert done.returncode == 0, done.stderr
    return rasterio.open(target)


def _source_values(like: rasterio.DatasetReader) -> np.ndarray:
    """The values of the file itself on the grid that GDAL built."""
    values = np.zeros(like.shape, dtype="float32")
    with rasterio.open(SOURCE) as source:
        reproject(
            rasterio.band(source, 1),
            values,
            dst_transform=like.transform,
            dst_crs="OGC:CRS84",
            resampling=Resampling.nearest,
        )
    return values


def test_coverage_values_are_those_of_the_file_at_the_same_place(la_rochelle: Server, tmp_path: Path) -> None:
    with _read(la_rochelle, "COVERAGE", tmp_path / "c.tif") as found:
        values = found.read(1)
        assert found.transform.a == pytest.approx(5 / 111_319.49, rel=0.01), "cells of 5 m"
        assert np.mean(values == _source_values(found)) > 0.995
    assert len(np.unique(values)) > 3


@pytest.mark.parametrize("api", ["MAP", "TILES"])
def test_pictures_have_the_colour_of_the_class_at_each_place(
    la_rochelle: Server, tmp_path: Path, api: str
) -> None:
    style = style_of(read_territory(ROOT / "pygeoapi-config.yml"), "land-cover")
    table = np.zeros((256, 4), dtype="uint8")
    for rule in style.rules:
        if isinstance(rule.value, int):
            table[rule.value] = colour_of(rule.symbol.fill, rule.symbol.opacity)
    with _read(la_rochelle, api, tmp_path / "p.tif") as picture:
        colours = np.moveaxis(picture.read(), 0, -1)
        expected = table[_source_values(picture).astype("uint8")]
    assert np.mean((colours == expected).all(axis=-1)) > 0.98
    assert len(np.unique(colours.reshape(-1, 4), axis=0)) > 3


def test_qgis_samples_the_class_of_a_place(la_rochelle: Server) -> None:
    longitude, latitude = -1.15, 46.16
    command = ["/usr/bin/python3", str(SESSION), la_rochelle.url, "land-cover", str(longitude), str(latitude)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    place = Transformer.from_crs("OGC:CRS84", 2154, always_xy=True).transform(longitude, latitude)
    with rasterio.open(SOURCE) as source:
        expected = next(source.sample([place]))[0]
    assert seen["valid"]
    assert seen["value"] == expected
