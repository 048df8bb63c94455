"""The `estran` command: build the data, check the configuration, serve, ask."""

import sys
from pathlib import Path
from typing import Any

import click

from estran.carbon.errors import EstranError
from estran.cli.assess import assess
from estran.cli.config import config
from estran.cli.data import data
from estran.cli.factors import factors
from estran.cli.language import language, said
from estran.cli.new import new
from estran.cli.options import config_option


class Commands(click.Group):
    """The command group at the outermost edge: an error of ours is a message, not a trace."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; print an `EstranError` in the reader's language and exit with 1."""
        try:
            return super().invoke(ctx)
        except EstranError as error:
            place = f" [{error.where}]" if error.where else ""
            click.echo(
                click.style(said("Erreur : ", "Error: "), fg="red") + error.message(language()) + place,
                err=True,
            )
            sys.exit(1)


@click.group(cls=Commands)
@click.version_option(package_name="estran")
def estran() -> None:
    """Estran, open territorial carbon server / serveur territorial ouvert du carbone."""


@estran.command()
@config_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=5000, show_default=True, help="Port to listen on.")
def serve(config_path: Path, host: str, port: int) -> None:
    """Serve the territory through the OGC APIs / servir le territoire."""
    from estran.server.run import serve as run

    run(config_path, host, port)


estran.add_command(assess)
estran.add_command(config)
estran.add_command(data)
estran.add_command(factors)
estran.add_command(new)
