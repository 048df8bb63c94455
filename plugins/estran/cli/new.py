"""`estran new`: from a BD TOPO extract to a configuration file ready to build and serve."""

from copy import deepcopy
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
import yaml
from pyproj import CRS

from estran.carbon.errors import InvalidInput
from estran.cli.language import said
from estran.factors.plain_yaml import read_yaml
from estran.factors.registry import read_registry

_CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
_LICENCE = {
    "id": "etalab-2.0",
    "title": "Licence Ouverte 2.0",
    "url": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
}
_HEADER = """\
# The configuration of one territory. Check it with `estran config check --config THIS_FILE`.
# Paths are relative to this file. Sections named `estran` are ours; the rest is pygeoapi's.
"""


@click.command()
@click.option(
    "--bdtopo",
    required=True,
    type=click.Path(path_type=Path),
    help="BD TOPO v3 extract: a GeoPackage, a shapefile, or a folder of them.",
)
@click.option("--id", "identifier", required=True, help="Short name of the territory, such as `rodez`.")
@click.option("--name", required=True, help="Full name of the territory.")
@click.option("--vintage", required=True, help="Edition of the extract, such as 2022.")
@click.option("--commune", "communes", multiple=True, help="Keep only this INSEE code (repeatable).")
@click.option("--crs", default="EPSG:2154", show_default=True, help="Metric CRS of the data.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write; by default ID.yml in the current folder.",
)
@click.option("--overwrite", is_flag=True, help="Replace the file if it exists.")
def new(
    bdtopo: Path,
    identifier: str,
    name: str,
    vintage: str,
    communes: tuple[str, ...],
    crs: str,
    out: Path | None,
    overwrite: bool,
) -> None:
    """Write the configuration of a territory from a BD TOPO extract / préparer un territoire."""
    target = out or Path(f"{identifier}.yml")
    if target.exists() and not overwrite:
        raise InvalidInput(
            f"{target} exists already; choose another --out or add --overwrite",
            f"{target} existe déjà ; choisissez un autre --out ou ajoutez --overwrite",
            where=str(target),
        )
    from estran.ingest.bdtopo.build import SERVED, read_communes  # long to load
    from estran.ingest.bdtopo.extract import find_extract

    extract = find_extract(bdtopo)
    rows = read_communes(extract, crs=CRS.from_user_input(crs), only=communes)
    bounds = [round(float(value), 4) for value in rows.to_crs("EPSG:4326").total_bounds]
    document = territory_document(
        identifier=identifier,
        name=name,
        vintage=vintage,
        sources=_relative(bdtopo, target),
        communes=communes,
        crs=crs,
        bounds=bounds,
        collections=[
            "communes",
            *(key for key, layer in SERVED.items() if layer in extract.layers),
            "land-ledger",
        ],
    )
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=110, default_flow_style=None)
    target.write_text(_HEADER + text, encoding="utf-8")
    _tell(target, list(rows["code_insee"]))


def territory_document(
    *,
    identifier: str,
    name: str,
    vintage: str,
    sources: str,
    communes: tuple[str, ...],
    crs: str,
    bounds: list[float],
    collections: list[str],
) -> dict[str, Any]:
    """Return the whole configuration of a territory built from BD TOPO, as plain data."""
    from estran.processes.catalogue import process_classes  # long to load

    texts = read_yaml(files("estran.cli").joinpath("bdtopo_collections.yml").read_text(encoding="utf-8"))
    data: dict[str, Any] = {"recipe": "bdtopo", "sources": sources, "directory": f"var/{identifier}"}
    if communes:
        data["communes"] = list(communes)
    resources = {
        collection: _collection(collection, texts[collection], identifier, vintage, crs, bounds)
        for collection in collections
    }
    resources |= {
        identifier: {"type": "process", "processor": {"name": f"{found.__module__}.{found.__qualname__}"}}
        for identifier, found in process_classes().items()
    }
    return {
        "estran": {
            "territory": {"id": identifier, "name": {"fr": name, "en": name}},
            "data": data,
            "ledger": {"crs": crs, "resolution_m": 5},
        },
        "server": {
            "url": "http://127.0.0.1:5000",
            "languages": ["fr", "en"],
            "limits": {"default_items": 100, "max_items": 10000},
            "manager": {"name": "estran.jobs.manager.ProcessManager"},
        },
        "logging": {"level": "WARNING"},
        "metadata": _metadata(name),
        "resources": resources,
    }


