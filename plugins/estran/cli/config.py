"""`estran config check`: is the configuration file right, and if not, on which line?"""

import sys
from pathlib import Path

import click

from estran.cli.language import language, said
from estran.cli.options import config_option


@click.group()
def config() -> None:
    """Check the configuration / vérifier la configuration."""


@config.command()
@config_option
def check(config_path: Path) -> None:
    """Check every key of the configuration file, strictly / vérifier chaque clé, strictement."""
    from estran.server.check import check_configuration

    problems = check_configuration(config_path)
    for problem in problems:
        click.echo(problem.line_of_text(config_path, language()), err=True)
    if any(problem.is_error for problem in problems):
        sys.exit(1)
    click.echo(said("Configuration valide.", "Valid configuration."))
