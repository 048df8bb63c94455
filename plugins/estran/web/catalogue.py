"""Collect the phrases of the pages, keep the `.po` files in step with them, compile the `.mo` files.

Run `python -m estran.web.catalogue` after a change of a template: it adds the new phrases to the
`.po` files, drops those that are gone, and compiles. A phrase is written in English in the
template; the English catalogue repeats it.
"""

import io
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from estran.web import phrases
from estran.web.paths import LANGUAGES, LINK_TITLES, LOCALE, TEMPLATES

type Phrase = str | tuple[str, ...]
"""A sentence, or its singular and its plural."""

type Places = Mapping[Phrase, list[str]]
"""Each phrase with the files where it stands."""

FOLDERS = (LOCALE, LINK_TITLES)

_WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)
"""Date in the catalogues: fixed, so that the same phrases give the same bytes."""


def read_phrases(folder: Path) -> Places:
    """Return the phrases that the catalogues of a folder must hold."""
    if folder == LINK_TITLES:
        return {title: ["phrases.py"] for title in phrases.LINK_TITLES}
    found: dict[Phrase, list[str]] = {}
    for path, method in _sources():
        name = path.relative_to(TEMPLATES.parent).as_posix()
        for _line, message, _comments, _context in extract_from_file(method, path):
            places = found.setdefault(message if isinstance(message, str) else tuple(message), [])
            if name not in places:
                places.append(name)
    return found


def _sources() -> Iterator[tuple[Path, str]]:
    yield TEMPLATES.parent / "phrases.py", "python"
    for path in sorted(TEMPLATES.rglob("*.html")):
        yield path, "jinja2.ext.babel_extract"


def po_path(folder: Path, language: str) -> Path:
    """Return where the readable catalogue of a language is."""
    return folder / language / "LC_MESSAGES" / "messages.po"


def mo_path(folder: Path, language: str) -> Path:
    """Return where the compiled catalogue of a language is."""
    return po_path(folder, language).with_suffix(".mo")


def read_catalogue(folder: Path, language: str) -> Catalog:
    """Return the catalogue of a language as it is written, empty when there is none."""
    path = po_path(folder, language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def in_step(folder: Path, language: str) -> Catalog:
    """Return the catalogue of a language with the phrases of today and the translations known so far."""
    known = read_catalogue(folder, language)
    elsewhere = read_catalogue(LOCALE, language)
    catalogue = Catalog(
        locale=language,
        project="estran",
        header_comment="# Phrases of the pages; see estran.web.catalogue.",
        creation_date=_WRITTEN,
        revision_date=_WRITTEN,
        last_translator="Estran contributors",
        language_team="Estran contributors",
        fuzzy=False,
    )
    for phrase, places in read_phrases(folder).items():
        key = phrase if isinstance(phrase, str) else phrase[0]
        entry = known.get(key) or elsewhere.get(key)
        translation = phrase if language == "en" else typeset(entry.string if entry else "")
        catalogue.add(phrase, translation, locations=[(name, None) for name in places])
    return catalogue


def typeset(translation: Phrase) -> Phrase:
    r"""Return a French text with its no-break spaces and its typographic apostrophes.

    Example:
        >>> typeset("L'aire : 2 ha ?")
        'L’aire\xa0: 2 ha\xa0?'
    """
    if not isinstance(translation, str):
        return tuple(str(typeset(part)) for part in translation)
    text = re.sub(r" (?=[:;?!»])", "\u00a0", translation)
    return re.sub(r"« ", "«\u00a0", text).replace("'", "’")


def po_bytes(catalogue: Catalog) -> bytes:
    """Return the readable form of a catalogue."""
    file = io.BytesIO()
    write_po(file, catalogue, width=100, sort_output=True)
    return file.getvalue()


def mo_bytes(catalogue: Catalog) -> bytes:
    """Return the compiled form of a catalogue."""
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def main() -> None:
    """Rewrite the catalogues of every language."""
    for folder in FOLDERS:
        for language in LANGUAGES:
            catalogue = in_step(folder, language)
            path = po_path(folder, language)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(po_bytes(catalogue))
            mo_path(folder, language).write_bytes(mo_bytes(catalogue))


if __name__ == "__main__":
    main()
