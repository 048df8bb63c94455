"""Is the configuration file right, and if not, on which line is what wrong?

Our keys are those of the pydantic models, pygeoapi's are those of its own JSON schema: nothing is
listed twice. A key that nobody knows is an error that names the nearest one.
"""

import importlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from jsonschema.exceptions import ValidationError as SchemaError
from pydantic import BaseModel, ValidationError
from pygeoapi.config import load_schema, validate_config
from pygeoapi.util import yaml_load

from estran.carbon.errors import InvalidConfiguration
from estran.layers.features.location import DATABASE_VARIABLE, hidden, is_database
from estran.layers.settings import EstranSettings, LayerSettings
from estran.server.check_factors import check_factors
from estran.server.check_messages import Problem, model_problem, unknown_key
from estran.server.configuration import OUR_PREFIX, complete
from estran.server.settings import PROVIDERS, ManagerSettings, ProcessorSettings
from estran.server.yaml_lines import Lines, read_lines

OUR_KEY = "estran"


def check_configuration(path: Path) -> list[Problem]:
    """Return everything that is wrong with a configuration file, in the order of its lines."""
    file = path.resolve()
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return [
            _plain(1, str(file), f"the file cannot be read: {error}", f"le fichier est illisible : {error}")
        ]
    try:
        lines = read_lines(text)
        with file.open(encoding="utf-8") as stream:
            document = yaml_load(stream)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        reason = str(getattr(error, "problem", None) or error)
        return [_plain(line, "", f"this is not YAML: {reason}", f"ce n'est pas du YAML : {reason}")]
    except OSError as error:
        return [_plain(1, "", str(error), f"variable d'environnement absente : {error}")]
    if not isinstance(document, dict):
        return [_plain(1, "", "the file is not a set of keys", "le fichier n'est pas un ensemble de clés")]
    problems = [*_check_sections(document, lines), *_check_resources(document, lines)]
    problems += [_repeated(path_, line) for path_, line in lines.repeated]
    if not any(problem.is_error for problem in problems):
        problems += _check_pygeoapi(document, lines, file)
    return sorted(problems, key=lambda problem: problem.line)


def _check_sections(document: Mapping[str, Any], lines: Lines) -> Iterator[Problem]:
    schema = load_schema()
    known = [*schema["properties"], OUR_KEY]
    for name in document:
        if name not in known:
            yield unknown_key(name, known, line=lines.line((name,)), is_error=True)
    if OUR_KEY in document:
        yield from _check_model(EstranSettings, document[OUR_KEY], (OUR_KEY,), lines)
        yield from check_factors(document[OUR_KEY], lines)
    for name in (OUR_KEY, "resources"):
        if name not in document:
            yield _plain(1, name, f"the section {name!r} is missing", f"la section {name!r} manque")
    manager = (document.get("server") or {}).get("manager")
    if isinstance(manager, dict) and _is_ours(manager):
        yield from _check_model(ManagerSettings, manager, ("server", "manager"), lines)
        yield from _check_plugin(manager, ("server", "manager"), lines)
    for name in ("server", "logging", "metadata"):
        if isinstance(document.get(name), dict):
            yield from _check_keys(document[name], schema["properties"][name], (name,), lines)


def _check_keys(
    section: Mapping[str, Any], schema: Mapping[str, Any], path: tuple[str | int, ...], lines: Lines
) -> Iterator[Problem]:
    """Hold the keys of a section of pygeoapi against its schema, which itself lets any key pass."""
    known = schema.get("properties")
    if not known or "patternProperties" in schema:
        return
    for name, value in section.items():
        here = (*path, name)
        if name not in known:
            yield unknown_key(name, list(known), line=lines.line(here), path=here, is_error=False)
        elif isinstance(value, dict) and not _is_ours(value):
            yield from _check_keys(value, known[name], here, lines)


def _check_resources(document: Mapping[str, Any], lines: Lines) -> Iterator[Problem]:
    resources = document.get("resources") or {}
    if not isinstance(resources, dict):
        yield _plain(
            lines.line(("resources",)), "resources", "must be a set of keys", "doit être un ensemble de clés"
        )
        return
    schemas = _resource_schemas()
    for identifier, resource in resources.items():
        path = ("resources", identifier)
        kind = resource.get("type") if isinstance(resource, dict) else None
        if kind not in schemas:
            choice = ", ".join(schemas)
            yield _plain(
                lines.line((*path, "type")),
                f"resources.{identifier}.type",
                f"must be one of {choice}",
                f"doit être parmi {choice}",
            )
            continue
        known = [*schemas[kind], *([OUR_KEY] if kind == "collection" else [])]
        for name in resource:
            if name not in known:
                here = (*path, name)
                yield unknown_key(name, known, line=lines.line(here), path=here, is_error=True)
        yield from _check_ours(resource, path, lines)


def _check_ours(resource: Mapping[str, Any], path: tuple[str, str], lines: Lines) -> Iterator[Problem]:
    if OUR_KEY in resource:
        yield from _check_model(LayerSettings, resource[OUR_KEY], (*path, OUR_KEY), lines)
    processor = resource.get("processor")
    if isinstance(processor, dict) and _is_ours(processor):
        yield from _check_model(ProcessorSettings, processor, (*path, "processor"), lines)
        yield from _check_plugin(processor, (*path, "processor"), lines)
    if resource["type"] != "collection":
        return
    providers = resource.get("providers")
    if not isinstance(providers, list) or not providers:
        yield _plain(
            lines.line(path),
            ".".join(path) + ".providers",
            "give one provider or more",
            "donnez au moins un fournisseur",
        )
        return
    for position, provider in enumerate(providers):
        here = (*path, "providers", position)
        if isinstance(provider, dict) and _is_ours(provider):
            if OUR_KEY not in resource:
                yield _plain(
                    lines.line(path),
                    ".".join((*path, OUR_KEY)),
                    "the section `estran` (licence, attribution, vintage) is missing",
                    "la section `estran` (licence, attribution, millésime) manque",
                )
            yield from _check_provider(provider, here, lines)


