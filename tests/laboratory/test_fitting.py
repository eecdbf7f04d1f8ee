"""The fit: what was planted is found, nothing is negative, too little is refused, and the frozen seeds are its own."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evenscore.base.errors import UsageError
from evenscore.laboratory.fitting import (
    Panel,
    blended,
    by_cut_off,
    drawn_anew,
    dropped,
    equal,
    fit,
    fit_pairs,
    interval,
    quality,
    sample,
    to_the_tenth,
)
from evenscore.laboratory.judgements import judge, read_features

SEEDS = Path(__file__).parents[2] / "dbt_project/seeds"


NAMES = ("brief", "recent", "lasting")


def planted(*weights: float, count: int = 3000, noise: float = 0.1) -> Panel:
    """Three features that go together, and as many engagers as the weights say."""
    rng = np.random.default_rng(7)
    cut_off = np.sort(rng.integers(0, 6, count))
    both = rng.gamma(2, 1, count)
    values = both[:, None] + rng.normal(0, 0.5, (count, len(weights)))
    level = cut_off / 3 + 1 + values @ weights + rng.normal(0, noise, count)
    return Panel(cut_off, NAMES[: len(weights)], values, np.maximum(np.expm1(level), 0))


@pytest.mark.parametrize("weights", [(0.2, 0.5, 0.3), (0.6, 0.1, 0.3), (0.5, 0.5)])
def test_planted_weights_are_found(weights: tuple[float, ...]) -> None:
    found = fit(planted(*weights))
    assert list(found.values()) == pytest.approx(weights, abs=0.02)
    assert sum(found.values()) == pytest.approx(1)
    assert not dropped(found)


def test_a_weight_is_never_negative_and_what_has_none_is_said() -> None:
    found = fit(planted(0.6, -0.5, 0.4))
    assert found["recent"] == 0
    assert dropped(found) == ("recent",)


def test_a_scale_that_stretches_changes_no_weight() -> None:
    assert fit(planted(0.6, 0.4, noise=0)) == fit(planted(1.2, 0.8, noise=0))


@pytest.mark.parametrize("shares", [(1 / 3, 1 / 3, 1 / 3), (0.15, 0.25, 0.6), (1.0, 0.0, 0.0), (0.05, 0.05, 0.9)])
def test_tenths_sum_to_one(shares: tuple[float, ...]) -> None:
    tenths = to_the_tenth(dict(zip(NAMES, shares, strict=True)))
    assert sum(tenths.values()) == pytest.approx(1)
    assert all(abs(tenth - share) <= 0.1 for tenth, share in zip(tenths.values(), shares, strict=True))
    assert all(round(10 * tenth) == pytest.approx(10 * tenth) for tenth in tenths.values())


@pytest.mark.parametrize("rows", [np.arange(99), np.arange(900)])
def test_too_few_rows_or_cut_offs_are_refused(rows: np.ndarray) -> None:
    with pytest.raises(UsageError, match="too little to fit on"):
        fit(planted(0.5, 0.5).rows(rows))


def test_a_panel_that_foretells_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="none of brief, recent foretells"):
        fit(planted(-1, -1))


def test_what_was_held_out_is_foretold_better_by_the_planted_weights() -> None:
    early, late = planted(0.9, 0.1).halves()
    assert set(early.cut_off) == {0, 1, 2, 3}
    assert set(late.cut_off) == {4, 5}
    fitted, even = (quality(weights, early, late) for weights in (fit(early), equal(early.features)))
    assert fitted.spearman > even.spearman
    assert fitted.r_squared > even.r_squared


@pytest.mark.parametrize("weights", [(0.3, 0.7), (0.2, 0.3, 0.5), (1.0, -1.0)])
def test_the_interval_holds_what_was_fitted(weights: tuple[float, ...]) -> None:
    panel = planted(*weights, noise=1)
    found = fit(panel)
    for name, (low, high) in interval(found, drawn_anew(panel, seed=1)).items():
        assert 0 <= low <= found[name] <= high <= 1
        assert high < low + 0.4


def test_a_cut_off_that_foretells_nothing_says_nothing_of_the_weights() -> None:
    panel = planted(0.5, 0.5)
    panel.engagers[panel.cut_off == 2] = 1
    assert len(by_cut_off(panel)) == 5


def test_planted_weights_are_found_in_pairs() -> None:
    rng = np.random.default_rng(3)
    differences = rng.normal(0, 1, (4000, 3))
    is_first = rng.random(4000) < 1 / (1 + np.exp(-differences @ [3, 1, 0]))
    assert list(fit_pairs(NAMES, differences, is_first).values()) == pytest.approx([0.75, 0.25, 0], abs=0.03)
    assert dropped(fit_pairs(NAMES, differences, differences @ [1, 0, -1] > 0)) == ("recent", "lasting")
    with pytest.raises(UsageError, match="29 pairs of known people are too few"):
        fit_pairs(NAMES, differences[:29], is_first[:29])


def test_people_s_deeds_and_judgements_count_half_each() -> None:
    assert blended({"a": 0.2, "b": 0.8}, {"a": 0.6, "b": 0.4}) == {"a": 0.4, "b": 0.6}


# Judgements on any file of features --------------------------------------------------------------------------------


def judged_file(folder: Path, people: int = 60) -> tuple[pd.DataFrame, pd.DataFrame]:
    """People with followers, lists and posts; a judge goes by lists, and by followers a little."""
    rng = np.random.default_rng(5)
    rows = pd.DataFrame(rng.integers(0, 10_000, (people, 3)), columns=["followers", "listed", "posts"])
    rows.insert(0, "person_id", [f"p{number}" for number in range(people)])
    rows.to_csv(folder / "features.csv", index=False)
    one, other = rng.integers(0, people, (2, 1500))
    level = np.log1p(rows["listed"]) + 0.3 * np.log1p(rows["followers"])
    winner = np.where(level[one].to_numpy() > level[other].to_numpy(), one, other)
    names = [[f"p{number}" for number in side] for side in (one, other, winner)]
    labels = pd.DataFrame(dict(zip(("person_a", "person_b", "more_influential"), names, strict=True)))
    return read_features(folder / "features.csv"), labels[one != other].reset_index(drop=True)


def test_judgements_on_any_file_of_features_are_fitted_and_judged_on_unseen_people(tmp_path: Path) -> None:
    people, labels = judged_file(tmp_path)
    labels.loc[len(labels)] = ["p1", "nobody", "p1"]
    found = judge(people, labels, seed=1)
    assert found.weights["listed"] == pytest.approx(0.77, abs=0.04)
    assert found.dropped == ("posts",)
    assert (found.count, found.unknown_count) == (len(labels) - 1, 1)
    assert 0 < found.held_out_count < found.count
    assert found.agreement["fitted"] > max(found.agreement["equal weights"], found.agreement["followers alone"], 0.9)


def test_labels_without_people_to_hold_out_say_so_rather_than_judging_on_what_was_fitted(tmp_path: Path) -> None:
    people, labels = judged_file(tmp_path)
    assert judge(people, labels[:40], seed=1).agreement == {}


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("p1,3\np2,many\n", "line 3: followers is 'many'"),
        ("p1,-1\n", "line 2: followers is '-1'"),
        ("p1,\n", "line 2: followers is ''"),
        ("p1,3\np1,4\n", "stands there twice"),
    ],
)
def test_features_that_are_no_numbers_are_named(rows: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "features.csv"
    path.write_text("person_id,followers\n" + rows)
    with pytest.raises(UsageError, match=says):
        read_features(path)


def test_a_sample_is_the_same_every_time() -> None:
    panel = planted(0.5, 0.5)
    assert np.array_equal(sample(panel, 500, 1).values, sample(panel, 500, 1).values)
    assert len(sample(panel, 500, 1)) == 500
    assert sample(panel, 5000, 1) is panel


def test_the_weights_of_version_2_are_what_its_frozen_panel_gives() -> None:
    rows = pd.read_csv(SEEDS / "reference_panel_v2.csv")
    scale = pd.read_csv(SEEDS / "scale_v2.csv").set_index("constant")["value"]
    values = rows[["ln_x_short", "ln_x_long"]].to_numpy()
    panel = Panel(rows["cut_off"].to_numpy(), ("recent", "lasting"), values, rows["engager_count"].to_numpy())
    found = to_the_tenth(fit(panel))
    assert found == {name: pytest.approx(scale[f"{name}_weight"], abs=1e-6) for name in ("recent", "lasting")}


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
