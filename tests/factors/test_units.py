import pytest

from estran.carbon.errors import UnitMismatch, UnknownFactor
from estran.factors.units import conversion, parse_unit


@pytest.mark.parametrize(
    ("text", "dimensions"),
    [
        ("kgCO2e/kWh final", {"co2e": 1, "energy": -1}),
        ("kgCO2e/t.km", {"co2e": 1, "mass": -1, "length": -1}),
        ("tC/ha/yr", {"carbon": 1, "area": -1, "time": -1}),
        ("-", {}),
        ("1/yr", {"time": -1}),
        ("m2/space", {"area": 1, "space": -1}),
        ("kg/kg", {}),
        ("%", {}),
    ],
)
def test_a_unit_is_a_product_of_symbols(text: str, dimensions: dict[str, int]) -> None:
    assert dict(parse_unit(text).dimensions) == dimensions


def test_a_spelling_of_a_table_is_read_as_the_unit_it_means() -> None:
    assert parse_unit("t CO2e/space").text == "tCO2e/space"
    assert parse_unit("share of the year").text == "-"


@pytest.mark.parametrize(
    ("source", "target", "factor"),
    [
        ("kgC/m2/yr", "tC/ha/yr", 10.0),  # 1 kg/m2 = 10,000 kg/ha
        ("kgCO2e/kWh", "tCO2e/MWh", 1.0),
        ("kWh/m2", "MWh/ha", 10.0),
        ("kgCH4-C/ha/yr", "kgCH4/ha/yr", 16 / 12),
        ("kgN2O-N/ha", "kgN2O/ha", 44 / 28),
        ("%", "-", 0.01),
        ("km2", "ha", 100.0),
        ("day", "h", 24.0),
        ("yr", "day", 365.25),
    ],
)
def test_conversions(source: str, target: str, factor: float) -> None:
    assert conversion(source, target) == pytest.approx(factor, rel=1e-12)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("tC", "tCO2"),
        ("tCO2", "tCO2e"),
        ("kWh PCI", "kWh PCS"),
        ("m2 Sref", "m2"),
        ("kWhEP/m2", "kWh/m2"),
        ("kgCO2e/vehicle-km", "kgCO2e/passenger-km"),
        ("t", "tC"),
    ],
)
def test_what_must_never_be_taken_for_another(source: str, target: str) -> None:
    with pytest.raises(UnitMismatch, match="do not measure the same thing"):
        conversion(source, target)


@pytest.mark.parametrize(
    "text", ["", "furlong", "kgCO2e/kWh maybe", "tC//ha", "tC per ha", "kgCO2e/", "m2 m2"]
)
def test_a_unit_outside_the_grammar_is_refused_in_both_languages(text: str) -> None:
    with pytest.raises(UnknownFactor, match=r"units\.yaml") as caught:
        parse_unit(text)
    assert "unité" in caught.value.fr
