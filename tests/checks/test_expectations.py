"""Each of our own expectations sees its fault, is silent where there is too little to see, and says it in words."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from great_expectations.core import ExpectationValidationResult
from great_expectations.expectations.registry import get_expectation_impl, get_renderer_impl

from evenscore.checks import expectations
from evenscore.checks.expectations import (
    ExpectColumnDistributionToHoldStill,
    ExpectColumnMovesToBeBalanced,
    ExpectColumnShareToBeUsual,
    ExpectColumnVolumeToBeInSeason,
)
from evenscore.checks.expectations.base import NOTHING, Verdict, verdict_on

VOLUME = ExpectColumnVolumeToBeInSeason(column="rows", by="stream", most_deviations=3.5, least_change=0.15)
SHARE = ExpectColumnShareToBeUsual(column="part", of="whole", most_deviations=4, least_rise=0.2, least_count=5)
MOVES = ExpectColumnMovesToBeBalanced(
    column="down", up="up", of="people", most_deviations=4, least_change=0.15, least_count=30
)
DISTRIBUTION = ExpectColumnDistributionToHoldStill(
    column="tonight", before="before", most_distance=0.15, most_deviations=2.2, least_count=20
)


def nights(tonight: dict[str, Any], earlier: dict[str, Any], count: int = 28) -> pd.DataFrame:
    """The same row on earlier nights, and another one tonight."""
    first = date(2026, 3, 10) - timedelta(days=count)
    rows = [earlier | {"is_tonight": False}] * count + [tonight | {"is_tonight": True}]
    return pd.DataFrame([row | {"as_of_date": first + timedelta(days=day)} for day, row in enumerate(rows)])


def volume(tonight: int, earlier: int = 1000, count: int = 56, stream: str = "forum") -> pd.DataFrame:
    return nights({"rows": tonight, "stream": stream}, {"rows": earlier, "stream": stream}, count)


def share(part: int, whole: int, earlier: tuple[int, int] = (1, 10), count: int = 28) -> Verdict:
    return SHARE.verdict(
        nights({"part": part, "whole": whole}, dict(zip(("part", "whole"), earlier, strict=True)), count)
    )


def moves(down: int, up: int, people: int = 200, earlier: tuple[int, int] = (4, 4)) -> Verdict:
    before = {"down": earlier[0], "up": earlier[1], "people": people}
    return MOVES.verdict(nights({"down": down, "up": up, "people": people}, before))


def distribution(tonight: Any, before: Any) -> Verdict:
    bins = np.arange(0, 100.5, 0.5)
    return DISTRIBUTION.verdict(
        pd.DataFrame({"tonight": np.histogram(tonight, bins)[0], "before": np.histogram(before, bins)[0]})
    )


def test_a_stanza_can_name_every_one_of_them() -> None:
    for name in expectations.__all__:
        kind = getattr(expectations, name)
        assert get_expectation_impl(kind.expectation_type) is kind


# Volume --------------------------------------------------------------------------------------------------------


def test_the_source_that_lost_a_fifth_is_named_and_the_others_are_not() -> None:
    rows = pd.concat([volume(800), volume(1010, stream="forge"), volume(3, 4, stream="quiet")])
    assert VOLUME.verdict(rows) == Verdict(
        False,
        "1 of 2: forum 800, usually 1,000",
        "less than 0.15, as a share, or 3.5 usual deviations from its weekday's usual count",
    )


def test_a_load_that_came_twice_is_out_of_season() -> None:
    assert not VOLUME.verdict(volume(2000)).success


def test_a_first_night_has_nothing_to_compare() -> None:
    assert VOLUME.verdict(volume(1000, count=6)).observed == NOTHING
    assert share(10, 10, count=6) == Verdict(True, NOTHING, SHARE.expected())
    assert not share(10, 10, count=7).success


def test_nights_with_a_gap_are_an_error_and_no_season() -> None:
    with pytest.raises(ValueError, match="not one after the other"):
        VOLUME.verdict(volume(1000).drop(index=3))


def test_a_group_with_two_rows_of_tonight_is_an_error() -> None:
    with pytest.raises(ValueError, match="2 rows of tonight for forum"):
        VOLUME.verdict(pd.concat([volume(1000), volume(1000)[-1:]]))


# Share ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "whole", "success"),
    [(10, 10, False), (31, 100, False), (3, 10, True), (1, 4, True), (4, 10, True), (200, 1000, True)],
)
def test_a_share_is_called_out_when_neither_chance_nor_a_trifle_explains_it(
    part: int, whole: int, success: bool
) -> None:
    assert share(part, whole).success is success


def test_a_share_that_fell_is_no_fault() -> None:
    assert share(0, 100, earlier=(90, 100)).success


def test_a_share_is_told_beside_the_usual_one() -> None:
    assert share(10, 10).observed == "100.0%, usually 10.0%"


def test_nights_that_count_too_little_are_no_history() -> None:
    assert share(10, 10, earlier=(1, 4)).observed == NOTHING


# Moves ---------------------------------------------------------------------------------------------------------


def test_most_people_moving_down_is_seen_though_the_histogram_is_the_same() -> None:
    """Seven of ten lose a point, three of ten win what they lost: nobody is where they were, and the curve is."""
    before = np.repeat(np.arange(20, 40), 10).astype(float)
    tonight = np.where(np.arange(200) % 10 < 9, before - 1, before + 9)
    assert distribution(tonight, before).success
    verdict = moves(down=180, up=20)
    assert verdict.success is False
    assert verdict.observed == "90.0% down, 10.0% up, usually +0.0% down"


@pytest.mark.parametrize(("down", "up"), [(4, 4), (80, 70), (25, 4), (100, 100)])
def test_a_busy_night_moves_people_both_ways_and_is_no_fault(down: int, up: int) -> None:
    assert moves(down, up).success


def test_a_usual_drift_is_no_fault() -> None:
    assert moves(150, 10, earlier=(140, 12)).success


def test_thirty_people_are_the_least_to_speak_of_most() -> None:
    assert moves(29, 0, people=29).observed == NOTHING
    assert not moves(25, 0, people=30, earlier=(1, 1)).success


# Distribution --------------------------------------------------------------------------------------------------


def test_a_distribution_that_slid_is_seen() -> None:
    scores = np.random.default_rng(3).uniform(20, 50, 200)
    assert distribution(scores + 8, scores).success is False
    assert distribution(scores + 2, scores).success is True


def test_a_few_people_are_no_distribution() -> None:
    assert distribution(np.full(19, 1.0), np.full(400, 50.0)).observed == NOTHING
    assert distribution(np.full(400, 1.0), np.full(19, 50.0)).observed == NOTHING


# Great Expectations --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("expectation", [VOLUME, SHARE, MOVES, DISTRIBUTION], ids=lambda e: type(e).__name__)
def test_data_docs_can_show_the_rule_and_what_was_seen(expectation: Any) -> None:
    expectation.render()
    (atomic,) = expectation.rendered_content
    assert atomic.value.template == f"$column: {expectation.rule}"
    assert atomic.value.params["column"]["value"] == expectation.column
    _, prescriptive = get_renderer_impl(expectation.expectation_type, "renderer.prescriptive")
    (block,) = prescriptive(configuration=expectation.configuration)
    assert block.string_template["params"]["column"] == expectation.column
    seen = ExpectationValidationResult(
        success=False, expectation_config=expectation.configuration, result={"observed_value": "forum 800"}
    )
    _, observed = get_renderer_impl(expectation.expectation_type, "renderer.diagnostic.observed_value")
    assert observed(result=seen) == "forum 800"


@pytest.mark.parametrize(
    ("judged", "success", "says"),
    [
        ([], True, NOTHING),
        ([(True, "a"), (True, "b")], True, "a; b"),
        ([(True, "a"), (False, "b"), (False, "c")], False, "2 of 3: b; c"),
        ([(False, "a")], False, "a"),
        ([(True, "a")] * 20, True, "; ".join("a" * 20)),
        ([(True, "a")] * 22, True, "; ".join("a" * 20) + "; and 2 more"),
    ],
)
def test_of_many_groups_those_that_failed_are_named_and_the_rest_counted(
    judged: list[tuple[bool, str]], success: bool, says: str
) -> None:
    assert verdict_on(judged, "less") == Verdict(success, says, "less")
