"""What must the reader of the emissions of buildings know? What is imputed, labelled, unlikely, not real."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from estran.assessments.buildings_inputs import BuildingEmissionsRequest
from estran.assessments.buildings_model import Choices
from estran.assessments.buildings_ranking import Central, outside_bounds
from estran.assessments.buildings_stock import Bools, Stock
from estran.assessments.envelope import Notice
from estran.assessments.layer_objects import Objects
from estran.assessments.layer_place import LayerPlace
from estran.assessments.notices import counted, notice
from estran.assessments.required import required_factor
from estran.carbon.buildings import Floats
from estran.carbon.text import Text
from estran.factors.factor import Factor

LABEL, LABELS = Text("DPE", "label"), Text("DPE", "labels")

SHOWN = 5
"""How many identifiers a notice names."""


@dataclass(frozen=True, slots=True)
class Context:
    """What every row of a request shares."""

    request: BuildingEmissionsRequest
    where: LayerPlace
    objects: Objects
    stock: Stock
    central: Central
    parameters: tuple[Factor, ...]
    synthetic: Bools
    centroids: shapely.STRtree
    choices: Choices


def building_notices(context: Context, shares: Floats) -> Iterator[Notice]:
    """Yield what the buildings of a place call for."""
    stock, request = context.stock, context.request
    heated = stock.heated & (shares > 0.0)
    rule = {
        "area": Text("la part de son emprise qui est dedans", "the share of its footprint that lies inside"),
        "centroid": Text("1 si son centroïde est dedans, 0 sinon", "1 when its centroid lies inside, else 0"),
    }[request.weighting]
    yield notice(
        "weighting",
        f"un bâtiment compte pour {rule.fr}",
        f"a building counts for {rule.en}",
    )
    yield from _label_notices(context, heated)
    if (heated & ~stock.dpe.known).any():
        yield notice(
            "imputed-energy",
            "sans DPE, le niveau est la moyenne nationale 2024 de chaque énergie ; l'année de construction "
            "le module par le rapport des ratios de 2014 ; gaz en PCS pour le logement, en PCI pour le "
            "tertiaire",
            "without a label, the level is the 2024 national mean of each carrier; the year of construction "
            "moves it by the ratio of the 2014 tables; gas in HHV for housing, in LHV for services",
        )
    lowest, highest = (
        required_factor(context.where.registry, f"building.intensity.{name}").value
        for name in ("lowest", "highest")
    )
    wrong = outside_bounds(context.central, shares, lowest=lowest, highest=highest)
    if wrong:
        names = ", ".join(context.objects.ids[rank] for rank in wrong[:SHOWN])
        yield notice(
            "unlikely-intensity",
            f"{_buildings(len(wrong)).fr} hors de {lowest:.0f} à {highest:.0f} kWh/m2/an d'énergie finale : "
            f"{names}",
            f"{_buildings(len(wrong)).en} outside {lowest:.0f} to {highest:.0f} kWh/m2/yr of final energy: "
            f"{names}",
        )
    synthetic = int((heated & context.synthetic).sum())
    if synthetic:
        yield notice(
            "synthetic",
            f"données de démonstration, qui ne sont pas réelles : {_buildings(synthetic).fr}",
            f"demonstration data, which are not real: {_buildings(synthetic).en}",
        )
    if request.top and heated.any():
        name = request.renovation_class.upper()
        yield notice(
            "renovation-assumption",
            f"le classement suppose chaque bâtiment amené aux émissions maximales de la classe {name}, "
            "surface et usages inchangés ; les travaux (isolation et chauffage) sont dits à part",
            f"the ranking takes each building to the highest emissions of class {name}, area and uses "
            "unchanged; the works (insulation and heating) are told apart",
        )


def _buildings(count: int) -> Text:
    return counted(count, Text("bâtiment", "building"), Text("bâtiments", "buildings"))


def _label_notices(context: Context, heated: Bools) -> Iterator[Notice]:
    stock, request = context.stock, context.request
    unused = sorted({label.building for label in request.dpe} - set(context.objects.ids))
    if unused:
        names = ", ".join(unused[:SHOWN])
        yield notice(
            "unused-label",
            f"{len(unused)} DPE sans bâtiment dans ce lieu : {names}",
            f"{counted(len(unused), LABEL, LABELS).en} without a building in this place: {names}",
        )
    labels = heated & stock.dpe.known
    if labels.any():
        yield notice(
            "label-scope",
            "un DPE couvre cinq usages (chauffage, eau chaude, refroidissement, éclairage, auxiliaires) ; "
            "l'électricité des appareils n'y est pas comptée",
            "a label covers five uses (heating, hot water, cooling, lighting, auxiliaries); the "
            "electricity of appliances is not in it",
        )
    blind = int((labels & ~np.isfinite(stock.dpe.final)).sum())
    if blind:
        yield notice(
            "label-energy",
            f"{blind} DPE sans énergie finale : l'énergie primaire ne la donne que si l'on connaît l'énergie "
            "utilisée ; le total d'énergie finale les laisse de côté",
            f"{counted(blind, LABEL, LABELS).en} without final energy: primary energy gives it only when "
            "the carrier is known; the sum of final energy leaves them out",
        )
