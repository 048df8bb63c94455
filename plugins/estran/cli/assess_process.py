"""The command of a process: options made from the model of its inputs, and the answer as text or a file.

Each plain input is an option, the geometry is a file or features of a collection, and `--inputs` takes
everything else as JSON.
"""

import json
import sys
from pathlib import Path
from typing import Any, get_args

import click
from rich.console import Console

from estran.assessments.envelope import Envelope
from estran.assessments.inputs import PlaceRequest
from estran.carbon.errors import InvalidInput
from estran.cli.language import language
from estran.cli.options import config_option
from estran.cli.report import print_report
from estran.processes.base import AssessmentProcessor
from estran.processes.formats import CSV, GEOJSON, GEOPACKAGE, GEOPARQUET, JSON, OUTPUT, XLSX

FORMATS = {
    "text": JSON,
    "json": JSON,
    "csv": CSV,
    "geojson": GEOJSON,
    "xlsx": XLSX,
    "gpkg": GEOPACKAGE,
    "parquet": GEOPARQUET,
}

BINARY = frozenset({XLSX, GEOPACKAGE, GEOPARQUET})

PLAIN = (float, int, str)
"""Types of an input that is given as an option."""

OWN = ("geometry", "overrides")
"""Inputs with options of their own."""


def process_command(process: type[AssessmentProcessor]) -> click.Command:
    """Return the command of a process, made from its inputs."""
    has_place = issubclass(process.request, PlaceRequest)
    formats = [name for name, media_type in FORMATS.items() if media_type in process.offered()]
    params: list[click.Parameter] = [
        click.Option(
            ["--inputs"], type=click.File("rb"), help="A JSON file of inputs, or - for standard input."
        ),
        *(_place_options() if has_place else ()),
        *_plain_options(process),
        click.Option(
            ["--format", "form"],
            type=click.Choice(formats),
            default="text",
            show_default=True,
            help="How to write the answer.",
        ),
        click.Option(
            ["--output"], type=click.Path(dir_okay=False, path_type=Path), help="Write to this file."
        ),
        click.Option(
            ["--lang"], type=click.Choice(["fr", "en"]), help="Language of the text; that of the terminal."
        ),
    ]
    if "overrides" in process.request.model_fields:
        help_text = "A JSON file of factors to override, by factor identifier."
        params.insert(1, click.Option(["--overrides"], type=click.File("rb"), help=help_text))

    def run(config_path: Path, **options: Any) -> None:
        _answer(process, config_path, options)

    return config_option(
        click.Command(
            process.identifier, params=params, callback=run, help=f"{process.title.en} / {process.title.fr}"
        )
    )


def _place_options() -> list[click.Option]:
    return [
        click.Option(["--geometry"], type=click.File("rb"), help="A GeoJSON file, or - for standard input."),
        click.Option(["--collection"], help="A collection of the territory, such as communes."),
        click.Option(["--ids"], help="Identifiers of its features, separated by commas."),
        click.Option(["--filter", "where"], help="A CQL2 text that chooses its features, instead of --ids."),
    ]


def _plain_options(process: type[AssessmentProcessor]) -> list[click.Option]:
    options = []
    for name, field in process.request.model_fields.items():
        kinds = {
            kind for kind in (get_args(field.annotation) or (field.annotation,)) if kind is not type(None)
        }
        flag = f"--{name.replace('_', '-')}"
        if name in OWN:
            continue
        if kinds == {bool}:
            options.append(click.Option([flag, name], is_flag=True, default=None, help=field.title))
        elif all(isinstance(kind, str) for kind in kinds) or kinds & set(PLAIN) == kinds:
            options.append(click.Option([flag, name], help=field.title))
    return options


def _answer(process: type[AssessmentProcessor], config_path: Path, options: dict[str, Any]) -> None:
    form, output, lang = options.pop("form"), options.pop("output"), options.pop("lang")
    inputs = _inputs(options)
    media_type = FORMATS[form]
    if media_type in BINARY and output is None:
        raise InvalidInput(
            f"{form} is not text: say where to write it with --output",
            f"{form} n'est pas du texte : dites où l'écrire avec --output",
            where="--output",
        )
    processor = process({"name": process.__name__, "config": str(config_path)})
    _, content = processor.execute(inputs, {OUTPUT: {"format": {"mediaType": media_type}}})
    if form == "text":
        console = Console(file=sys.stdout)
        if output is None:
            print_report(Envelope.model_validate(content), console, lang or language())
            return
        with output.open("w", encoding="utf-8") as file:
            print_report(Envelope.model_validate(content), Console(file=file, width=120), lang or language())
        return
    written = (
        content if isinstance(content, bytes | str) else json.dumps(content, ensure_ascii=False, indent=2)
    )
    if output is None:
        click.echo(written, nl=media_type != CSV)
    else:
        output.write_bytes(written if isinstance(written, bytes) else written.encode())


def _inputs(options: dict[str, Any]) -> dict[str, Any]:
    """The inputs of the file, replaced one by one by the options given."""
    file, overrides = options.pop("inputs"), options.pop("overrides", None)
    given: Any = _json(file, "--inputs") if file else {}
    if not isinstance(given, dict):
        raise InvalidInput(
            "--inputs must hold an object of names and values",
            "--inputs doit contenir un objet de noms et de valeurs",
            where="--inputs",
        )
    # A request sent to the server keeps its inputs under that name.
    inputs: dict[str, Any] = dict(given["inputs"] if isinstance(given.get("inputs"), dict) else given)
    if "geometry" in options:
        inputs |= {"geometry": _geometry(options, inputs)}
    if overrides:
        inputs["overrides"] = _json(overrides, "--overrides")
    return inputs | {name: value for name, value in options.items() if value is not None}


def _geometry(options: dict[str, Any], inputs: dict[str, Any]) -> Any:
    """Where the question is asked, by the options of a place, which are taken away."""
    file, collection, ids, where = (options.pop(name) for name in ("geometry", "collection", "ids", "where"))
    given = [source for source in (file, collection, inputs.get("geometry")) if source is not None]
    if len(given) != 1 or (collection is None and (ids or where)):
        raise InvalidInput(
            "give --geometry, or --collection with --ids or --filter, or a geometry in --inputs",
            "donnez --geometry, ou --collection avec --ids ou --filter, ou une géométrie dans --inputs",
            where="--geometry",
        )
    if file is not None:
        return _json(file, "--geometry")
    if collection is None:
        return inputs["geometry"]
    reference: dict[str, Any] = {"collection": collection}
    if ids:
        reference["ids"] = [part.strip() for part in ids.split(",") if part.strip()]
    if where:
        reference["filter"] = where
    return reference


def _json(file: Any, option: str) -> Any:
    try:
        return json.loads(file.read().decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InvalidInput(
            f"{file.name} is not JSON in UTF-8: {error}",
            f"{file.name} n'est pas du JSON en UTF-8 : {error}",
            where=option,
        ) from error
