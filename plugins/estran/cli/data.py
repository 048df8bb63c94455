"""`estran data build`, `estran data status` and `estran data publish`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from estran.cli.language import said
from estran.cli.options import config_option
from estran.ingest.build import BuildRecord, build_fingerprint, build_territory, read_record
from estran.layers.features.location import DATABASE_VARIABLE
from estran.layers.territory import read_territory

if TYPE_CHECKING:
    from rich.progress import Progress


@click.group()
def data() -> None:
    """Build the data of the territory / construire les données du territoire."""


@data.command()
@config_option
@click.option("--force", is_flag=True, help="Build even when nothing has changed.")
def build(config_path: Path, force: bool) -> None:
    """Build the stores and the land ledger, if they are not up to date / construire les données."""
    territory = read_territory(config_path)
    with _bars() as bars:
        task = bars.add_task(territory.settings.territory.id, total=1.0)
        record = build_territory(
            territory,
            force=force,
            progress=lambda step, done: bars.update(task, description=step, completed=done),
        )
    _tell(record)


@data.command()
@config_option
def status(config_path: Path) -> None:
    """Say whether the data are built and up to date / dire si les données sont à jour."""
    territory = read_territory(config_path)
    record = read_record(territory)
    if record is None:
        problem = said("Aucune donnée : lancez `estran data build`.", "No data: run `estran data build`.")
    elif record.fingerprint != build_fingerprint(territory):
        problem = said(
            "Les sources ont changé : lancez `estran data build`.",
            "The sources have changed: run `estran data build`.",
        )
    else:
        _tell(record)
        return
    click.echo(problem)
    sys.exit(1)


@data.command()
@config_option
@click.option(
    "--database",
    required=True,
    envvar=DATABASE_VARIABLE,
    show_envvar=True,
    help="postgresql+psycopg://user:password@host:5432/base",
)
@click.option("--force", is_flag=True, help="Copy even when nothing has changed; undoes edits in the base.")
def publish(config_path: Path, database: str, force: bool) -> None:
    """Copy the features to PostGIS, if they are not there already / copier les objets dans PostGIS."""
    from estran.ingest.publish import publish_territory  # long to load

    territory = read_territory(config_path)
    with _bars() as bars:
        task = bars.add_task(territory.settings.territory.id, total=1.0)
        record = publish_territory(
            territory,
            database,
            force=force,
            progress=lambda step, done: bars.update(task, description=step, completed=done),
        )
    if record.tables:
        tables, features = len(record.tables), sum(record.tables.values())
        state = said(
            f"données publiées : {tables} tables, {features} objets",
            f"data published: {tables} tables, {features} features",
        )
    else:
        state = said("base à jour", "database up to date")
    click.echo(f"{state} ({record.location})", err=True)


def _bars() -> "Progress":
    from rich.console import Console  # seldom needed: `estran serve` loads these commands too
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description:<28}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _tell(record: BuildRecord) -> None:
    megabytes = sum(record.files.values()) / 1e6
    state = (
        said("données construites", "data built")
        if record.rebuilt
        else said("données à jour", "data up to date")
    )
    files = said("fichiers", "files")
    click.echo(f"{state}: {record.directory} ({len(record.files)} {files}, {megabytes:.1f} MB)", err=True)
