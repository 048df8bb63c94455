"""How a long build tells how far it is."""

from typing import Protocol


class Progress(Protocol):
    """Called by a build step: what is being done, and the fraction of the whole done, 0 to 1."""

    def __call__(self, step: str, fraction: float) -> None:
        """Report that `step` is under way and that `fraction` of the build is done."""


def silent(step: str, fraction: float) -> None:
    """Report nothing."""
