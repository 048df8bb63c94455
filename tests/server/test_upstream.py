"""Do the two changes inside pygeoapi still reach what they aim at?"""

import inspect

import pytest
from pygeoapi import l10n

from estran.carbon.errors import InvalidConfiguration
from estran.server import upstream


def test_pygeoapi_still_reads_its_catalogue_from_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "localedir=LOCALEDIR" in inspect.getsource(l10n)
    monkeypatch.setattr(l10n, "LOCALEDIR", "nowhere")
    upstream.use_link_titles()
    title = l10n.translate("This document as JSON", l10n.str2locale("fr"))
    assert title == "Ce document en JSON"
    assert l10n.translate("number", l10n.str2locale("fr")) == "number"


def test_another_application_empties_the_translations() -> None:
    mine, other = object(), object()
    upstream.forget_translations(mine)
    l10n._cfg_cache["fr"] = {"title": "mine"}
    upstream.forget_translations(mine)
    assert l10n._cfg_cache["fr"] == {"title": "mine"}
    upstream.forget_translations(other)
    assert l10n._cfg_cache == {}


def test_another_version_of_pygeoapi_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upstream, "pygeoapi_version", "0.25.0")
    with pytest.raises(InvalidConfiguration, match=r"pygeoapi 0\.25\.0 is installed"):
        upstream.use_link_titles()
