"""`evenscore fit`: the frozen reference panel and the weights of the next scoring version, as seeds to be reviewed."""

import csv
import io
import re
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from evenscore.base import atomic_io
from evenscore.base.bundled import DBT_PROJECT
from evenscore.base.errors import UsageError
from evenscore.base.settings import ScoringVersion, Settings
from evenscore.laboratory import fitting
from evenscore.laboratory.evaluation.measures import agreement
from evenscore.laboratory.evaluation.trials import Scratch, scratch
from evenscore.laboratory.fitting import EQUAL, Panel, Quality, Weights
from evenscore.landing_zone import landing

FEATURES_OF: ScoringVersion = 2
"""The scoring version whose ln X at each of two half-lives is weighed, and whose scale gets the new weights."""
FOLLOWING_DAYS = 28
PANEL_ROWS, SEED = 2000, 20260315
FEATURE_DECIMALS = 3
PANEL = ("row", "cut_off", "ln_x_short", "ln_x_long", "engager_count")

ROWS = f"""
    select
        dense_rank() over (order by as_of_date) - 1 as cut_off,
        round(ln(1 + trusted_short) + ln(lift_short), {FEATURE_DECIMALS}) as recent,
        round(ln(1 + trusted_long) + ln(lift_long), {FEATURE_DECIMALS}) as lasting,
        coalesce(engager_count_after, 0)::double as engagers
    from scores.score_person__influence_v{FEATURES_OF}
    left join (
        select person_id, persona, as_of_date, count(distinct engager_id) as engager_count_after
        from conformed.activity
        inner join raw.look_back on occurred_date > as_of_date and occurred_date <= as_of_date + {FOLLOWING_DAYS}
        group by all
    ) using (person_id, persona, as_of_date)
    where evidence_through_date = as_of_date and is_sufficient
    order by all
"""
PAIRS = f"""
    with latest as (
        select
            person_id,
            avg(ln(1 + trusted_short) + ln(lift_short)) as recent,
            avg(ln(1 + trusted_long) + ln(lift_long)) as lasting
        from scores.score_person__influence_v{FEATURES_OF}
        where
            as_of_date = (select max(as_of_date) from raw.look_back)
            and evidence_through_date = as_of_date and is_sufficient
        group by all
    )
    select a.recent - b.recent as recent, a.lasting - b.lasting as lasting, more_influential = person_a as is_first
    from pairs
    inner join latest as a on person_a = a.person_id
    inner join latest as b on person_b = b.person_id
    order by all
"""


