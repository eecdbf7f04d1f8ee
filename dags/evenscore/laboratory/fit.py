"""`evenscore fit`: the frozen reference panel and the weights of the next scoring version, as seeds to be reviewed."""

import csv
import re
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from evenscore.base.bundled import DBT_PROJECT
from evenscore.base.errors import UsageError
from evenscore.base.settings import ScoringVersion, Settings
from evenscore.laboratory import fitting
from evenscore.laboratory.evaluation.trials import Scratch, scratch
from evenscore.laboratory.fitting import Panel, Quality, Weights
from evenscore.laboratory.judgements import Judged, judge, read_features, read_pairs
from evenscore.landing_zone import landing

FEATURES_OF: ScoringVersion = 3
"""The scoring version whose ln X at each of three half-lives is weighed, and whose scale gets the new weights."""
WEIGHED = {"brief": "brief_weight", "recent": "recent_weight", "lasting": "lasting_weight"}
"""The features that a version weighs, and the constant of the scale that says how much."""
CANDIDATES = (*WEIGHED, "reach", "amplification", "network_quality")
"""What else might foretell: fitted beside them, so that the report says what it would have brought."""
SPANS = {"brief": "brief", "recent": "short", "lasting": "long"}
FOLLOWING_DAYS = 28
PANEL_ROWS, SEED = 2000, 20260315
FEATURE_DECIMALS = 3
PANEL = ("row", "cut_off", *(f"ln_x_{span}" for span in SPANS.values()), "engager_count")

FEATURES = f"""
    select
        person_id,
        persona,
        as_of_date,
        {", ".join(f"round(ln(1 + trusted_{s}) + ln(lift_{s}), {FEATURE_DECIMALS}) as {n}" for n, s in SPANS.items())},
        ln(1 + coalesce(reach, 0)) as reach,
        ln(1 + coalesce(amplification, 0)) as amplification,
        coalesce(network_quality, 0) as network_quality
    from scores.score_person__influence_v{FEATURES_OF}
    left join (
        select
            person_id,
            persona,
            as_of_date,
            sum(reach) as reach,
            sum(trusted_reach) / nullif(sum(reach), 0) as network_quality
        from features.feat_person__engagers
        where scoring_version = {FEATURES_OF} and evidence_through_date = as_of_date
        group by all
    ) using (person_id, persona, as_of_date)
    left join (
        select
            person_id,
            persona,
            as_of_date,
            count(distinct if(verb in ('repost', 'fork'), (engager_id, network, object_key), null))
            / count(distinct (network, object_key)) as amplification
        from conformed.activity
        inner join raw.look_back on occurred_date <= as_of_date and occurred_date > as_of_date - 365
        group by all
    ) using (person_id, persona, as_of_date)
    where evidence_through_date = as_of_date and is_sufficient
"""
ROWS = f"""
    select
        dense_rank() over (order by as_of_date) - 1 as cut_off,
        {", ".join(CANDIDATES)},
        coalesce(engager_count_after, 0)::double as engagers
    from ({FEATURES})
    left join (
        select person_id, persona, as_of_date, count(distinct engager_id) as engager_count_after
        from conformed.activity
        inner join raw.look_back on occurred_date > as_of_date and occurred_date <= as_of_date + {FOLLOWING_DAYS}
        group by all
    ) using (person_id, persona, as_of_date)
    order by all
"""
LATEST = f"""
    select person_id, {", ".join(f"avg({name}) as {name}" for name in WEIGHED)}
    from ({FEATURES})
    where as_of_date = (select max(as_of_date) from raw.look_back)
    group by all
    order by all
"""


@dataclass(frozen=True)
class Fit:
    """What was fitted, on what, and how well it does."""

    version: int
    weights: Weights
    """The scale's, to the tenth: what people did, or half of that and half of what they judged."""
    by_engagers: Weights
    """What the future engagers alone give, before rounding."""
    interval: dict[str, tuple[float, float]]
    """The 90 % interval of `by_engagers` when the panel's rows are drawn anew."""
    by_cut_off: tuple[Weights, ...]
    candidates: Weights
    """What all candidate features together would get."""
    panel: Panel
    row_count: int
    cut_offs: tuple[date, ...]
    networks: tuple[str, ...]
    held_out: dict[str, Quality]
    """By the name of the weights: fitted on the first two thirds of the cut-offs, judged on the last."""
    held_out_rows: int
    pairs: Judged | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """Everything but the panel, as plain values."""
        plain = {name: value for name, value in asdict(self).items() if name != "panel"}
        return plain | {
            "panel_rows": len(self.panel),
            "dropped": {
                "half_lives": fitting.dropped(self.by_engagers),
                "candidates": fitting.dropped(self.candidates),
            },
            "following_days": FOLLOWING_DAYS,
            "seed": SEED,
        }


