"""A file from outside cannot fill the disk or the memory, reach the network, escape its folder or last."""

import io
import json
import socket
import sqlite3
import struct
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ingest.outline_files import (
    LABELS,
    NORTH,
    TERRITORY,
    geojson,
    geopackage,
    of,
    parcels,
    reader,
    shapefile,
    zipped,
    zipped_shapefile,
)

from estran.carbon.errors import InvalidInput
from estran.ingest.outlines.isolated import read_outlines
from estran.ingest.outlines.request import Choices, Limits, Request
from estran.ingest.outlines.telling import RefusedFile


def ask(*files: tuple[str, bytes], time_s: float = 30.0, **choices: Any) -> dict[str, Any]:
    request = Request((), Choices(**choices), Limits(), TERRITORY, LABELS, "fr")
    answer: dict[str, Any] = json.loads(read_outlines(files, request, time_s=time_s))
    return answer


def test_the_isolated_reading_answers_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    answer = ask(("oap.zip", zipped_shapefile(shapefile(parcels(), tmp_path))))
    assert answer["area_ha"] == pytest.approx(4.0, rel=2.5e-3)
    assert list(tmp_path.iterdir()) == []


def test_refusals_cross_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(RefusedFile) as refused:
        ask(("plan.dwg", b"AC1032"))
    assert refused.value.reason == "unknown-format"
    assert refused.value.actions[0].id == "other-file"
    with pytest.raises(InvalidInput) as wrong:
        ask(("site.geojson", geojson(NORTH)), layer="absente")
    assert wrong.value.where == "layer"
    assert list(tmp_path.iterdir()) == []


def test_a_reading_that_lasts_is_stopped() -> None:
    with pytest.raises(RefusedFile) as caught:
        ask(("site.geojson", geojson(NORTH)), time_s=0.05)
    assert caught.value.reason == "too-slow"
    assert caught.value.heavy


def test_links_of_a_file_reach_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/other.kml"
        link = f"<NetworkLink><Link><href>{address}</href></Link></NetworkLink>"
        text = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{link}</Document></kml>'
        with pytest.raises(RefusedFile):
            ask(("lien.kml", text.encode()))
        vrt = (
            f"<OGRVRTDataSource><OGRVRTLayer><SrcDataSource>/vsicurl/{address}</SrcDataSource></OGRVRTLayer>"
        )
        with pytest.raises(RefusedFile) as caught:
            ask(("lien.kml", vrt.encode()))
        assert caught.value.reason == "unknown-format"
        with pytest.raises(TimeoutError):
            listening.accept()


def test_a_virtual_table_reads_no_other_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.geojson"
    secret.write_bytes(geojson(NORTH, crs={"type": "name", "properties": {"name": "EPSG:2154"}}))
    path = tmp_path / "piege.gpkg"
    path.write_bytes(geopackage(tmp_path, parts=of(NORTH)))
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA writable_schema = ON")
        database.execute(
            "INSERT INTO sqlite_master VALUES ('table', 'vole', 'vole', 0, ?)",
            (f"CREATE VIRTUAL TABLE vole USING VirtualOGR('{secret}')",),
        )
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('vole', 'attributes', "
            "'vole')"
        )
    database.close()
    try:
        answer = ask(("piege.gpkg", path.read_bytes()))
    except RefusedFile:
        return
    assert "vole" not in [layer["name"] for layer in answer["layers"]]


def test_entities_that_multiply_are_refused() -> None:
    entities = ['<!ENTITY l0 "lollollol">', *(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))]
    lol = "".join(entities)
    text = f'<?xml version="1.0"?><!DOCTYPE kml [{lol}]><kml><Document><name>&l9;</name></Document></kml>'
    with pytest.raises(RefusedFile):
        ask(("rire.kml", text.encode()))


def test_names_that_climb_out_of_the_folder_are_only_names(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    content = geopackage(tmp_path, parts=of(NORTH))
    read = reader(outside)
    for name in ("../../evade.gpkg", "/tmp/evade.gpkg", "..\\evade.gpkg"):
        answer = read(("envoi.zip", zipped({name: content})))
        assert answer["area_ha"] == pytest.approx(2.0, rel=2.5e-3)
    assert list(tmp_path.rglob("evade*")) == []


@cache
def bomb() -> bytes:
    """A member that says it is small and unpacks to 300 MB."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("bombe.geojson", "w") as member,
    ):
        for _ in range(300):
            member.write(b" " * 1_000_000)
    return packed.getvalue()


def test_an_archive_that_swells_is_refused(tmp_path: Path) -> None:
    content = bomb()
    assert len(content) < 1_000_000
    with pytest.raises(RefusedFile) as caught:
        reader(tmp_path)(("bombe.zip", content))
    assert caught.value.reason == "archive-too-large"
    assert caught.value.heavy
    assert "dépasse 240 Mo" in caught.value.fr


def test_an_archive_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    content = bytearray(bomb())
    true_size = struct.pack("<I", 300_000_000)
    at = content.rindex(true_size)
    content[at : at + 4] = struct.pack("<I", 1_000)
    with pytest.raises(RefusedFile):
        reader(tmp_path)(("bombe.zip", bytes(content)))
    written = sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file())
    assert written < 5_000_000


def test_an_archive_of_too_many_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedFile) as caught:
        reader(tmp_path)(("foule.zip", zipped({f"{number}.txt": b"" for number in range(1_001)})))
    assert caught.value.reason == "archive-too-large"


def test_a_damaged_archive_is_told(tmp_path: Path) -> None:
    content = zipped({"oap.gpkg": geopackage(tmp_path, parts=of(NORTH))})
    with pytest.raises(RefusedFile) as caught:
        reader(tmp_path)(("coupe.zip", content[: len(content) // 2]))
    assert caught.value.reason == "damaged-archive"


def test_a_protected_archive_is_told(tmp_path: Path) -> None:
    content = bytearray(zipped({"oap.geojson": geojson(NORTH)}))
    # Bit 0 of the flags, at byte 6 of the member and byte 8 of the directory, says that it is encrypted.
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(RefusedFile) as caught:
        reader(tmp_path)(("secret.zip", bytes(content)))
    assert caught.value.reason == "protected-archive"


def test_an_archive_without_anything_to_read_says_what_it_has(tmp_path: Path) -> None:
    with pytest.raises(RefusedFile) as caught:
        reader(tmp_path)(
            ("envoi.zip", zipped({"dossier/notice.pdf": b"%PDF", "autre.zip": zipped({"a.txt": b""})}))
        )
    assert "(on y trouve : notice.pdf, autre.zip). Sortez l'archive intérieure." in caught.value.fr
