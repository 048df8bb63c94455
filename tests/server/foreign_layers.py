"""Layers as other people make them: heights, collections, broken rings, odd names, another CRS.

Written by GDAL and by geopandas, not by our own writer.
"""

import datetime as dt
import sqlite3
import struct
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import create_engine

X, Y = 1_842_000, 5_176_000
"""Near Lyons, in EPSG:3946 (RGF93 / CC46)."""

UTC = dt.UTC


def solids() -> gpd.GeoDataFrame:
    """Buildings with real heights: roofs that slope, a wall that stands upright, in EPSG:3946."""
    roofs = [
        shapely.Polygon(
            [(X + 30 * n, Y, 170.5), (X + 30 * n + 20, Y, 170.5), (X + 30 * n + 20, Y + 10, 174.25 + n),
             (X + 30 * n, Y + 10, 174.25 + n), (X + 30 * n, Y, 170.5)]
        )
        for n in range(4)
    ]  # fmt: skip
    wall = shapely.Polygon([(X, Y, 170), (X + 20, Y, 170), (X + 20, Y, 180), (X, Y, 180), (X, Y, 170)])
    shapes = [shapely.MultiPolygon([roof]) for roof in roofs] + [shapely.MultiPolygon([roofs[0], wall])]
    return gpd.GeoDataFrame({"ref": [f"s{n}" for n in range(5)]}, geometry=shapes, crs=3946)


def medley() -> gpd.GeoDataFrame:
    """Every type in one table, collections in collections, broken rings, nothing at all; odd columns."""
    here = shapely.box(X, Y, X + 10, Y + 10)
    bow_tie = shapely.Polygon([(X, Y), (X + 10, Y + 10), (X + 10, Y), (X, Y + 10), (X, Y)])
    stray_hole = shapely.Polygon(here.exterior, [shapely.box(X + 50, Y, X + 60, Y + 10).exterior])
    flat = shapely.Polygon([(X, Y), (X + 10, Y), (X + 5, Y), (X, Y)])
    spike = shapely.Polygon(
        [(X, Y), (X + 10, Y), (X + 10, Y + 10), (X + 10, Y + 90), (X + 10, Y + 10), (X, Y + 10)]
    )
    twice = shapely.MultiPolygon([here, here])
    nested = shapely.GeometryCollection(
        [
            shapely.Point(X, Y),
            shapely.GeometryCollection([here, shapely.LineString([(X, Y), (X + 9, Y + 9)])]),
        ]
    )
    still = shapely.LineString([(X, Y), (X, Y)])
    shapes: list[Any] = [
        shapely.Point(X, Y), shapely.MultiPoint([(X, Y), (X + 5, Y + 5)]),
        shapely.LineString([(X, Y), (X + 100, Y + 50)]),
        shapely.MultiLineString([[(X, Y), (X + 9, Y)], [(X, Y + 5), (X + 9, Y + 5)]]),
        here, twice, nested, bow_tie, stray_hole, flat, spike, still,
        shapely.Polygon(), shapely.GeometryCollection(), None,
    ]  # fmt: skip
    count = len(shapes)
    seen = [
        dt.datetime(1969, 7, 20, 20, 17, 40, tzinfo=UTC),
        dt.datetime(2024, 2, 29, 12, 0, 0, 250_000, tzinfo=UTC),
    ]
    return gpd.GeoDataFrame(
        {
            "ref": [f"m{n}" for n in range(count)],
            "limit": np.arange(count),
            "Nom d'usage": ["L'Île-d'Yeu \"x\" <b>&amp;</b>", "", None]
            + ["ligne\nretour\ttab"] * (count - 3),
            "select": pd.array([2**53 + 1, -(2**63), None] + [0] * (count - 3), dtype="Int64"),
            "part": [0.1, np.nan, -1e300] + [1.5] * (count - 3),
            "ouvert": pd.array([True, False, None] + [True] * (count - 3), dtype="boolean"),
            "jour": [dt.date(1, 1, 1), dt.date(9999, 12, 31), None] + [dt.date(2024, 2, 29)] * (count - 3),
            "vu": pd.array([*seen, None] + [seen[1]] * (count - 3), dtype="datetime64[ms, UTC]"),
        },
        geometry=shapes,
        crs=3946,
    )


def empty() -> gpd.GeoDataFrame:
    """A layer that nothing has been put into yet."""
    return gpd.GeoDataFrame({"ref": pd.Series([], dtype=str)}, geometry=[], crs=2154)


def edge() -> gpd.GeoDataFrame:
    """Points at the ends of the world, latitude first in their CRS."""
    ends = [(180, 0), (-180, 0), (0, 90), (0, -90), (179.999, 85.1), (-1.15, 46.16)]
    return gpd.GeoDataFrame(
        {"ref": [f"e{n}" for n in range(len(ends))]}, geometry=[shapely.Point(end) for end in ends], crs=4326
    )


def lists() -> gpd.GeoDataFrame:
    """Columns that hold several values, as GDAL and PostgreSQL keep them."""
    return gpd.GeoDataFrame(
        {
            "ref": ["l0", "l1", "l2", "l/3 é"],
            "mots": [["bois", "l'été"], ["bois"], [], None],
            "niveaux": [[0, 1], None, [-1], [1, 0, 1]],
            "parts": [[0.25, 1.0], [1.0], None, []],
        },
        geometry=[shapely.Point(X + n, Y) for n in range(4)],
        crs=3946,
    )


