"""Is a build whole or not at all, done once, and the same each time?"""

import hashlib
import shutil
from pathlib import Path

import pytest
import yaml

from estran.carbon.errors import InvalidSource
from estran.cli.new import territory_document
from estran.ingest.build import build_fingerprint, build_territory, read_record
from estran.layers.ledger.read import open_ledger
from estran.layers.progress import silent
from estran.layers.territory import Territory, read_territory

OLEMPS = Path(__file__).resolve().parents[2] / "data" / "olemps" / "source"


@pytest.fixture
def territory(tmp_path: Path) -> Territory:
    """Olemps, in a folder of its own."""
    shutil.copytree(OLEMPS, tmp_path / "source")
    document = territory_document(
        identifier="olemps",
        name="Olemps",
        vintage="2022",
        sources="source",
        communes=(),
        crs="EPSG:2154",
        bounds=[2.5209, 44.3161, 2.5799, 44.362],
        collections=["communes", "buildings", "vegetation", "water", "parking-areas", "land-ledger"],
    )
    path = tmp_path / "olemps.yml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return read_territory(path)


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def leftovers(territory: Territory) -> list[str]:
    return [path.name for path in territory.directory.parent.iterdir() if path != territory.directory]


def test_a_build_is_done_once_and_gives_the_same_bytes(territory: Territory) -> None:
    first = build_territory(territory, progress=silent)
    made = digests(territory.directory)
    assert first.rebuilt
    assert {"features.gpkg", "land-ledger.tif", "land-ledger.index.npz", "land-ledger.keys.json"} <= set(made)
    assert not build_territory(territory, progress=silent).rebuilt
    assert build_territory(territory, progress=silent, force=True).rebuilt
    assert digests(territory.directory) == made
    assert leftovers(territory) == []


def test_a_changed_source_is_built_again(territory: Territory) -> None:
    build_territory(territory, progress=silent)
    before = build_fingerprint(territory)
    (territory.sources / "note.txt").write_text("a new file", encoding="utf-8")
    assert build_fingerprint(territory) != before
    assert build_territory(territory, progress=silent).rebuilt


def test_a_missing_file_is_built_again(territory: Territory) -> None:
    build_territory(territory, progress=silent)
    (territory.directory / "land-ledger.tif").unlink()
    assert read_record(territory) is None
    assert build_territory(territory, progress=silent).rebuilt
    assert open_ledger(territory.directory / "land-ledger.tif").keys


def test_a_failed_build_leaves_the_old_data_and_nothing_else(
    territory: Territory, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_territory(territory, progress=silent)
    made = digests(territory.directory)

    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("estran.layers.ledger.build.build_ledger", full_disk)
    with pytest.raises(InvalidSource, match="No space left on device") as caught:
        build_territory(territory, progress=silent, force=True)
    assert "les données en place sont intactes" in caught.value.fr
    assert digests(territory.directory) == made
    assert leftovers(territory) == []


def test_a_failed_replacement_puts_the_old_data_back(
    territory: Territory, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_territory(territory, progress=silent)
    made = digests(territory.directory)
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if target == territory.directory and self.name.startswith(".olemps.") and self.suffix != ".old":
            raise OSError(30, "Read-only file system")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(InvalidSource, match="Read-only file system"):
        build_territory(territory, progress=silent, force=True)
    assert digests(territory.directory) == made


def test_a_place_that_cannot_be_written_is_named(territory: Territory) -> None:
    territory.directory.parent.write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(InvalidSource, match="cannot write in"):
        build_territory(territory, progress=silent)


def test_missing_sources_are_named(territory: Territory) -> None:
    shutil.rmtree(territory.sources)
    with pytest.raises(InvalidSource, match=r"estran\.data\.sources"):
        build_territory(territory, progress=silent)
