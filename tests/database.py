"""A PostgreSQL with PostGIS of our own, for as long as a block lasts."""

import os
import pwd
import secrets
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def server_program(name: str) -> Path | None:
    """Return a program of the PostgreSQL server, of the newest version that has PostGIS."""
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda home: float(home.parent.name))
    extension = Path("/usr/share/postgresql")
    for home in reversed(homes):
        if (extension / home.parent.name / "extension" / "postgis.control").exists():
            return home / name
    return None


@contextmanager
def database_server() -> Iterator[str]:
    """Start a PostgreSQL with PostGIS for this run; give the address of an empty base, with its password.

    It listens on a loopback port and a socket in a temporary folder, keeps nothing, and is stopped at
    the end. As root it runs as the user `postgres`, since PostgreSQL refuses root.
    """
    initdb, control = server_program("initdb"), server_program("pg_ctl")
    assert initdb is not None
    assert control is not None
    password = secrets.token_urlsafe(12)
    with (
        tempfile.TemporaryDirectory(prefix="estran-pg-", dir="/tmp", ignore_cleanup_errors=True) as name,
        socket.socket() as free,
    ):
        folder = Path(name)
        (folder / "password").write_text(password, encoding="utf-8")
        as_owner: list[str] = []
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            for path in (folder, folder / "password"):
                os.chown(path, owner.pw_uid, owner.pw_gid)
            as_owner = ["runuser", "-u", "postgres", "--"]
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()

        def run(*command: object) -> None:
            done = subprocess.run(
                [*as_owner, *map(str, command)],
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
                cwd=folder,
            )
            assert done.returncode == 0, done.stdout + done.stderr

        data = folder / "data"
        run(
            initdb,
            "--pgdata",
            data,
            "--username",
            "estran",
            "--pwfile",
            folder / "password",
            "--encoding",
            "UTF8",
            "--locale",
            "C.UTF-8",
            "--auth",
            "scram-sha-256",
            "--no-sync",
        )
        options = f"-F -c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        options += " -c full_page_writes=off -c synchronous_commit=off -c max_connections=40 -c jit=off"
        run(control, "--pgdata", data, "--log", folder / "log", "--wait", "--options", options, "start")
        try:
            yield f"postgresql+psycopg://estran:{password}@127.0.0.1:{port}/postgres"
        finally:
            run(control, "--pgdata", data, "--mode", "immediate", "--wait", "stop")
