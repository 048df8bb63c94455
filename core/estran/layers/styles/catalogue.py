"""The style of a collection: what its territory wrote, else what its role asks, else one made for it."""

import os
import threading
from pathlib import Path

from pydantic import ValidationError
from shapely import GeometryCollection
from shapely.geometry.base import BaseGeometry

from estran.carbon.errors import NotFound, Unavailable
from estran.layers.features.location import is_database
from estran.layers.features.query import FeatureQuery, FeatureStore
from estran.layers.features.stores import open_feature_store, open_feature_store_now
from estran.layers.ledger.keys import LedgerKey
from estran.layers.ledger.table import KEYS, read_table
from estran.layers.raster import open_raster
from estran.layers.settings import Bilingual, FieldSettings, StyleSettings
from estran.layers.styles.generated import classed_style, ledger_style, plain_style, raster_style
from estran.layers.styles.palette import read_palette
from estran.layers.styles.style import Kind, Style
from estran.layers.styles.written import written_style
from estran.layers.territory import Layer, Territory

LOOKED_AT = 500
"""Features whose geometry is read to tell what a table holds."""

_KINDS: dict[str, Kind] = {"Polygon": "fill", "LineString": "line", "LinearRing": "line", "Point": "point"}

type _State = tuple[int, int] | str | None

_known: dict[tuple[Path, str], tuple[Territory, _State, Style]] = {}
_lock = threading.Lock()


def style_of(territory: Territory, collection: str) -> Style:
    """Return the style of a collection; remembered while its file and the configuration are unchanged.

    Raises:
        NotFound: there is no such collection, or it has nothing to draw.
        Unavailable: its data cannot be read.
    """
    layer = territory.layer(collection)
    key = territory.config_path, collection
    state = _state(layer)
    known = _known.get(key)
    if known is not None and known[0] is territory and known[1] == state:
        return known[2]
    style = _style(layer)
    with _lock:
        _known[key] = (territory, state, style)
    return style


def _state(layer: Layer) -> _State:
    if is_database(layer.location):
        return open_feature_store_now(layer.location, layer.table, layer.id_field).version
    try:
        status = os.stat(layer.location)  # noqa: PTH116 - the location may be a text
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def _style(layer: Layer) -> Style:
    title = Bilingual(
        fr=layer.title.get("fr") or layer.title.get("en") or layer.id,
        en=layer.title.get("en") or layer.title.get("fr") or layer.id,
    )
    if layer.table:
        return _table_style(layer, title)
    if Path(layer.location).suffix.lower() in {".geojson", ".json"}:
        return plain_style(layer.id, title, "fill", is_mixed=True)
    return _raster_style(layer, title)


def _table_style(layer: Layer, title: Bilingual) -> Style:
    if "://" in str(layer.location) and not is_database(layer.location):
        raise NotFound(
            f"the collection {layer.id} has no geometry, so no style",
            f"la collection {layer.id} n'a pas de géométrie, donc pas de style",
            where=layer.id,
        )
    store = open_feature_store(layer.location, layer.table, layer.id_field)
    kinds = _kinds(store)
    kind: Kind = "line" if "line" in kinds else "point"
    kind = "fill" if "fill" in kinds or not kinds else kind
    is_mixed = len(kinds) > 1
    settings = layer.settings.style or _role_style(layer, store)
    if settings is not None:
        return written_style(
            settings,
            layer.id,
            kind=kind,
            title=title,
            field=layer.settings.fields.get(settings.field or ""),
            is_mixed=is_mixed,
        )
    for name, field in layer.settings.fields.items():
        if field.codelist and name in store.fields:
            return classed_style(layer.id, kind, name, field, is_mixed=is_mixed)
    return plain_style(layer.id, title, kind, is_mixed=is_mixed)


def _role_style(layer: Layer, store: FeatureStore) -> StyleSettings | None:
    """The style of the role, when the table has the column that it reads."""
    settings = read_palette().roles.get(layer.settings.role)
    has_field = settings is not None and (settings.field is None or settings.field in store.fields)
    return settings if has_field else None


def _kinds(store: FeatureStore) -> frozenset[Kind]:
    page = store.query(FeatureQuery(limit=LOOKED_AT, properties=(), count=False))
    return frozenset(
        kind for found in page.features if found.geometry is not None for kind in _kinds_of(found.geometry)
    )


def _kinds_of(geometry: BaseGeometry) -> set[Kind]:
    if isinstance(geometry, GeometryCollection):
        return {kind for part in geometry.geoms for kind in _kinds_of(part)}
    return {_KINDS[geometry.geom_type.removeprefix("Multi")]}


def _raster_style(layer: Layer, title: Bilingual) -> Style:
    raster = open_raster(Path(layer.location))
    settings = layer.settings.style
    band = raster.band(settings.field) if settings and settings.field else raster.bands[0]
    field: FieldSettings | None = layer.settings.fields.get(band.name)
    if settings is not None:
        return written_style(settings, layer.id, kind="raster", title=title, field=field, band=band.name)
    if layer.settings.role == "land-ledger":
        return ledger_style(layer.id, title, band, _keys(Path(layer.location).with_name(KEYS)))
    return raster_style(layer.id, title, raster, band, field)


def _keys(path: Path) -> tuple[LedgerKey, ...]:
    try:
        return read_table(path).keys
    except (OSError, ValidationError) as error:
        raise Unavailable(
            f"the key table {path.name} is missing or damaged; rebuild it with `estran data build`",
            f"la table des clés {path.name} est absente ou endommagée ; lancez `estran data build`",
            where=path.name,
        ) from error
