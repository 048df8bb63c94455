"""Which maps does a report show? Where the site is, its land cover, its wetlands."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import fsum
from string import ascii_uppercase

import numpy as np
import shapely
from numpy.typing import NDArray

from estran.assessments.place import Place
from estran.assessments.report.blocks import Map
from estran.assessments.report.framing import CELLS_PER_MM, WIDTH_MM, Frame, frame, letter_places
from estran.assessments.report.material import commune_name
from estran.assessments.report.numbers import written
from estran.assessments.report.wording import Voice
from estran.carbon.errors import EstranError
from estran.layers.drawing.map import Overlay, draw_map
from estran.layers.features.query import FeatureQuery
from estran.layers.features.stores import open_feature_store
from estran.layers.geodesy import reproject
from estran.layers.ledger.keys import NODATA, LandAreas, LedgerKey
from estran.layers.ledger.read import Ledger, open_ledger
from estran.layers.raster import Colour, open_raster
from estran.layers.raster_grid import moved_bounds
from estran.layers.raster_tiles import read_tile
from estran.layers.styles.palette import read_palette
from estran.layers.styles.style import Symbol
from estran.layers.territory import Layer, Territory

DOTS_PER_MM = 8
"""Fineness of the pictures: 203 dots per inch."""

PAPER: Colour = (246, 244, 239, 255)

CASING, INK = Symbol(None, "#FFFFFF", width_px=9.0), Symbol(None, "#1B2730", width_px=4.5)

LIMIT = Symbol(None, "#52606B", width_px=2.0)

AROUND, PERIMETER = 8.0, 2.0
"""How many times larger than the site is what the two plans show."""

LOW_MM = 78.0
"""Height of a map that shares its page."""

NAMED = 30
"""Communes named on a map, at most."""

LETTER_MM = 1.9
"""Width of a letter of such a name, a little more than it is."""

SMALLEST_NAMED_MM = 9.0
"""Side of the part in view of a commune that has room for its name."""


class MapRoom:
    """Draws the maps of one place; what a layer cannot give is left out and said."""

    def __init__(self, territory: Territory, place: Place, land: LandAreas | None, voice: Voice) -> None:
        self._territory = territory
        self._place = place
        self._land = land
        self._voice = voice
        self._layer = territory.with_role("land-ledger")
        self.pictures: dict[str, bytes] = {}
        self.failures: list[str] = []

    def situation(self, height_mm: float = LOW_MM) -> Map | None:
        """Return where the site is among the communes around it."""
        return self._tried(lambda ledger: self._around(ledger, "situation", AROUND, height_mm))

    def perimeter(self) -> Map | None:
        """Return the outline and what is just around it."""
        return self._tried(lambda ledger: self._around(ledger, "perimeter", PERIMETER, LOW_MM))

    def land_cover(self) -> Map | None:
        """Return the land classes of the site and of its surroundings."""
        return self._tried(lambda ledger: self._classes(ledger, is_wetland=False))

    def wetlands(self) -> Map | None:
        """Return the wetlands in view; None when there is none."""
        return self._tried(lambda ledger: self._classes(ledger, is_wetland=True))

    def _tried(self, make: Callable[[Ledger], Map | None]) -> Map | None:
        if self._layer is None or self._place.whole.is_empty:
            return None
        try:
            return make(open_ledger(self._layer.path))
        except EstranError as error:
            self.failures.append(error.message(self._voice.language))
            return None

    def _around(self, ledger: Ledger, name: str, times: float, height_mm: float) -> Map:
        view = frame(self._place.whole, self._place.crs, ledger.crs, times=times, height_mm=height_mm)
        layer, communes = self._required(), self._territory.with_role("communes")
        left, bottom, right, top = view.bounds
        veil = Overlay(shapely.box(left, bottom, right, top), view.crs, Symbol("#FFFFFF", None, opacity=0.5))
        named = list(self._named(communes, view)) if communes else []
        limits = [Overlay(shapely.boundary(shape), view.crs, LIMIT) for shape, _ in named]
        marks = [(*view.on_paper(point.x, point.y), name) for point, name in _labels(named, view)]
        title = (
            self._voice.say("Plan de situation", "Where the site is")
            if name == "situation"
            else self._voice.say("Périmètre", "Perimeter")
        )
        used = [layer, *([communes] if communes else [])]
        return self._map(name, view, title, [layer.id], [veil, *limits], marks, (), used)

    def _classes(self, ledger: Ledger, *, is_wetland: bool) -> Map | None:
        view = frame(self._place.whole, self._place.crs, ledger.crs, times=1.5 if is_wetland else 1.0)
        numbers = _codes(self._required(), view)
        present = {code: ledger.keys[code] for code in np.unique(numbers).tolist() if code in ledger.keys}
        names = _wetlands(present) if is_wetland else _land_classes(present)
        if not names:
            return None
        letters = dict(zip(names, ascii_uppercase, strict=False))
        ranks = {name: rank for rank, name in enumerate(names, start=1)}
        table = np.zeros(max([NODATA, *present]) + 1, dtype=np.int64)
        for code, key in present.items():
            table[code] = ranks.get(key.wetland if is_wetland else key.land_class, 0)
        marks = letter_places(table[numbers], {ranks[name]: letters[name] for name in names})
        rows = [self._row(name, letters[name], is_wetland=is_wetland) for name in names]
        layer = self._required()
        if not is_wetland:
            title = self._voice.say("Occupation du sol du site et de ses abords", "Land cover of the site")
            return self._map("land-cover", view, title, [layer.id], [self._veil(view)], marks, rows, [layer])
        source = self._territory.with_role("wetlands")
        title = self._voice.say("Zones humides du site et de ses abords", "Wetlands of the site")
        return self._map(
            "wetlands",
            view,
            title,
            [source.id] if source else [],
            [],
            marks,
            rows,
            [source] if source else [layer],
        )

    def _row(self, name: str, letter: str, *, is_wetland: bool) -> Mapping[str, str]:
        language = self._voice.language
        palette = read_palette()
        if is_wetland:
            rules = {rule.value: rule for rule in palette.roles["wetlands"].rules}
            rule = rules.get(name)
            colour = (rule.fill if rule else None) or palette.land_classes["wetland"].fill
            label = rule.label.text(language) if rule and rule.label else name
        else:
            entry = palette.land_classes.get(name, palette.land_classes["unknown"])
            colour, label = entry.fill, entry.label.text(language)
        area = self._area(name, is_wetland=is_wetland)
        return {
            "letter": letter,
            "colour": colour,
            "label": label,
            "quantity": self._voice.exact(area, "ha") if area else "–",
        }

    def _area(self, name: str, *, is_wetland: bool) -> float:
        if self._land is None:
            return 0.0
        pairs = zip(self._land.keys, self._land.areas_ha.tolist(), strict=True)
        return fsum(area for key, area in pairs if (key.wetland if is_wetland else key.land_class) == name)

    def _map(
        self,
        name: str,
        view: Frame,
        title: str,
        layers: Sequence[str],
        overlays: Sequence[Overlay],
        marks: Sequence[tuple[float, float, str]],
        legend: Sequence[Mapping[str, str]],
        used: Sequence[Layer],
    ) -> Map:
        outline = [Overlay(view.outline, view.crs, CASING), Overlay(view.outline, view.crs, INK)]
        self.pictures[name] = draw_map(
            self._territory,
            layers,
            view.bounds,
            view.crs,
            round(WIDTH_MM * DOTS_PER_MM),
            round(view.height_mm * DOTS_PER_MM),
            overlays=[*overlays, *outline],
            background=PAPER,
        )
        scale = f"1:{written(float(view.scale), 0, self._voice.language)}"
        says = [f"{row['label']} ({row['letter']}, {row['quantity']})" for row in legend]
        alt = self._voice.say(
            f"{title}, à l'échelle {scale} ; le contour du projet est en trait noir. ",
            f"{title}, at {scale}; the outline of the project is a black line. ",
        ) + self._voice.say(" ; ", "; ").join(says)
        return Map(
            picture=name,
            title=title,
            alt=alt.strip(),
            width_mm=WIDTH_MM,
            height_mm=view.height_mm,
            bar=view.bar,
            scale_label=scale,
            marks=list(marks),
            legend=list(legend),
            caption=self._caption(used),
        )

    def _caption(self, used: Sequence[Layer]) -> str:
        between = self._voice.say(" ; ", "; ")
        said = between.join(
            f"{layer.title.get(self._voice.language) or layer.id}, {layer.settings.vintage}"
            f" ({layer.settings.licence.title})"
            for layer in used
        )
        authors = between.join(dict.fromkeys(layer.settings.attribution for layer in used))
        return self._voice.say(
            f"Couches : {said}. Sources : {authors}.", f"Layers: {said}. Sources: {authors}."
        )

    def _veil(self, view: Frame) -> Overlay:
        outside = shapely.box(*view.bounds).difference(shapely.make_valid(view.outline))
        return Overlay(outside, view.crs, Symbol("#FFFFFF", None, opacity=0.4))

    def _required(self) -> Layer:
        assert self._layer is not None  # noqa: S101 - for the type checker: `_tried` returned
        return self._layer

    def _named(self, layer: Layer, view: Frame) -> Iterator[tuple[shapely.Geometry, str]]:
        store = open_feature_store(layer.location, layer.table, layer.id_field)
        region = shapely.box(*moved_bounds(view.bounds, view.crs, store.crs))
        page = store.query(FeatureQuery(limit=NAMED, region=region, count=False))
        for each in page.features:
            if each.geometry is not None:
                yield (
                    reproject(each.geometry, store.crs, view.crs),
                    commune_name(each.properties, each.id),
                )


def _labels(
    named: Sequence[tuple[shapely.Geometry, str]], view: Frame
) -> Iterator[tuple[shapely.Point, str]]:
    """The names that have room in view, away from the outline."""
    smallest = SMALLEST_NAMED_MM * view.scale / 1000.0
    letter = LETTER_MM * view.scale / 1000.0
    taken: list[shapely.Geometry] = []
    box = shapely.box(*view.bounds).buffer(-0.9 * smallest)
    for shape, name in named:
        part = shapely.clip_by_rect(shape, *box.bounds).difference(shapely.buffer(view.outline, smallest))
        if part.is_empty or part.area < smallest**2:
            continue
        point = shapely.point_on_surface(max(shapely.get_parts(part), key=lambda each: each.area))
        half, height = letter * len(name) / 2, 2 * letter
        label = shapely.box(point.x - half, point.y - height, point.x + half, point.y + height)
        if shapely.box(*view.bounds).contains(label) and not any(label.intersects(other) for other in taken):
            taken.append(label)
            yield point, name


def _codes(layer: Layer, view: Frame) -> NDArray[np.int64]:
    """The ledger code of each cell of a coarse grid over the map."""
    width, height = round(WIDTH_MM * CELLS_PER_MM), round(view.height_mm * CELLS_PER_MM)
    window = read_tile(open_raster(layer.path), view.bounds, view.crs, width, height)
    return np.asarray(np.ma.filled(window.values[0], NODATA), dtype=np.int64)


def _land_classes(present: Mapping[int, LedgerKey]) -> list[str]:
    here = {key.land_class for key in present.values()}
    return [name for name in read_palette().land_classes if name in here]


def _wetlands(present: Mapping[int, LedgerKey]) -> list[str]:
    here = {key.wetland for key in present.values() if key.wetland}
    order = [str(rule.value) for rule in read_palette().roles["wetlands"].rules]
    return [*[name for name in order if name in here], *sorted(here - set(order))]
