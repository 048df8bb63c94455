"""Is a shapefile complete, and in which encoding are the words of its table?

The table says nothing sure of its encoding: its bytes do. Bytes that are not ASCII and read as UTF-8 are
UTF-8, since text of another encoding almost never does.
"""

from collections.abc import Collection
from pathlib import Path

from estran.carbon.text import Text
from estran.ingest.outlines.formats import shown
from estran.ingest.outlines.telling import Notice, RefusedFile

NEEDED = ("shp", "shx", "dbf")
WINDOWS = "CP1252"
SINGLE_BYTE = ("1252", "8859", "LATIN", "ANSI", "850", "437", "MACROMAN", "ISO")


def check_parts(parts: Collection[str], name: str) -> None:
    """Check that the files that make a shapefile are all there.

    Raises:
        RefusedFile: some are missing.
    """
    missing = [f".{part}" for part in NEEDED if part not in parts]
    if not missing:
        return
    fr, en = " et ".join(missing), " and ".join(missing)
    raise RefusedFile(
        "incomplete-shapefile",
        f"« {shown(name)} » : il manque {'le fichier' if len(missing) == 1 else 'les fichiers'} {fr}. Zippez "
        "ensemble .shp, .shx, .dbf et .prj.",
        f"“{shown(name)}”: the {'file' if len(missing) == 1 else 'files'} {en} "
        f"{'is' if len(missing) == 1 else 'are'}"
        " missing. Zip .shp, .shx, .dbf and .prj together.",
    )


def settle_encoding(table: Path) -> tuple[Notice, ...]:
    """Write the encoding of a table beside it, where GDAL reads it.

    Returns:
        What to tell, when the file said nothing or something else.
    """
    beside = table.with_suffix(".cpg")
    said = beside.read_text("latin-1", errors="replace").strip().upper() if beside.exists() else ""
    content = table.read_bytes()
    if content.isascii() or _ascii_records(content):
        return ()
    utf8 = _reads_as_utf8(content)
    if utf8 and "UTF" in said:
        return ()
    if not utf8 and any(name in said for name in SINGLE_BYTE):
        return ()
    chosen = "UTF-8" if utf8 else WINDOWS
    beside.write_text(chosen, "ascii")
    title = "UTF-8" if utf8 else "Windows-1252"
    told = f" ({shown(said)})" if said else ""
    return (
        Notice(
            "encoding",
            "info",
            Text(
                f"Le fichier ne dit pas bien son encodage{told} : les accents sont lus en {title}.",
                f"The file does not say its encoding well{told}: accents are read as {title}.",
            ),
        ),
    )


def _records(content: bytes) -> bytes:
    header = int.from_bytes(content[8:10], "little")
    return content[header:]


def _ascii_records(content: bytes) -> bool:
    names = content[32 : int.from_bytes(content[8:10], "little")]
    return _records(content).isascii() and all(
        names[at : at + 11].isascii() for at in range(0, len(names), 32)
    )


def _reads_as_utf8(content: bytes) -> bool:
    """Tell whether the records are UTF-8; a field may cut the last character of a long text."""
    header, length = int.from_bytes(content[8:10], "little"), int.from_bytes(content[10:12], "little")
    widths = []
    for at in range(32, header - 1, 32):
        if content[at] == 0x0D:
            break
        widths.append(content[at + 16])
    read = cut = 0
    for start in range(header, len(content) - length + 1, max(length, 1)):
        at = start + 1
        for width in widths:
            value = content[at : at + width]
            at += width
            if value.isascii():
                continue
            try:
                value.decode("utf-8")
                read += 1
            except UnicodeDecodeError as error:
                if error.reason != "unexpected end of data":
                    return False
                cut += 1
    return read > 0 or cut == 0
