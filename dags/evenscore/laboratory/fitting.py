"""How much each feature counts, fitted on whom people went on to engage with, or on whom people judged. Pure.

Only weights are fitted, none is negative, and they sum to one: the scale is fixed by its panel, and by what one post
(law L3) and a thousand fakes (law L5) may add, so a fit moves points between features and never stretches the scale.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, nnls

from evenscore.base.errors import UsageError
from evenscore.laboratory.evaluation.measures import ndcg, spearman

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Weights = dict[str, float]
"""The share of the points that each feature brings; they sum to one."""

LEAST_ROWS, LEAST_CUT_OFFS, LEAST_PAIRS = 100, 3, 30
DECIMALS = 2
"""Of the weights on the way; a scale's own are rounded to the tenth."""
RESAMPLES, PAIR_RESAMPLES = 200, 50
NOTHING = 1e-9
"""What rounding leaves of slopes that are none."""
RIDGE = 1e-3
"""Keeps the fit on pairs finite where the labels can be told apart without an error."""


@dataclass(frozen=True)
class Panel:
    """One row a person and cut-off: what was known then, and what followed."""

    cut_off: Ints
    """0, 1, 2, ... in order of time."""
    features: tuple[str, ...]
    values: Floats
    """A column a feature: rows by features."""
    engagers: Floats
    """Distinct engagers of the days after the cut-off."""

    def __len__(self) -> int:
        return len(self.cut_off)

    def rows(self, chosen: Ints | Bools) -> "Panel":
        """Some of the rows."""
        return Panel(self.cut_off[chosen], self.features, self.values[chosen], self.engagers[chosen])

    def only(self, features: tuple[str, ...]) -> "Panel":
        """Some of the features."""
        columns = [self.features.index(name) for name in features]
        return Panel(self.cut_off, features, self.values[:, columns], self.engagers)

    def halves(self) -> tuple["Panel", "Panel"]:
        """The first two thirds of the cut-offs, to fit on, and the rest, held out."""
        found = np.unique(self.cut_off)
        is_early = self.cut_off < found[-(len(found) // 3)]
        return self.rows(is_early), self.rows(~is_early)


def equal(features: tuple[str, ...]) -> Weights:
    """As much for each."""
    return {name: 1 / len(features) for name in features}


def ranking(weights: Weights, panel: Panel) -> Floats:
    """What a score orders the rows of a panel by."""
    ordered: Floats = panel.values @ np.array([weights[name] for name in panel.features])
    return ordered


@dataclass(frozen=True)
class Quality:
    """How well weights order people by what followed: means over cut-offs, and the explained share of its variance."""

    spearman: float
    ndcg: float
    r_squared: float


def sample(panel: Panel, count: int, seed: int) -> Panel:
    """At most `count` rows of a panel, drawn without putting back."""
    if len(panel) <= count:
        return panel
    return panel.rows(np.sort(np.random.default_rng(seed).choice(len(panel), count, replace=False)))


def fit(panel: Panel) -> Weights:
    """Non-negative least squares of ln(1 + engagers), each cut-off with an intercept of its own: communities grow.

    Raises UsageError when there is too little to fit on, or when no feature foretells anything.
    """
    if len(panel) < LEAST_ROWS or len(np.unique(panel.cut_off)) < LEAST_CUT_OFFS:
        raise UsageError(
            f"fit: {len(panel)} rows at {len(np.unique(panel.cut_off))} cut-offs are too little to fit on "
            f"(at least {LEAST_ROWS} rows at {LEAST_CUT_OFFS}); widen --from and --until"
        )
    features = np.column_stack([_centred(panel, column) for column in panel.values.T])
    return _shares(panel.features, nnls(features, _outcome(panel))[0])


def fit_pairs(features: tuple[str, ...], differences: Floats, is_first: Bools) -> Weights:
    """Non-negative logistic fit on pairs: a row holds the first person's features less the second's.

    Raises UsageError when there are too few pairs.
    """
    if len(differences) < LEAST_PAIRS:
        raise UsageError(f"--pairs: {len(differences)} pairs of known people are too few (at least {LEAST_PAIRS})")
    towards = np.where(is_first[:, None], differences, -differences)

    def loss(slopes: Floats) -> tuple[float, Floats]:
        ahead = towards @ slopes
        value = float(np.logaddexp(0, -ahead).mean() + RIDGE * slopes @ slopes)
        gradient: Floats = -(towards / (1 + np.exp(ahead))[:, None]).mean(axis=0) + 2 * RIDGE * slopes
        return value, gradient

    bounds = [(0, None)] * len(features)
    return _shares(features, minimize(loss, np.ones(len(features)), jac=True, method="L-BFGS-B", bounds=bounds).x)


def blended(one: Weights, other: Weights) -> Weights:
    """Half of each: what people did, and what people judged."""
    return _shares(tuple(one), np.array([one[name] + other[name] for name in one]))


def dropped(weights: Weights) -> tuple[str, ...]:
    """The features that got no weight."""
    return tuple(name for name, weight in weights.items() if not weight)


def to_the_tenth(weights: Weights) -> Weights:
    """A panel tells the weights no finer, and a scale should not pretend to. They still sum to one."""
    tenths = {name: 10 * weight for name, weight in weights.items()}
    whole = {name: int(np.floor(tenth + 1e-9)) for name, tenth in tenths.items()}
    short = sorted(tenths, key=lambda name: whole[name] - tenths[name])[: 10 - sum(whole.values())]
    return {name: round((whole[name] + (name in short)) / 10, 1) for name in weights}


def by_cut_off(panel: Panel) -> list[Weights]:
    """The weights that each cut-off alone would give, where it foretells anything: how stable they are."""
    alone = (panel.rows(panel.cut_off == cut_off) for cut_off in np.unique(panel.cut_off))
    return list(_where_any(alone))


def drawn_anew(panel: Panel, seed: int) -> list[Weights]:
    """The weights that the panel's rows give when they are drawn anew."""
    rng = np.random.default_rng(seed)
    return list(_where_any(panel.rows(rng.integers(0, len(panel), len(panel))) for _ in range(RESAMPLES)))


def pairs_drawn_anew(features: tuple[str, ...], differences: Floats, is_first: Bools, seed: int) -> list[Weights]:
    """The weights that the pairs give when they are drawn anew."""
    rng = np.random.default_rng(seed)
    draws = (rng.integers(0, len(differences), len(differences)) for _ in range(PAIR_RESAMPLES))
    return [fit_pairs(features, differences[rows], is_first[rows]) for rows in draws]


def interval(found: Weights, drawn: list[Weights]) -> dict[str, tuple[float, float]]:
    """The 90 % interval of each weight among those that were drawn anew; it never excludes what was found."""
    ends = {name: np.percentile([weights[name] for weights in drawn], [5, 95]) for name in found}
    return {
        name: (min(round(float(low), DECIMALS), found[name]), max(round(float(high), DECIMALS), found[name]))
        for name, (low, high) in ends.items()
    }


def quality(weights: Weights, fitted_on: Panel, held_out: Panel) -> Quality:
    """How well weights do on rows that they were not fitted on."""
    ordered = ranking(weights, held_out)
    places = [held_out.cut_off == cut_off for cut_off in np.unique(held_out.cut_off)]
    known, outcome = _centred(fitted_on, ranking(weights, fitted_on)), _outcome(fitted_on)
    slope = known @ outcome / (known @ known)
    missed = _outcome(held_out) - slope * _centred(held_out, ordered)
    return Quality(
        float(np.mean([spearman(ordered[place], held_out.engagers[place]) for place in places])),
        float(np.mean([ndcg(ordered[place], held_out.engagers[place]) for place in places])),
        float(1 - missed @ missed / (_outcome(held_out) @ _outcome(held_out))),
    )


def _where_any(panels: Iterable[Panel]) -> Iterable[Weights]:
    for panel in panels:
        features = np.column_stack([_centred(panel, column) for column in panel.values.T])
        slopes = nnls(features, _outcome(panel))[0]
        if slopes.sum() > NOTHING:
            yield _shares(panel.features, slopes)


def _shares(features: tuple[str, ...], slopes: Floats) -> Weights:
    if not slopes.sum() > NOTHING:
        raise UsageError(f"fit: none of {', '.join(features)} foretells anything; nothing was fitted")
    rounded = [round(float(slope / slopes.sum()), DECIMALS) for slope in slopes]
    most = int(np.argmax(slopes))
    rounded[most] = round(1 - sum(rounded[:most] + rounded[most + 1 :]), DECIMALS)
    return dict(zip(features, rounded, strict=True))


def _outcome(panel: Panel) -> Floats:
    return _centred(panel, np.log1p(panel.engagers))


def _centred(panel: Panel, values: Floats) -> Floats:
    """Values less the mean of their cut-off."""
    _, place = np.unique(panel.cut_off, return_inverse=True)
    centred: Floats = values - (np.bincount(place, values) / np.bincount(place))[place]
    return centred
