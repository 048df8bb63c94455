"""`estran assess`: the assessments, from the command line."""

import json
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from estran.assessments.carbon_stock import CarbonStockRequest, assess_carbon_stock
from estran.assessments.place import read_place
from estran.assessments.request import read_request
from estran.assessments.tables import to_csv, to_geojson
from estran.carbon.errors import InvalidInput
from estran.cli.language import language
from estran.cli.options import config_option
from estran.cli.report import print_report
from estran.layers.territory import read_territory


@click.group()
def assess() -> None:
    """Ask a question about a place / poser une question sur un lieu."""


@assess.command(name="carbon-stock")
@config_option
@click.option("--geometry", type=click.File("rb"), help="A GeoJSON file, or - for standard input.")
@click.option("--crs", help="CRS of the coordinates, such as 2154; longitude and latitude by default.")
@click.option("--collection", help="A collection of the territory, such as communes, instead of a file.")
@click.option("--ids", help="Identifiers of its features, separated by commas.")
@click.option(
    "--overrides", type=click.File("rb"), help="A JSON file of factors to override, by factor identifier."
)
@click.option("--confidence", type=float, help="Confidence of the intervals, 0.9 by default.")
@click.option("--deep-salt-marsh", is_flag=True, help="Also give the soil of salt marshes, 30-100 cm.")
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json", "csv", "geojson"]),
    default="text",
    show_default=True,
    help="How to write the answer.",
)
@click.option("--lang", type=click.Choice(["fr", "en"]), help="Language of the text; that of the terminal.")
def carbon_stock(
    config_path: Path,
    geometry: Any,
    crs: str | None,
    collection: str | None,
    ids: str | None,
    overrides: Any,
    confidence: float | None,
    deep_salt_marsh: bool,
    output: str,
    lang: str | None,
) -> None:
    """How much carbon is in this land? / combien de carbone dans cette terre ?"""
    inputs: dict[str, Any] = {
        "geometry": _geometry(geometry, collection, ids),
        "crs": crs,
        "overrides": _json(overrides, "--overrides") if overrides else None,
        "confidence": confidence,
        "deep_salt_marsh": deep_salt_marsh,
    }
    given = {name: value for name, value in inputs.items() if value is not None}
    request = read_request(CarbonStockRequest, given)
    territory = read_territory(config_path)
    envelope = assess_carbon_stock(request, territory)
    if output == "json":
        click.echo(envelope.model_dump_json(indent=2))
    elif output == "csv":
        click.echo(to_csv(envelope), nl=False)
    elif output == "geojson":
        click.echo(json.dumps(to_geojson(envelope, read_place(request, territory)), ensure_ascii=False))
    else:
        print_report(envelope, Console(file=sys.stdout), lang or language())


def _geometry(file: Any, collection: str | None, ids: str | None) -> Any:
    if (file is None) == (collection is None):
        raise InvalidInput(
            "give --geometry, or --collection and --ids",
            "donnez --geometry, ou --collection et --ids",
            where="--geometry",
        )
    if file is not None:
        return _json(file, "--geometry")
    return {
        "collection": collection,
        "ids": [part.strip() for part in (ids or "").split(",") if part.strip()],
    }


def _json(file: Any, option: str) -> Any:
    try:
        return json.loads(file.read().decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InvalidInput(
            f"{file.name} is not JSON in UTF-8: {error}",
            f"{file.name} n'est pas du JSON en UTF-8 : {error}",
            where=option,
        ) from error
