"""What is asked of a reading: the files, the choices already made, the limits, the territory."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

type Keep = Literal["first", "last"]


@dataclass(frozen=True, slots=True)
class Choices:
    """What the person who brings the file has already answered.

    Attributes:
        layer: Name of the layer to take.
        crs: CRS of the coordinates, in place of what the file says.
        swap: Whether x and y are exchanged.
        close_lines: Whether lines are closed into surfaces.
        repair: Whether an outline that crosses itself is repaired.
        keep: Which of two parts keeps the land that they share, by their order.
        merge: Whether parts that get the same class are made one.
        simplify_m: Distance within which outlines lose vertices, in metres.
        column: Field whose values become classes.
        classes: Class after the project of each value of the field.
    """

    layer: str | None = None
    crs: str | None = None
    swap: bool = False
    close_lines: bool = False
    repair: bool = True
    keep: Keep | None = None
    merge: bool = False
    simplify_m: float | None = None
    column: str | None = None
    classes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost.

    Attributes:
        body_mb: Size of what is sent.
        features: Parts of a place.
        vertices: Vertices of a place.
    """

    body_mb: float = 20.0
    features: int = 10_000
    vertices: int = 500_000


@dataclass(frozen=True, slots=True)
class Brought:
    """A file as it was sent: the name its author gave it, and where it waits."""

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Request:
    """One reading.

    Attributes:
        files: What was sent together.
        choices: What is already answered.
        limits: What it may cost.
        territory: Outline of the territory in longitude and latitude, as hexadecimal WKB; empty when unknown.
        labels: The classes after the project: French then English name.
        language: `fr` or `en`.
    """

    files: tuple[Brought, ...]
    choices: Choices
    limits: Limits
    territory: str = ""
    labels: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    language: str = "fr"

    def to_json(self) -> str:
        """Return the request as text, to hand it to the reading process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the request that a text holds."""
        told: dict[str, Any] = json.loads(text)
        return cls(
            files=tuple(Brought(**each) for each in told["files"]),
            choices=Choices(**told["choices"]),
            limits=Limits(**told["limits"]),
            territory=told["territory"],
            labels={key: (fr, en) for key, (fr, en) in told["labels"].items()},
            language=told["language"],
        )
