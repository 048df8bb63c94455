"""Rasters whose cell at (row, column) of a 10 x 10 grid is `10 row + column`: 0 to 99, total 4,950."""

import threading
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from estran.carbon.errors import InvalidInput, NotFound, TooLarge, Unavailable
from estran.layers.cog import write_cog
from estran.layers.geodesy import parse_crs
from estran.layers.raster import open_raster
from estran.layers.raster_grid import Area, Scale
from estran.layers.raster_reading import fitting_factor, read_window

LAMBERT = parse_crs(2154)
CORNER = Affine(100, 0, 380_000, 0, -100, 6_570_000)
COUNT = np.arange(100).reshape(10, 10)


@pytest.fixture
def counting(tmp_path: Path) -> Path:
    """Two bands: `count`, in t, with nodata 255; `double`, twice the first."""
    path = tmp_path / "counting.tif"
    values = np.stack([COUNT, 2 * COUNT]).astype("uint8")
    write_cog(
        path,
        values,
        crs=LAMBERT,
        transform=CORNER,
        nodata=255,
        band_names=["count", "double"],
        units=["t", ""],
    )
    return path


@pytest.fixture
def holed(tmp_path: Path) -> Path:
    """One float band; the first row has no data."""
    path = tmp_path / "holed.tif"
    values = COUNT.astype("float32")
    values[0] = -9999
    write_cog(path, values, crs=LAMBERT, transform=CORNER, nodata=-9999, overview_resampling="average")
    return path


def test_open_describes_the_file(counting: Path) -> None:
    raster = open_raster(counting)
    assert raster.grid.crs == LAMBERT
    assert raster.grid.bounds == (380_000, 6_569_000, 381_000, 6_570_000)
    assert [(band.name, band.unit, band.dtype, band.nodata) for band in raster.bands] == [
        ("count", "t", "uint8", 255.0),
        ("double", "", "uint8", 255.0),
    ]


def test_open_is_remembered_until_the_file_changes(counting: Path) -> None:
    first = open_raster(counting)
    assert open_raster(counting) is first
    write_cog(counting, np.zeros((4, 4), "uint8"), crs=LAMBERT, transform=CORNER, nodata=None)
    assert open_raster(counting).grid.width == 4
    assert read_window(open_raster(counting)).values.sum() == 0


def test_bands_are_known_by_name_and_number(counting: Path) -> None:
    raster = open_raster(counting)
    assert raster.band("double") is raster.band(2) is raster.band("2")
    with pytest.raises(InvalidInput, match="count, double"):
        raster.band("third")


def test_bands_without_a_name_of_their_own_are_numbered(tmp_path: Path) -> None:
    path = tmp_path / "same.tif"
    write_cog(
        path,
        np.zeros((3, 4, 4), "uint8"),
        crs=LAMBERT,
        transform=CORNER,
        nodata=None,
        band_names=["same", "same", "other"],
    )
    assert [band.name for band in open_raster(path).bands] == ["1", "2", "other"]


def test_whole_raster(counting: Path) -> None:
    window = read_window(open_raster(counting))
    assert window.values.shape == (2, 10, 10)
    assert window.values[0].sum() == 4950
    assert window.values[1].sum() == 9900
    assert window.bounds == (380_000, 6_569_000, 381_000, 6_570_000)


def test_area_and_bands(counting: Path) -> None:
    """Rows 3 to 5 and columns 2 to 4 hold 32 33 34 / 42 43 44 / 52 53 54: total 387."""
    raster = open_raster(counting)
    area = Area(LAMBERT, 380_200, 6_569_400, 380_500, 6_569_700)
    window = read_window(raster, [area], bands=[raster.band("double"), raster.band("count")])
    assert [int(band.sum()) for band in window.values] == [774, 387]
    assert window.bounds == area.bounds


def test_the_mask_of_a_file_says_more_than_its_nodata_value(tmp_path: Path) -> None:
    """Value 0 means no data in the header; the mask leaves out the first column instead."""
    path = tmp_path / "masked.tif"
    seen = np.ones((10, 10), dtype=bool)
    seen[:, 0] = False
    profile = {"width": 10, "height": 10, "count": 1, "dtype": "uint8", "nodata": 0}
    with (
        rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
        rasterio.open(path, "w", driver="GTiff", crs="EPSG:2154", transform=CORNER, **profile) as target,
    ):
        target.write(COUNT.astype("uint8"), 1)
        target.write_mask(seen)
    assert np.array_equal(np.ma.getmaskarray(read_window(open_raster(path)).values)[0], ~seen)


def test_a_whole_number_equal_to_nodata_is_masked(tmp_path: Path) -> None:
    path = tmp_path / "coded.tif"
    write_cog(path, COUNT.astype("uint8"), crs=LAMBERT, transform=CORNER, nodata=42)
    values = read_window(open_raster(path)).values
    assert np.array_equal(np.ma.getmaskarray(values)[0], COUNT == 42)
    assert values.fill_value == 42


