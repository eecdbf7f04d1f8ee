"""What a score survives: lost events, a network that misses a day, and other engagers of the same habits."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import permutations

import numpy as np
import pandas as pd

from evenscore.laboratory.evaluation import measures
from evenscore.laboratory.evaluation.bench import Bench, on
from evenscore.laboratory.evaluation.measures import spread
from evenscore.laboratory.evaluation.perturbations import draw_engagers, hold_trust, lose, miss
from evenscore.laboratory.evaluation.trials import PARTS
from evenscore.state.evaluations import Measure

LOST_SHARES = (0.1, 0.2, 0.4)
LOSS_NIGHTS_AGO = (28, 14, 0)
RESAMPLES = 4
MILLIONTH = 1e-6


def measure_loss(bench: Bench) -> list[Measure]:
    """How far people move in the ranking, and on the scale, when events are lost at random."""
    return [measure for share in LOST_SHARES for measure in _loss(bench, share)]


def _loss(bench: Bench, share: float) -> Iterator[Measure]:
    nights = [night for ago in LOSS_NIGHTS_AGO if (night := bench.tonight - timedelta(days=ago)) in bench.nights]
    pairs = [on(bench.plain, night) for night in nights]
    bench.scratch.build(nights, bench.tonight, lose(share, bench.question.seed))
    lost = bench.scratch.standings()
    pairs_lost = [_beside(before, on(lost, night)) for before, night in zip(pairs, nights, strict=True)]
    own, rival = (
        [measures.rank_loss(both[ranking].to_numpy(), both[f"{ranking}_after"].to_numpy()) for both in pairs_lost]
        for ranking in ("raw_score", "persistence")
    )
    points = [float((both["score"] - both["score_after"])[both["is_sufficient"]].mean()) for both in pairs_lost]
    percent = f"{share:.0%}".rstrip("%")
    counted = ("nights", len(nights))
    yield Measure(
        f"rank_loss_of_{percent}_percent", None, *spread(own), spread(rival).value, "persistence", "share", *counted
    )
    yield Measure(f"points_lost_of_{percent}_percent", None, *spread(points), np.nan, "", "points", *counted)


def _beside(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """The people who were active, with how they stand after."""
    return before[before["is_active"]].join(after.add_suffix("_after"), how="inner")


def measure_outage(bench: Bench) -> list[Measure]:
    """Who falls because one network delivers nothing for a day; law L13 says nobody."""
    return [_outage(bench, network, day) for network, day in _last_days(bench)]


def _last_days(bench: Bench) -> list[tuple[str, date]]:
    """Each network's last day with activity among the nights."""
    _ = bench.plain
    with bench.scratch.connect() as con:
        return con.execute(
            "select network, max(occurred_at::date) as day from base.activity "
            "where target_id is not null and occurred_at::date between $1 and $2 group by all order by all",
            [bench.nights[0] + timedelta(days=1), bench.tonight],
        ).fetchall()


def _outage(bench: Bench, network: str, day: date) -> Measure:
    """To fall because of it is to have less of that network than on the eve, and than with the day's activity.

    What other networks bring goes on fading as always. The baseline takes the missing day for a quiet one.
    """
    eve = day - timedelta(days=1)
    bench.scratch.build([eve, day], bench.tonight, miss(network, day))
    with bench.scratch.connect() as con:
        ((count,),) = con.execute(FALLEN, {"network": network, "eve": eve, "day": day}).fetchall()
    eves, usual, found = (on(bench.plain, eve), on(bench.plain, day), on(bench.scratch.standings(), day))
    quiet = (found["persistence"] < np.minimum(eves["persistence"], usual["persistence"])).sum()
    name = f"people_fallen_without_a_day_of_{network}"
    counted = ("persistence", "people", "people", len(found))
    return Measure(name, day, float(count), np.nan, np.nan, float(quiet), *counted)


FEWER = " or ".join(
    f"found.{part} < least(eve.{part}, usual.{part}) - {MILLIONTH}"
    for part in ("crowd_short", "crowd_long", "trusted_short", "trusted_long")
)
FALLEN = f"""
    with found as ({PARTS})
    select count(distinct person)
    from found
    inner join base.parts as eve using (person, network, scoring_version)
    inner join base.parts as usual using (person, network, scoring_version)
    where network = $network and eve.as_of_date = $eve and usual.as_of_date = $day and found.as_of_date = $day
        and ({FEWER})
"""


def measure_bands(bench: Bench) -> list[Measure]:
    """How often a score with other engagers of the same habits lies in tonight's band (law L9: 85 to 95 %)."""
    before = bench.standing_tonight
    people = before[before["is_sufficient"]].index
    if not len(people):
        return []
    drawn = [_drawn(bench, number).loc[people] for number in range(RESAMPLES)]
    own = [_covered(before.loc[people], other) for other in drawn]
    each_other = [_covered(one, other) for one, other in permutations(drawn, 2)]
    count = len(each_other)
    return [
        Measure("band_coverage_resampled", None, *spread(own), 0.9, "nominal", "share", "resamples", len(own)),
        Measure("band_coverage_of_two_resamples", None, *spread(each_other), 0.9, "nominal", "share", "pairs", count),
        *_widths(before.loc[people]),
    ]


def _widths(people: pd.DataFrame) -> Iterator[Measure]:
    """How wide the bands are: in points, and as a share of those from the tenth percentile to the ninetieth."""
    width = people["score_high"] - people["score_low"]
    low, high = people["score"].quantile([0.1, 0.9])
    yield Measure("band_width_median", None, *_quantiles(width), np.nan, "", "points", "people", len(people))
    if high > low:
        shares = _quantiles(width / (high - low))
        yield Measure("band_width_median_of_spread", None, *shares, np.nan, "", "share", "people", len(people))


def _quantiles(width: "pd.Series[float]") -> tuple[float, float, float]:
    """Median, and the ends of the middle nine tenths."""
    return float(width.median()), float(width.quantile(0.05)), float(width.quantile(0.95))


def _drawn(bench: Bench, number: int) -> pd.DataFrame:
    seed = bench.question.seed * 1000 + number
    bench.scratch.build([bench.tonight], bench.tonight, draw_engagers(seed), hold_trust(bench.tonight))
    return bench.scratch.standings().set_index("person")


def _covered(bands: pd.DataFrame, scores: pd.DataFrame) -> float:
    return measures.coverage(scores["score"].to_numpy(), bands["score_low"].to_numpy(), bands["score_high"].to_numpy())
