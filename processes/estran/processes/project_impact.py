"""The OGC process `project-impact`: what does this development project change, over its horizon?"""

from typing import Any

from estran.assessments.project_impact import PROCESS, TITLE, VERSION, assess_project_impact
from estran.assessments.project_inputs import ProjectImpactRequest
from estran.carbon.text import Text
from estran.processes.base import AssessmentProcessor


def _plot(south: float, after: str) -> dict[str, Any]:
    """A plot of the example, 150 m wide and 110 m high, and its class after the project."""
    west, east, north = -1.130, -1.128, south + 0.001
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "properties": {"after": after},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


class ProjectImpact(AssessmentProcessor):
    """Impact of a development project, in tCO2e over its horizon."""

    identifier = PROCESS
    version = VERSION
    title = TITLE
    description = Text(
        "Ce qu'un projet d'aménagement émet et capte sur son horizon (50 ans par défaut), en tCO2e, "
        "par rapport "
        "au site en l'état : sols, N2O, biomasse, construction, énergie en usage, stationnement, voirie, "
        "déplacements, arbres, démolition. Un sol perdu compte la première année, un gain s'étale "
        "sur 20 ans. "
        "Ce que le solaire évite ailleurs est donné à côté, jamais dans le total. Ce qui n'a pas de donnée "
        "n'est pas évalué, et n'est pas nul.",
        "What a development project emits and removes over its horizon (50 years by default), in tCO2e, "
        "against the site as it is: soils, N2O, biomass, construction, energy in use, parking, roads, trips, "
        "trees, demolition. A lost soil counts in the first year, a gain is spread over 20 years. What "
        "photovoltaics avoid elsewhere stands beside, never in the total. What has no data is not evaluated, "
        "and is not zero.",
    )
    keywords = (
        Text("projet", "project"),
        Text("aménagement", "development"),
        Text("artificialisation", "land take"),
        Text("construction", "construction"),
    )
    method = (
        Text("Méthode ALDO de l'ADEME", "ALDO method of ADEME"),
        "https://github.com/incubateur-ademe/aldo",
    )
    request = ProjectImpactRequest
    assess = staticmethod(assess_project_impact)
    examples = (
        {
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [
                        [-1.1300, 46.1400],
                        [-1.1270, 46.1400],
                        [-1.1270, 46.1420],
                        [-1.1300, 46.1420],
                        [-1.1300, 46.1400],
                    ]
                ],
            },
            "after": {"building": 0.6, "road": 0.5, "parking": 0.3, "artificial_grass_shrubs": 1.5},
            "programme": [
                {"use": "collective_housing", "floor_area_m2_sref": 7800, "structure": "mixed", "storeys": 3},
                {"use": "retail", "floor_area_m2_sref": 600},
            ],
            "permit_year": 2027,
            "inhabitants": 230,
            "parking": [{"spaces": 120}],
            "roads": [{"area_m2": 3500}],
            "trees": {"planted": 150, "felled": 20},
            "pv_kwp": 200,
            "mobility": {"modal_shares": {"car": 0.6, "bus": 0.15, "bicycle": 0.15, "walking": 0.1}},
        },
        {
            "geometry": {
                "type": "FeatureCollection",
                "features": [_plot(46.140, "building"), _plot(46.141, "artificial_trees")],
            },
            "demolition_m2": 800,
        },
    )
