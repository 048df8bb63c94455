"""From a case to an envelope: sums to the last digit, gaps, years, doubts, with or without a place."""

import json
from dataclasses import replace
from math import fsum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from estran.assessments.answer import FeatureCase, answer, uncertainty
from estran.assessments.case import Case, Figure, Row, Year, impact_indicators
from estran.assessments.envelope import Envelope, Notice, envelope_schema
from estran.assessments.figures import Figures, solved
from estran.assessments.fitness import judged
from estran.assessments.inputs import ModelRequest
from estran.assessments.notices import counted, notice, once
from estran.assessments.request import read_request
from estran.carbon.errors import UnitMismatch
from estran.carbon.propagation import Values, propagate
from estran.carbon.sampling import Input
from estran.carbon.text import Text
from estran.factors.factor import Gap
from estran.factors.registry import read_registry

WORD = Text("mot", "word")

ONE_OFF, YEARLY = ("total", "pulse"), ("total", "mean_annual")


def figures(case: Case, **options: Any) -> Figures:
    return solved(case, confidence=0.9, **options)


def value(found: Any, name: str) -> float | None:
    return next(each.value for each in found.indicators if each.id == name)


def impact(**changes: Any) -> Case:
    """Construction 640 t at once, operation 8 t a year over 50 years, trees -1 t a year from year 3."""

    def model(values: Values) -> dict[str, Any]:
        return {
            "construction": 800 * values["construction"],
            "operation": 50 * 800 * values["operation"],
            "trees": -48 * values["tree"],
        }

    case = Case(
        model=model,
        rows=(
            Row("construction", WORD, "tCO2e", ONE_OFF, factors=("construction",)),
            Row("operation", WORD, "tCO2e", YEARLY, factors=("operation",)),
            Row("trees", WORD, "tCO2e", YEARLY, factors=("tree",), maximum=0.0),
        ),
        indicators=impact_indicators(50),
        inputs=(
            Input("construction", 0.8, 0.2),
            Input("operation", 0.01, 0.004, law="lognormal"),
            Input("tree", 1.0, 0.9),
        ),
        timeline=(
            Year(2026, "construction"),
            *(Year(2026 + year, "operation", 1 / 50) for year in range(50)),
            *(Year(2028 + year, "trees", 1 / 48) for year in range(48)),
        ),
    )
    return replace(case, **changes)


def test_an_impact_by_hand() -> None:
    """640 + 400 - 48 = 992; pulse 640; (992 - 640) / 50 = 7.04."""
    found = figures(impact())
    assert value(found, "total") == pytest.approx(992.0)
    assert value(found, "pulse") == pytest.approx(640.0)
    assert value(found, "mean_annual") == pytest.approx(7.04)
    assert [each.unit for each in found.indicators] == ["tCO2e", "tCO2e", "tCO2e/yr"]


@pytest.mark.parametrize("method", ["analytic", "monte-carlo"])
def test_indicators_are_the_sums_of_their_rows_to_the_last_digit(method: Any) -> None:
    found = figures(impact(), method=method, draws=2_000)
    for name, scale in (("total", 1.0), ("pulse", 1.0), ("mean_annual", 1 / 50)):
        rows = [row.value for row in found.breakdown if name in row.indicators]
        assert value(found, name) == fsum(rows) * scale


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_sums_are_exact_whatever_the_rows(values: list[float]) -> None:
    rows = tuple(Row(f"r{rank}", WORD, "tC") for rank in range(len(values)))
    case = Case(
        model=lambda given: {row.item: number for row, number in zip(rows, values, strict=True)},
        rows=rows,
        indicators=(Figure("total", WORD, "tC"),),
    )
    assert value(figures(case), "total") == fsum(values)


def test_years_add_up_to_the_rows() -> None:
    found = figures(impact())
    for row in found.breakdown:
        years = [point.value for point in found.timeline if point.item == row.item]
        assert fsum(years) == pytest.approx(row.value, rel=1e-12)
    first = next(point for point in found.timeline if point.item == "trees")
    assert first.low <= first.value <= first.high


def test_a_year_may_show_a_result_of_its_own() -> None:
    case = impact(
        model=lambda values: {**impact().model(values), "first": 3 * values["tree"]},
        timeline=(Year(2026, "trees", output="first"),),
    )
    assert figures(case).timeline[0].value == 3.0