@dataclass(frozen=True)
class Fit:
    """What was fitted, on what, and how well it does."""

    version: int
    weights: Weights
    panel: Panel
    row_count: int
    cut_offs: tuple[date, ...]
    networks: tuple[str, ...]
    interval: tuple[float, float]
    """The 90 % interval of the recent weight when the panel's rows are drawn anew."""
    by_cut_off: tuple[Weights, ...]
    held_out: Quality
    held_out_equal: Quality
    held_out_rows: int
    pairs: dict[str, Any] | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """Everything but the panel, as plain values."""
        left_out = ("panel", "held_out_equal")
        plain = {name: value for name, value in asdict(self).items() if name not in left_out}
        alone = [weights.recent for weights in self.by_cut_off]
        return plain | {
            "panel_rows": len(self.panel),
            "by_cut_off": alone,
            "held_out_equal_weights": asdict(self.held_out_equal),
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
        everything = _panel(trial)
        found = _fitted(everything, tuple(cut_offs), _networks(settings))
        return _with_pairs(found, _differences(trial, labels)) if labels is not None else found


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
    values = (columns[name] for name in ("cut_off", "recent", "lasting", "engagers"))
    return Panel(*(np.asarray(value) for value in values))


def _fitted(everything: Panel, cut_offs: tuple[date, ...], networks: tuple[str, ...]) -> Fit:
    panel = fitting.sample(everything, PANEL_ROWS, SEED)
    weights = fitting.fit(panel)
    early, late = everything.halves()
    fitted_on = panel.halves()[0]
    return Fit(
        version=next_version(),
        weights=weights,
        panel=panel,
        row_count=len(everything),
        cut_offs=cut_offs,
        networks=networks,
        interval=fitting.interval(panel, SEED),
        by_cut_off=tuple(fitting.by_cut_off(everything)),
        held_out=fitting.quality(fitting.fit(fitted_on), early, late),
        held_out_equal=fitting.quality(EQUAL, early, late),
        held_out_rows=len(late),
    )


def read_pairs(path: Path) -> pd.DataFrame:
    """Pairs of people and who of the two is more influential. Raises UsageError naming the file and the row."""
    try:
        labels = pd.read_csv(path, dtype=str).rename(columns={"label": "more_influential"})
        labels = labels[["person_a", "person_b", "more_influential"]]
    except (OSError, KeyError, ValueError) as error:
        raise UsageError(f"--pairs {path}: not a CSV of person_a, person_b, more_influential ({error})") from error
    for number, (one, other, winner) in enumerate(labels.itertuples(index=False), start=2):
        if winner not in (one, other):
            raise UsageError(f"--pairs {path}, line {number}: {winner!r} is neither of the pair")
    return labels


def _differences(trial: Scratch, labels: pd.DataFrame) -> pd.DataFrame:
    with trial.connect() as con:
        con.register("pairs", labels)
        return con.execute(PAIRS).df()


def _with_pairs(found: Fit, pairs: pd.DataFrame) -> Fit:
    """Half the weight to what people judged, half to what they did."""
    differences = pairs[["recent", "lasting"]].to_numpy()
    is_first = pairs["is_first"].to_numpy()
    judged = fitting.fit_pairs(differences, is_first)
    weights = fitting.blended(found.weights, judged)
    agreed = {
        name: agreement(differences @ [used.recent, used.lasting], np.zeros(len(pairs)), is_first)
        for name, used in (("pairs", judged), ("blended", weights), ("engagers", found.weights), ("equal", EQUAL))
    }
    facts = {"count": len(pairs), "weights": asdict(judged), "agreement": agreed, "engagers": asdict(found.weights)}
    return replace(found, weights=weights, pairs=facts)


def next_version() -> int:
    """The number after the newest scale."""
    return max(_scales()) + 1


def _scales() -> dict[int, Path]:
    found = (DBT_PROJECT / "seeds").glob("scale_v*.csv")
    return {int(re.sub(r"\D", "", path.stem)): path for path in found}


def write(found: Fit, folder: Path) -> list[Path]:
    """Write the next version's scale, panel and report into a folder; no file of an existing version is touched."""
    version = found.version
    contents = {
        f"scale_v{version}.csv": _scale_csv(found),
        f"panel_v{version}.csv": _panel_csv(found.panel),
        f"fit_v{version}.md": in_full(found),
    }
    for name, text in contents.items():
        atomic_io.write_bytes(folder / name, text.encode())
    atomic_io.write_json(folder / f"fit_v{version}.json", found.facts)
    return [*(folder / name for name in contents), folder / f"fit_v{version}.json"]


def _scale_csv(found: Fit) -> str:
    with _scales()[FEATURES_OF].open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    on = f"fitted on {len(found.panel):,} rows of {', '.join(found.networks)}, see fit_v{found.version}.md"
    for name, length in (("recent", "short"), ("lasting", "long")):
        row = next(row for row in rows if row["constant"] == f"{name}_weight")
        row |= {"value": f"{getattr(found.weights, name):g}"}
        row |= {"why": f"share of the points that the {length} half-life brings; {on}"}
    return _csv(list(rows[0]), [list(row.values()) for row in rows])


def _panel_csv(panel: Panel) -> str:
    columns = (panel.cut_off, panel.recent, panel.lasting, panel.engagers.astype(int))
    rows = zip(range(1, len(panel) + 1), *(column.tolist() for column in columns), strict=True)
    return _csv(list(PANEL), [list(row) for row in rows])


def _csv(header: list[str], rows: list[list[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def in_full(found: Fit) -> str:
    """The report of a fit, in words."""
    alone = [weights.recent for weights in found.by_cut_off]
    lines = [
        f"# The fit of scoring version {found.version}",
        "",
        f"recent_weight {found.weights.recent:g}, lasting_weight {found.weights.lasting:g}; all else is as in version "
        f"{FEATURES_OF}, whose two half-lives are weighed.",
        "",
        f"Fitted by non-negative least squares on ln(1 + distinct engagers of the following {FOLLOWING_DAYS} days), on "
        f"{len(found.panel):,} of {found.row_count:,} rows (a person with enough evidence, at a cut-off) of "
        f"{', '.join(found.networks)}: {len(found.cut_offs)} cut-offs, {found.cut_offs[0]} to {found.cut_offs[-1]}.",
        f"With other rows of the same kind, recent_weight would lie between {found.interval[0]:g} and "
        f"{found.interval[1]:g} nine times in ten; each cut-off alone gives between {min(alone):g} and {max(alone):g}.",
        "",
        f"Held out: the last third of the cut-offs, {found.held_out_rows:,} rows; fitted on the first two thirds.",
        "",
        "| | Spearman | NDCG@100 | R2 |",
        "|---|---|---|---|",
        _line("fitted", found.held_out),
        _line("equal weights", found.held_out_equal),
        "",
    ]
    return "\n".join([*lines, *_pair_lines(found)])


def _line(name: str, found: Quality) -> str:
    return f"| {name} | {found.spearman:.3f} | {found.ndcg:.3f} | {found.r_squared:.3f} |"


def _pair_lines(found: Fit) -> list[str]:
    if not found.pairs:
        return []
    agreed = ", ".join(f"{name} {share:.3f}" for name, share in found.pairs["agreement"].items())
    judged, did = found.pairs["weights"]["recent"], found.pairs["engagers"]["recent"]
    return [
        f"{found.pairs['count']:,} labelled pairs alone give a recent_weight of {judged:g}, engagers alone {did:g}; "
        f"the weights are half of each. Agreement with the pairs: {agreed}.",
        "",
    ]
