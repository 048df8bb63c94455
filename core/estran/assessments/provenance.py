"""Where does an answer come from, under which terms, what did it cost, and how is it replayed?"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

import shapely

from estran.assessments.envelope import Cost, FactorUse, Receipt, SourceUse, Terms
from estran.assessments.inputs import PlaceRequest
from estran.assessments.place import Place
from estran.carbon.text import Text
from estran.factors.documents import Computing, Table, Tables, read_document
from estran.factors.factor import Factor
from estran.layers.ledger.keys import LedgerKey
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
    keys: Iterable[LedgerKey], territory: Territory, factors: Iterable[Factor]
) -> tuple[SourceUse, ...]:
    """Return the layers and tables that an answer rests on."""
    listed = list(keys)
    roles = ["communes", "land-ledger"] if listed else []
    if any(key.wetland for key in listed):
        roles.append("wetlands")
    used = {key.layer for key in listed}
    layers = [
        layer
        for layer in territory.layers.values()
        if layer.id in used
        or (layer.settings.role in roles and layer == territory.with_role(layer.settings.role))
    ]
    tables: Tables = read_document("tables", Tables)
    names = {factor.source.table for factor in factors}
    if names:
        names.add("commune_zones_france")
    return tuple(
        [_layer_use(layer) for layer in layers]
        + [_table_use(name, tables.tables[name]) for name in sorted(names)]
    )


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


def receipt(
    process: str,
    version: str,
    request: PlaceRequest,
    place: Place,
    *,
    layers: Mapping[str, str],
    factors: str,
) -> Receipt:
    """Return what the canonical result follows from.

    Inputs are normalised: the geometry as it was read, in its CRS, the rest without defaults.
    """
    inputs: dict[str, Any] = {
        **request.model_dump(mode="json", exclude={"geometry", "crs"}, exclude_defaults=True),
        "crs": place.crs.to_string(),
        "plots": [[plot.id, shapely.normalize(plot.geometry).wkb_hex] for plot in place.plots],
    }
    digest = _sha256(inputs)
    parts = {
        "process": process,
        "version": version,
        "inputs": digest,
        "layers": dict(layers),
        "factors": factors,
    }
    return Receipt(
        hash=_sha256(parts),
        process=process,
        version=version,
        inputs=digest,
        layers=dict(layers),
        factors=factors,
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
    source = factor.source
    return FactorUse(
        id=factor.id,
        title=factor.title,
        value=factor.value,
        sd=factor.sd,
        low=factor.low,
        high=factor.high,
        kind=factor.kind,
        unit=factor.unit,
        version=version,
        source=source.title,
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


def _sha256(value: object) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