def test_errors_in_common_cancel_in_a_total() -> None:
    """Lost soil and gained soil from one survey: 10 x 84 - 10 x 48, with 10 x (25.2 - 14.4) = 108."""
    case = Case(
        model=lambda values: {"lost": 10 * values["meadow"], "gained": -10 * values["crop"]},
        rows=(Row("lost", WORD, "tC"), Row("gained", WORD, "tC")),
        indicators=(Figure("total", WORD, "tC"),),
        inputs=(Input("meadow", 84.0, 25.2, "survey"), Input("crop", 48.0, 14.4, "survey")),
    )
    total = figures(case).indicators[0]
    assert total.high - total.value == pytest.approx(1.6449 * 108, rel=1e-3)


def test_a_gap_is_not_evaluated_and_makes_the_total_partial() -> None:
    gap = Gap(Text("la table est vide", "the table is blank"))

    def model(values: Values) -> dict[str, Any]:
        return {"construction": 800 * values["construction"], "trees": -48 * values["tree"]}

    found = figures(impact(model=model, gaps={"operation": gap}, timeline=(Year(2026, "operation", 0.02),)))
    row = found.breakdown[1]
    assert (row.value, row.low, row.high, row.reason) == (None, None, None, gap.reason)
    assert row.factors == ()
    total, pulse, mean = found.indicators
    assert (total.value, total.partial) == (pytest.approx(592.0), True)
    assert pulse.partial is False
    assert mean.partial is True
    assert found.timeline[0].value is None


def test_when_no_row_is_evaluated_there_is_no_value_and_a_reason() -> None:
    gap = Gap(Text("la table est vide", "the table is blank"))
    row = Row("only", WORD, "tC", factors=("x",))
    case = Case(
        model=lambda values: {}, rows=(row,), indicators=(Figure("total", WORD, "tC"),), gaps={"x": gap}
    )
    total = figures(case).indicators[0]
    assert (total.value, total.low, total.partial, total.reason) == (None, None, False, gap.reason)


def test_no_row_at_all_is_zero() -> None:
    case = Case(model=lambda values: {}, rows=(), indicators=(Figure("total", WORD, "tC"),))
    assert value(figures(case), "total") == 0.0


def test_a_question_without_answer_has_no_value_but_its_exact_figures() -> None:
    figure = Figure("area", WORD, "ha", exact=12.0)
    why = Text("hors du territoire", "outside the territory")
    found = figures(impact(indicators=(*impact_indicators(50), figure), unanswered=why))
    assert [each.value for each in found.indicators] == [None, None, None, 12.0]
    assert found.indicators[0].reason == why
    assert all(row.value is None and row.reason == why for row in found.breakdown)


def test_a_model_that_forgets_a_result_is_a_fault() -> None:
    with pytest.raises(KeyError, match="operation"):
        figures(impact(model=lambda values: {"construction": 1.0, "trees": 0.0}))


def test_units_that_differ_are_never_summed() -> None:
    rows = (Row("soil", WORD, "tC"), Row("fire", WORD, "tCO2e"))
    case = Case(
        model=lambda values: {"soil": 1.0, "fire": 1.0}, rows=rows, indicators=(Figure("total", WORD, "tC"),)
    )
    with pytest.raises(UnitMismatch) as caught:
        figures(case)
    assert caught.value.where == "fire"


def test_bounds_stop_where_the_figure_cannot_go() -> None:
    """Trees remove 48 ± 1.645 x 43.2: the upper bound would be an emission of 23."""
    row = figures(impact()).breakdown[2]
    assert row.low == pytest.approx(-48 - 1.6449 * 43.2, rel=1e-4)
    assert row.high == 0.0


def test_a_scaled_indicator_keeps_the_order_of_its_bounds() -> None:
    figure = Figure("saved", WORD, "EUR", scale=-2.0, unit_of_rows="tC")
    case = Case(
        model=lambda values: {"a": values["x"]},
        rows=(Row("a", WORD, "tC", ("saved",)),),
        indicators=(figure,),
        inputs=(Input("x", 10.0, 1.0),),
    )
    saved = figures(case).indicators[0]
    assert saved.value == -20.0
    assert saved.low < saved.value < saved.high


class TripRequest(ModelRequest):
    """A question without a place."""

    kilometres: float


