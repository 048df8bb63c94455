"""Which variants of a project are compared? The inputs of `compare-scenarios`."""

from typing import Any

from pydantic import Field

from estran.assessments.inputs import GEOMETRY_SCHEMA, AssessmentRequest
from estran.assessments.project_inputs import ProjectInputs
from estran.assessments.project_parts import said
from estran.carbon.propagation import Method


class Variant(ProjectInputs):
    """One variant: the inputs of `project-impact`, a name, and an outline of its own if it has one."""

    name: str = Field(
        min_length=1,
        max_length=100,
        title="Name",
        description="What the variant is called.",
        json_schema_extra=said("Nom", "Comment la variante s'appelle."),
    )
    geometry: dict[str, Any] | None = Field(
        None,
        title="Outline",
        description="Outline of this variant, in the same CRS; by default that of the request.",
        json_schema_extra={
            **said(
                "Contour", "Contour de cette variante, dans le même SCR ; par défaut celui de la requête."
            ),
            **GEOMETRY_SCHEMA,
        },
    )


class CompareScenariosRequest(AssessmentRequest):
    """The inputs of `compare-scenarios`."""

    variants: tuple[Variant, ...] = Field(
        min_length=2,
        max_length=5,
        title="Variants",
        description=(
            "From 2 to 5 variants, each with the inputs of `project-impact`; the first one is the reference. "
            "All have the same horizon."
        ),
        json_schema_extra=said(
            "Variantes",
            "De 2 à 5 variantes, chacune avec les entrées de `project-impact` ; la première est la "
            "référence. Toutes ont le même horizon.",
        ),
    )
    method: Method = Field(
        "monte-carlo",
        title="How intervals are obtained",
        description=(
            "`monte-carlo`: all the variants run on the same random draws, so that what they share cancels. "
            "`analytic`: propagation of the standard deviations of the difference itself."
        ),
        json_schema_extra=said(
            "Comment les intervalles sont obtenus",
            "`monte-carlo` : toutes les variantes tournent sur les mêmes tirages, si bien que ce qu'elles "
            "partagent s'annule. `analytic` : propagation des écarts types de la différence elle-même.",
        ),
    )
