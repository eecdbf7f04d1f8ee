"""The measures themselves. Pure: numbers in, numbers out; where people tie, the order given decides."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, stats

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PAGERANK_DAMPING = 0.85
PAGERANK_TOLERANCE = 1e-12
PAGERANK_SWEEPS = 200


class Spread(NamedTuple):
    """The mean of several figures, and the least and the greatest of them."""

    value: float
    low: float
    high: float


def spread(values: Sequence[float] | Floats) -> Spread:
    """Mean, least and greatest of the figures that are numbers; not a number where none is."""
    known = np.asarray(values, dtype=float)
    known = known[~np.isnan(known)]
    if not len(known):
        return Spread(np.nan, np.nan, np.nan)
    return Spread(float(known.mean()), float(known.min()), float(known.max()))


def spearman(ranking: Floats, outcome: Floats) -> float:
    """Rank correlation (Spearman 1904), -1 to 1; not a number where one side is constant."""
    if len(ranking) < 3 or np.ptp(ranking) == 0 or np.ptp(outcome) == 0:
        return np.nan
    return float(stats.spearmanr(ranking, outcome).statistic)


def ndcg(ranking: Floats, outcome: Floats, top: int = 100) -> float:
    """Normalised discounted cumulative gain of the first `top` (Jarvelin and Kekalainen 2002), linear gain, 0 to 1."""
    discount = 1 / np.log2(np.arange(2, min(top, len(outcome)) + 2))
    gained = outcome[np.argsort(-ranking, kind="stable")][: len(discount)] @ discount
    best = np.sort(outcome)[::-1][: len(discount)] @ discount
    return float(gained / best) if best > 0 else np.nan


def kendall(before: Floats, after: Floats) -> float:
    """Rank correlation tau-b (Kendall 1945), -1 to 1: how little the order changed."""
    return float(stats.kendalltau(before, after).statistic) if len(before) > 1 else np.nan


def pagerank(giver: Ints, receiver: Ints, weight: Floats, count: int) -> Floats:
    """PageRank of `count` nodes with uniform teleport (Page et al. 1999), a giver's weights divided by their sum.

    Sums to 1; who gives to nobody gives to everybody.
    """
    total = np.bincount(giver, weight, count)
    shares = sparse.csr_matrix((weight / total[giver], (receiver, giver)), shape=(count, count))
    rank = np.full(count, 1 / count)
    for _ in range(PAGERANK_SWEEPS):
        idle = rank[total == 0].sum()
        after: Floats = PAGERANK_DAMPING * (shares @ rank + idle / count) + (1 - PAGERANK_DAMPING) / count
        if np.abs(after - rank).sum() < PAGERANK_TOLERANCE:
            break
        rank = after
    return after


def equated(values: Floats, population: Floats, points: Floats) -> Floats:
    """Values of a rival ranking on the scale of the score: the points of who stands as high in the population.

    Equipercentile equating (Kolen and Brennan 2014). Beyond the population's highest value stand its highest points, so
    what a rival gains is never overstated.
    """
    if not len(population):
        return np.full(len(values), np.nan)
    ordered = np.sort(population)
    place = (np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")) / 2
    result: Floats = np.quantile(points, np.clip(place / len(ordered), 0, 1))
    return result


def percentile(values: Floats, population: Floats) -> Floats:
    """The percentile ranks of values in a population, 0 to 100; a tie counts half."""
    ordered = np.sort(population)
    below, at_most = np.searchsorted(ordered, values, "left"), np.searchsorted(ordered, values, "right")
    ranks: Floats = 50 * (below + at_most) / max(len(ordered), 1)
    return ranks


def rank_loss(before: Floats, after: Floats) -> float:
    """Mean number of places that people moved, as a share of all places, 0 to 1; ties share a place."""
    places = np.abs(stats.rankdata(before) - stats.rankdata(after))
    return float(places.mean() / len(before)) if len(before) else np.nan


def coverage(score: Floats, low: Floats, high: Floats) -> float:
    """Share of the scores that lie in their bands, ends included, 0 to 1."""
    return float(np.mean((score >= low) & (score <= high))) if len(score) else np.nan


def moves(nights: Floats) -> Floats:
    """Absolute changes from each night (row) to the next, of everybody (column) scored on both, in points."""
    change = np.abs(np.diff(nights, axis=0)).ravel()
    found: Floats = change[~np.isnan(change)]
    return found


class Jumps(NamedTuple):
    """Rises that were looked at, and those of them that were soon undone."""

    judged_count: int
    undone_count: int


def false_jumps(nights: Floats, points: float, within: int = 3, undone_within: int = 14) -> Jumps:
    """Rises of at least `points` within so many nights, and those of which half or more is soon gone again.

    A row a night, a column a person. A rise that goes on counts once; one too near to the last night is not judged.
    """
    last = len(nights) - undone_within
    if last <= within:
        return Jumps(0, 0)
    rise = nights[within:] - nights[:-within]
    is_up = np.nan_to_num(rise, nan=-np.inf) >= points
    is_up[1:] &= ~is_up[:-1]
    jumps = [(night, person) for night, person in np.argwhere(is_up) if night + within < last]
    undone = 0
    for night, person in jumps:
        later = nights[night + within + 1 : night + within + 1 + undone_within, person]
        undone += bool(np.nanmin(later) <= nights[night, person] + rise[night, person] / 2)
    return Jumps(len(jumps), undone)


def lag(days: Floats, rise: Floats, share: float = 0.9) -> float:
    """Days until `share` of the last day's rise is taken, between two days by a straight line.

    `days` ascend and begin with 0, on which nothing has risen yet. Not a number where the last day's rise is none.
    """
    if rise[-1] <= 0:
        return np.nan
    due = share * rise[-1]
    first = int(np.argmax(rise >= due))
    if first == 0:
        return float(days[0])
    before, after = rise[first - 1], rise[first]
    return float(days[first - 1] + (days[first] - days[first - 1]) * (due - before) / (after - before))


def agreement(first: Floats, second: Floats, is_first: NDArray[np.bool_]) -> float:
    """Share of pairs whose more influential one also stands higher; a tie is half right, 0 to 1."""
    right = np.where(first == second, 0.5, (first > second) == is_first)
    return float(right.mean()) if len(right) else np.nan


def share_interval(share: float, count: int, z: float = 1.645) -> tuple[float, float]:
    """The 90 % interval of a share of `count` draws (Wilson 1927)."""
    if not count:
        return np.nan, np.nan
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * np.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return max(float(middle - half), 0.0), min(float(middle + half), 1.0)


def in_top(ranking: Floats, is_marked: NDArray[np.bool_], top: int = 100) -> int:
    """How many of the marked stand among the first `top`."""
    first: NDArray[Any] = np.argsort(-ranking, kind="stable")[:top]
    return int(is_marked[first].sum())
