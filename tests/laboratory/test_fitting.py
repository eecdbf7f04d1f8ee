"""The fit: what was planted is found, nothing is negative, too little is refused, and the frozen seeds are its own."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evenscore.base.errors import UsageError
from evenscore.laboratory.fitting import EQUAL, Panel, Weights, blended, fit, fit_pairs, interval, quality, sample

SEEDS = Path(__file__).parents[2] / "dbt_project/seeds"


def planted(recent: float, lasting: float, count: int = 3000, noise: float = 0.1) -> Panel:
    rng = np.random.default_rng(7)
    cut_off = np.sort(rng.integers(0, 6, count))
    both = rng.gamma(2, 1, count)
    short, long = both + rng.normal(0, 0.5, count), both + rng.normal(0, 0.5, count)
    level = cut_off / 3 + 1 + recent * short + lasting * long + rng.normal(0, noise, count)
    return Panel(cut_off, short, long, np.maximum(np.expm1(level), 0))


@pytest.mark.parametrize("recent", [0.2, 0.5, 0.9])
def test_planted_weights_are_found(recent: float) -> None:
    found = fit(planted(recent, 1 - recent))
    assert found.recent == pytest.approx(recent, abs=0.02)
    assert found.recent + found.lasting == 1


def test_a_weight_is_never_negative() -> None:
    assert fit(planted(1, -0.5)) == Weights(1, 0)


def test_a_scale_that_stretches_changes_no_weight() -> None:
    assert fit(planted(0.6, 0.4, noise=0)) == fit(planted(1.2, 0.8, noise=0))


@pytest.mark.parametrize("rows", [np.arange(99), np.arange(900)])
def test_too_few_rows_or_cut_offs_are_refused(rows: np.ndarray) -> None:
    with pytest.raises(UsageError, match="too little to fit on"):
        fit(planted(0.5, 0.5).rows(rows))


def test_a_panel_that_foretells_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="neither half-life"):
        fit(planted(-1, -1))


def test_what_was_held_out_is_foretold_better_by_the_planted_weights() -> None:
    early, late = planted(0.9, 0.1).halves()
    assert set(early.cut_off) == {0, 1, 2, 3}
    assert set(late.cut_off) == {4, 5}
    fitted, equal = (quality(weights, early, late) for weights in (fit(early), EQUAL))
    assert fitted.spearman > equal.spearman
    assert fitted.r_squared > equal.r_squared


def test_the_interval_holds_the_planted_weight() -> None:
    low, high = interval(planted(0.3, 0.7, noise=1), seed=1)
    assert low <= 0.3 <= high < low + 0.3


def test_planted_weights_are_found_in_pairs() -> None:
    rng = np.random.default_rng(3)
    differences = rng.normal(0, 1, (4000, 2))
    is_first = rng.random(4000) < 1 / (1 + np.exp(-differences @ [3, 1]))
    assert fit_pairs(differences, is_first).recent == pytest.approx(0.75, abs=0.03)
    assert fit_pairs(differences, differences[:, 0] > differences[:, 1]) == Weights(1, 0)
    with pytest.raises(UsageError, match="29 pairs of scored people are too few"):
        fit_pairs(differences[:29], is_first[:29])


def test_people_s_deeds_and_judgements_count_half_each() -> None:
    assert blended(Weights(0.2, 0.8), Weights(0.6, 0.4)) == Weights(0.4, 0.6)


def test_a_sample_is_the_same_every_time() -> None:
    panel = planted(0.5, 0.5)
    assert np.array_equal(sample(panel, 500, 1).recent, sample(panel, 500, 1).recent)
    assert len(sample(panel, 500, 1)) == 500
    assert sample(panel, 5000, 1) is panel


def test_the_weights_of_version_2_are_what_its_frozen_panel_gives() -> None:
    rows = pd.read_csv(SEEDS / "reference_panel_v2.csv")
    scale = pd.read_csv(SEEDS / "scale_v2.csv").set_index("constant")["value"]
    columns = ("cut_off", "ln_x_short", "ln_x_long", "engager_count")
    found = fit(Panel(*(rows[column].to_numpy() for column in columns)))
    assert abs(found.recent - scale["recent_weight"]) < 1e-6
    assert abs(found.lasting - scale["lasting_weight"]) < 1e-6


def test_the_scale_of_version_3_puts_its_frozen_panels_median_at_20_and_its_top_hundredth_at_60() -> None:
    rows = pd.read_csv(SEEDS / "reference_panel_v3.csv")
    scale = pd.read_csv(SEEDS / "scale_v3.csv").set_index("constant")["value"]
    weights = scale["brief_weight"], scale["recent_weight"], scale["lasting_weight"]
    assert sum(weights) == pytest.approx(1)
    logs = sum(weight * rows[f"ln_x_{span}"] for weight, span in zip(weights, ("brief", "short", "long"), strict=True))
    points = scale["base_points"] + scale["points_per_log"] * np.log1p(np.expm1(logs) / scale["evidence_start"])
    assert points.quantile(0.5) == pytest.approx(20, abs=0.05)
    assert points.quantile(0.99) == pytest.approx(60, abs=0.05)
    assert points.quantile(0.9) - points.quantile(0.1) > 25
