"""How is a file of YAML read? As plain data, by libyaml where it is there, which is ten times as fast."""

from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(text: str) -> Any:
    """Return what a text of YAML holds.

    Raises:
        yaml.YAMLError: it is not YAML.

    Example:
        >>> read_yaml("year: 2050")
        {'year': 2050}
    """
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - safe: plain data only
