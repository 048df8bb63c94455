"""Addresses that exist in the small territory."""

import re

from estran.server.routes import ROUTES

NAMES = {
    "collection": "zones",
    "item": "z1",
    "process": "hello",
    "style": "zones",
    "identifier": "WebMercatorQuad",
    "matrix_set": "WebMercatorQuad",
    "level": "0",
    "row": "0",
    "column": "0",
}
READ = [rule for rule, methods, _ in ROUTES if "GET" in methods and not re.search("<(job|token)>", rule)]


def address(rule: str, **names: str) -> str:
    """Return the address of a rule, with names that exist, or those given."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: {**NAMES, **names}.get(found[1], "x"), rule)
