"""Does what we change or use inside pygeoapi still do what we aim at?"""

import inspect

import pygeoapi.util
import pytest
from flask.testing import FlaskClient
from pygeoapi import l10n
from server.addresses import READ, address

from estran.carbon.errors import InvalidConfiguration
from estran.server import upstream


def test_pygeoapi_still_reads_its_catalogue_from_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "localedir=LOCALEDIR" in inspect.getsource(l10n)
    monkeypatch.setattr(l10n, "LOCALEDIR", "nowhere")
    upstream.use_link_titles()
    title = l10n.translate("This document as JSON", l10n.str2locale("fr"))
    assert title == "Ce document en JSON"
    assert l10n.translate("number", l10n.str2locale("fr")) == "number"


def test_pygeoapi_renders_no_page(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would make an environment of Jinja, and it would mix the languages of two territories."""
    monkeypatch.setattr(pygeoapi.util, "Environment", None)
    l10n._cfg_cache.clear()
    for rule in READ:
        collection = "heights" if rule.endswith("/coverage") else "zones"
        answer = client.get(f"{address(rule, collection=collection)}?f=html")
        assert answer.status_code < 500
        assert answer.mimetype == "text/html" or answer.status_code >= 400
    assert l10n._cfg_cache == {}


def test_another_version_of_pygeoapi_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upstream, "pygeoapi_version", "0.25.0")
    with pytest.raises(InvalidConfiguration, match=r"pygeoapi 0\.25\.0 is installed"):
        upstream.use_link_titles()