def _check_provider(
    provider: Mapping[str, Any], path: tuple[str | int, ...], lines: Lines
) -> Iterator[Problem]:
    kind = provider.get("type")
    if kind not in PROVIDERS:
        choice = ", ".join(PROVIDERS)
        yield _plain(
            lines.line((*path, "type")),
            _dotted((*path, "type")),
            f"must be one of {choice}",
            f"doit être parmi {choice}",
        )
        return
    yield from _check_model(PROVIDERS[kind], provider, path, lines)
    yield from _check_plugin(provider, path, lines)
    try:
        if is_database(provider.get("data", "")):
            hidden(provider["data"])
    except InvalidConfiguration as error:
        here = (*path, "data")
        yield _plain(lines.line(here), _dotted(here), error.en, error.fr)


def _check_model(
    model: type[BaseModel], section: Any, path: tuple[str | int, ...], lines: Lines
) -> Iterator[Problem]:
    try:
        model.model_validate(section)
    except ValidationError as error:
        for fault in error.errors():
            here = (*path, *fault["loc"])
            yield model_problem(model, fault, line=lines.line(here), path=here)


def _check_plugin(
    definition: Mapping[str, Any], path: tuple[str | int, ...], lines: Lines
) -> Iterator[Problem]:
    """Check that the dotted name of a plugin leads to a class."""
    name = str(definition["name"])
    module_name, _, class_name = name.rpartition(".")
    here = (*path, "name")
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        reason = str(error)
        yield _plain(
            lines.line(here),
            _dotted(here),
            f"{name} cannot be loaded: {reason}",
            f"{name} ne peut être chargé : {reason}",
        )
        return
    if not hasattr(module, class_name):
        classes = [
            found
            for found, value in vars(module).items()
            if isinstance(value, type) and value.__module__ == module_name
        ]
        yield unknown_key(class_name, classes, line=lines.line(here), path=here, is_error=True)


def _check_pygeoapi(document: Mapping[str, Any], lines: Lines, file: Path) -> Iterator[Problem]:
    """Hold the completed file against pygeoapi's schema, then look for the data it names."""
    try:
        configuration = complete(document, base=file.parent, file=file)
    except InvalidConfiguration as error:
        yield _plain(1, error.where or DATABASE_VARIABLE, error.en, error.fr)
        return
    manager = configuration["server"]["manager"]
    configuration["server"]["manager"] = {"connection": "", "output_dir": "", **_given(manager)}
    try:
        validate_config(configuration)
    except SchemaError as error:
        deepest = max([error, *_leaves(error)], key=lambda fault: len(fault.absolute_path))
        path = tuple(deepest.absolute_path)
        yield _plain(
            lines.line(path),
            _dotted(path),
            f"pygeoapi refuses this: {deepest.message[:300]}",
            f"pygeoapi refuse ceci : {deepest.message[:300]}",
        )
    for identifier, resource in configuration["resources"].items():
        for position, provider in enumerate(resource.get("providers", [])):
            here = ("resources", identifier, "providers", position, "data")
            if provider["type"] not in {"tile", "record"}:
                yield from _missing(provider.get("data"), here, lines)
            if provider["type"] == "coverage":
                for instant, file_of in (provider.get("times") or {}).items():
                    yield from _missing(file_of, ("resources", identifier, OUR_KEY, "times", instant), lines)


def _missing(data: object, here: tuple[str | int, ...], lines: Lines) -> Iterator[Problem]:
    """Say that a file is not there; an address is not a file."""
    if (
        not isinstance(data, str)
        or data.startswith("/vsi")
        or not Path(data).is_absolute()
        or Path(data).exists()
    ):
        return
    yield Problem(
        line=lines.line(here),
        key=_dotted(here),
        message_en=f"the file {data} does not exist yet; run `estran data build`",
        message_fr=f"le fichier {data} n'existe pas encore ; lancez `estran data build`",
        suggestion="estran data build",
        is_error=False,
    )


def _resource_schemas() -> dict[str, Sequence[str]]:
    """Return the keys that pygeoapi knows, by type of resource."""
    pattern = next(iter(load_schema()["properties"]["resources"]["patternProperties"].values()))
    choices = pattern.get("anyOf") or pattern.get("oneOf") or [pattern]
    return {
        kind: list(choice["properties"])
        for choice in choices
        for kind in choice["properties"]["type"].get("enum", [])
    }


def _leaves(error: SchemaError) -> Iterator[SchemaError]:
    for child in error.context or ():
        yield child
        yield from _leaves(child)


def _given(manager: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in manager.items() if value is not None}


def _is_ours(definition: Mapping[str, Any]) -> bool:
    return str(definition.get("name", "")).startswith(OUR_PREFIX)


def _repeated(path: tuple[str | int, ...], line: int) -> Problem:
    is_collection = len(path) == 2 and path[0] == "resources"
    what_en = "identifier" if is_collection else "key"
    what_fr = "l'identifiant" if is_collection else "la clé"
    given = "donné" if is_collection else "donnée"
    return _plain(
        line,
        _dotted(path),
        f"the {what_en} {path[-1]!r} is given twice",
        f"{what_fr} {path[-1]!r} est {given} deux fois",
    )


def _plain(line: int, key: str, en: str, fr: str) -> Problem:
    return Problem(line=line, key=key, message_en=en, message_fr=fr)


def _dotted(path: Sequence[str | int]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
