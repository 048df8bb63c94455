"""The OGC process `compare-scenarios`: which of these variants is better, and is the difference sure?"""

from typing import Any

from estran.assessments.example_sites import Sites
from estran.assessments.request import read_request
from estran.assessments.scenarios import PROCESS, TITLE, VERSION, assess_scenarios, read_variants
from estran.assessments.scenarios_geojson import difference_geojson
from estran.assessments.scenarios_inputs import CompareScenariosRequest
from estran.carbon.text import Text
from estran.processes.base import AssessmentProcessor
from estran.processes.examples import Examples
from estran.processes.formats import CSV, GEOJSON, JSON, XLSX, requested_media_type
from estran.processes.reports import split_report

HOUSING = {"use": "collective_housing", "floor_area_m2_sref": 7800}


class CompareScenarios(AssessmentProcessor):
    """Difference between variants of a project, in tCO2e, and how sure it is."""

    identifier = PROCESS
    version = VERSION
    title = TITLE
    description = Text(
        "De 2 à 5 variantes d'un projet, chacune comparée à la première : l'écart en tCO2e, par poste et au "
        "total, son intervalle et la probabilité que la variante émette moins. Toutes les variantes "
        "partagent "
        "les mêmes tirages : ce qu'elles ont en commun s'annule. `total` est l'écart de la variante la plus "
        "basse (négatif : elle émet moins que la première). En GeoJSON, les terres où les variantes "
        "diffèrent.",
        "From 2 to 5 variants of a project, each compared with the first one: the difference in tCO2e, by "
        "item and in total, its interval and the probability that the variant emits less. All the variants "
        "share the same draws: what they have in common cancels. `total` is the difference of the lowest "
        "variant (negative: it emits less than the first one). As GeoJSON, the land where variants differ.",
    )
    keywords = (
        Text("projet", "project"),
        Text("variante", "variant"),
        Text("comparaison", "comparison"),
        Text("éviter, réduire, compenser", "avoid, reduce, offset"),
    )
    method = (
        Text("Méthode ALDO de l'ADEME", "ALDO method of ADEME"),
        "https://github.com/incubateur-ademe/aldo",
    )
    request = CompareScenariosRequest
    assess = staticmethod(assess_scenarios)
    media_types = (JSON, GEOJSON, CSV, XLSX)

    @staticmethod
    def examples(sites: Sites) -> Examples:
        """Return inputs that run on the places of a territory."""
        land = {"building": 0.6, "road": 0.5, "parking": 0.5}
        return (
            {
                "geometry": sites.plot,
                "variants": [
                    {
                        "name": "A",
                        "after": land,
                        "programme": [HOUSING],
                        "parking": [{"spaces": 150}],
                        "mobility": {"trips_per_day": 700},
                    },
                    {
                        "name": "B",
                        "after": {**land, "parking": 0.3, "artificial_trees": 0.2},
                        "programme": [{**HOUSING, "structure": "timber"}],
                        "parking": [{"spaces": 90}],
                        "mobility": {"trips_per_day": 700},
                    },
                ],
            },
        )

    def execute(self, data: Any, outputs: Any = None) -> tuple[str, Any]:
        """Answer one request; as GeoJSON, the land where the variants differ."""
        if requested_media_type(outputs, self.offered()) != GEOJSON:
            media_type, content = super().execute(data, outputs)
            return str(media_type), content
        inputs, _ = split_report(data)
        request, territory = read_request(CompareScenariosRequest, inputs), self._territory()
        names = [variant.name for variant in request.variants]
        answered = assess_scenarios(request, territory)
        return GEOJSON, difference_geojson(answered, names, read_variants(request, territory))
