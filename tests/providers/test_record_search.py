"""Which records does a search find? On four records written here."""

import pytest

from estran.carbon.errors import InvalidInput
from estran.providers.records_asked import Search, facets, found_records


def record(name, title, *, theme, time=None, box=None, licence="etalab-2.0"):
    west, south, east, north = box or (0, 0, 1, 1)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "id": name,
        "type": "Feature",
        "time": {"interval": list(time)} if time else None,
        "geometry": {"type": "Polygon", "coordinates": [ring]} if box else None,
        "properties": {
            "type": "dataset" if box else "process",
            "title": title,
            "description": f"{title} du territoire",
            "keywords": ["zones inondables"] if name == "flood" else [],
            "themes": [{"scheme": "iso", "concepts": [{"id": theme, "title": theme.title()}]}],
            "license": licence,
            "externalIds": [{"scheme": "collection", "value": name}],
        },
        "links": [],
    }


RECORDS = (
    record(
        "flood",
        "Aléa de submersion",
        theme="environment",
        time=("2017-01-01", "2017-12-31"),
        box=(-2, 46, -1, 47),
    ),
    record(
        "buildings", "Bâtiments", theme="structure", time=("2022-01-01", "2022-12-31"), box=(2, 44, 3, 45)
    ),
    record("cycles", "Réseau cyclable", theme="transportation", box=(-2, 46, -1, 47), licence="etalab-1.0"),
    record("stock", "Stock de carbone", theme="environment", licence="Apache-2.0"),
)


def ids(**search):
    return [found["id"] for found in found_records(RECORDS, Search(**search))]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("bati", ["buildings"]),
        ("ALEA", ["flood"]),
        ("inondables", ["flood"]),
        ("carbone,cyclable", ["cycles", "stock"]),
        ("stock de carbone", ["stock"]),
        ("carbone stock", []),
        ("", ["flood", "buildings", "cycles", "stock"]),
    ],
)
def test_words_are_found_without_case_or_accents_and_a_comma_means_or(words, expected) -> None:
    assert ids(words=words) == expected


@pytest.mark.parametrize(
    ("bbox", "expected"),
    [
        ((-1.5, 46.1, -1.4, 46.2), ["flood", "cycles"]),
        ((2.5, 44.5, 0.0, 2.6, 44.6, 9.0), ["buildings"]),
        ((170.0, -50.0, -1.5, 50.0), ["flood", "cycles"]),
        ((10.0, 10.0, 11.0, 11.0), []),
    ],
)
def test_a_box_finds_what_meets_it_also_across_the_antimeridian(bbox, expected) -> None:
    """From 170 E to 1.5 W by the antimeridian: everything west of 1.5 W or east of 170 E, 2.5 E is not."""
    assert ids(bbox=bbox) == expected


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        ("2017-06-01", ["flood", "cycles", "stock"]),
        ("2018-01-01/2021-12-31", ["cycles", "stock"]),
        ("../2017-01-01", ["flood", "cycles", "stock"]),
        ("2022-12-31T10:00:00Z/..", ["buildings", "cycles", "stock"]),
        ("2017", ["flood", "cycles", "stock"]),
    ],
)
def test_a_time_finds_what_holds_then_and_what_has_no_time(interval, expected) -> None:
    assert ids(interval=interval) == expected


def test_parameters_choose_by_equality_and_several_values_are_alternatives() -> None:
    assert ids(equals=(("theme", "environment"),)) == ["flood", "stock"]
    assert ids(equals=(("theme", "environment,structure"), ("type", "dataset"))) == ["flood", "buildings"]
    assert ids(equals=(("licence", "etalab-1.0"),)) == ["cycles"]
    assert ids(equals=(("ids", "stock,flood"),)) == ["flood", "stock"]
    assert ids(equals=(("externalIds", "collection:cycles"),)) == ["cycles"]
    assert ids(equals=(("externalId", "flood"),)) == ["flood"]
    with pytest.raises(InvalidInput):
        ids(equals=(("colour", "red"),))


def test_sorting() -> None:
    assert ids(sortby=(("title", True),)) == ["flood", "buildings", "cycles", "stock"]
    assert ids(sortby=(("theme", False), ("title", False))) == ["cycles", "buildings", "stock", "flood"]


def test_facets_count_what_was_found() -> None:
    counted = facets(found_records(RECORDS, Search(bbox=(-1.5, 46.1, -1.4, 46.2))))
    assert counted["theme"]["buckets"] == [
        {"value": "environment", "title": "Environment", "count": 1},
        {"value": "transportation", "title": "Transportation", "count": 1},
    ]
    assert [bucket["value"] for bucket in counted["licence"]["buckets"]] == ["etalab-1.0", "etalab-2.0"]
