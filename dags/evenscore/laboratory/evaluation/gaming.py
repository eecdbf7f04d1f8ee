"""What can be bought: points gained by fakes, rings, followers and one viral post, and how slowly honest fame comes."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta

import numpy as np
import pandas as pd

from evenscore.laboratory.evaluation import measures
from evenscore.laboratory.evaluation.attacks import Attack, attacks, lasting_rise
from evenscore.laboratory.evaluation.baselines import RIVALS
from evenscore.laboratory.evaluation.bench import Bench, each_day, figures, on
from evenscore.laboratory.evaluation.measures import Floats, spread
from evenscore.state.evaluations import Measure

TARGETS = 10
BOUGHT = tuple(Attack(kind, size) for kind in ("fakes", "ring", "helped_ring") for size in (10, 100, 1000))
ONCE = Attack("fakes", 100, acts=1, label="100_fakes_acting_once")
ANSWERED = tuple(
    Attack(kind, size, label=f"{size}_fakes_{label}")
    for kind, label in (("answered", "answered_once_by_members"), ("answered_member", "who_are_members_answered_once"))
    for size in (10, 100)
)
CONFEDERATES = (
    Attack("confederate", 100, label="a_median_confederate_of_100_fakes", helpers=1, standing=0.5),
    Attack("confederate", 100, label="a_trusted_confederate_of_100_fakes", helpers=1, standing=0.9),
    Attack("confederate", 100, label="five_trusted_confederates_of_100_fakes", helpers=5, standing=0.9),
    # Who has read how trust is weighed: few accounts, on more days than one; and two who do so together.
    Attack(
        "confederate", 5, label="a_trusted_confederate_of_5_fakes_on_4_days", helpers=1, standing=0.9, answer_days=4
    ),
    Attack(
        "confederate",
        10,
        label="two_trusted_confederates_of_10_fakes_on_2_days",
        helpers=2,
        standing=0.9,
        answer_days=2,
    ),
)
VOTES = tuple(Attack("votes", size, acts=1, label=f"{size}_anonymous_votes") for size in (10, 100))
FRIENDS = (
    Attack("friend", 1, acts=12, label="a_trusted_friend_12_times", helpers=1, standing=0.9),
    Attack("friend", 1, acts=100, label="a_trusted_friend_100_times", helpers=1, standing=0.9),
    Attack("friend", 1, acts=12, label="two_trusted_friends_12_times_each", helpers=2, standing=0.9),
)
PAID = Attack("paid", 10, label="ten_genuine_members_paid")
FOLLOWERS = Attack("followers", 1000)
PATIENT = (
    Attack("ring", 100, days=365, acts=60, label="100_patient_ring"),
    Attack("helped_ring", 100, days=365, acts=60, label="100_patient_helped_ring"),
)
VIRAL = Attack("viral", 10_000)
VIRAL_TARGETS = 5
AT_SEVENTEEN = 17.0

RISE_STEPS = (0, 1, 2, 4, 7, 10, 14, 21, 28, 35, 42, 56, 70, 84, 98, 112, 126, 140, 154, 168)
"""Days after a lasting rise began on which it is looked at."""
LEAST_RISE_DAYS = 28
FANS = 20


def measure_fakes(bench: Bench) -> list[Measure]:
    """Points that ordinary people gain by bought crowds of several sizes, beside what an event count would give."""
    return [
        *_bought(bench, (*BOUGHT, ONCE), TARGETS),
        *_bought(bench, PATIENT, TARGETS // 2),
        *_bought(bench, (*ANSWERED, PAID), TARGETS),
        *_bought(bench, FRIENDS, TARGETS),
        # A confederate who also answered for another attack would pass on less in each.
        *(measure for attack in CONFEDERATES for measure in _bought(bench, (attack,), TARGETS)),
        *_bought(bench, VOTES, TARGETS),
    ]


def _bought(bench: Bench, crowds: tuple[Attack, ...], most: int) -> list[Measure]:
    """Each crowd is bought by other people, so that one trial shows them all."""
    targets = _ordinary(bench, crowds[0].label or crowds[0].kind)
    each = min(most, len(targets) // len(crowds))
    return _gains(bench, pd.concat([_plan(targets[n * each :][:each], crowd) for n, crowd in enumerate(crowds)]))


def measure_viral(bench: Bench) -> list[Measure]:
    """Points gained by one post with 10,000 engagers, by people at about 17 and by typical ones; and by followers."""
    people = bench.standing_tonight
    people = people[people["is_sufficient"] & people["is_active"]]
    plans, taken = [], pd.Index([])
    for kind, score in (("near_17", AT_SEVENTEEN), ("typical", float(people["score"].median()))):
        near = (people["score"] - score).abs().drop(taken).sort_values(kind="stable").index[:VIRAL_TARGETS]
        plans.append(_plan(_accounts(bench, near), VIRAL).assign(label=f"viral_post_{kind}"))
        taken = taken.append(near)
    others = _ordinary(bench, "followers")
    plans.append(_plan(others[~others["person"].isin(taken)][:TARGETS], FOLLOWERS))
    return _gains(bench, pd.concat(plans))


def _ordinary(bench: Bench, purpose: str) -> pd.DataFrame:
    """The accounts of people in the middle half of the scores, shuffled."""
    people = bench.standing_tonight
    people = people[people["is_sufficient"] & people["is_active"]]
    low, high = people["score"].quantile([0.25, 0.75]) if len(people) else (0.0, 0.0)
    middle = people[people["score"].between(low, high)].index
    return _accounts(bench, pd.Index(bench.draws(purpose).permutation(middle)))


def _accounts(bench: Bench, people: "pd.Index[str]") -> pd.DataFrame:
    """The most engaged-with account of each of these people, in their order."""
    accounts = bench.scratch.accounts()
    return accounts[accounts["place"] == 1].set_index("person").loc[people].reset_index()


def _plan(targets: pd.DataFrame, attack: Attack) -> pd.DataFrame:
    label = attack.label or f"{attack.size}_{attack.kind}"
    return targets.reset_index(drop=True).assign(**asdict(attack) | {"label": label, "number": range(len(targets))})


def _gains(bench: Bench, plan: pd.DataFrame) -> list[Measure]:
    if not len(plan):
        return []
    before = bench.standing_tonight
    bench.scratch.build([bench.tonight], bench.tonight, attacks(plan, bench.tonight, bench.question.seed))
    after = bench.scratch.standings([bench.tonight]).set_index("person")
    groups = plan.groupby("label", sort=False)["person"]
    spared = before.index[before["is_sufficient"] & before["is_active"] & ~before.index.isin(plan["person"])]
    found = [measure for label, who in groups for measure in _gained(str(label), before, after, who, spared)]
    for version in bench.beside:
        was, became = (standing.assign(raw_score=standing[version]) for standing in (before, after))
        for label, who in groups:
            found += _ranks_gained(f"{label}_of_{version}", was, became, who, spared)
            gains = figures(became, who, "raw_score") - figures(was, who, "raw_score")
            name = f"points_gained_by_{label}_of_{version}"
            found.append(Measure(name, None, *spread(gains), np.nan, "", "points", "targets", len(who)))
    return found


def _ranks_gained(
    label: str, before: pd.DataFrame, after: pd.DataFrame, who: "pd.Series[str]", spared: "pd.Index[str]"
) -> Iterator[Measure]:
    """Percentile ranks among all others with enough evidence that are gained: points can be shrunk, ranks cannot."""
    others = figures(before, spared, "raw_score")
    was, became = (measures.percentile(figures(standing, who, "raw_score"), others) for standing in (before, after))
    yield Measure(
        f"ranks_gained_by_{label}", None, *spread(became - was), np.nan, "", "percentiles", "targets", len(who)
    )


def _gained(
    label: str, before: pd.DataFrame, after: pd.DataFrame, who: "pd.Series[str]", spared: "pd.Index[str]"
) -> Iterator[Measure]:
    own = figures(after, who, "score") - figures(before, who, "score")
    yield from _ranks_gained(label, before, after, who, spared)
    rivals = {rival: _rival_gain(rival, before, after, who, spared) for rival in RIVALS}
    baseline = spread(rivals["event_count"]).value
    for suffix, gains in (("", own), *((f"_of_{rival}", gains) for rival, gains in rivals.items())):
        name = f"points_gained_by_{label}{suffix}"
        yield Measure(name, None, *spread(gains), baseline, "event_count", "points", "targets", len(who))


def _rival_gain(
    rival: str, before: pd.DataFrame, after: pd.DataFrame, who: "pd.Series[str]", spared: "pd.Index[str]"
) -> Floats:
    """What a rival would give, on the scale of the score: the points of whom of the others one passes."""
    points = figures(before, spared, "score")
    was, became = (
        measures.equated(figures(standing, who, rival), figures(standing, spared, rival), points)
        for standing in (before, after)
    )
    return became - was


def measure_lag(bench: Bench) -> list[Measure]:
    """Days until ordinary people have taken 90 % of a lasting rise: twenty of the network's own come to stay."""
    horizon = min(RISE_STEPS[-1], (bench.tonight - bench.first).days // 3)
    targets = _ordinary(bench, "lag")[:TARGETS]
    targets = targets.assign(size=FANS, number=range(len(targets)), label="rise")
    if horizon < LEAST_RISE_DAYS or not len(targets):
        return []
    first = bench.tonight - timedelta(days=horizon)
    steps = [step for step in RISE_STEPS if step <= horizon]
    dates = [first + timedelta(days=step) for step in steps]
    bench.scratch.build(dates, bench.tonight)
    before = bench.scratch.standings()
    begins = first + timedelta(days=1)
    bench.scratch.build(dates, bench.tonight, lasting_rise(targets, begins, bench.tonight, bench.question.seed))
    after = bench.scratch.standings()
    days = np.array(steps, dtype=float)
    own, rival = (
        _lags(days, *_rises(before, after, targets["person"], ranking)) for ranking in ("score", "persistence")
    )
    baseline, count = spread(rival).value, len(own)
    return [Measure("lag_days_of_90_percent", None, *spread(own), baseline, "persistence", "days", "targets", count)]


def _rises(before: pd.DataFrame, after: pd.DataFrame, who: "pd.Series[str]", ranking: str) -> Iterator[Floats]:
    """How far each target stands above where it would stand, day by day."""
    pairs = [(was, on(after, day)) for day, was in each_day(before)]
    yield from np.array([figures(became, who, ranking) - figures(was, who, ranking) for was, became in pairs]).T


def _lags(days: Floats, *rises: Floats) -> list[float]:
    return [measures.lag(days, rise - rise[0]) for rise in rises]
