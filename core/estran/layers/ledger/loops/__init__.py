"""The loops over edges and cells, compiled to machine code by numba; a callee stands above its caller."""

from importlib import import_module


def make_ready() -> None:
    """Compile what answers a question, or load it from its cache, so that the next process finds it there."""
    for name in ("integral", "tally"):
        import_module(f"{__name__}.{name}")