def curved() -> gpd.GeoDataFrame:
    """What GEOS has no type for, as it is to be read: a disc, a tetrahedron of facets, a measured line.

    The table has no index.
    """
    disc = shapely.Point(X + 10, Y).buffer(10, quad_segs=32)
    faces = [shapely.Polygon(ring) for ring in FACETS]
    line = shapely.LineString([(X, Y), (X + 10, Y)])
    solid = shapely.LineString([(X, Y, 170), (X + 10, Y, 180)])
    return gpd.GeoDataFrame(
        {"ref": ["disc", "facets", "measured", "measured-high"]},
        geometry=[disc, shapely.MultiPolygon(faces), line, solid],
        crs=3946,
    )


TOP, LOW = (
    (X + 5.0, Y + 5.0, 180.0),
    [(X + 0.0, Y + 0.0, 170.0), (X + 10.0, Y + 0.0, 170.0), (X + 5.0, Y + 10.0, 170.0)],
)
FACETS = [
    [*LOW[::-1], LOW[2]],
    *([LOW[n], LOW[(n + 1) % 3], TOP, LOW[n]] for n in range(3)),
]
DISC = [(X, Y), (X + 20, Y), (X, Y)]


def _packed(code: int, count: int, *numbers: float) -> bytes:
    return struct.pack(f"<BII{len(numbers)}d", 1, code, count, *numbers)


def curved_cells() -> dict[str, tuple[str, bytes]]:
    """By feature of `curved`, its well-known text and binary."""
    arc = _packed(8, 3, *(number for point in DISC for number in point))
    faces = b"".join(
        _packed(1003, 1) + struct.pack("<I12d", 4, *(number for point in ring for number in point))
        for ring in FACETS
    )
    written = ", ".join(
        "((" + ", ".join(" ".join(map(str, point)) for point in ring) + "))" for ring in FACETS
    )
    return {
        "disc": (f"CURVEPOLYGON (CIRCULARSTRING ({X} {Y}, {X + 20} {Y}, {X} {Y}))", _packed(10, 1) + arc),
        "facets": (f"POLYHEDRALSURFACE Z ({written})", _packed(1015, len(FACETS)) + faces),
        "measured": (f"LINESTRING M ({X} {Y} 0, {X + 10} {Y} 10)", _packed(2002, 2, X, Y, 0, X + 10, Y, 10)),
        "measured-high": (
            f"LINESTRING ZM ({X} {Y} 170 0, {X + 10} {Y} 180 10)",
            _packed(3002, 2, X, Y, 170, 0, X + 10, Y, 180, 10),
        ),
    }


LAYERS = {"solids": solids, "medley": medley, "empty": empty, "edge": edge, "curved": curved, "lists": lists}


def write_file(path: Path) -> str:
    """Write the layers into a GeoPackage; return its path."""
    for name, made in LAYERS.items():
        frame = made()
        options: dict[str, Any] = {
            "empty": {"geometry_type": "Polygon"},
            "medley": {"geometry_type": "Unknown"},
        }.get(name, {})
        if name == "curved":
            options = {"geometry_type": "Unknown", "layer_options": {"SPATIAL_INDEX": "NO"}}
        if name == "lists":
            options = {"use_arrow": True}
        frame.to_file(path, layer=name, driver="GPKG", engine="pyogrio", **options)
    with sqlite3.connect(path) as connection:
        for ref, (_, wkb) in curved_cells().items():
            cell = b"GP" + struct.pack("<BBi", 0, 1, 3946) + wkb
            connection.execute("UPDATE curved SET geom = ? WHERE ref = ?", (cell, ref))
    connection.close()
    return str(path)


def write_database(address: str) -> str:
    """Write the layers into an empty base; return its address."""
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS postgis")
        connection.exec_driver_sql(
            "CREATE TABLE empty (ref text PRIMARY KEY, geometry geometry(Polygon, 2154))"
        )
        connection.exec_driver_sql(
            "CREATE TABLE curved (ref text PRIMARY KEY, geometry geometry CHECK (ST_SRID(geometry) = 3946))"
        )
        connection.exec_driver_sql(
            "CREATE TABLE lists (ref text PRIMARY KEY, mots varchar(20)[], niveaux integer[],"
            " parts numeric(5, 2)[], geometry geometry(Point, 3946))"
        )
        for row in lists().itertuples():
            connection.exec_driver_sql(
                "INSERT INTO lists VALUES (%s, %s, %s, %s, ST_GeomFromText(%s, 3946))",
                (row.ref, row.mots, row.niveaux, row.parts, row.geometry.wkt),
            )
        for ref, (wkt, _) in curved_cells().items():
            connection.exec_driver_sql(
                "INSERT INTO curved VALUES (%s, ST_GeomFromText(%s, 3946))", (ref, wkt)
            )
    for name, made in LAYERS.items():
        if name not in {"empty", "curved", "lists"}:
            made().to_postgis(name, engine, index=False)
    engine.dispose()
    return address


def configuration(location: str) -> dict[str, Any]:
    return {
        "estran": {
            "territory": {"id": "essai", "name": {"fr": "Territoire d'essai", "en": "Test territory"}},
            "data": {"recipe": "bdtopo", "sources": "data", "directory": "var"},
            "jobs": {"workers": 1},
        },
        "logging": {"level": "CRITICAL"},
        "resources": {
            name: {
                "type": "collection",
                "title": {"fr": f"Couche {name}", "en": f"Layer {name}"},
                "estran": {
                    "licence": {
                        "id": "etalab-2.0",
                        "title": "Licence Ouverte 2.0",
                        "url": "https://example.org/",
                    },
                    "attribution": "Essai",
                    "vintage": "2024",
                },
                "providers": [
                    {
                        "type": "feature",
                        "name": "estran.providers.features.FeatureProvider",
                        "data": location,
                        "table": name,
                        "id_field": "ref",
                        **({"time_field": "vu"} if name == "medley" else {}),
                    }
                ],
            }
            for name in LAYERS
        },
    }
