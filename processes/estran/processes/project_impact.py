"""The OGC process `project-impact`: what does this development project change, over its horizon?"""

from typing import Any

from estran.assessments.example_sites import Sites
from estran.assessments.project_impact import PROCESS, TITLE, VERSION, assess_project_impact
from estran.assessments.project_inputs import ProjectImpactRequest
from estran.carbon.text import Text
from estran.processes.base import AssessmentProcessor
from estran.processes.examples import Examples


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

    @staticmethod
    def examples(sites: Sites) -> Examples:
        """Return inputs that run on the places of a territory."""

        def strip(index: int, after: str) -> dict[str, Any]:
            return {"type": "Feature", "properties": {"after": after}, "geometry": sites.part(index, 2)}

        return (
            {
                "geometry": sites.plot,
                "after": {"building": 0.6, "road": 0.4, "parking": 0.3, "artificial_grass_shrubs": 0.9},
                "programme": [
                    {
                        "use": "collective_housing",
                        "floor_area_m2_sref": 7800,
                        "structure": "mixed",
                        "storeys": 3,
                    },
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
                    "features": [strip(0, "building"), strip(1, "artificial_trees")],
                },
                "demolition_m2": 800,
            },
        )
