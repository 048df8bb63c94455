"""The address of a database travels without its password."""

from pathlib import Path

import pytest

from estran.carbon.errors import InvalidConfiguration
from estran.layers.features.location import hidden, is_database, place_of, revealed


def test_the_password_is_hidden_and_found_again() -> None:
    shown = hidden("postgresql+psycopg://me:s%40cret@host:5433/base")
    assert shown == "postgresql+psycopg://me:***@host:5433/base"
    assert hidden(shown) == shown
    assert revealed(shown).password == "s@cret"


def test_a_password_among_the_options_is_hidden_too() -> None:
    shown = hidden("postgres://host2/base?user=me&password=tide")
    assert "tide" not in shown
    assert revealed(shown).query["password"] == "tide"


def test_without_a_password_the_driver_finds_it() -> None:
    assert hidden("postgresql:///base") == "postgresql+psycopg:///base"
    assert revealed("postgresql:///base").password is None


def test_an_address_that_cannot_be_read_is_not_repeated() -> None:
    with pytest.raises(InvalidConfiguration) as raised:
        hidden("postgresql+psycopg://me:tide@host:port/base")
    assert "tide" not in f"{raised.value.en}{raised.value.fr}{raised.value.where}{raised.value.__cause__}"


def test_another_process_finds_the_password_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESTRAN_DATABASE", "postgresql://me:tide@elsewhere/base")
    assert revealed("postgresql+psycopg://me:***@elsewhere/base").password == "tide"


def test_only_the_built_geopackage_gives_way_to_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def place(data: str) -> Path | str:
        return place_of(data, tmp_path, "var/here")

    assert place("var/here/features.gpkg") == tmp_path / "var/here/features.gpkg"
    monkeypatch.setenv("ESTRAN_DATABASE", "postgresql://me:tide@host/base")
    assert place("var/here/features.gpkg") == "postgresql+psycopg://me:***@host/base"
    assert place("var/here/../here/features.gpkg") == "postgresql+psycopg://me:***@host/base"
    assert place("var/there/features.gpkg") == tmp_path / "var/there/features.gpkg"
    assert place("var/here/land-cover.tif") == tmp_path / "var/here/land-cover.tif"
    assert place("/vsis3/bucket/x.tif") == "/vsis3/bucket/x.tif"
    assert not is_database("/data/postgresql/x.gpkg")
