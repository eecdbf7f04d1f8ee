"""How much each half-life counts, fitted on whom people went on to engage with. Pure: numbers in, numbers out.

Only the weights are fitted, and they sum to one: points_per_log is fixed by what one post (law L3) and a thousand fakes
(law L5) may add, so a fit moves points between the half-lives and never stretches the scale.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, nnls

from evenscore.base.errors import UsageError
from evenscore.laboratory.evaluation.measures import ndcg, spearman

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_ROWS, LEAST_CUT_OFFS, LEAST_PAIRS = 100, 3, 30
DECIMALS = 2
"""Of the weights on the way; a scale's own are rounded to the tenth."""
RESAMPLES = 200
RIDGE = 1e-3
"""Keeps the fit on pairs finite where the labels can be told apart without an error."""


@dataclass(frozen=True)
class Panel:
    """One row a person and cut-off: what was known then, and what followed."""

    cut_off: Ints
    """0, 1, 2, ... in order of time."""
    recent: Floats
    """ln X at the short half-life, as in score_person__influence_v2."""
    lasting: Floats
    engagers: Floats
    """Distinct engagers of the days after the cut-off."""

    def __len__(self) -> int:
        return len(self.cut_off)

    def rows(self, chosen: Ints | NDArray[np.bool_]) -> "Panel":
        """Some of the rows."""
        return Panel(self.cut_off[chosen], self.recent[chosen], self.lasting[chosen], self.engagers[chosen])

    def halves(self) -> tuple["Panel", "Panel"]:
        """The first two thirds of the cut-offs, to fit on, and the rest, held out."""
        found = np.unique(self.cut_off)
        is_early = self.cut_off < found[-(len(found) // 3)]
        return self.rows(is_early), self.rows(~is_early)


@dataclass(frozen=True)
class Weights:
    """The shares of the points that the short and the long half-life bring; they sum to one."""

    recent: float
    lasting: float

    def of(self, panel: Panel) -> Floats:
        """What a score orders the rows of a panel by."""
        return self.recent * panel.recent + self.lasting * panel.lasting


EQUAL = Weights(0.5, 0.5)


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

    Raises UsageError when there is too little to fit on, or when neither half-life foretells anything.
    """
    if len(panel) < LEAST_ROWS or len(np.unique(panel.cut_off)) < LEAST_CUT_OFFS:
        raise UsageError(
            f"fit: {len(panel)} rows at {len(np.unique(panel.cut_off))} cut-offs are too little to fit on "
            f"(at least {LEAST_ROWS} rows at {LEAST_CUT_OFFS}); widen --from and --until"
        )
    return _to_the_tenth(_slopes(panel))


def fit_pairs(differences: Floats, is_first: NDArray[np.bool_]) -> Weights:
    """Non-negative logistic fit on pairs: a row holds the first person's (recent, lasting) less the second's.

    Raises UsageError when there are too few pairs.
    """
    if len(differences) < LEAST_PAIRS:
        raise UsageError(f"--pairs: {len(differences)} pairs of scored people are too few (at least {LEAST_PAIRS})")
    towards = np.where(is_first[:, None], differences, -differences)

    def loss(slopes: Floats) -> float:
        return float(np.logaddexp(0, -towards @ slopes).mean() + RIDGE * slopes @ slopes)

    return _shares(minimize(loss, np.ones(2), method="L-BFGS-B", bounds=[(0, None)] * 2).x)


def blended(one: Weights, other: Weights) -> Weights:
    """Half of each: what people did, and what people judged."""
    return _shares(np.array([one.recent + other.recent, one.lasting + other.lasting]))


def by_cut_off(panel: Panel) -> list[Weights]:
    """The weights that each cut-off alone would give: how stable they are."""
    return [_slopes(panel.rows(panel.cut_off == cut_off)) for cut_off in np.unique(panel.cut_off)]


def interval(panel: Panel, seed: int) -> tuple[float, float]:
    """The 90 % interval of the recent weight when the rows of the panel are drawn anew."""
    rng = np.random.default_rng(seed)
    drawn = (panel.rows(rng.integers(0, len(panel), len(panel))) for _ in range(RESAMPLES))
    low, high = np.percentile([_slopes(rows).recent for rows in drawn], [5, 95])
    return round(float(low), DECIMALS), round(float(high), DECIMALS)


def quality(weights: Weights, fitted_on: Panel, held_out: Panel) -> Quality:
    """How well weights do on rows that they were not fitted on."""
    ranking = weights.of(held_out)
    places = [held_out.cut_off == cut_off for cut_off in np.unique(held_out.cut_off)]
    known, outcome = _centred(fitted_on, weights.of(fitted_on)), _outcome(fitted_on)
    slope = known @ outcome / (known @ known)
    missed = _outcome(held_out) - slope * _centred(held_out, ranking)
    return Quality(
        float(np.mean([spearman(ranking[place], held_out.engagers[place]) for place in places])),
        float(np.mean([ndcg(ranking[place], held_out.engagers[place]) for place in places])),
        float(1 - missed @ missed / (_outcome(held_out) @ _outcome(held_out))),
    )


def _slopes(panel: Panel) -> Weights:
    features = np.column_stack([_centred(panel, panel.recent), _centred(panel, panel.lasting)])
    return _shares(nnls(features, _outcome(panel))[0])


def _to_the_tenth(weights: Weights) -> Weights:
    """A panel tells the weights no finer, and a scale should not pretend to."""
    return Weights(round(weights.recent, 1), round(1 - round(weights.recent, 1), 1))


def _shares(slopes: Floats) -> Weights:
    if not slopes.sum() > 0:
        raise UsageError("fit: neither half-life foretells who is engaged with next; nothing was fitted")
    recent = round(float(slopes[0] / slopes.sum()), DECIMALS)
    return Weights(recent, round(1 - recent, DECIMALS))


def _outcome(panel: Panel) -> Floats:
    return _centred(panel, np.log1p(panel.engagers))


def _centred(panel: Panel, values: Floats) -> Floats:
    """Values less the mean of their cut-off."""
    _, place = np.unique(panel.cut_off, return_inverse=True)
    centred: Floats = values - (np.bincount(place, values) / np.bincount(place))[place]
    return centred