def test_cells_without_data_are_masked(holed: Path) -> None:
    values = read_window(open_raster(holed)).values
    assert values.mask[0, 0].all()
    assert values.count() == 90
    assert values.sum() == 4950 - 45


def test_average_leaves_out_cells_without_data(holed: Path) -> None:
    """The top left of 2 x 2: rows 0 to 4 and columns 0 to 4, row 0 without data.

    Rows 1 to 4 have the means 12, 22, 32 and 42: 27.
    """
    window = read_window(open_raster(holed), scale=Scale(x=5, y=5), resampling="average")
    assert window.values.shape == (1, 2, 2)
    assert window.values[0, 0, 0] == pytest.approx(27.0)
    assert window.grid.cell == (500, 500)


def test_nearest_returns_only_values_of_the_file(counting: Path) -> None:
    window = read_window(open_raster(counting), scale=Scale(x=3, y=3), resampling="nearest")
    assert window.values.shape == (2, 4, 4)
    assert set(window.values[0].compressed().tolist()) <= set(range(100))


def test_average_of_whole_blocks(tmp_path: Path) -> None:
    """The four blocks of 5 x 5 have the means 22, 27, 72 and 77."""
    path = tmp_path / "mean.tif"
    write_cog(path, COUNT.astype("float64"), crs=LAMBERT, transform=CORNER, nodata=None)
    window = read_window(open_raster(path), scale=Scale(columns=2, rows=2), resampling="average")
    assert window.values.data[0] == pytest.approx(np.array([[22, 27], [72, 77]]))


@pytest.mark.parametrize("scale", [Scale(x=5, y=5), Scale(x=3, y=4), Scale(x=0.5, y=0.7), Scale(columns=1)])
def test_sum_keeps_the_total(tmp_path: Path, scale: Scale) -> None:
    path = tmp_path / "amounts.tif"
    write_cog(path, COUNT.astype("float64"), crs=LAMBERT, transform=CORNER, nodata=-1)
    values = read_window(open_raster(path), scale=scale, resampling="sum").values
    assert float(values.sum()) == pytest.approx(4950, abs=1e-9)


def test_sum_of_whole_blocks_and_of_missing_cells(holed: Path) -> None:
    """Top left block of 5 x 5: rows 1 to 4 sum to 5 (12 + 22 + 32 + 42) = 540. Row 0 alone has no data."""
    raster = open_raster(holed)
    window = read_window(raster, scale=Scale(x=5, y=5), resampling="sum")
    assert float(window.values[0, 0, 0]) == pytest.approx(540)
    by_row = read_window(raster, scale=Scale(x=10), resampling="sum").values
    assert by_row.mask[0].ravel().tolist() == [True] + [False] * 9


def test_sum_of_whole_numbers_does_not_overflow(counting: Path) -> None:
    """Bytes hold at most 255; the whole band sums to 4,950."""
    raster = open_raster(counting)
    for crs in (None, parse_crs(3857)):
        one_cell = Scale(columns=1, rows=1)
        window = read_window(raster, bands=raster.bands[:1], scale=one_cell, resampling="sum", crs=crs)
        assert float(window.values.sum()) == pytest.approx(4950, rel=1e-6)


def test_sum_keeps_the_total_in_another_crs(tmp_path: Path) -> None:
    path = tmp_path / "amounts.tif"
    write_cog(path, COUNT.astype("float64"), crs=LAMBERT, transform=CORNER, nodata=-1)
    window = read_window(open_raster(path), resampling="sum", crs=parse_crs("CRS84"))
    assert window.grid.crs == parse_crs("CRS84")
    assert float(window.values.sum()) == pytest.approx(4950, rel=1e-6)


def test_another_crs_takes_the_value_under_each_centre(counting: Path) -> None:
    raster = open_raster(counting)
    target = parse_crs(3857)
    window = read_window(raster, bands=[raster.band("count")], crs=target)
    assert window.grid.crs == target
    values, grid = window.values[0], window.grid
    assert values.mask.any()
    checked = 0
    for row, column in zip(*np.nonzero(~values.mask), strict=True):
        x, y = grid.transform @ (column + 0.5, row + 0.5)
        cell = raster.grid.window([Area(target, x, y, x, y)])
        checked += int(values[row, column] == COUNT[cell.row, cell.column])
    assert checked >= 0.97 * values.count() > 80


def test_area_given_in_the_output_crs_bounds_the_answer(counting: Path) -> None:
    degrees = parse_crs("CRS84")
    left, bottom, right, top = open_raster(counting).grid.bounds_in(degrees)
    area = Area(degrees, left + 0.004, bottom + 0.003, right - 0.004, top - 0.003)
    window = read_window(open_raster(counting), [area], crs=degrees, scale=Scale(columns=4, rows=4))
    assert window.bounds == pytest.approx(area.bounds)
    assert window.values.shape == (2, 4, 4)


def test_area_outside_is_not_found(counting: Path) -> None:
    with pytest.raises(NotFound):
        read_window(open_raster(counting), [Area(LAMBERT, 0, 0, 10, 10)])


