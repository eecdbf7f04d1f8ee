"""What a score is worth: does it foresee, does it hold still, do people agree."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import cast

import duckdb
import numpy as np
import pandas as pd

from evenscore.base.databases import file_of
from evenscore.base.errors import UsageError
from evenscore.laboratory.evaluation import measures
from evenscore.laboratory.evaluation.baselines import RIVALS
from evenscore.laboratory.evaluation.bench import Bench, each_day, figures
from evenscore.laboratory.evaluation.measures import Floats, spread
from evenscore.state.evaluations import Measure

TOP = 100
MOVES = {
    0.25: "nightly_move_p25",
    0.5: "nightly_move_median",
    0.75: "nightly_move_p75",
    0.9: "nightly_move_p90",
    0.99: "nightly_move_p99",
}
SCORES = {0.1: "score_p10", 0.5: "score_p50", 0.9: "score_p90", 0.99: "score_p99", 1.0: "score_max"}
JUMP_POINTS = 5.0
JUMP_NIGHTS = 3
UNDONE_NIGHTS = 14

Judge = Callable[[Floats, Floats], float]


def measure_quality(bench: Bench) -> list[Measure]:
    """Spearman and NDCG of each ranking against the distinct engagers of the following 28 days, at each cut-off.

    Ranked are the people who were engaged with within 90 days before it, those with too little evidence included; and
    once more those with a score alone.
    """
    if not bench.cut_offs:
        return []
    active = [(day, people[people["is_active"]]) for day, people in each_day(bench.quality)]
    scored = [(day, people[people["is_sufficient"]]) for day, people in active]
    found = [measure_frozen(bench, "cut_offs", len(active))]
    for name, judge, unit in (("spearman", measures.spearman, "correlation"), ("ndcg_100", measures.ndcg, "share")):
        found += _foresight(active, name, judge, unit, bench.beside)
        found += _foresight([one for one in scored if len(one[1])], f"{name}_of_the_scored", judge, unit, bench.beside)
    return found


def measure_frozen(bench: Bench, which: str, count: int) -> Measure:
    """On how many of the nights that are judged a network stood still: they are judged, and this says so."""
    share = len(bench.frozen[which]) / count if count else np.nan
    name = f"{which}_with_a_frozen_network"
    return Measure(name, None, share, np.nan, np.nan, np.nan, "", "share", which.replace("_", "-"), count)


def _foresight(
    days: list[tuple[date, pd.DataFrame]], name: str, judge: Judge, unit: str, beside: tuple[str, ...]
) -> Iterator[Measure]:
    outcomes = [people["next_engager_count"].to_numpy() for _, people in days]
    reached = {
        ranking: [
            judge(people[ranking].to_numpy(), outcome) for (_, people), outcome in zip(days, outcomes, strict=True)
        ]
        for ranking in ("raw_score", *beside, *RIVALS)
    }
    for ranking, values in reached.items():
        measure = name if ranking == "raw_score" else f"{name}_of_{ranking}"
        baselines = reached["persistence"]
        yield Measure(
            measure, None, *spread(values), spread(baselines).value, "persistence", unit, "cut-offs", len(values)
        )
        for (day, people), value, baseline in zip(days, values, baselines, strict=True):
            yield Measure(
                measure, day, value, np.nan, np.nan, baseline, "persistence", unit, "people", len(people), False
            )


def measure_moves(bench: Bench) -> list[Measure]:
    """How still the scores hold from night to night, beside distinct engagers of 28 days on the same scale."""
    nights = [(day, people[people["is_sufficient"]]) for day, people in each_day(bench.plain)]
    nights = [(day, people) for day, people in nights if len(people) > 1]
    if len(nights) < 2:
        return []
    scores = _by_night([(day, people["score"]) for day, people in nights])
    rivals = _by_night([(day, _equated(people, "persistence")) for day, people in nights])
    return [
        measure_frozen(bench, "nights", len(bench.nights)),
        *_spread_of(nights[-1][1]["score"], scores),
        *_sizes(scores, rivals),
        _order(nights),
        _jumps(scores, rivals),
        _next_night(nights),
    ]


def _spread_of(tonight: "pd.Series[float]", scores: Floats) -> Iterator[Measure]:
    """How much of the scale is used, and what share of that a night moves."""
    low, high = float(tonight.quantile(0.1)), float(tonight.quantile(0.9))
    for share, name in SCORES.items():
        found = float(tonight.quantile(share))
        yield Measure(name, None, found, np.nan, np.nan, np.nan, "", "points", "people", len(tonight))
    yield Measure("score_spread", None, high - low, low, high, np.nan, "", "points", "people", len(tonight))
    for share, name in ((0.5, "median"), (0.99, "p99")):
        moved = [size / (high - low) for size in _quantiles(scores, share)] if high > low else []
        found_moves = spread(moved)
        yield Measure(
            f"nightly_move_{name}_of_spread", None, *found_moves, np.nan, "", "share", "pairs of nights", len(moved)
        )


def _equated(people: pd.DataFrame, rival: str) -> "pd.Series[float]":
    values = people[rival].to_numpy()
    return pd.Series(measures.equated(values, values, people["score"].to_numpy()), index=people.index)


def _by_night(columns: list[tuple[date, "pd.Series[float]"]]) -> Floats:
    """A row a night, a column a person; not a number where somebody had no score."""
    return cast(Floats, pd.concat([values for _, values in columns], axis=1).T.to_numpy(dtype=float))


def _sizes(scores: Floats, rivals: Floats) -> Iterator[Measure]:
    for share, name in MOVES.items():
        own, rival = (_quantiles(nights, share) for nights in (scores, rivals))
        yield Measure(
            name, None, *spread(own), spread(rival).value, "persistence", "points", "pairs of nights", len(own)
        )


def _quantiles(nights: Floats, share: float) -> list[float]:
    moved = [measures.moves(nights[row : row + 2]) for row in range(len(nights) - 1)]
    return [float(np.quantile(changes, share)) for changes in moved if len(changes)]


def _order(nights: list[tuple[date, pd.DataFrame]]) -> Measure:
    own, rival = [], []
    for (_, before), (_, after) in pairwise(nights):
        both = before.join(after.add_suffix("_after"), how="inner")
        own.append(measures.kendall(both["raw_score"].to_numpy(), both["raw_score_after"].to_numpy()))
        rival.append(measures.kendall(both["persistence"].to_numpy(), both["persistence_after"].to_numpy()))
    baseline = spread(rival).value
    return Measure(
        "kendall_night_to_night",
        None,
        *spread(own),
        baseline,
        "persistence",
        "correlation",
        "pairs of nights",
        len(own),
    )


def _jumps(scores: Floats, rivals: Floats) -> Measure:
    own, rival = (measures.false_jumps(nights, JUMP_POINTS, JUMP_NIGHTS, UNDONE_NIGHTS) for nights in (scores, rivals))
    value, baseline = (
        found.undone_count / found.judged_count if found.judged_count else np.nan for found in (own, rival)
    )
    interval = measures.share_interval(value, own.judged_count)
    return Measure(
        "false_jump_share", None, value, *interval, baseline, "persistence", "share", "jumps", own.judged_count
    )


def _next_night(nights: list[tuple[date, pd.DataFrame]]) -> Measure:
    shares = []
    for (_, before), (_, after) in pairwise(nights):
        both = before.join(after["score"].rename("next_score"), how="inner")
        shares.append(_coverage(both, "next_score"))
    return Measure(
        "band_coverage_night_to_night", None, *spread(shares), 0.9, "nominal", "share", "pairs of nights", len(shares)
    )


def _coverage(people: pd.DataFrame, score: str) -> float:
    return measures.coverage(*(people[name].to_numpy() for name in (score, "score_low", "score_high")))


def measure_pairs(bench: Bench) -> list[Measure]:
    """How often the one whom people called more influential stands higher, of pairs that are both ranked tonight."""
    if not bench.question.pairs:
        return []
    pairs = _read(bench.question.pairs, ("person_a", "person_b", "label"))
    people, names = bench.standing_tonight, _names(bench)
    sides = [pairs[side].map(names) for side in ("person_a", "person_b")]
    is_known = sides[0].isin(people.index) & sides[1].isin(people.index)
    is_first = ((pairs["label"] == pairs["person_a"]) | pairs["label"].isin(["a", "1"]))[is_known].to_numpy()
    value, baseline = (
        measures.agreement(
            figures(people, sides[0][is_known], ranking), figures(people, sides[1][is_known], ranking), is_first
        )
        for ranking in ("raw_score", "persistence")
    )
    interval = measures.share_interval(value, len(is_first))
    return [
        Measure("pairwise_agreement", None, value, *interval, baseline, "persistence", "share", "pairs", len(is_first))
    ]


def measure_labels(bench: Bench) -> list[Measure]:
    """How many accounts of each label stand in the top 100 tonight, beside a naive count of all that they received."""
    if not bench.question.labels:
        return []
    labels = _read(bench.question.labels, ("account_id", "label"))
    people, names = bench.standing_tonight, _names(bench)
    score = figures(people, people.index, "raw_score")
    naive = np.nan_to_num(figures(_naive_counts(bench, names).to_frame(), people.index, "received"))
    found = []
    for label, accounts in labels.groupby("label"):
        marked = people.index.isin(names[names.index.isin(accounts["account_id"])])
        value, baseline = (float(measures.in_top(ranking, marked, TOP)) for ranking in (score, naive))
        counted = ("naive count of all received", "accounts", "labelled people", int(marked.sum()))
        found.append(Measure(f"labelled_{label}_in_top_100", None, value, np.nan, np.nan, baseline, *counted))
    return found


def _names(bench: Bench) -> "pd.Series[str]":
    """Whom a person id or an account id means; one that means two people is left out."""
    people = bench.standing_tonight
    accounts = bench.scratch.accounts().set_index("account_id")["person"]
    named = pd.concat([pd.Series(people.index, index=people["person_id"]), accounts])
    one_each = named.groupby(level=0).nunique() == 1
    return cast("pd.Series[str]", named[~named.index.duplicated()].sort_index()[one_each])


def _naive_counts(bench: Bench, names: "pd.Series[str]") -> "pd.Series[float]":
    with bench.scratch.connect() as con:
        rows = con.execute(
            "select target_id, count(*)::double as received from base.activity "
            "where target_id is not null and occurred_at < $1::date + interval 1 day group by all order by all",
            [bench.tonight],
        ).df()
    return cast("pd.Series[float]", rows.groupby(rows["target_id"].map(names))["received"].sum())


def _read(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    """A CSV file with these columns, as text."""
    try:
        with duckdb.connect() as con:
            query = f"from read_csv({file_of(path)}, all_varchar = true, header = true)"
            rows: pd.DataFrame = con.execute(query).df()
    except duckdb.Error as error:
        raise UsageError(f"{path}: cannot be read as CSV ({str(error).splitlines()[0]})") from error
    missing = [name for name in columns if name not in rows.columns]
    if missing:
        raise UsageError(f"{path}: has no column {missing[0]} (needed: {', '.join(columns)})")
    return rows
