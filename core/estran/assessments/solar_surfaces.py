"""Which roofs and car parks of a place can carry modules, and which buildings use electricity there?"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from estran.assessments.buildings_stock import (
    COLUMNS,
    STANDING,
    Bools,
    Stock,
    layer_dpe,
    read_groups,
    read_stock,
    shares_of,
)
from estran.assessments.layer_objects import Inside, Objects, read_objects
from estran.assessments.layer_place import LayerPlace
from estran.assessments.parking_law import park_duty, park_rules
from estran.assessments.parking_parks import Parks, inside_of, read_parks
from estran.assessments.required import required_factor
from estran.assessments.solar_inputs import SolarPotentialRequest
from estran.carbon.buildings import Floats, Group, weights
from estran.carbon.errors import NotFound
from estran.layers.settings import LayerRole
from estran.layers.territory import Layer

ROLES: Mapping[str, LayerRole] = {"roofs": "buildings", "canopies": "parking"}

TOO_LIGHT = frozenset({"Serre", "Monument", "Arc de triomphe", "Arène ou théâtre antique", "Tribune"})
"""`nature` of what carries no module."""


@dataclass(frozen=True, slots=True)
class Surfaces:
    """What the layers say of a place.

    Attributes:
        asked: `roofs`, `canopies` or both.
        lacking: Surfaces that the territory does not publish.
        buildings: Its buildings, None when they play no part.
        stock: What they are.
        carries: Which of them carry modules.
        fake_roofs: Which of them are not real.
        parks: Its car parks, None when they play no part.
        outdoor: 1 for a park that can be covered, 0 for another.
        fake_lots: Which parks are not real.
    """

    asked: tuple[str, ...]
    lacking: tuple[str, ...]
    buildings: Objects | None
    stock: Stock | None
    carries: Bools
    fake_roofs: Bools
    parks: Parks | None
    outdoor: Floats
    fake_lots: Bools

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Layers that were read."""
        read = [self.buildings, self.parks.objects if self.parks else None]
        return tuple(objects.layer for objects in read if objects)

    def is_empty(self, rank: int) -> bool:
        """Whether no building and no park lies in a plot."""
        read = [self.buildings, self.parks.objects if self.parks else None]
        return not any(len(objects.rows[rank].ranks) for objects in read if objects)

    def roofs(self, rank: int | None) -> Floats:
        """Return the footprint of each roof that carries modules, within one plot or all, in m2."""
        if self.buildings is None or "roofs" not in self.asked:
            return np.zeros(0)
        inside = _inside(self.buildings, rank)
        areas = shares_of(len(self.buildings.ids), inside.ranks, inside.inside_m2)
        return np.where(self.carries, areas, 0.0)

    def lots(self, rank: int | None) -> Floats:
        """Return the area of each park that can be covered, within one plot or all, in m2."""
        if self.parks is None:
            return np.zeros(0)
        return inside_of(_inside(self.parks.objects, rank), len(self.parks.parks)) * self.outdoor

    def groups(self, rank: int | None) -> tuple[Group, ...]:
        """Return the buildings that use electricity, within one plot or all."""
        if self.buildings is None or self.stock is None:
            return ()
        inside = _inside(self.buildings, rank)
        shares = weights(inside.inside_m2, self.buildings.area_m2[inside.ranks])
        return read_groups(self.stock.of(inside.ranks), shares)


def read_surfaces(request: SolarPotentialRequest, where: LayerPlace) -> Surfaces:
    """Return the surfaces of a place.

    Raises:
        NotFound: the territory lacks a surface that was asked for, or publishes none.
        Unavailable: a layer cannot be read.
    """
    published = [name for name, role in ROLES.items() if where.territory.with_role(role)]
    asked = tuple(request.surfaces or published)
    if not asked:
        raise NotFound(
            "layer not available: this territory publishes neither buildings nor car park areas",
            "couche non disponible : ce territoire ne publie ni bâtiments ni emprises de stationnement",
            where="surfaces",
        )
    buildings, stock, carries = None, None, np.zeros(0, dtype=np.bool_)
    if "roofs" in asked or (request.load_mwh is None and "roofs" in published):
        buildings = read_objects(where.territory, "buildings", where.place, COLUMNS)
        stock, carries = _stock(where, buildings), _carries(buildings)
    parks, outdoor = None, np.zeros(0)
    if "canopies" in asked:
        parks = read_parks(
            where.territory,
            where.place,
            merge_distance_m=required_factor(where.registry, "parking.merge_distance").value,
            same_name_distance_m=required_factor(where.registry, "parking.same_name_distance").value,
        )
        rules = park_rules(where.registry)
        duties = [
            park_duty(park, float(area), rules)[0]
            for park, area in zip(parks.parks, parks.objects.area_m2, strict=True)
        ]
        outdoor = np.array([float(duty in ("due", "none")) for duty in duties], dtype=np.float64)
    lacking = tuple(name for name in ROLES if name not in published)
    real = np.zeros(0, dtype=np.bool_)
    return Surfaces(
        asked,
        lacking,
        buildings,
        stock,
        carries,
        buildings.synthetic if buildings else real,
        parks,
        outdoor,
        parks.objects.synthetic if parks else real,
    )


def _stock(where: LayerPlace, buildings: Objects) -> Stock:
    def parameter(name: str) -> float:
        return required_factor(where.registry, f"building.{name}").value

    return read_stock(
        buildings,
        layer_dpe(buildings),
        storey_height_m=parameter("storey_height"),
        flats_from_dwellings=parameter("flats_from_dwellings"),
        flats_from_storeys=parameter("flats_from_storeys"),
        period_limit=parameter("period_limit"),
        unknown="not_evaluated",
    )


def _carries(buildings: Objects) -> Bools:
    """Every building in use carries modules but light constructions, greenhouses and monuments."""
    rows = zip(buildings.column("leger"), buildings.column("nature"), buildings.column("etat"), strict=True)
    solid = [
        light not in ("Oui", True, 1) and nature not in TOO_LIGHT and state in (None, STANDING)
        for light, nature, state in rows
    ]
    return np.array(solid, dtype=np.bool_)


def _inside(objects: Objects, rank: int | None) -> Inside:
    return objects.whole if rank is None else objects.rows[rank]
