"""Serving: the application under Granian, one process that answers and its workers that compute.

Why this server: docs/decisions/0001-application-server.md.
"""

import gc
import socket
import sys
import threading
import time
from functools import partial
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from granian import Granian
from granian.constants import Interfaces

from estran.carbon.errors import EstranError
from estran.layers.territory import read_territory
from estran.server.capacity import threads_for

STOP_WITHIN_S = 10
ANNOUNCE_TRIES = 400


class CannotListen(EstranError):
    """The address is taken, or cannot be used."""


def serve(
    config_path: Path,
    host: str = "127.0.0.1",
    port: int = 5000,
    *,
    threads: int | None = None,
) -> None:
    """Serve a territory until SIGTERM or SIGINT.

    Args:
        config_path: The territory's configuration file.
        host: Address to listen on.
        port: Port to listen on.
        threads: Requests answered at once; by default enough for every execution that may wait.

    Raises:
        InvalidConfiguration: the file cannot be used.
        CannotListen: the address is taken, or cannot be used.
    """
    territory = read_territory(config_path)
    _check_free(host, port)
    server = Granian(
        target=str(config_path),
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=threads or threads_for(waiting=territory.settings.jobs.waiting),
        log_enabled=False,
        websockets=False,
        workers_kill_timeout=STOP_WITHIN_S,
    )
    server.serve(target_loader=partial(_load, config_path.resolve(), host, port), wrap_loader=False)


def _load(config_path: Path, host: str, port: int) -> Any:
    """Return the application, in the process that serves it; a wrong file ends that process."""
    from estran.jobs.preload import preload

    address = address_of(host, port)
    try:
        preload(read_territory(config_path).processors)
        # Long to load: workers load what they need meanwhile.
        from estran.jobs.engine import close_engines
        from estran.server.app import create_app

        app = create_app(config_path, listening=address)
    except EstranError as error:
        print(f"{error.fr}\n{error.en}", file=sys.stderr)  # noqa: T201 - the terminal is the reader
        raise SystemExit(1) from error
    service = app.extensions["estran"]
    if hasattr(service.api.manager, "start"):
        service.api.manager.start()
    Finalize(None, close_engines, exitpriority=100)
    gc.freeze()  # what is loaded stays: looking for garbage in it would slow answers down
    url = service.configuration["server"]["url"]
    line = f"Estran: {url}" + (f" ({address})" if address != url else "")
    threading.Thread(target=_announce, args=(line, host, port), daemon=True).start()
    return app


def _announce(line: str, host: str, port: int) -> None:
    """Print the address once it answers: the server listens only after the application is loaded."""
    target = urlsplit(address_of(host, port))
    for _ in range(ANNOUNCE_TRIES):
        try:
            socket.create_connection((target.hostname or host, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            print(line, flush=True)  # noqa: T201 - the terminal is the reader
            return


def address_of(host: str, port: int) -> str:
    """Return the address that a person on this machine opens.

    Example:
        >>> address_of("0.0.0.0", 5000)
        'http://127.0.0.1:5000'
        >>> address_of("::1", 80)
        'http://[::1]:80'
    """
    name = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104 - compared
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def _check_free(host: str, port: int) -> None:
    """Try the address before anything starts, for a message that says what to do."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        reason = error.strerror or str(error)
        raise CannotListen(
            f"cannot listen on {host}:{port}: {reason}; choose another port with --port",
            f"impossible d'écouter sur {host}:{port} : {reason} ; choisissez un autre port avec --port",
            where=f"{host}:{port}",
        ) from error
