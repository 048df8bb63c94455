"""The catalogues hold every phrase of the pages, in both languages, and the compiled files follow."""

import gettext
import re

import pytest

from estran.web.catalogue import FOLDERS, mo_path, read_catalogue, read_phrases
from estran.web.paths import LANGUAGES, LINK_TITLES, LOCALE

every_catalogue = pytest.mark.parametrize(
    ("folder", "language"), [(folder, language) for folder in FOLDERS for language in LANGUAGES]
)


def _entries(folder, language):
    return {entry.id: entry.string for entry in read_catalogue(folder, language) if entry.id}


@every_catalogue
def test_catalogue_is_in_step_with_the_pages(folder, language):
    """Otherwise run `python -m estran.web.catalogue`."""
    assert set(_entries(folder, language)) == set(read_phrases(folder))


@every_catalogue
def test_every_phrase_is_translated(folder, language):
    entries = _entries(folder, language)
    assert len(entries) > 20
    assert [
        phrase for phrase, text in entries.items() if not all(text if isinstance(text, tuple) else [text])
    ] == []


@every_catalogue
def test_compiled_file_says_the_same(folder, language):
    with mo_path(folder, language).open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for phrase, text in _entries(folder, language).items():
        if isinstance(phrase, tuple):
            assert (compiled.ngettext(*phrase, 1), compiled.ngettext(*phrase, 3)) == text
        else:
            assert compiled.gettext(phrase) == text
    assert len([key for key in compiled._catalog if key]) == sum(
        2 if isinstance(phrase, tuple) else 1 for phrase in _entries(folder, language)
    )


@pytest.mark.parametrize("folder", FOLDERS)
def test_places_in_a_phrase_are_kept(folder):
    places = re.compile(r"%\(\w+\)s|\{\w+\}")
    for phrase, text in _entries(folder, "fr").items():
        pairs = zip(phrase, text, strict=True) if isinstance(phrase, tuple) else [(phrase, text)]
        for english, french in pairs:
            assert sorted(places.findall(english)) == sorted(places.findall(french))


@pytest.mark.parametrize("folder", FOLDERS)
def test_french_typography(folder):
    """Typographic apostrophe; a no-break space before `:`, `;`, `?`, `!` and inside `« »`."""
    flat = [
        part
        for text in _entries(folder, "fr").values()
        for part in (text if isinstance(text, tuple) else (text,))
    ]
    assert [text for text in flat if "'" in text] == []
    assert [text for text in flat if re.search(r" [:;?!»]|« ", text)] == []


def test_link_titles_hold_no_single_word():
    """pygeoapi looks up every text of a process description, `number` and `object` included."""
    single = [phrase for phrase in _entries(LINK_TITLES, "fr") if len(phrase.split()) < 2]
    assert single == []
    assert "number" in _entries(LOCALE, "fr")