def envelope(case: Case, request: ModelRequest | None = None, **options: Any) -> Envelope:
    return answer(
        process="trip",
        version="1.0.0",
        title=WORD,
        request=request or TripRequest(kilometres=3.0),
        case=case,
        registry=read_registry(),
        fitness=judged("order-of-magnitude", Text("peu de données", "few data")),
        **options,
    )


def test_a_question_without_a_place_has_an_envelope_too() -> None:
    found = envelope(impact())
    assert found.coverage.share is None
    assert found.features is None
    assert found.receipt.layers == {}
    Draft202012Validator(envelope_schema()).validate(json.loads(found.model_dump_json()))


def test_the_method_is_told_and_repeated() -> None:
    request = TripRequest(kilometres=3.0, method="monte-carlo", draws=2_000, seed=9)
    found = envelope(impact(), request)
    assert (found.uncertainty.method, found.uncertainty.draws, found.uncertainty.seed) == (
        "monte-carlo",
        2_000,
        9,
    )
    assert found.canonical() == envelope(impact(), request).canonical()
    plain = envelope(impact())
    assert (plain.uncertainty.draws, plain.uncertainty.seed) == (None, None)
    assert fsum(share.share for share in found.uncertainty.shares) == pytest.approx(1.0)


def test_factors_used_are_credited_with_their_law() -> None:
    factor = read_registry().soil_density("cropland", "4_1")
    case = Case(
        model=lambda values: {"soil": 2.0 * values[factor.id]},
        rows=(Row("soil", WORD, "tC", factors=(factor.id,)),),
        indicators=(Figure("total", WORD, "tC"),),
        factors=(factor,),
    )
    found = envelope(case)
    assert [(use.id, use.law) for use in found.factors] == [(factor.id, "normal")]
    assert [source.kind for source in found.sources] == ["factors"]
    assert found.uncertainty.shares[0].title == factor.title
    assert value(found, "total") == 96.0


def test_a_feature_with_an_error_has_its_row_and_no_value() -> None:
    error = Notice(code="invalid-geometry", message=Text("illisible", "unreadable"), where="geometry")
    fit = judged("fit", WORD)
    found = envelope(
        impact(),
        features=[FeatureCase(id="a", case=impact(), fitness=fit), FeatureCase(id="b", error=error)],
    )
    good, bad = found.features
    assert good.error is None
    assert (bad.id, bad.index, bad.error) == ("b", 1, error)
    assert [(each.id, each.value) for each in bad.indicators] == [
        ("total", None),
        ("pulse", None),
        ("mean_annual", None),
    ]
    assert all(each.partial for each in found.indicators)
    assert "failed-features" in {notice.code for notice in found.warnings}


class SharesRequest(ModelRequest):
    """A question with an object among its inputs."""

    shares: dict[str, float]


def test_the_order_of_names_in_an_object_never_shows() -> None:
    one = read_request(SharesRequest, {"shares": {"car": 0.7, "bus": 0.3}})
    two = read_request(SharesRequest, {"shares": {"bus": 0.3, "car": 0.7}})
    assert list(one.shares) == list(two.shares) == ["bus", "car"]
    assert envelope(impact(), one).receipt == envelope(impact(), two).receipt


def test_a_notice_is_said_once() -> None:
    """The same words of the same place once; of another place, again."""
    one = notice("code", "mots", "words")
    there = notice("code", "mots", "words", "there")
    assert once([one, one, there, notice("code", "autres", "others")]) == (
        one,
        there,
        notice("code", "autres", "others"),
    )


def test_an_error_that_no_factor_carries_has_the_title_that_the_process_gives() -> None:
    title = Text("le doute", "the doubt")
    found = uncertainty(
        propagate(
            lambda values: {"total": values["a"]}, [Input("a", 1.0, 0.1, "an error")], method="analytic"
        ),
        (),
        doubts={"an error": title},
    )
    assert [each.title for each in found.shares] == [title]


def test_things_are_counted_in_words() -> None:
    """None and one are singular in French, one alone in English; thousands stand apart."""
    one, many = Text("toit", "roof"), Text("toits", "roofs")
    said = [counted(count, one, many) for count in (0, 1, 2, 13_759)]
    assert [each.fr for each in said] == ["0 toit", "1 toit", "2 toits", "13\u202f759 toits"]
    assert [each.en for each in said] == ["0 roofs", "1 roof", "2 roofs", "13,759 roofs"]
