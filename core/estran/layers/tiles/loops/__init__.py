"""The loops that draw and write the tiles of a layer that is held, compiled to machine code by numba."""

from functools import cache
from importlib import import_module
from types import ModuleType


@cache
def loops() -> tuple[ModuleType, ModuleType]:
    """Return the modules `drawing` and `writing`, ready to be used.

    The first time in a process takes half a second, and ten where they are compiled: no request asks first.
    """
    drawing, writing = (import_module(f"{__name__}.{name}") for name in ("drawing", "writing"))
    return drawing, writing
