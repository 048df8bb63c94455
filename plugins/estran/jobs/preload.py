"""What the server of forks imports once, so that a new worker takes tenths of a second.

It is light itself: a server starts the import before its own.
"""

import sys
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


def preload(processors: Iterable[str]) -> None:
    """Have the server of forks import what workers need, while the caller goes on.

    It starts at the first call in this process. Compiled loops are made ready there too, for our processes.

    Args:
        processors: Names of the classes of the processes, with their modules.
    """
    modules = {name.rpartition(".")[0] for name in processors}
    compiled = COMPILED if any(module.startswith(OURS) for module in modules) else ()
    PROCESSES.set_forkserver_preload(["estran.jobs.worker", *compiled, *sorted(modules - {""})])
    if sys.platform == "linux":
        forkserver.ensure_running()