def test_too_many_values_name_the_factor_that_fits(counting: Path) -> None:
    """100 cells x 2 bands = 200 values; at factor 3, 4 x 4 x 2 = 32 <= 49; at 2, 5 x 5 x 2 = 50 > 49."""
    raster = open_raster(counting)
    with pytest.raises(TooLarge, match=r"200 values.*limit is 49.*scale-factor=3") as caught:
        read_window(raster, limit=49)
    assert "scale-factor=3" in caught.value.fr
    assert read_window(raster, limit=49, scale=Scale(x=3, y=3)).values.size == 32


@pytest.mark.parametrize("resampling", ["nearest", "sum"])
def test_an_enlarged_answer_is_limited_too(counting: Path, resampling: str) -> None:
    with pytest.raises(TooLarge):
        read_window(
            open_raster(counting),
            scale=Scale(columns=100_000, rows=100_000),
            resampling=resampling,  # type: ignore[arg-type]
            limit=1_000_000,
        )


def test_fitting_factor_fits_and_is_the_smallest() -> None:
    for height, width, bands, limit in ((4000, 6000, 1, 16_000_000), (10, 10, 2, 49), (1, 999, 1, 10)):
        factor = fitting_factor(height, width, bands=bands, limit=limit)
        sizes = {f: -(-height // f) * -(-width // f) * bands for f in (factor, max(1, factor - 1))}
        assert sizes[factor] <= limit
        assert factor == 1 or sizes[factor - 1] > limit


def test_missing_file_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"absent\.tif is missing or damaged"):
        open_raster(tmp_path / "absent.tif")


def test_text_file_is_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "text.tif"
    path.write_text("not a raster")
    with pytest.raises(Unavailable, match="damaged"):
        open_raster(path)


def test_raster_without_crs_is_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "nowhere.tif"
    profile = {"driver": "GTiff", "width": 2, "height": 2, "count": 1, "dtype": "uint8"}
    with rasterio.open(path, "w", transform=CORNER, **profile) as target:
        target.write(np.zeros((1, 2, 2), "uint8"))
    with pytest.raises(Unavailable, match="north-up"):
        open_raster(path)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """4,000 x 4,000 cells of 1 m of noise, so that a block cannot be empty; with overviews."""
    path = tmp_path_factory.mktemp("large") / "large.tif"
    noise = np.random.default_rng(1).integers(1, 200, (4000, 4000), dtype="uint8")
    write_cog(path, noise, crs=LAMBERT, transform=Affine(1, 0, 380_000, 0, -1, 6_570_000), nodata=0)
    return path


def test_cog_cut_short_is_unavailable_when_opened(large: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.tif"
    cut.write_bytes(large.read_bytes()[: large.stat().st_size // 2])
    with pytest.raises(Unavailable, match=r"cut\.tif"):
        open_raster(cut)


def test_downscaled_read_does_not_touch_the_full_resolution(large: Path, tmp_path: Path) -> None:
    """A block of the full resolution is destroyed: reading it fails, the overviews do not notice."""
    path = tmp_path / "damaged.tif"
    path.write_bytes(large.read_bytes())
    with rasterio.open(path) as source:
        assert source.overviews(1) == [2, 4, 8]
        offset = int(source.get_tag_item("BLOCK_OFFSET_3_3", "TIFF", bidx=1))
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(b"\xff" * 4096)
    raster = open_raster(path)
    small = read_window(raster, scale=Scale(x=8, y=8))
    assert small.values.shape == (1, 500, 500)
    assert small.values.count() == 250_000
    with pytest.raises(Unavailable, match=r"damaged\.tif"):
        read_window(raster)
    assert read_window(raster, scale=Scale(x=8, y=8)).values.count() == 250_000


def test_threads_read_the_same_values(large: Path) -> None:
    """Eight threads read their own windows of one file again and again; each value is checked."""
    raster = open_raster(large)
    expected = np.random.default_rng(1).integers(1, 200, (4000, 4000), dtype="uint8")
    wrong: list[str] = []

    def read(number: int) -> None:
        rng = np.random.default_rng(number)
        for _ in range(15):
            column, row = (int(value) for value in rng.integers(0, 3500, 2))
            x, y = 380_000 + column, 6_570_000 - row
            values = read_window(raster, [Area(LAMBERT, x, y - 300, x + 400, y)]).values[0]
            if not np.array_equal(values, expected[row : row + 300, column : column + 400]):
                wrong.append(f"{column}, {row}")

    threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_file_replaced_under_the_same_name_is_read_again(counting: Path, tmp_path: Path) -> None:
    assert read_window(open_raster(counting)).values.max() == 198
    other = tmp_path / "other.tif"
    write_cog(other, np.full((10, 10), 7, "uint8"), crs=LAMBERT, transform=CORNER, nodata=None)
    other.replace(counting)
    assert read_window(open_raster(counting)).values.max() == 7
