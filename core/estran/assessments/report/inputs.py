"""What does an author say of a report? Names, texts and choices that change no figure."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from estran.assessments.project_parts import said
from estran.assessments.request import Request

Name = Annotated[str, Field(max_length=200)]
Prose = Annotated[str, Field(max_length=4_000)]

TextKey = Literal[
    "planning_context",
    "present_emissions",
    "without_project",
    "energy_mix",
    "solutions_examined",
    "residual_effect",
    "neutrality",
    "follow_up",
]

HeadingKey = Literal[
    "summary",
    "perimeter",
    "present",
    "scenarios",
    "significant",
    "quantities",
    "measures",
    "neutrality",
    "follow_up",
    "vulnerability",
    "method",
    "factors",
    "layers",
    "limits",
    "inputs",
    "receipt",
]


class Measure(Request):
    """One measure to avoid, reduce or offset, as the project owner commits to it."""

    title: str = Field(
        min_length=1,
        max_length=300,
        title="Measure",
        description="What is done.",
        json_schema_extra=said("Mesure", "Ce qui est fait."),
    )
    kind: Literal["avoid", "reduce", "offset"] = Field(
        title="Kind",
        description="Avoid, reduce or offset.",
        json_schema_extra=said("Type", "Éviter, réduire ou compenser."),
    )
    effect: Name = Field(
        "",
        title="Effect",
        description="Effect in words, with its unit; left out, it is said not to be evaluated.",
        json_schema_extra=said("Effet", "Effet en mots, avec son unité ; sans lui, il est dit non évalué."),
    )
    pilot: Name = Field(
        "",
        title="In charge",
        description="Who carries it out.",
        json_schema_extra=said("Pilote", "Qui la met en œuvre."),
    )
    indicator: Name = Field(
        "",
        title="Indicator",
        description="How it is followed.",
        json_schema_extra=said("Indicateur", "Comment elle est suivie."),
    )
    due: Name = Field(
        "",
        title="Date",
        description="When it is done.",
        json_schema_extra=said("Échéance", "Quand elle est faite."),
    )


class ReportInputs(Request):
    """The input `report`: it changes no figure and is not a part of the receipt."""

    kind: Literal["full", "sheet"] = Field(
        "full",
        title="Extent",
        description="`full`: the whole report; `sheet`: one page.",
        json_schema_extra=said("Étendue", "`full` : le rapport entier ; `sheet` : une page."),
    )
    language: Literal["fr", "en"] = Field(
        "fr",
        title="Language",
        description="Language of the report.",
        json_schema_extra=said("Langue", "Langue du rapport."),
    )
    title: Name = Field(
        "",
        title="Name of the project",
        description="Name of the project; a part of the name of the file.",
        json_schema_extra=said("Nom du projet", "Nom du projet ; il entre dans le nom du fichier."),
    )
    owner: Name = Field(
        "",
        title="Project owner",
        description="Who carries the project.",
        json_schema_extra=said("Maître d'ouvrage", "Qui porte le projet."),
    )
    author: Name = Field(
        "",
        title="Author",
        description="Who signs the report.",
        json_schema_extra=said("Auteur", "Qui signe le rapport."),
    )
    commune: Name = Field(
        "",
        title="Commune",
        description="Where; by default the communes that the outline touches.",
        json_schema_extra=said("Commune", "Où ; par défaut les communes que le contour touche."),
    )
    version: Name = Field(
        "1",
        title="Version",
        description="Version of the document.",
        json_schema_extra=said("Version", "Version du document."),
    )
    date: dt.date | None = Field(
        None,
        title="Date",
        description="Date of the document, today by default. The same date and answer give the same bytes.",
        json_schema_extra=said(
            "Date",
            "Date du document, aujourd'hui par défaut. La même date et la même réponse donnent les mêmes "
            "octets.",
        ),
    )
    variant: Name = Field(
        "",
        title="Variant kept",
        description="Name of the variant that the report is about; by default the first one.",
        json_schema_extra=said(
            "Variante retenue", "Nom de la variante dont parle le rapport ; par défaut la première."
        ),
    )
    threshold_percent: Annotated[float, Field(ge=50.0, le=100.0)] = Field(
        95.0,
        title="Threshold of significant items",
        description=(
            "Share of the gross emissions and removals that the significant items cover together, in %, "
            "from 50 to 100."
        ),
        json_schema_extra=said(
            "Seuil des postes significatifs",
            "Part des émissions et absorptions brutes que les postes significatifs couvrent ensemble, en %, "
            "de 50 à 100.",
            unit="%",
        ),
    )
    texts: dict[TextKey, Prose] = Field(
        {},
        title="Texts of the author",
        description="Texts that no computation can write; one left out is marked as to be completed.",
        json_schema_extra=said(
            "Textes de l'auteur",
            "Textes qu'aucun calcul ne peut écrire ; un texte absent est marqué « à compléter ».",
        ),
    )
    measures: tuple[Measure, ...] = Field(
        (),
        max_length=40,
        title="Measures",
        description="Measures to avoid, reduce and offset.",
        json_schema_extra=said("Mesures", "Mesures pour éviter, réduire et compenser."),
    )
    headings: dict[HeadingKey, Name] = Field(
        {},
        title="Headings",
        description="Headings to use instead of those of the outline.",
        json_schema_extra=said("Titres", "Titres à utiliser à la place de ceux du plan."),
    )
