"""What the server of forks imports once, so that a new process takes tenths of a second.

It is light itself: a server starts the import before its own.
"""

import sys
import threading
from collections.abc import Iterable
from multiprocessing import forkserver, get_context
from multiprocessing.context import ForkServerContext, SpawnContext

PROCESSES: ForkServerContext | SpawnContext = (
    get_context("forkserver") if sys.platform == "linux" else get_context("spawn")
)

OURS = "estran.processes."
"""Where the processes that ask the land ledger are."""

COMPILED = ("estran.layers.ledger.loops.integral", "estran.layers.ledger.loops.tally")
"""Modules whose import compiles loops, or loads them from their cache: paid once, before the first fork."""

READERS = (
    "estran.jobs.elsewhere",
    "estran.layers.features.geopackage_tile",
    "estran.layers.features.whole_pages",
)
"""What reads layers beside the server."""

_is_told = threading.Event()


def preload(processors: Iterable[str]) -> None:
    """Have the server of forks import what its processes need, while the caller goes on.

    It starts at the first call in this process. Compiled loops are made ready there too, for our processes.

    Args:
        processors: Names of the classes of the processes, with their modules.
    """
    _is_told.set()
    modules = {name.rpartition(".")[0] for name in processors}
    compiled = COMPILED if any(module.startswith(OURS) for module in modules) else ()
    PROCESSES.set_forkserver_preload(["estran.jobs.worker", *compiled, *sorted(modules - {""}), *READERS])
    if sys.platform == "linux":
        forkserver.ensure_running()


def preload_readers() -> None:
    """Have the server of forks import what reads layers, unless it was told what to import."""
    if not _is_told.is_set():
        preload(())
