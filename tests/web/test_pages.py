"""Every page, in both languages: well made, self-contained, translated."""

import re
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pygeoapi.util
import pytest

from estran.web.catalogue import read_catalogue
from estran.web.paths import LANGUAGES, LOCALE, STATIC, TEMPLATES


def test_page_has_one_title_and_its_language(rendered, page_name, language):
    page = rendered(page_name, language)
    assert page.html.lstrip().startswith("<!doctype html>")
    assert page.all("html") == [{"lang": language}]
    assert len(page.all("h1")) == 1
    assert len(page.all("main")) == 1
    assert len(page.all("title")) == 1


def test_page_loads_nothing_from_another_host(rendered, page_name, language):
    page = rendered(page_name, language)
    loaded = [a.get("src", "") for tag in ("script", "img", "iframe", "source") for a in page.all(tag)]
    loaded += [a["href"] for a in page.all("link")]
    assert any(loaded)
    assert [address for address in loaded if urlsplit(address).netloc] == []


def test_page_holds_no_inline_script_or_style(rendered, page_name, language):
    page = rendered(page_name, language)
    scripts = [a for a in page.all("script") if a.get("type") != "application/json" and "src" not in a]
    inline = [key for _, a in page.elements for key in a if key == "style" or key.startswith("on")]
    assert scripts == []
    assert page.all("style") == []
    assert inline == []


def test_static_files_of_a_page_exist(rendered, page_name, language):
    page = rendered(page_name, language)
    addresses = [a.get("src", a.get("href", "")) for tag in ("script", "img", "link") for a in page.all(tag)]
    files = [address.removeprefix("/static/") for address in addresses if address.startswith("/static/")]
    assert len(files) >= 4
    assert [file for file in files if not (STATIC / file).is_file()] == []


def test_french_page_shows_no_english_phrase(rendered, page_name):
    english = {
        text
        for entry in read_catalogue(LOCALE, "fr")
        if entry.id
        for text, french in zip(_all(entry.id), _all(entry.string), strict=True)
        if text != french
    }
    page = rendered(page_name, "fr")
    shown = [*page.texts, *page.blocks.get("messages", {}).values()]
    labels = [
        a[key] for _, a in page.elements for key in ("aria-label", "alt", "title", "data-label") if key in a
    ]
    assert [text for text in [*shown, *labels] if text in english] == []


def _all(text):
    return (text,) if isinstance(text, str) else text


def test_page_is_accessible_in_form(rendered, page_name, language):
    page = rendered(page_name, language)
    ids = Counter(a["id"] for _, a in page.elements if "id" in a)
    assert [identifier for identifier, count in ids.items() if count > 1] == []
    assert [a for a in page.all("img") if "alt" not in a] == []
    fields = [a["id"] for tag in ("input", "select", "textarea") for a in page.all(tag)]
    labelled = {a["for"] for a in page.all("label") if "for" in a}
    wrapped = set(re.findall(r'<label class="check"><input type="checkbox" id="(\w+)"', page.html))
    assert [field for field in fields if field not in labelled | wrapped] == []
    pointed = [
        a[key] for _, a in page.elements for key in ("aria-labelledby", "aria-describedby") if key in a
    ]
    assert [target for target in pointed if target not in ids] == []
    copied = [a["data-copy"] for a in page.all("button") if "data-copy" in a]
    assert [target for target in copied if target not in ids] == []
    assert "#content" in [a.get("href") for a in page.all("a")]


def test_page_offers_the_other_language(rendered, page_name, language):
    switch = {a["data-language"]: a for a in rendered(page_name, language).all("a") if "data-language" in a}
    assert set(switch) == set(LANGUAGES)
    assert [code for code, a in switch.items() if "aria-current" in a] == [language]


def test_links_inside_the_server_keep_the_language(rendered, page_name, language):
    page = rendered(page_name, language)
    navigation = [
        a["href"]
        for a in page.all("a")
        if a.get("href", "").startswith("/") and "f=json" not in a["href"] and "data-language" not in a
    ]
    files = re.compile(r"[?&]f=(?!html)")
    assert navigation
    assert [href for href in navigation if not files.search(href) and f"lang={language}" not in href] == []


def test_data_cannot_close_their_block(rendered, language):
    """A name with `</script>` stays a name, in the table and in the block that scripts read."""
    page = rendered("items", language)
    names = [feature["properties"]["nom"] for feature in page.blocks["features"]["features"]]
    assert "</script><b>" in names
    assert "</script><b>" not in page.html


def test_values_are_written_as_people_read_them(rendered):
    french, english = rendered("items", "fr").texts, rendered("items", "en").texts
    assert "12\u202f345" in french
    assert "12,345" in english
    assert "Ville" in french
    assert "Town" in english
    assert "0,5" in french
    assert "0.5" in english
    assert {"oui", "non", "non renseigné"} <= set(french)


def test_items_tell_how_many_and_lead_on(rendered):
    first, second = rendered("items", "fr"), rendered("second page of items", "fr")
    assert "2 objets affichés sur 3" in first.texts
    assert "Objets 3 à 3 sur 3" in second.texts
    following = next(a["href"] for a in first.all("a") if a.get("rel") == "next")
    assert "offset=2" in following
    assert "lang=fr" in following
    assert "f=html" in following


def test_empty_items_say_what_to_do(rendered):
    texts = rendered("no items", "fr").texts
    assert "Rien ne correspond. Élargissez la zone ou retirez un filtre." in texts


@pytest.mark.parametrize(
    ("name", "warned"),
    [("coverage collection", True), ("coverage", True), ("collection", False), ("items", False)],
)
def test_synthetic_layer_is_marked(rendered, name, warned):
    warning = "Données de démonstration\u00a0: ne pas utiliser pour décider."
    assert (warning in rendered(name, "fr").texts) == warned


def test_collection_states_its_terms(rendered):
    page = rendered("coverage collection", "fr")
    assert {"Licence Ouverte 2.0", "Agglomération", "2024", "5 m", "0,25 ha", "1:5000"} <= set(page.texts)


def test_process_page_gives_four_calls(rendered):
    page = rendered("process", "fr")
    assert [a["data-tab"] for a in page.all("section") if "data-tab" in a] == ["curl", "Python", "R", "QGIS"]
    assert page.html.count("/processes/carbon-stock/execution") >= 5


def test_python_call_is_python(rendered):
    source = _snippet(rendered("process", "fr").html, "python")
    compile(source, "call.py", "exec")
    assert '"deep": True' in source
    compile(_snippet(rendered("process", "fr").html, "qgis"), "console.py", "exec")


def _snippet(html, name):
    from html import unescape

    found = re.search(rf'<code id="code-{name}">(.*?)</code>', html, flags=re.DOTALL)
    assert found is not None
    return unescape(found[1])


def test_types_of_inputs_are_in_words(rendered):
    texts = rendered("process", "fr").texts
    assert "nombre ≥ 0.5" in texts
    assert "GeoJSON · texte" in texts


def test_problem_says_what_where_and_the_way_out(rendered):
    page = rendered("problem", "fr")
    assert {"rien ici", "Vérifiez l’adresse, ou repartez de la liste des couches."} <= set(page.texts)
    assert "<code>bbox</code>" in page.html


def test_no_page_of_pygeoapi_is_left():
    """A stock page loads scripts from other hosts: each one has ours in its place."""
    stock = Path(pygeoapi.util.TEMPLATESDIR)
    names = {path.relative_to(stock) for path in stock.rglob("*.html")}
    assert len(names) > 25
    assert [str(name) for name in sorted(names) if not (TEMPLATES / name).is_file()] == []
