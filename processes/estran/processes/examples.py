"""Which inputs does a process publish as its examples? Those of the territory, else made for its places."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import RootModel, ValidationError

from estran.assessments.example_sites import Sites, read_sites
from estran.carbon.errors import InvalidConfiguration
from estran.factors.plain_yaml import read_yaml
from estran.layers.territory import Territory

Inputs = dict[str, Any]
Examples = tuple[Inputs, ...]

_Document = RootModel[dict[str, Examples]]


def published_examples(process: str, make: Callable[[Sites], Examples], territory: Territory) -> Examples:
    """Return the examples of a process on a territory, the first one to be shown first.

    Args:
        process: Identifier of the process.
        make: Makes examples for the places of any territory.
        territory: Its configuration may name a file of examples, by process: `estran.examples`.

    Returns:
        None at all when the communes of the territory cannot be read.

    Raises:
        InvalidConfiguration: the file of the territory is absent, or does not hold examples.
    """
    named = territory.settings.examples
    if named is not None:
        path = (territory.config_path.parent / named).resolve()
        written = _written(path, _changed(path))
        if process in written:
            return written[process]
    sites = read_sites(territory)
    return make(sites) if sites else ()


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=8)
def _written(path: Path, changed: int) -> Mapping[str, Examples]:
    del changed
    try:
        return _Document.model_validate(read_yaml(path.read_text(encoding="utf-8"))).root
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise InvalidConfiguration(
            f"estran.examples: {path} does not hold examples by process: {error}",
            f"estran.examples : {path} ne contient pas d'exemples par processus : {error}",
            where="estran.examples",
        ) from error
