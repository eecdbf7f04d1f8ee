"""Laws L2, L3 and L4 of version 3's evidence: its models' own SQL, over a few hundred people drawn at random."""

from collections.abc import Callable, Iterator

import duckdb
import jinja2
import numpy as np
import pandas as pd
import pytest

from evenscore.base.bundled import DBT_PROJECT, scale

SCALE = scale(3)
SPANS = ("brief", "short", "long")
FADED = np.array([0.3, 0.7, 1])
"""What is left of an action at each half-life."""
NIGHT = "date '2026-03-01' as as_of_date, date '2026-03-01' as evidence_through_date, 3 as scoring_version"
MODELS = ("engagers", "objects", "without_one", "bounded")
STEP = 1 / (1 - SCALE["top_object_share"])
"""As many times as high as before a ladder is by one step: an engager's share is the same."""
Touches = pd.DataFrame
"""Who did how much to what: columns engager, object, actions, trust."""


def sql_of(model: str) -> str:
    """The model as dbt would render it over tables of these names."""
    macros = [(DBT_PROJECT / "macros" / f"{name}.sql").read_text() for name in ("climb", "exact_sum")]
    words = {
        "ref": str,
        "config": lambda **_: "",
        "spans": lambda: SPANS,
        "nights_at_hand": lambda _: "true",
        "scales": lambda names: (
            "select 3 as scoring_version, " + ", ".join(f"{SCALE[name]}::double as {name}" for name in names)
        ),
    }
    text = (DBT_PROJECT / "models/features" / f"feat_person__{model}.sql").read_text()
    return jinja2.Environment(extensions=["jinja2.ext.do"]).from_string("\n".join([*macros, text])).render(words)


def drawn(rng: np.random.Generator) -> Touches:
    """One to eight engagers on one to eight objects, from hardly anything to a hundred actions each."""
    engagers, objects = rng.integers(1, 9, 2)
    cells = rng.choice(engagers * objects, rng.integers(1, engagers * objects + 1), replace=False)
    trust = np.where(rng.random(engagers) < 0.3, 1, rng.random(engagers) ** 2)
    actions = rng.lognormal(-1, 2, len(cells))
    return pd.DataFrame(
        {"engager": cells // objects, "object": cells % objects, "actions": actions, "trust": trust[cells // objects]}
    )


def with_more(of: Touches, rng: np.random.Generator) -> Touches:
    """One thing more: an act, again or elsewhere, somebody new, or somebody who is trusted more."""
    engager, what = of.engager.iloc[rng.integers(len(of))], of.object.iloc[rng.integers(len(of))]
    trust = of.trust[of.engager == engager].iloc[0]
    match rng.integers(4):
        case 0:
            return of.assign(trust=of.trust.where(of.engager != engager, trust + rng.random() * (1 - trust)))
        case 1:
            engager, trust, what = 99, rng.random(), what if rng.random() < 0.5 else 99
        case 2:
            what = 99
    more = pd.DataFrame({"engager": [engager], "object": what, "actions": rng.lognormal(-1, 2), "trust": trust})
    return pd.concat([of, more]).groupby(["engager", "object"], as_index=False).agg({"actions": "sum", "trust": "max"})


def with_one_viral_object(of: Touches) -> Touches:
    """A new object with all who came to others, and thirty more who are trusted."""
    more = of.groupby("engager", as_index=False).trust.max().assign(object=99, actions=5.0)
    others = pd.DataFrame({"engager": range(100, 130), "object": 99, "actions": 3.0, "trust": 1.0})
    return pd.concat([of, more, others])


def with_one_eager_engager(of: Touches) -> Touches:
    """Somebody new and trusted, who comes to all objects and to thirty more."""
    objects = [*of.object.unique(), *range(100, 130)]
    more = pd.DataFrame({"engager": 99, "object": objects, "actions": 5.0, "trust": 1.0})
    return pd.concat([of, more])


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute("set threads = 1")
        yield con


def bounded(con: duckdb.DuckDBPyConnection, people: dict[str, Touches]) -> pd.DataFrame:
    """The evidence of each person by the models, and what each ladder comes to."""
    touches = pd.concat(people, names=["person_id", "row"]).reset_index("person_id")
    touches["pair_id"] = touches.groupby(["person_id", "engager"]).ngroup()
    touches["object_number"] = touches.groupby(["person_id", "object"]).ngroup()
    parts = np.rint(touches.actions.to_numpy()[:, None] * FADED * 1_000_000).astype(np.int64)
    touches[[f"millionths_{span}" for span in SPANS]] = parts
    con.register("touches", touches)
    named = "person_id, 'work' as persona, 'n' as network"
    con.execute(f"create or replace view pairs as select distinct pair_id, {named} from touches")
    con.execute(f"create or replace view objects as select distinct object_number, {named} from touches")
    told = ", ".join(f"millionths_{span}" for span in SPANS)
    con.execute(
        f"create or replace view feat_pair__objects as select pair_id, object_number, {told}, {NIGHT} from touches"
    )
    sums = ", ".join(f"sum(millionths_{span}) / 1000000 as actions_{span}" for span in SPANS)
    con.execute(
        "create or replace view feat_pair__actions as"
        f" select pair_id, max(trust) as trust_weight, {sums}, {NIGHT} from touches group by pair_id"
    )
    for model in MODELS:
        con.execute(f"create or replace table feat_person__{model} as {sql_of(model)}")
    lower = ", ".join(
        f"least(engagers.trusted_{span}_climb, objects.trusted_{span}_climb) as lower_{span}" for span in SPANS
    )
    people_at_once = "feat_person__engagers as engagers join feat_person__objects as objects using (person_id)"
    found = con.execute(
        f"from feat_person__bounded join (select person_id, {lower} from {people_at_once}) using (person_id)"
    )
    return found.df().set_index("person_id").sort_index()


def test_more_of_what_counts_never_lowers_the_evidence(con: duckdb.DuckDBPyConnection) -> None:
    rng = np.random.default_rng(5)
    before = {f"{number}": drawn(rng) for number in range(1500)}
    after = {number: with_more(touches, rng) for number, touches in before.items()}
    was, now = (bounded(con, people) for people in (before, after))
    for part in (f"{who}_{span}" for who in ("trusted", "crowd") for span in SPANS):
        fallen = (was[part] - now[part]).max()
        assert fallen < 2e-6, f"{part} fell by {fallen}"
    assert (now.trusted_long > was.trusted_long).mean() > 0.2


@pytest.mark.parametrize("more", [with_one_viral_object, with_one_eager_engager])
def test_one_object_or_one_engager_is_a_step_above_the_lower_ladder_at_most(
    con: duckdb.DuckDBPyConnection, more: Callable[[Touches], Touches]
) -> None:
    rng = np.random.default_rng(6)
    before = {f"{number}": drawn(rng) for number in range(500)}
    after = {number: more(touches) for number, touches in before.items()}
    was, now = (bounded(con, people) for people in (before, after))
    for span in SPANS:
        height = SCALE["ladder_start"] + now[f"trusted_{span}"]
        assert (height <= (SCALE["ladder_start"] + was[f"lower_{span}"]) * STEP + 1e-5).all()
        assert (now[f"trusted_{span}"] > was[f"trusted_{span}"]).mean() > 0.9
