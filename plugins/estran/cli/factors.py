"""`estran factors`: list the factors, show one, compare two versions, say which processes use them."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from estran.carbon.errors import NotFound
from estran.cli.language import language, said
from estran.cli.options import config_option
from estran.factors.difference import Difference, difference
from estran.factors.documents import DATA, reading
from estran.factors.registry import read_registry
from estran.factors.uses import family, is_used, read_uses, write_uses
from estran.layers.territory import read_territory

if TYPE_CHECKING:
    from estran.cli.factors_cases import CaseAnswer, Move
    from estran.providers.factors_rows import Row

INSTALLED = "installed"
"""Stands for the factors that ship with this version of Estran."""

NESTED = ("", "core/estran/factors/data", "estran/factors/data", "data")
"""Where a folder may keep its factors: itself, a copy of the project, an installed package."""


@click.group()
def factors() -> None:
    """Read the factor registry / lire le registre des facteurs."""


@factors.command(name="list")
@click.option("--table", help="Only the factors of this table.")
@click.option("--search", help="Only the factors that hold all these words.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def list_(table: str | None, search: str | None, as_json: bool) -> None:
    """List the factors with their doubt and unit / lister les facteurs."""
    from estran.providers.factors_asked import selected  # long to load, as below
    from estran.providers.factors_rows import factor_row

    registry = read_registry()
    rows = [factor_row(registry.entries[key], registry, language()) for key in sorted(registry.entries)]
    found = selected(rows, equals=[("table", table)] if table else [], words=search)
    if as_json:
        click.echo(json.dumps([dict(row) for row in found], ensure_ascii=False, indent=1))
        return
    width = max((len(row["id"]) for row in found), default=0)
    for row in found:
        click.echo(f"{row['id']:<{width}}  {_shown(row):>24} {row['unit']:<16} {row['title']}")
    click.echo(f"{len(found)} " + said("facteurs", "factors") + f", version {registry.version}")


@factors.command()
@click.argument("identifier")
@config_option
def show(identifier: str, config_path: Path) -> None:
    """Show all that is known of one factor, as the territory has it / montrer un facteur."""
    from estran.providers.factors_rows import factor_row

    registry = read_territory(config_path).registry() if config_path.exists() else read_registry()
    row = factor_row(registry.factor(identifier), registry, language())
    for name, value in row.items():
        if value is not None:
            click.echo(f"{name:<14} {value}")


@factors.command()
@click.argument("before")
@click.argument("after", default=INSTALLED)
@config_option
@click.option(
    "--cases",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A YAML file of reference cases; by default the published examples, and the cases.yaml beside the "
    "sources of the territory.",
)
@click.option("--no-cases", is_flag=True, help="Compare the factors only.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def diff(
    before: str, after: str, config_path: Path, cases: Path | None, no_cases: bool, as_json: bool
) -> None:
    """Compare two versions of the factors, and what the reference cases answer / comparer deux versions.

    BEFORE and AFTER are folders that hold factors: a copy of `factors/data` or of the whole project;
    `installed`, the default of AFTER, is those of this version.
    """
    from estran.cli.factors_cases import (
        answers,
        kept_cases,
        moves,
        published_cases,
        read_cases,
        read_processors,
    )

    folders = [_folder(name) for name in (before, after)]
    registries = []
    for folder in folders:
        with reading(folder):
            registries.append(read_registry())
    found = difference(*registries)
    moved: list[Move] = []
    failed: list[CaseAnswer] = []
    if not no_cases:
        processors = read_processors(config_path)
        kept = () if cases else (*published_cases(processors), *kept_cases(config_path))
        listed = read_cases(cases) if cases else kept
        old, new = (list(answers(listed, processors, folder)) for folder in folders)
        moved = moves(old, new)
        failed = [answer for answer in (*old, *new) if answer.error]
    if as_json:
        click.echo(json.dumps(_document(found, moved, failed), ensure_ascii=False, indent=1))
    else:
        _print_difference(found, moved, failed)


@factors.command()
@config_option
@click.option("--write", is_flag=True, help="Declare what is missing, in the files of this version.")
def uses(config_path: Path, write: bool) -> None:
    """Hold the declared uses of factors against the examples / vérifier les usages déclarés."""
    from estran.cli.factors_cases import answers, kept_cases, published_cases, read_processors

    processors = read_processors(config_path)
    known = (*published_cases(processors), *kept_cases(config_path))
    declared = read_uses()
    wrong = False
    for process in processors:
        cases = [case for case in known if case.process == process]
        used = {name for answer in answers(cases, processors, DATA) for name in answer.factors}
        starts = declared.get(process, ())
        lacking = sorted(name for name in used if not is_used(name, starts))
        idle = [start for start in starts if not any(is_used(name, [start]) for name in used)]
        click.echo(f"{process}: {len(used)}")
        for name in lacking:
            click.echo(said(f"  non déclaré : {name}", f"  not declared: {name}"))
        for start in idle:
            click.echo(said(f"  pas vu dans les exemples : {start}", f"  not met in the examples: {start}"))
        if write and lacking:
            click.echo(f"  {write_uses(DATA, process, [*starts, *map(family, lacking)])}")
        wrong = wrong or bool(lacking and not write)
    if wrong:
        sys.exit(1)


def _folder(name: str) -> Path:
    if name == INSTALLED:
        return DATA
    for nested in NESTED:
        folder = Path(name) / nested
        if (folder / "tables.yaml").is_file():
            return folder.resolve()
    raise NotFound(
        f"{name} holds no factors: there is no tables.yaml in it",
        f"{name} ne contient pas de facteurs : il n'y a pas de tables.yaml",
        where=name,
    )


def _document(
    found: Difference, moved: Sequence["Move"], failed: Sequence["CaseAnswer"]
) -> dict[str, object]:
    return {
        **asdict(found),
        "results": [{**asdict(move), "relative": move.relative} for move in moved],
        "errors": [{"case": answer.case.id, "message": str(answer.error)} for answer in failed],
    }


def _print_difference(found: Difference, moved: Sequence["Move"], failed: Sequence["CaseAnswer"]) -> None:
    click.echo(f"{found.before} → {found.after}")
    for name in found.added:
        click.echo(f"+ {name}")
    for name in found.removed:
        click.echo(f"- {name}")
    for change in found.changed:
        click.echo(f"~ {change.id} {change.attribute}: {change.before} → {change.after}")
    for move in moved:
        share = "" if move.relative is None else f" ({move.relative:+.2%})"
        click.echo(
            f"> {move.case} {move.indicator}: {_number(move.before)} → {_number(move.after)} "
            f"{move.unit}{share}"
        )
    for answer in failed:
        reason = answer.error.message(language()) if answer.error else ""
        click.echo(f"! {answer.case.id}: {reason}")
    click.echo(
        said(
            f"{len(found.added)} ajoutés, {len(found.removed)} retirés, {len(found.changed)} changements, "
            f"{len(moved)} résultats déplacés",
            f"{len(found.added)} added, {len(found.removed)} removed, {len(found.changed)} changes, "
            f"{len(moved)} results moved",
        )
    )


def _shown(row: "Row") -> str:
    if row["day"]:
        return str(row["day"])
    return _number(row["value"]) + (f" ± {row['sd']:.3g}" if row["sd"] else "")


def _number(value: float | None) -> str:
    return said("non évalué", "not evaluated") if value is None else f"{value:.6g}"
