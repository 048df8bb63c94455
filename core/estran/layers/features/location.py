"""Is a layer in a file or in a database, and how is the database named without its password?

The address of a database travels without its password, as `postgresql+psycopg://user:***@host/db`:
configurations, logs, errors and pages only ever hold that. The password stays here.

What reads an address is loaded for the first one: a territory without a database starts sooner.
"""

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from estran.carbon.errors import InvalidConfiguration

if TYPE_CHECKING:
    from sqlalchemy import URL

DATABASE_VARIABLE = "ESTRAN_DATABASE"
"""Environment variable: the PostGIS that holds the territory's features in the place of its GeoPackage."""

FEATURES_FILE = "features.gpkg"

_DRIVER = "postgresql+psycopg"
_SECRET = "***"  # noqa: S105 - what stands for a password
_SECRET_OPTIONS = frozenset({"password", "sslpassword"})

_known: dict[str, "URL"] = {}


def is_database(location: Path | str) -> bool:
    """Return whether a location is the address of a database.

    Example:
        >>> is_database("postgresql+psycopg://estran@localhost/estran"), is_database("var/features.gpkg")
        (True, False)
    """
    return str(location).startswith(("postgresql://", "postgresql+", "postgres://"))


@lru_cache(maxsize=256)
def hidden(address: str) -> str:
    """Return the address of a database without its password, which `revealed` still knows.

    Raises:
        InvalidConfiguration: the address cannot be read.

    Example:
        >>> hidden("postgresql://estran:tide@localhost/estran")
        'postgresql+psycopg://estran:***@localhost/estran'
    """
    url = _parsed(address)
    secrets = dict.fromkeys(_SECRET_OPTIONS & url.query.keys(), _SECRET)
    text = url.update_query_dict(secrets).render_as_string(hide_password=True)
    if _SECRET not in {url.password, *url.query.values()}:
        _known[text] = url
    return text


def revealed(address: str) -> "URL":
    """Return the address to connect to, with its password.

    Raises:
        InvalidConfiguration: the address cannot be read.
    """
    text = hidden(address)
    given = os.environ.get(DATABASE_VARIABLE)
    if text not in _known and given:
        hidden(given)
    return _known.get(text) or _parsed(text)


class Whereabouts:
    """Where the data of a layer are, for another process of ours: the password of a database goes with it.

    Attributes:
        location: Path of a file, or address of a database without password.
    """

    def __init__(self, location: Path | str) -> None:
        self.location = location
        if is_database(location):
            self.location = hidden(str(location))

    def __reduce__(self) -> tuple[object, ...]:
        told = self.location
        if is_database(told):
            told = revealed(str(told)).render_as_string(hide_password=False)
        return type(self), (told,)


def place_of(data: str, base: Path, directory: str) -> Path | str:
    """Return where a collection is: an absolute path, or the address of a database without password.

    Args:
        data: The key `data` of its provider.
        base: Folder of the configuration file.
        directory: `estran.data.directory`; the GeoPackage built there gives way to the database that
            `ESTRAN_DATABASE` names.
    """
    if is_database(data):
        return hidden(data)
    if data.startswith("/vsi") or "://" in data:
        return data
    path = (base / data).resolve()
    database = os.environ.get(DATABASE_VARIABLE)
    if database and path == (base / directory / FEATURES_FILE).resolve():
        return hidden(database)
    return path


def _parsed(address: str) -> "URL":
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    text = address.replace("postgres://", "postgresql://", 1)
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # The reason is left out: it may hold the password.
        url = None
    if url is None or url.get_backend_name() != "postgresql":
        raise InvalidConfiguration(
            f"the address of the database cannot be read; write {_DRIVER}://user:password@host:5432/base",
            "l'adresse de la base de données est illisible ; "
            f"écrivez {_DRIVER}://utilisateur:motdepasse@hote:5432/base",
            where="data",
        )
    return url.set(drivername=_DRIVER)
