"""What is known of the emissions of a territory? The inputs of `territory-trajectory`."""

from typing import Annotated

from pydantic import Field, model_validator

from estran.assessments.inputs import ModelRequest
from estran.assessments.project_parts import Amount, said
from estran.assessments.refusals import refused
from estran.assessments.request import Request
from estran.assessments.trajectory_targets import Scope

Year = Annotated[int, Field(ge=1900, le=2200)]

SCOPE_WORDS = (
    "`footprint`: emissions of what is consumed, imports included (scope 3). `inventory`: emissions on the "
    "territory. They are never compared with each other.",
    "`footprint` : empreinte, émissions de ce qui est consommé, importations comprises (scope 3). "
    "`inventory` : émissions sur le territoire. Ils ne se comparent jamais.",
)


class Level(Request):
    """Emissions of one year."""

    year: Year = Field(
        title="Year",
        description="Calendar year.",
        json_schema_extra=said("Année", "Année civile."),
    )
    value: Amount = Field(
        title="Emissions",
        description="Emissions of that year, in tCO2e/yr.",
        json_schema_extra=said("Émissions", "Émissions de cette année, en tCO2e/an.", unit="tCO2e/yr"),
    )
    low: Amount | None = Field(
        None,
        title="5th percentile",
        description="5th percentile, in tCO2e/yr; given with `high`.",
        json_schema_extra=said("5e centile", "5e centile, en tCO2e/an ; donné avec `high`.", unit="tCO2e/yr"),
    )
    high: Amount | None = Field(
        None,
        title="95th percentile",
        description="95th percentile, in tCO2e/yr; given with `low`.",
        json_schema_extra=said(
            "95e centile", "95e centile, en tCO2e/an ; donné avec `low`.", unit="tCO2e/yr"
        ),
    )

    @model_validator(mode="after")
    def _bounds_enclose(self) -> "Level":
        if (self.low is None) != (self.high is None):
            raise refused("`low` et `high` vont ensemble", "`low` and `high` go together")
        if self.low is not None and self.high is not None and not self.low <= self.value <= self.high:
            raise refused("il faut low <= value <= high", "low <= value <= high is needed")
        return self


class Series(Request):
    """Observed emissions: of the whole, or of one sector or actor."""

    name: str = Field(
        min_length=1,
        max_length=100,
        title="Name",
        description="What the series is called; that of a sector of the territory gives it its base level.",
        json_schema_extra=said(
            "Nom",
            "Comment la série s'appelle ; le nom d'un secteur du territoire lui donne son niveau de base.",
        ),
    )
    scope: Scope = Field(
        title="Scope",
        description=SCOPE_WORDS[0],
        json_schema_extra=said("Périmètre", SCOPE_WORDS[1]),
    )
    is_part: bool = Field(
        False,
        title="Part of the whole",
        description="True for a sector or an actor, false for the whole territory.",
        json_schema_extra=said(
            "Partie du tout", "Vrai pour un secteur ou un acteur, faux pour tout le territoire."
        ),
    )
    observations: tuple[Level, ...] = Field(
        min_length=1,
        title="Observations",
        description="Emissions by year, in tCO2e/yr.",
        json_schema_extra=said("Observations", "Émissions par année, en tCO2e/an."),
    )


class TargetLevel(Request):
    """A level to reach."""

    year: Year = Field(
        title="Year",
        description="Calendar year.",
        json_schema_extra=said("Année", "Année civile."),
    )
    change: Annotated[float, Field(ge=-1.0, le=0.0)] = Field(
        title="Change",
        description="Relative change against the base year, from -1 (neutrality) to 0; -0.3 is 30 % less.",
        json_schema_extra=said(
            "Évolution",
            "Évolution relative par rapport à l'année de base, de -1 (neutralité) à 0 ; -0,3 : 30 % "
            "de moins.",
            unit="-",
        ),
    )


class Conversion(Request):
    """The line that makes a series of another scope comparable with the targets."""

    factor: Annotated[float, Field(gt=0.0, allow_inf_nan=False)] = Field(
        title="Factor",
        description="What series of the other scope are multiplied by (no unit).",
        json_schema_extra=said("Facteur", "Ce qui multiplie les séries de l'autre périmètre (sans unité)."),
    )
    reason: str = Field(
        min_length=1,
        max_length=500,
        title="Reason",
        description="Where it comes from; shown in the answer.",
        json_schema_extra=said("Raison", "D'où il vient ; repris dans la réponse."),
    )


class TerritoryTrajectoryRequest(ModelRequest):
    """The inputs of `territory-trajectory`."""

    territory: str | None = Field(
        None,
        title="Territory",
        description="Identifier of a territory whose targets are known; by default that of this server.",
        json_schema_extra=said(
            "Territoire",
            "Identifiant d'un territoire dont les objectifs sont connus ; par défaut celui de ce serveur.",
        ),
    )
    base: Level | None = Field(
        None,
        title="Base level",
        description="Emissions of the base year, in tCO2e/yr; by default what the territory has published.",
        json_schema_extra=said(
            "Niveau de base",
            "Émissions de l'année de base, en tCO2e/an ; par défaut celles que le territoire a publiées.",
        ),
    )
    scope: Scope | None = Field(
        None,
        title="Scope of the targets",
        description=SCOPE_WORDS[0],
        json_schema_extra=said("Périmètre des objectifs", SCOPE_WORDS[1]),
    )
    targets: tuple[TargetLevel, ...] = Field(
        (),
        title="Targets",
        description="Levels to reach, in ascending years; by default those of the territory.",
        json_schema_extra=said(
            "Objectifs", "Niveaux à atteindre, par années croissantes ; par défaut ceux du territoire."
        ),
    )
    series: tuple[Series, ...] = Field(
        (),
        max_length=50,
        title="Observed series",
        description="Observed emissions, in tCO2e/yr; by default what the territory has announced.",
        json_schema_extra=said(
            "Séries observées",
            "Émissions observées, en tCO2e/an ; par défaut ce que le territoire a annoncé.",
        ),
    )
    conversion: Conversion | None = Field(
        None,
        title="Conversion between scopes",
        description="Needed to compare series with targets of another scope.",
        json_schema_extra=said(
            "Conversion entre périmètres",
            "Nécessaire pour comparer des séries à des objectifs d'un autre périmètre.",
        ),
    )
    removals_tco2e_per_year: Amount = Field(
        0.0,
        title="Removals",
        description="What the sinks of the territory remove, as a positive amount, in tCO2e/yr.",
        json_schema_extra=said(
            "Absorptions",
            "Ce que les puits du territoire absorbent, en quantité positive, en tCO2e/an.",
            unit="tCO2e/yr",
        ),
    )
    population: Annotated[float, Field(gt=0.0, allow_inf_nan=False)] | None = Field(
        None,
        title="Population",
        description="Inhabitants, to give levels per inhabitant, in persons.",
        json_schema_extra=said(
            "Population", "Habitants, pour donner des niveaux par habitant, en personnes.", unit="persons"
        ),
    )
