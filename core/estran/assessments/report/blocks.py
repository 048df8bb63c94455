"""What is a report made of, whatever the format? Headings, texts, tables, charts and maps, in order."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Style = Literal["body", "lead", "strong", "note", "box", "warning", "code", "link"]

Align = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Heading:
    """A title; its level is its depth in the contents, from 1."""

    text: str
    level: int = 1
    kind: str = "heading"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text. `lead` opens, `note` is small, `box` and `warning` are framed."""

    text: str
    style: Style = "body"
    kind: str = "paragraph"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of short texts."""

    items: Sequence[str]
    kind: str = "bullets"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; widths are weights."""

    title: str
    width: float = 1.0
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts under their headers; the rows numbered in `strong` are totals."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    note: str = ""
    strong: Sequence[int] = ()
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing made of numbers; `data` holds them with their labels.

    Attributes:
        name: Which drawing: `bars`, `waterfall`, `timeline`, `doubt`, `dots`, `path`.
        title: What it shows, as a finding.
        subtitle: Quantity, unit, horizon.
        alt: The same in words, for who cannot see it.
        data: Numbers and labels.
        caption: Source and meaning of the interval.
    """

    name: str
    title: str
    subtitle: str
    alt: str
    data: Mapping[str, Any]
    caption: str = ""
    kind: str = "chart"


@dataclass(frozen=True, slots=True)
class Map:
    """A map: its picture stands aside, by name.

    Attributes:
        picture: Name of the picture among those of the report.
        title: What it shows.
        alt: The same in words.
        width_mm: Width on paper.
        height_mm: Height on paper.
        scale: The denominator of its scale.
        bar: Length of the scale bar on paper in mm, and its label.
        scale_label: Its scale in words.
        marks: Letters on the map: right and down in mm, and the letter.
        legend: Letter, colour, label and quantity of each class in view.
        caption: Layers, vintage, licence.
    """

    picture: str
    title: str
    alt: str
    width_mm: float
    height_mm: float
    bar: tuple[float, str]
    scale_label: str
    marks: Sequence[tuple[float, float, str]]
    legend: Sequence[Mapping[str, str]]
    caption: str = ""
    kind: str = "map"


@dataclass(frozen=True, slots=True)
class Figures:
    """Three figures side by side: label, value, interval, and what they hold."""

    cards: Sequence[Mapping[str, str]]
    kind: str = "figures"


@dataclass(frozen=True, slots=True)
class Cover:
    """The first page."""

    title: str
    subtitle: str
    rows: Sequence[tuple[str, str]]
    verdict: str
    disclaimer: str
    kind: str = "cover"


@dataclass(frozen=True, slots=True)
class Break:
    """A new page."""

    kind: str = "break"


Block = Heading | Paragraph | Bullets | Table | Chart | Map | Figures | Cover | Break


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report.

    Attributes:
        title: Title of the document.
        author: Who signs it, empty when not given.
        language: `fr` or `en`.
        date: ISO date.
        footer: What stands at the foot of each page, before its number.
        page_word: The word for page.
        todo: How the marks of what is left to the author begin.
        contents: Title of the contents, empty for none.
        band: What stands under the header of each page when the data are not real.
        watermark: What stands across each page then.
        file_stem: Name of the file without its ending.
        blocks: What it says, in order.
        pictures: PNG of the maps, by name.
        is_sheet: Whether it is to hold on one page.
    """

    title: str
    author: str
    language: str
    date: str
    footer: str
    page_word: str
    todo: str
    contents: str
    band: str
    watermark: str
    file_stem: str
    blocks: Sequence[Block]
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    is_sheet: bool = False

    def document(self) -> dict[str, Any]:
        """Return the report without its pictures, as plain data."""
        named = {name: getattr(self, name) for name in self.__slots__ if name not in {"blocks", "pictures"}}
        return named | {"blocks": [asdict(block) for block in self.blocks]}
