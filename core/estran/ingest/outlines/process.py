"""The process that reads one file: the request on its input, the answer on its output."""

import json
import resource
import sys
from pathlib import Path

import pyogrio

from estran.carbon.errors import InvalidInput
from estran.ingest.outlines.answer import Answer
from estran.ingest.outlines.formats import DRIVERS
from estran.ingest.outlines.isolated import MEMORY_MB, REFUSED, WRITTEN_MB, WRONG, written
from estran.ingest.outlines.reading import layers_of
from estran.ingest.outlines.request import Request
from estran.ingest.outlines.telling import RefusedFile
from estran.ingest.outlines.unpacking import sources_of


def main(folder: str, seconds: str) -> int:
    """Answer the request on the standard input; return how the process ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MB << 20, MEMORY_MB << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN_MB << 20, WRITTEN_MB << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not set(pyogrio.list_drivers()) <= DRIVERS:
        raise RuntimeError("GDAL has drivers that a file from outside must not reach")
    request = Request.from_json(sys.stdin.read())
    try:
        document = Answer(request, layers_of(sources_of(request, Path(folder)))).document()
    except InvalidInput as error:
        sys.stdout.write(written(error))
        return REFUSED if isinstance(error, RefusedFile) else WRONG
    json.dump(document, sys.stdout, ensure_ascii=False, separators=(",", ":"))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
