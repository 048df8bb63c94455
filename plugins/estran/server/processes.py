"""The processes that can run: one that cannot be loaded is left out, and said to be."""

import logging
from collections.abc import Mapping
from typing import Any

from pygeoapi.plugin import load_plugin

LOGGER = logging.getLogger(__name__)


def drop_broken_processes(configuration: dict[str, Any]) -> Mapping[str, str]:
    """Take out of a configuration the processes that cannot be loaded; return why, by identifier."""
    broken: dict[str, str] = {}
    for identifier, resource in list(configuration["resources"].items()):
        if resource["type"] != "process":
            continue
        try:
            load_plugin("process", resource["processor"])
        except Exception as error:
            LOGGER.warning("the process %s is left out: %s", identifier, error, exc_info=error)
            broken[identifier] = str(error)
            del configuration["resources"][identifier]
    return broken
