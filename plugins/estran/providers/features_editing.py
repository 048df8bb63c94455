"""How does a change of a feature that a client sends reach its table? Checked first, then all at once."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import shapely
from pyproj import CRS

from estran.carbon.errors import InvalidInput, TooLarge
from estran.layers.features.editor import FeatureEditor, state_of
from estran.layers.features.fields import typed
from estran.layers.features.query import FeatureStore, StoredFeature
from estran.layers.features.receiving import Draft, merged, read_draft
from estran.layers.features.stores import open_feature_editor, open_feature_store
from estran.layers.geodesy import parse_crs
from estran.providers.features import DEFAULT_CRS
from estran.providers.features_written import feature_list

type Check = Callable[[str], None]
"""Raises an error when the state of the feature is not the one that the client started from."""


@dataclass(frozen=True, slots=True)
class EditableCollection:
    """The table of one collection, to change; `definition` is that of its provider."""

    definition: Mapping[str, Any]

    def state(self, identifier: str) -> str:
        """Return what differs whenever the content of a feature does.

        Raises:
            NotFound: no feature has this identifier.
        """
        return state_of(self._store().read_geometries([identifier])[0])

    def create(self, document: Mapping[str, Any], content_crs: str | None) -> str:
        """Add a feature and return its identifier.

        Args:
            document: The GeoJSON feature; its identifier, in `properties` or `id`, may be left out.
            content_crs: The header `Content-Crs`.
        """
        store = self._store()
        crs = self._crs(content_crs)
        properties = document.get("properties")
        own = properties.get(store.id_field) if isinstance(properties, Mapping) else None
        if own is None and document.get("id") is not None:
            whole = store.fields[store.id_field].type == "integer"
            given = typed(store.fields[store.id_field], str(document["id"])) if whole else str(document["id"])
            document = {**document, "properties": {**(properties or {}), store.id_field: given}}
        draft = self._draft(document, store, crs)
        with self._editor() as editor:
            return editor.insert(draft.geometry, draft.properties)

    def replace(
        self, identifier: str, document: Mapping[str, Any], content_crs: str | None, check: Check
    ) -> None:
        """Replace a feature by another, which keeps its identifier."""
        store = self._store()
        draft = self._draft(document, store, self._crs(content_crs))
        with self._editor() as editor:
            check(state_of(editor.read(identifier)))
            editor.replace(identifier, draft.geometry, _without_own(draft, store, identifier))

    def update(
        self, identifier: str, patch: Mapping[str, Any], content_crs: str | None, check: Check
    ) -> None:
        """Change the parts of a feature that a JSON merge patch names."""
        store = self._store()
        crs = self._crs(content_crs)
        with self._editor() as editor:
            current = editor.read(identifier)
            check(state_of(current))
            document = _as_document(current, store, crs)
            changed = {"geometry": None, "properties": None, **merged(document, patch)}
            if "geometry" not in patch:
                changed["geometry"] = None
            draft = self._draft(changed, store, crs)
            geometry = draft.geometry if "geometry" in patch else current.geometry
            editor.replace(identifier, geometry, _without_own(draft, store, identifier))

    def delete(self, identifier: str, check: Check) -> None:
        """Remove a feature."""
        with self._editor() as editor:
            check(state_of(editor.read(identifier)))
            editor.delete(identifier)

    def _draft(self, document: Mapping[str, Any], store: FeatureStore, crs: CRS) -> Draft:
        settings = self.definition.get("field_settings", {})
        codes = {name: tuple(known["codelist"]) for name, known in settings.items() if known.get("codelist")}
        draft = read_draft(document, store, crs, codes=codes)
        limit = int(self.definition.get("limits", {}).get("vertices", 0))
        count = 0 if draft.geometry is None else int(shapely.get_num_coordinates(draft.geometry))
        if limit and count > limit:
            raise TooLarge(
                f"the geometry has {count} vertices; at most {limit} are accepted; simplify it",
                f"la géométrie a {count} sommets ; au plus {limit} sont acceptés ; simplifiez-la",
                where="geometry",
            )
        return draft

    def _crs(self, content_crs: str | None) -> CRS:
        if content_crs is None:
            return parse_crs(DEFAULT_CRS)
        name = content_crs.strip().removeprefix("<").removesuffix(">")
        offered = [*self.definition.get("crs", ()), self.definition.get("storage_crs")]
        if name not in offered:
            listed = ", ".join(dict.fromkeys(filter(None, offered)))
            raise InvalidInput(
                f"Content-Crs is {name[:100]!r}; this collection takes one of {listed}",
                f"Content-Crs vaut {name[:100]!r} ; cette collection accepte {listed}",
                where="Content-Crs",
            )
        return parse_crs(name)

    def _store(self) -> FeatureStore:
        return open_feature_store(*self._place())

    def _editor(self) -> AbstractContextManager[FeatureEditor]:
        return open_feature_editor(*self._place())

    def _place(self) -> tuple[str, str, str]:
        definition = self.definition
        return str(definition["data"]), str(definition["table"]), str(definition["id_field"])


def _as_document(feature: StoredFeature, store: FeatureStore, crs: CRS) -> dict[str, Any]:
    """Return a feature as the client that patches it knows it."""
    (document,) = feature_list([feature], store, crs)
    return document


def _without_own(draft: Draft, store: FeatureStore, identifier: str) -> dict[str, Any]:
    """Return the properties to write; a feature keeps its identifier."""
    properties = dict(draft.properties)
    own = properties.pop(store.id_field, None)
    if own is not None and str(own) != identifier:
        raise InvalidInput(
            f"{store.id_field} is {own!r} and the feature is {identifier!r}; an identifier never changes",
            f"{store.id_field} vaut {own!r} et l'objet est {identifier!r} ; un identifiant ne change jamais",
            where=f"properties.{store.id_field}",
        )
    return properties
