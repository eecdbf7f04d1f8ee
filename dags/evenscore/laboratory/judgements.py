"""Pairs of people and who of the two is more influential, as somebody judged: read, and weights fitted on them.

The features are those of people who landed, or any file of numbers: then a public set of labels can be used.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from evenscore.base.errors import UsageError
from evenscore.laboratory import fitting
from evenscore.laboratory.evaluation.measures import agreement
from evenscore.laboratory.fitting import Weights

LABELS = ("person_a", "person_b", "more_influential")
HELD_OUT_SHARE = 1 / 3


@dataclass(frozen=True)
class Judged:
    """What the pairs say."""

    count: int
    unknown_count: int
    """Pairs of which one has no features: left out."""
    weights: Weights
    interval: dict[str, tuple[float, float]]
    """The 90 % interval when the pairs are drawn anew."""
    dropped: tuple[str, ...]
    """Features without any weight."""
    held_out_count: int
    """Pairs of people whom the weights that are judged on them never saw."""
    agreement: dict[str, float]
    """Share of the held-out pairs that are ordered as people did: by the fitted weights, equal ones, one feature."""


def read_pairs(path: Path) -> pd.DataFrame:
    """Pairs of people and who of the two is more influential. Raises UsageError naming the file and the row."""
    try:
        labels = pd.read_csv(path, dtype=str).rename(columns={"label": "more_influential"})[list(LABELS)]
    except (OSError, KeyError, ValueError) as error:
        raise UsageError(f"--pairs {path}: not a CSV of {', '.join(LABELS)} ({error})") from error
    for number, (one, other, winner) in enumerate(labels.itertuples(index=False), start=2):
        if winner not in (one, other):
            raise UsageError(f"--pairs {path}, line {number}: {winner!r} is neither of the pair")
    return labels


def read_features(path: Path) -> pd.DataFrame:
    """Features of people, `person_id` and columns of numbers, as ln(1 + number). Raises UsageError naming the row."""
    try:
        rows = pd.read_csv(path, dtype=str, keep_default_na=False).set_index("person_id")
    except (OSError, KeyError, ValueError) as error:
        raise UsageError(f"--features {path}: not a CSV of person_id and numbers ({error})") from error
    for name in rows:
        numbers = pd.to_numeric(rows[name], errors="coerce")
        wrong = np.flatnonzero(~(numbers >= 0) | ~np.isfinite(numbers))
        if len(wrong):
            value = rows[name].iloc[wrong[0]]
            raise UsageError(f"--features {path}, line {wrong[0] + 2}: {name} is {value!r}, no number from 0 on")
        rows[name] = np.log1p(numbers)
    if not len(rows.columns) or not rows.index.is_unique:
        why = "it has no column of numbers" if not len(rows.columns) else "a person_id stands there twice"
        raise UsageError(f"--features {path}: {why}")
    return rows


def judge(people: pd.DataFrame, labels: pd.DataFrame, seed: int) -> Judged:
    """Fit non-negative weights of the features of `people` (a row a person) on the labelled pairs.

    Raises UsageError when too few pairs are of people with features, or no feature tells them apart.
    """
    known = labels[labels["person_a"].isin(people.index) & labels["person_b"].isin(people.index)]
    features = tuple(str(name) for name in people.columns)
    differences = people.loc[known["person_a"]].to_numpy() - people.loc[known["person_b"]].to_numpy()
    is_first = (known["more_influential"] == known["person_a"]).to_numpy()
    weights = fitting.fit_pairs(features, differences, is_first)
    early, late = _apart(known, seed)
    return Judged(
        count=len(known),
        unknown_count=len(labels) - len(known),
        weights=weights,
        interval=fitting.interval(weights, fitting.pairs_drawn_anew(features, differences, is_first, seed)),
        dropped=fitting.dropped(weights),
        held_out_count=int(late.sum()),
        agreement=_agreement(features, differences, is_first, early, late),
    )


def _apart(known: pd.DataFrame, seed: int) -> tuple[fitting.Bools, fitting.Bools]:
    """Pairs to fit on, and pairs of other people to judge by: nobody is in both."""
    people = np.unique(known[["person_a", "person_b"]].to_numpy().astype(str))
    held_out = np.random.default_rng(seed).permutation(people)[: max(round(len(people) * HELD_OUT_SHARE), 2)]
    sides = known[["person_a", "person_b"]].isin(held_out)
    return (~sides.any(axis=1)).to_numpy(), sides.all(axis=1).to_numpy()


def _agreement(
    features: tuple[str, ...],
    differences: fitting.Floats,
    is_first: fitting.Bools,
    early: fitting.Bools,
    late: fitting.Bools,
) -> dict[str, float]:
    """By each set of weights, the share of held-out pairs that they order as people did; none if there are too few."""
    if early.sum() < fitting.LEAST_PAIRS or not late.any():
        return {}
    fitted = fitting.fit_pairs(features, differences[early], is_first[early])
    rankings = {"fitted": fitted, "equal weights": fitting.equal(features)}
    rankings |= {f"{name} alone": {other: float(other == name) for other in features} for name in features}
    return {
        name: agreement(
            differences[late] @ [weights[feature] for feature in features], np.zeros(late.sum()), is_first[late]
        )
        for name, weights in rankings.items()
    }
