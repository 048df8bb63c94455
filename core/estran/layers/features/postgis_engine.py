"""How is a PostGIS database read by many threads and processes, and what do its errors mean?

Each process has its own bounded pool, since a connection must not cross a fork. A reading is one
transaction that changes nothing and sees one state of the data.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg.errors
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DataError, DisconnectionError, InternalError, ProgrammingError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from estran.carbon.errors import EstranError, InvalidInput, TooLarge, Unavailable
from estran.layers.aside import aside
from estran.layers.features.location import revealed
from estran.layers.features.postgis_statement import Statement

LOGGER = logging.getLogger(__name__)

CONNECTIONS = 8
"""Connections that one process holds at most."""

STATEMENT_TIMEOUT_S = 30
CONNECT_TIMEOUT_S = 5
QUIET_S = 1.0
"""Idle time from which a connection is tried before it is lent: the database may have gone meanwhile."""

_WAIT_FOR_CONNECTION_S = 10
_RECYCLE_S = 1800
SESSION = {"statement_timeout": f"{STATEMENT_TIMEOUT_S}s", "timezone": "UTC", "datestyle": "ISO, YMD"}
_BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_SETTLE = "SELECT " + ", ".join(f"set_config('{name}', '{value}', true)" for name, value in SESSION.items())
_SETTLE_READING = f"{_SETTLE}, set_config('transaction_read_only', 'on', true)"
_UNREADABLE = (
    psycopg.errors.UndefinedTable,
    psycopg.errors.UndefinedColumn,
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.InvalidSchemaName,
    psycopg.errors.UndefinedObject,
)

_WRONG = (DataError, ProgrammingError, psycopg.DataError, psycopg.ProgrammingError)

_engines: dict[tuple[int, str], tuple[URL, Engine]] = {}
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
    key = (os.getpid(), location)
    with _engines_lock:
        known = _engines.get(key)
        if known is None or (known[0] is not url and known[0] != url):
            if known is not None:
                known[1].dispose()
            known = _engines[key] = url, _engine(url)
        return known[1]


def close_engines() -> None:
    """Close the connections of this process that are not in use."""
    with _engines_lock:
        for key in [key for key in _engines if key[0] == os.getpid()]:
            _engines.pop(key)[1].dispose()


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


def read_at_once(location: str, layer: str, statement: Statement, given: Mapping[str, object]) -> list[Any]:
    """Return the rows of a statement, in one exchange with the database.

    What is sent together is one transaction, to which the settings are confined.

    Args:
        location: The database.
        layer: What is read.
        statement: What is asked.
        given: The values that are not the same for every question.

    Raises:
        Unavailable, InvalidInput, TooLarge, GeometryRefused: as `reading`.
    """

    def read(driver: Any) -> list[Any]:
        with aside(), driver.pipeline():
            driver.execute(_SETTLE_READING)
            found = psycopg.RawCursor(driver).execute(statement.text, statement.values(given))
        rows: list[Any] = found.fetchall()
        return rows

    return _exchanged(location, layer, read)


def looked_up(location: str, layer: str, statement: str, values: Mapping[str, object]) -> Any:
    """Return the first row of a statement that reads the catalogue, in one exchange with the database.

    It is tried again when the connection turns out to be dead.

    Raises:
        Unavailable: the database does not answer, or the layer cannot be read in it.
    """
    return _exchanged(location, layer, lambda driver: driver.execute(statement, values).fetchone())


def _exchanged[Answer](location: str, layer: str, ask: Callable[[Any], Answer]) -> Answer:
    """Return what a connection without transaction answers; a dead one is replaced, once."""
    with told(layer):
        try:
            return _asked(location, ask)
        except psycopg.OperationalError as error:
            if isinstance(error, psycopg.errors.QueryCanceled):
                raise
            return _asked(location, ask)


def _asked[Answer](location: str, ask: Callable[[Any], Answer]) -> Answer:
    lent = engine_of(location).raw_connection()
    try:
        answer = ask(lent.driver_connection)
    except BaseException as error:
        is_whole = isinstance(error, psycopg.Error | UnicodeError)
        if is_whole and not isinstance(error, psycopg.OperationalError):
            lent.close()
        else:
            lent.invalidate()
        raise
    lent.close()
    return answer


@contextmanager
def told(layer: str) -> Iterator[None]:
    """Raise our own error in the place of one of the database, whose details go to the log."""
    try:
        yield
    except (InternalError, psycopg.InternalError) as error:
        raise GeometryRefused(str(error)) from error
    except SQLAlchemyError as error:
        raise _meaning(error, layer) from error
    except (psycopg.Error, UnicodeEncodeError) as error:
        raise _meaning(error, layer) from error


def _engine(url: URL) -> Engine:
    engine = create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=_WAIT_FOR_CONNECTION_S,
        pool_recycle=_RECYCLE_S,
        hide_parameters=True,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            "prepare_threshold": None,
            "application_name": "estran",
        },
    )

    @event.listens_for(engine, "checkin")
    def note(_driver: object, record: ConnectionPoolEntry) -> None:
        record.info["used"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def try_out(driver: PoolProxiedConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        if time.monotonic() - record.info.get("used", time.monotonic()) > QUIET_S:
            _try_out(driver)

    @event.listens_for(engine, "begin")
    def settle(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        driver.execute(f"{_BEGIN}; {_SETTLE}" if driver.autocommit else _SETTLE)

    return engine


def _try_out(driver: Any) -> None:
    """Raise what makes the pool replace a connection, and the others, when the database has gone."""
    try:
        driver.execute("")
        driver.rollback()
    except psycopg.Error as error:
        raise DisconnectionError(str(error)) from error


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
    if isinstance(cause, UnicodeEncodeError) or isinstance(error, _WRONG):
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
