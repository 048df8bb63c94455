"""How is a PostGIS database read by many threads and processes, and what do its errors mean?

Each process has its own bounded pool, since a connection must not cross a fork. A reading is one
transaction that changes nothing and sees one state of the data.
"""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg.errors
from sqlalchemy import URL, Connection, Engine, create_engine, event, func, select
from sqlalchemy.exc import DataError, InternalError, ProgrammingError, SQLAlchemyError

from estran.carbon.errors import EstranError, InvalidInput, TooLarge, Unavailable
from estran.layers.features.location import revealed

LOGGER = logging.getLogger(__name__)

CONNECTIONS = 8
"""Connections that one process holds at most."""

STATEMENT_TIMEOUT_S = 30
CONNECT_TIMEOUT_S = 5
_WAIT_FOR_CONNECTION_S = 10
_RECYCLE_S = 1800
SESSION = {"statement_timeout": f"{STATEMENT_TIMEOUT_S}s", "timezone": "UTC", "datestyle": "ISO, YMD"}
_UNREADABLE = (
    psycopg.errors.UndefinedTable,
    psycopg.errors.UndefinedColumn,
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.InvalidSchemaName,
    psycopg.errors.UndefinedObject,
)

_engines: dict[tuple[int, str], Engine] = {}
_engines_lock = threading.Lock()


class GeometryRefused(Exception):
    """PostGIS cannot evaluate a spatial relation on some of the geometries."""


def _renew_lock() -> None:
    global _engines_lock
    _engines_lock = threading.Lock()


os.register_at_fork(after_in_child=_renew_lock)


def engine_of(location: str) -> Engine:
    """Return the engine of this process for a database; connections open at the first use.

    Raises:
        InvalidConfiguration: the address cannot be read.
    """
    url = revealed(location)
    key = (os.getpid(), url.render_as_string(hide_password=False))
    with _engines_lock:
        if key not in _engines:
            _engines[key] = _engine(url)
        return _engines[key]


def close_engines() -> None:
    """Close the connections of this process that are not in use."""
    with _engines_lock:
        for key in [key for key in _engines if key[0] == os.getpid()]:
            _engines.pop(key).dispose()


@contextmanager
def reading(location: str, layer: str) -> Iterator[Connection]:
    """Lend a connection for one transaction that only reads.

    Raises:
        Unavailable: the database does not answer, or the layer cannot be read in it.
        InvalidInput: a value cannot be compared with what a column holds.
        TooLarge: a statement runs for more than 30 s.
        GeometryRefused: PostGIS cannot evaluate a spatial relation.
    """
    with told(layer), engine_of(location).connect() as connection, connection.begin():
        yield connection


@contextmanager
def told(layer: str) -> Iterator[None]:
    """Raise our own error in the place of one of the database, whose details go to the log."""
    try:
        yield
    except InternalError as error:
        raise GeometryRefused(str(error.orig)) from error
    except SQLAlchemyError as error:
        raise _meaning(error, layer) from error
    except (psycopg.Error, UnicodeEncodeError) as error:
        raise _meaning(error, layer) from error


def session_settings() -> list[object]:
    """Return what the first SELECT of a transaction sets for its length."""
    return [func.set_config(name, value, True) for name, value in SESSION.items()]


def _engine(url: URL) -> Engine:
    engine = create_engine(
        url,
        isolation_level="REPEATABLE READ",
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=_WAIT_FOR_CONNECTION_S,
        pool_recycle=_RECYCLE_S,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            "prepare_threshold": None,
            "application_name": "estran",
        },
    ).execution_options(postgresql_readonly=True)

    @event.listens_for(engine, "begin")
    def settle(connection: Connection) -> None:
        connection.execute(select(*session_settings()))  # type: ignore[call-overload]

    return engine


def _meaning(error: Exception, layer: str) -> EstranError:
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, psycopg.errors.QueryCanceled):
        return TooLarge(
            f"the answer takes more than {STATEMENT_TIMEOUT_S} s to find; ask for a smaller area or a"
            " simpler filter",
            f"la réponse demande plus de {STATEMENT_TIMEOUT_S} s de recherche ; demandez une zone plus"
            " petite ou un filtre plus simple",
            where=layer,
        )
    if isinstance(cause, _UNREADABLE):
        LOGGER.warning("the layer %s cannot be read in its database: %s", layer, _first_line(cause))
        return Unavailable(
            f"the layer {layer} cannot be read in its database; run `estran data publish`",
            f"lecture impossible de la couche {layer} dans sa base de données ; lancez `estran data publish`",
            where=layer,
        )
    if isinstance(cause, UnicodeEncodeError) or isinstance(error, DataError | ProgrammingError):
        LOGGER.info("a query on %s is refused by its database: %s", layer, _first_line(cause))
        return InvalidInput(
            "a value or an operator does not fit the type of the column beside it",
            "une valeur ou un opérateur ne convient pas au type de la colonne voisine",
            where=layer,
        )
    LOGGER.warning("the database of the layer %s does not answer: %s", layer, _first_line(cause))
    return Unavailable(
        f"the database of the layer {layer} does not answer; try again later",
        f"la base de données de la couche {layer} ne répond pas ; réessayez plus tard",
        where=layer,
    )


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