def _collection(
    identifier: str, texts: dict[str, Any], territory: str, vintage: str, crs: str, bounds: list[float]
) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "role": texts["role"],
        "licence": dict(_LICENCE),
        "attribution": f"IGN BD TOPO {vintage}",
        "vintage": vintage,
        "source": "https://geoservices.ign.fr/bdtopo",
        "support": {"resolution_m": 5 if identifier == "land-ledger" else 1},
    }
    if "fields" in texts:
        settings["fields"] = deepcopy(texts["fields"])
    if identifier == "land-ledger":
        provider: dict[str, Any] = {
            "type": "coverage",
            "name": "estran.providers.coverage.CoverageProvider",
            "data": f"var/{territory}/land-ledger.tif",
            "resampling": "nearest",
            "format": {"name": "GTiff", "mimetype": "image/tiff; application=geotiff"},
        }
    else:
        storage = _EPSG + str(CRS.from_user_input(crs).to_epsg())
        provider = {
            "type": "feature",
            "name": "estran.providers.features.FeatureProvider",
            "data": f"var/{territory}/features.gpkg",
            "table": identifier,
            "id_field": texts.get("id_field", "id"),
            **({"title_field": texts["title_field"]} if "title_field" in texts else {}),
            "storage_crs": storage,
            "crs": [
                _CRS84,
                storage,
                *(f"http://www.opengis.net/def/crs/EPSG/0/{code}" for code in (3857, 4326)),
            ],
        }
    return {
        "type": "collection",
        "title": texts["title"],
        "description": texts["description"],
        "keywords": texts["keywords"],
        "extents": {"spatial": {"bbox": list(bounds), "crs": _CRS84}},
        "estran": settings,
        "providers": [provider],
    }


def _metadata(name: str) -> dict[str, Any]:
    return {
        "identification": {
            "title": {
                "fr": f"Estran · {name}, le carbone du territoire",
                "en": f"Estran · {name}, the territory's carbon",
            },
            "description": {
                "fr": f"{name} : les données et les calculs ouverts du carbone du territoire.",
                "en": f"{name}: open data and computations on the territory's carbon.",
            },
            "keywords": {"fr": ["carbone", "occupation du sol"], "en": ["carbon", "land use"]},
            "keywords_type": "theme",
            "terms_of_service": _LICENCE["url"],
            "url": "https://geoservices.ign.fr/bdtopo",
        },
        "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        "provider": {"name": name, "url": "https://geoservices.ign.fr/bdtopo"},
        "contact": {"name": name},
    }


def _relative(path: Path, target: Path) -> str:
    folder = target.resolve().parent
    return path.resolve().relative_to(folder, walk_up=True).as_posix()


def _tell(target: Path, codes: list[str]) -> None:
    registry = read_registry()
    unknown = ", ".join(code for code in codes if registry.commune_zone(code) is None)
    click.echo(f"{target}: {len(codes)} commune(s)")
    if unknown:
        click.echo(
            said(
                f"Sans zone pédoclimatique (commune créée après 2018 ?) : {unknown}. "
                "Donnez l'ancien code dans estran.territory.commune_aliases.",
                f"No soil-climate zone (commune created after 2018?): {unknown}. "
                "Give the former code in estran.territory.commune_aliases.",
            )
        )
    click.echo(f"make serve CONFIG={target}")
