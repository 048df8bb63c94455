"""The compiled loops where nothing can be written, when the file is cut, and their memory."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely
from layers.ledger_cells import LAMBERT, NORTH, WEST, ledger_of

from estran.carbon.errors import Unavailable
from estran.layers.ledger.index import read_index
from estran.layers.ledger.table import INDEX

ROOT = Path(__file__).resolve().parent.parent.parent


def run(code: str, *arguments: str, **environment: str) -> str:
    """Run Python in a process of its own and return what it prints."""
    path = os.pathsep.join(str(ROOT / name) for name in ("core", "tests"))
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=os.environ | {"PYTHONPATH": path} | environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    ).stdout


def test_without_a_place_for_the_cache_the_loops_are_compiled_in_memory():
    """A file is no folder, so nothing can be written there, not even by the superuser.

    The triangle (-1, -1), (1, -1), (-1, 1) has an area of 2; the primitive of 1 is u.
    """
    code = (
        "import numpy as np\n"
        "from pathlib import Path\n"
        "from estran.layers.compilation import cache_folder\n"
        "from estran.layers.ledger.loops.integral import outline_integrals\n"
        "u, v = np.array([[-1.0, -1], [1, -1], [-1, 1], [-1, -1]]).T.copy()\n"
        "ring, starts = np.zeros(4, dtype=np.int64), np.array([0, 4])\n"
        "kept = cache_folder('estran.layers.ledger.loops', Path('.'))\n"
        "print(kept, outline_integrals(u, v, ring, starts, np.array([[0.0, 1.0]]))[0])\n"
    )
    assert run(code, NUMBA_CACHE_DIR=f"{__file__}/nowhere") == "None 2.0\n"


def test_machine_code_is_kept_where_it_is_told(tmp_path):
    code = (
        "from pathlib import Path\n"
        "from estran.layers.compilation import cache_folder\n"
        "print(cache_folder('estran.layers.ledger.loops', Path('.')))\n"
    )
    kept = Path(run(code, NUMBA_CACHE_DIR=str(tmp_path)).strip())
    assert kept.parent == tmp_path
    assert kept.name.startswith("estran-loops-")


MEASURE = """
import resource, sys
from pathlib import Path
import shapely
from layers.ledger_cells import LAMBERT, NORTH, WEST
from estran.layers.ledger.read import open_ledger

ledger = open_ledger(Path(sys.argv[1]))
def peak(radius):
    disk = shapely.Point(WEST + 20_000, NORTH - 20_000).buffer(radius, quad_segs=2_000)
    found = ledger.land_areas(disk, LAMBERT)
    assert found.inside_ha > 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
small = peak(100)
print(peak(19_000) - small)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in other units elsewhere")
def test_memory_follows_the_outline(tmp_path):
    """A disk of 19 km over 16 million cells of 10 m, 32 MB of keys: a few megabytes."""
    rows, columns = np.ogrid[:4_000, :4_000]
    ledger_of((1 + (rows // 40 + columns // 40) % 7).astype(np.uint16), tmp_path)
    assert int(run(MEASURE, str(tmp_path / "land-ledger.tif"))) < 16


def test_an_index_cut_while_it_is_open_is_unavailable(tmp_path):
    """The cells are read with `pread`, which tells how much it got."""
    codes = np.random.default_rng(3).integers(1, 200, (300, 300)).astype(np.uint16)
    ledger = ledger_of(codes, tmp_path)
    index = read_index(tmp_path / INDEX)
    os.close(index.file)
    disk = shapely.Point(WEST + 1_500, NORTH - 1_500).buffer(1_200)
    assert ledger.land_areas(disk, LAMBERT).inside_ha > 0
    os.truncate(tmp_path / INDEX, index.cells_at + 1_000)
    with pytest.raises(Unavailable):
        ledger.land_areas(disk, LAMBERT)


def test_arrays_of_the_index_start_at_multiples_of_64_bytes(tmp_path):
    """Compiled loops take aligned arrays only."""
    ledger_of(np.ones((70, 50), dtype=np.uint16), tmp_path)
    index = read_index(tmp_path / INDEX)
    os.close(index.file)
    assert index.cells_at % 64 == 0
    assert index.blocks.areas_ha.flags.aligned
    with np.load(tmp_path / INDEX) as archive:
        np.testing.assert_array_equal(archive["areas_ha"], index.blocks.areas_ha)


def test_code_kept_under_another_name_is_left_alone(tmp_path):
    """numba keeps the name of a module with its code: what another name keeps could not be loaded."""
    code = (
        "from pathlib import Path\n"
        "from estran.layers.compilation import cache_folder\n"
        "here = Path('.')\n"
        "print(cache_folder('estran.layers', here) != cache_folder('layers', here))\n"
    )
    assert run(code, NUMBA_CACHE_DIR=str(tmp_path)) == "True\n"
