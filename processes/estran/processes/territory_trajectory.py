"""The OGC process `territory-trajectory`: are we on the path to the targets of the territory?"""

from estran.assessments.example_sites import Sites
from estran.assessments.trajectory import PROCESS, TITLE, VERSION, assess_trajectory
from estran.assessments.trajectory_inputs import TerritoryTrajectoryRequest
from estran.carbon.text import Text
from estran.processes.base import AssessmentProcessor
from estran.processes.examples import Examples


class TerritoryTrajectory(AssessmentProcessor):
    """Gap between observed emissions and the path to the targets, in tCO2e."""

    identifier = PROCESS
    version = VERSION
    title = TITLE
    description = Text(
        "Les trajectoires linéaire et exponentielle vers les objectifs, les émissions observées, l'écart de "
        "chaque année (tCO2e/an) et son cumul (tCO2e, `total`), la tendance avec un doute robuste à "
        "l'autocorrélation, l'année de neutralité avec son intervalle et les absorptions nécessaires. Une "
        "empreinte ne se compare jamais à un inventaire territorial sans ligne de conversion.",
        "The linear and exponential paths to the targets, the observed emissions, the gap of each year "
        "(tCO2e/yr) and its sum over time (tCO2e, `total`), the trend with a doubt robust to "
        "autocorrelation, the year of neutrality with its interval and the removals needed. A footprint is "
        "never compared with a territorial inventory without a conversion line.",
    )
    keywords = (
        Text("trajectoire", "path"),
        Text("objectif", "target"),
        Text("neutralité", "neutrality"),
        Text("budget carbone", "carbon budget"),
    )
    request = TerritoryTrajectoryRequest
    assess = staticmethod(assess_trajectory)

    @staticmethod
    def examples(_sites: Sites) -> Examples:
        """Return inputs that run on the places of a territory."""
        return (
            {
                "base": {"year": 2019, "value": 250000, "low": 225000, "high": 275000},
                "scope": "inventory",
                "targets": [{"year": 2030, "change": -0.3}, {"year": 2040, "change": -1.0}],
                "removals_tco2e_per_year": 12000,
                "population": 41000,
                "series": [
                    {
                        "name": "Territoire",
                        "scope": "inventory",
                        "observations": [
                            {"year": 2019, "value": 250000},
                            {"year": 2020, "value": 231000},
                            {"year": 2021, "value": 243000},
                            {"year": 2022, "value": 236000},
                            {"year": 2023, "value": 225000},
                            {"year": 2024, "value": 222000},
                        ],
                    }
                ],
            },
        )