def fit(settings: Settings, first: date | None, last: date | None, count: int, pairs: Path | None) -> Fit:
    """Fit the weights of the next scoring version on what has landed; `first` and `last` are cut-offs.

    Raises UsageError when there is too little to fit on.
    """
    labels = read_pairs(pairs) if pairs else None
    cut_offs = spaced(*_range(settings, first, last), count)
    with scratch(settings, FEATURES_OF, cut_offs[-1] + timedelta(FOLLOWING_DAYS), False) as trial:
        trial.build(cut_offs, cut_offs[-1] + timedelta(FOLLOWING_DAYS))
        found = _fitted(_panel(trial), tuple(cut_offs), _networks(settings))
        if labels is None:
            return found
        with trial.connect() as con:
            people = con.execute(LATEST).df().set_index("person_id")
    return _blended(found, judge(people, labels, SEED))


def fit_judged(pairs: Path | None, features: Path) -> Judged:
    """Fit weights of any file of features on labelled pairs. Raises UsageError where there are none, or too few."""
    if pairs is None:
        raise UsageError("--features: needs --pairs, the judgements to fit on")
    return judge(read_features(features), read_pairs(pairs), SEED)


def _blended(found: Fit, judged: Judged) -> Fit:
    """Half the weight to what people judged, half to what they did."""
    weights = fitting.to_the_tenth(fitting.blended(found.by_engagers, judged.weights))
    return replace(found, weights=weights, pairs=judged)


def spaced(first: date, last: date, count: int) -> list[date]:
    """So many cut-offs from the first to the last, as evenly as whole days allow."""
    span = (last - first).days
    if span < count - 1:
        raise UsageError(f"fit: {count} cut-offs do not fit between {first} and {last}; widen --from and --until")
    return [first + timedelta(days=round(span * number / (count - 1))) for number in range(count)]


def _range(settings: Settings, first: date | None, last: date | None) -> tuple[date, date]:
    """The first and the last cut-off; by default from a third of what has landed to 28 days before its end."""
    days = sorted(m.day for m in landing.manifests(settings.places) if m.dataset == "activity")
    if not days:
        raise UsageError(f"{settings.places.landing}: nothing has landed yet; run `evenscore extract` first")
    begin, end = date.fromisoformat(days[0]), date.fromisoformat(days[-1])
    latest = end - timedelta(FOLLOWING_DAYS)
    if last and last > latest:
        raise UsageError(f"--until {last}: {FOLLOWING_DAYS} days after it must have landed, and {end} is the last day")
    return first or begin + (end - begin) / 3, last or latest


def _networks(settings: Settings) -> tuple[str, ...]:
    return tuple(sorted({m.network for m in landing.manifests(settings.places) if m.dataset == "activity"}))


def _panel(trial: Scratch) -> Panel:
    with trial.connect() as con:
        columns = con.execute(ROWS).fetchnumpy()
    values = np.column_stack([np.asarray(columns[name], dtype=float) for name in CANDIDATES])
    return Panel(np.asarray(columns["cut_off"]), CANDIDATES, values, np.asarray(columns["engagers"]))


def _fitted(everything: Panel, cut_offs: tuple[date, ...], networks: tuple[str, ...]) -> Fit:
    panel = fitting.sample(everything, PANEL_ROWS, SEED)
    weighed = panel.only(tuple(WEIGHED))
    weights = fitting.fit(weighed)
    _, late = everything.halves()
    return Fit(
        version=next_version(),
        weights=fitting.to_the_tenth(weights),
        by_engagers=weights,
        interval=fitting.interval(weights, fitting.drawn_anew(weighed, SEED)),
        by_cut_off=tuple(fitting.by_cut_off(everything.only(tuple(WEIGHED)))),
        candidates=fitting.fit(panel),
        panel=weighed,
        row_count=len(everything),
        cut_offs=cut_offs,
        networks=networks,
        held_out=_held_out(everything, panel),
        held_out_rows=len(late),
    )


def _held_out(everything: Panel, panel: Panel) -> dict[str, Quality]:
    """How well each set of weights orders the last third of the cut-offs, which it was not fitted on."""
    (early, late), (fitted_on, _) = everything.halves(), panel.halves()
    own = tuple(WEIGHED)
    found = {
        "fitted": (own, fitting.fit(fitted_on.only(own))),
        "equal weights": (own, fitting.equal(own)),
        "the present weights": (own, present_weights()),
        "with every candidate": (CANDIDATES, fitting.fit(fitted_on)),
    }
    return {
        name: fitting.quality(weights, early.only(features), late.only(features))
        for name, (features, weights) in found.items()
    }


def present_weights() -> Weights:
    """What the scale gives each half-life now."""
    with scales()[FEATURES_OF].open(newline="") as handle:
        values = {row["constant"]: float(row["value"]) for row in csv.DictReader(handle)}
    return {name: values[constant] for name, constant in WEIGHED.items()}


def next_version() -> int:
    """The number after the newest scale."""
    return max(scales()) + 1


def scales() -> dict[int, Path]:
    """The scale of each version."""
    found = (DBT_PROJECT / "seeds").glob("scale_v*.csv")
    return {int(re.sub(r"\D", "", path.stem)): path for path in found}
