"""Where does an answer come from, under which terms, and what did it cost?"""

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from estran.assessments.envelope import Cost, FactorUse, SourceUse, Terms
from estran.assessments.laws import factor_input
from estran.carbon.errors import Unavailable
from estran.carbon.text import Text
from estran.factors.documents import Computing, Table, read_document, read_tables
from estran.factors.factor import DATE, Factor
from estran.factors.sources import french_source
from estran.layers.features.location import is_database
from estran.layers.features.stores import open_feature_store
from estran.layers.ledger.keys import LedgerKey
from estran.layers.ledger.table import file_mark
from estran.layers.territory import Layer, Territory

STRICTNESS = (
    ("nc", Text("usage non commercial seulement", "non-commercial use only")),
    (
        "share-alike",
        Text(
            "citer les sources et publier toute base dérivée sous la même licence",
            "credit the sources and publish any derived database under the same licence",
        ),
    ),
    ("attribution", Text("citer les sources", "credit the sources")),
)
"""What licences ask, the strictest first."""

LICENCE_ASKS = {"odbl": "share-alike", "-sa": "share-alike", "-nc": "nc"}
"""Part of a licence identifier -> what it asks; any other asks for attribution."""


def factor_uses(factors: Iterable[Factor], version: str) -> tuple[FactorUse, ...]:
    """Return what an answer says of the factors it used, by identifier."""
    ordered = sorted({factor.id: factor for factor in factors}.items())
    return tuple(_factor_use(factor, version) for _, factor in ordered)


def source_uses(
    keys: Iterable[LedgerKey],
    territory: Territory | None,
    factors: Iterable[Factor],
    *,
    layers: Iterable[str] = (),
    tables: Iterable[str] = (),
) -> tuple[SourceUse, ...]:
    """Return the layers and tables that an answer rests on.

    Args:
        keys: Land read in the ledger.
        territory: None for a question that reads no layer.
        factors: Those used.
        layers: Identifiers of other layers that were read.
        tables: Names of other tables that were read.
    """
    listed, used = list(keys), set(layers)
    roles = ["communes", "land-ledger"] if listed else []
    if any(key.wetland for key in listed):
        roles.append("wetlands")
    used |= {key.layer for key in listed}
    known = territory.layers.values() if territory else ()
    read = [
        layer
        for layer in known
        if layer.id in used
        or (territory and layer.settings.role in roles and layer == territory.with_role(layer.settings.role))
    ]
    described = read_tables()
    names = {*tables, *(factor.source.table for factor in factors)}
    if names and listed:
        names.add("commune_zones_france")
    return tuple(
        [_layer_use(layer) for layer in read] + [_table_use(name, described[name]) for name in sorted(names)]
    )


def layer_version(layer: Layer) -> str:
    """Return the SHA-256 of the file that holds a layer, or of the version that its database tells.

    Raises:
        Unavailable: the file or the database cannot be read.
    """
    if is_database(layer.location):
        store = open_feature_store(layer.location, layer.table, layer.id_field)
        return hashlib.sha256((store.version or "").encode()).hexdigest()
    try:
        state = layer.path.stat()
        return _file_version(layer.path, state.st_size, state.st_mtime_ns)
    except OSError as error:
        raise Unavailable(
            f"the layer {layer.id} cannot be read; run `estran data build`",
            f"la couche {layer.id} ne peut pas être lue ; lancez `estran data build`",
            where=layer.id,
        ) from error


def strictest_terms(sources: Iterable[SourceUse]) -> Terms:
    """Return the terms that hold for a result made of all the sources."""
    listed = list(sources)
    asks = {_ask(source.licence) for source in listed}
    title = next((text for ask, text in STRICTNESS if ask in asks), STRICTNESS[-1][1])
    return Terms(
        licences=tuple(sorted({source.licence for source in listed})),
        title=title,
        attribution=" ; ".join(dict.fromkeys(source.attribution for source in listed)),
    )


def answer_cost(bytes_read: int, cpu_seconds: float) -> Cost:
    """Return what an answer took, from the time it kept a processor busy."""
    computing: Computing = read_document("computing", Computing)
    energy_wh = computing.core_power_w.value * cpu_seconds / 3600.0
    power, grid = computing.core_power_w.note, computing.grid_kgco2e_per_kwh.note
    return Cost(
        bytes_read=bytes_read,
        cpu_seconds=cpu_seconds,
        energy_wh=energy_wh,
        emissions_gco2e=energy_wh * computing.grid_kgco2e_per_kwh.value,
        note=Text(f"{power.fr} {grid.fr}", f"{power.en} {grid.en}"),
    )


def _factor_use(factor: Factor, version: str) -> FactorUse:
    source, drawn = factor.source, factor_input(factor)
    is_day = factor.unit == DATE
    return FactorUse(
        id=factor.id,
        title=factor.title,
        value=None if is_day else factor.value,
        day=factor.day.isoformat() if is_day else None,
        sd=drawn.deviation,
        law=drawn.law,
        low=factor.low,
        high=factor.high,
        kind=factor.kind,
        unit=factor.unit,
        version=version,
        source=source.title,
        source_fr=french_source(source.title),
        link=source.link,
        licence=source.licence,
        year=source.year,
        table=source.table,
        row=source.row,
        checked=factor.checked,
        uncertainty_checked=factor.doubt_checked,
        review_by=factor.review_by,
        convention=factor.convention,
        overridden=factor.overridden,
        overridden_by=factor.overridden_by,
        original=factor.original,
        reason=factor.reason or None,
    )


def _layer_use(layer: Layer) -> SourceUse:
    settings = layer.settings
    return SourceUse(
        id=layer.id,
        kind="layer",
        title=Text(layer.title.get("fr", layer.id), layer.title.get("en", layer.id)),
        vintage=settings.vintage,
        licence=settings.licence.id,
        licence_url=settings.licence.url,
        attribution=settings.attribution,
        synthetic=settings.synthetic,
    )


def _table_use(name: str, table: Table) -> SourceUse:
    return SourceUse(
        id=name,
        kind="factors",
        title=table.title,
        vintage=str(table.year),
        licence=table.licence,
        licence_url=None,
        attribution=table.attribution,
    )


def _ask(licence: str) -> str:
    lower = licence.lower()
    return next((ask for part, ask in LICENCE_ASKS.items() if part in lower), "attribution")


@lru_cache(maxsize=64)
def _file_version(path: Path, size: int, modified_ns: int) -> str:
    del size, modified_ns
    return file_mark(path).sha256
