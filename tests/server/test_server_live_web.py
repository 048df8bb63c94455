"""Properties of every address of the real server: validators, codings, HEAD, refusals."""

import gzip
import re
from collections.abc import Callable, Mapping

import brotli
import pytest
import zstandard
from server.running import Served

from estran.layers.features.encoding.formats import FORMATS

DECODERS: Mapping[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
}
PAGES = (
    "/",
    "/openapi",
    "/conformance",
    "/collections",
    "/collections/zones",
    "/collections/zones/schema",
    "/collections/zones/queryables",
    "/collections/zones/items",
    "/collections/zones/items/z1",
    "/collections/heights",
    "/collections/heights/coverage",
    "/processes",
    "/processes/hello",
)
FILES = (
    "/collections/places/items",
    "/collections/zones/items?f=jsonld",
    "/collections/zones/items?limit=2&sortby=-hauteur",
    "/collections/heights/coverage?f=GTiff",
    "/collections/heights/coverage?f=png",
    "/collections/heights/coverage?f=netcdf",
    "/collections/zones?lang=en",
    "/collections/catalogue/items",
    "/collections/catalogue/items?f=html",
    "/collections/zones/map",
    "/tileMatrixSets/WebMercatorQuad",
    "/styles/zones",
    *(f"/collections/zones/items?f={name}" for name in FORMATS),
)
COMPRESSED = re.compile("image/|netcdf|parquet|spreadsheet")
REFUSED = (
    "/collections/absent",
    "/collections/zones/items?x=1",
    "/collections/zones/items/absent",
    "/collections/heights/coverage?bbox=1,1,2,2",
    "/collections/heights/coverage?scale-size=x(100000),y(100000)",
)
KEPT = (*PAGES, *(f"{page}?f=html" for page in PAGES), *FILES)


@pytest.mark.parametrize("path", KEPT)
def test_what_the_client_holds_is_not_sent_again(served: Served, path: str) -> None:
    status, headers, content = served.ask(path)
    assert status == 200
    assert content
    assert headers["cache-control"] in {"public, max-age=60", "no-cache"}
    again = served.ask(path, If_None_Match=headers["etag"])
    assert again[0] == 304
    assert again[2] == b""
    assert (again[1]["etag"], again[1]["cache-control"]) == (headers["etag"], headers["cache-control"])
    assert set(headers["vary"].split(", ")) <= set(again[1]["vary"].split(", "))
    assert {"Accept", "Accept-Language"} <= set(headers["vary"].split(", "))


@pytest.mark.parametrize("path", KEPT)
def test_each_coding_holds_the_same_bytes_and_its_own_tag(served: Served, path: str) -> None:
    _, plain, content = served.ask(path)
    tags = {plain["etag"]}
    if plain["etag"].startswith("W/"):
        assert path.endswith("gpkg")
        return
    for coding, decode in DECODERS.items():
        status, headers, coded = served.ask(path, Accept_Encoding=coding)
        assert status == 200
        if "content-encoding" not in headers:
            assert coded == content
            assert len(content) < 1000 or COMPRESSED.search(headers["content-type"])
            continue
        assert headers["content-encoding"] == coding
        assert len(coded) < len(content)
        assert decode(coded) == content
        assert headers["etag"] not in tags
        tags.add(headers["etag"])
        again = served.ask(path, Accept_Encoding=coding, If_None_Match=headers["etag"])
        assert (again[0], again[1]["etag"], again[2]) == (304, headers["etag"], b"")


@pytest.mark.parametrize("path", [*KEPT, "/health", "/jobs", *REFUSED])
def test_head_is_get_without_its_body(served: Served, path: str) -> None:
    get = served.ask(path)
    head = served.ask(path, method="HEAD")
    assert head[0] == get[0]
    assert head[2] == b""
    left = {"date", "content-length", "server"}
    assert {name: text for name, text in head[1].items() if name not in left} == {
        name: text for name, text in get[1].items() if name not in left
    }
