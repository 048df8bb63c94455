"""Which data files were sent, alone, together or in a zip? Copied under names of ours, within bounds.

No path of an archive is ever used as a path: each member that is read is written under a number.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from estran.ingest.outlines.formats import (
    EMPTY_ZIP,
    FIRST_BYTES,
    SHAPEFILE,
    SHAPEFILE_PARTS,
    ZIP,
    Format,
    extension_of,
    format_of,
    shown,
    unknown_format,
)
from estran.ingest.outlines.request import Request
from estran.ingest.outlines.shapefile import check_parts, settle_encoding
from estran.ingest.outlines.telling import Notice, RefusedFile

MOST_ENTRIES = 1_000
MOST_SOURCES = 50
LARGEST_TIMES = 12
"""How many times the limit of what is sent an archive may hold once opened."""

CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Source:
    """A data file ready to be opened.

    Attributes:
        name: Its name for people, without extension.
        path: Where it is.
        format: What it is.
        notices: What was settled on the way.
    """

    name: str
    path: Path
    format: Format
    notices: tuple[Notice, ...] = ()


def sources_of(request: Request, folder: Path) -> list[Source]:
    """Return the data files of what was sent, copied into a folder.

    Raises:
        RefusedFile: there is nothing to read, the archive is unsafe or damaged, a shapefile is incomplete.
    """
    loose = [(each.name, Path(each.path)) for each in request.files]
    if all(path.stat().st_size == 0 for _, path in loose):
        raise RefusedFile(
            "empty-file",
            "Ce fichier est vide (0 octet). Exportez-le de nouveau.",
            "This file is empty (0 bytes). Export it again.",
        )
    found: list[tuple[str, Path]] = []
    for name, path in loose:
        with path.open("rb") as file:
            start = file.read(4)
        if start in {ZIP, EMPTY_ZIP}:
            found.extend(_members(name, path, folder, int(request.limits.body_mb * 1e6 * LARGEST_TIMES)))
        else:
            found.append((name, path))
    sources = list(_sources(found, folder))
    if not sources:
        raise _nothing(found, loose)
    return sources[:MOST_SOURCES]


def _members(name: str, path: Path, folder: Path, largest: int) -> Iterator[tuple[str, Path]]:
    """Yield the files of an archive: the name of each, and where its bytes were written."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > largest:
                raise _bomb(name, largest)
            left = largest
            for number, entry in enumerate(entries):
                if not _is_wanted(entry.filename):
                    continue
                if entry.flag_bits & 0x1:
                    raise RefusedFile(
                        "protected-archive",
                        "Cette archive est protégée par un mot de passe. Refaites-la sans mot de passe.",
                        "This archive is protected by a password. Make it again without one.",
                    )
                copy = folder / f"member-{number}"
                left -= _copy(archive, entry, copy, left, _bomb(name, largest))
                yield entry.filename, copy
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise RefusedFile(
            "damaged-archive",
            "Cette archive zip est abîmée ou incomplète. Refaites-la, puis déposez-la de nouveau.",
            "This zip archive is damaged or incomplete. Make it again, then drop it again.",
        ) from error


def _copy(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, left: int, refusal: RefusedFile
) -> int:
    """Write a member, counting what really comes out of it; return its size."""
    size = 0
    with archive.open(entry) as packed, target.open("wb") as plain:
        while part := packed.read(CHUNK):
            size += len(part)
            if size > left:
                raise refusal
            plain.write(part)
    return size


def _is_wanted(name: str) -> bool:
    """Tell whether a member is worth opening: not a shadow file of a system, of a format that may be ours."""
    path = PurePosixPath(name.replace("\\", "/"))
    if "__MACOSX" in path.parts or path.name.startswith("."):
        return False
    known = SHAPEFILE_PARTS | {"geojson", "json", "gpkg", "kml", "gpx", "dxf"}
    return extension_of(path.name) in known


def _sources(found: list[tuple[str, Path]], folder: Path) -> Iterator[Source]:
    groups: dict[str, dict[str, Path]] = {}
    names: dict[str, str] = {}
    for name, path in found:
        whole = PurePosixPath(name.replace("\\", "/"))
        extension = extension_of(whole.name)
        if extension in SHAPEFILE_PARTS:
            key = str(whole.parent / whole.stem).lower()
            groups.setdefault(key, {})[extension] = path
            names[key] = whole.stem
            continue
        kind = _format_of_file(path)
        if kind is not None and kind is not SHAPEFILE:
            yield Source(shown(whole.stem), _placed(path, folder, kind.extension), kind)
    for number, (key, parts) in enumerate(sorted(groups.items())):
        if "shp" not in parts and len(groups) > 1:
            continue
        check_parts(parts, names[key])
        home = folder / f"shapefile-{number}"
        home.mkdir()
        for extension, path in parts.items():
            (home / f"shape.{extension}").write_bytes(path.read_bytes())
        notices = settle_encoding(home / "shape.dbf")
        yield Source(shown(names[key]), home / "shape.shp", SHAPEFILE, notices)


def _placed(path: Path, folder: Path, extension: str) -> Path:
    target = folder / f"{path.name}.{extension}"
    content = path.read_bytes()
    # GDAL knows a text by its first character.
    target.write_bytes(_as_utf8(content) if extension in {"geojson", "kml", "gpx"} else content)
    return target


def _as_utf8(content: bytes) -> bytes:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace").replace("UTF-16", "UTF-8").encode()
    return content.removeprefix(b"\xef\xbb\xbf")


def _format_of_file(path: Path) -> Format | None:
    with path.open("rb") as file:
        return format_of(file.read(FIRST_BYTES))


def _nothing(found: list[tuple[str, Path]], loose: list[tuple[str, Path]]) -> RefusedFile:
    name, path = loose[0]
    if not zipfile.is_zipfile(io.BytesIO(path.read_bytes())):
        return unknown_format(found[0][0] if found else name)
    with zipfile.ZipFile(path) as archive:
        inside = [
            shown(PurePosixPath(each).name) for each in archive.namelist()[:6] if not each.endswith("/")
        ]
    listed = ", ".join(inside) or "–"
    nested = any(extension_of(each) == "zip" for each in inside)
    return RefusedFile(
        "nothing-in-archive",
        f"Cette archive ne contient aucun fichier que l'on sait lire ici (on y trouve : {listed}). "
        + ("Sortez l'archive intérieure." if nested else "Mettez-y un GeoPackage, un Shapefile, un DXF…"),
        f"This archive holds no file that can be read here (it has: {listed}). "
        + ("Take the inner archive out." if nested else "Put a GeoPackage, a Shapefile, a DXF… in it."),
    )


def _bomb(name: str, largest: int) -> RefusedFile:
    return RefusedFile(
        "archive-too-large",
        f"Ouverte, l'archive « {shown(name)} » dépasse {largest / 1e6:.0f} Mo ou {MOST_ENTRIES} fichiers. "
        "N'y laissez que le périmètre du projet.",
        f"Once opened, the archive “{shown(name)}” exceeds {largest / 1e6:.0f} MB or {MOST_ENTRIES} files. "
        "Leave only the outline of the project in it.",
        heavy=True,
    )
