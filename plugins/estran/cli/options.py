"""Options that several commands share."""

from pathlib import Path

import click

config_option = click.option(
    "--config",
    "config_path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("pygeoapi-config.yml"),
    show_default=True,
    envvar="ESTRAN_CONFIG",
    help="The territory's configuration file.",
)
