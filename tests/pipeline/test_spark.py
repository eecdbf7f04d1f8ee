"""The evidence layer on Spark: the same scores as on DuckDB, and nothing left behind."""

import itertools
import math
import os
import re
import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from jinja2 import Environment

from evenscore.base import atomic_io, warehouse
from evenscore.base.bundled import DBT_PROJECT
from evenscore.base.config_file import load_settings
from evenscore.base.errors import UsageError
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings
from evenscore.erasure import erase
from evenscore.laboratory.demo import make_community
from evenscore.landing_zone import landing
from evenscore.night import on_spark, spark, steps
from evenscore.reviews.set_asides import SetAside
from evenscore.state import journal
from evenscore.state.runs import Night
from home import Home

NIGHT = date(2026, 3, 15)
EPOCH = "1773624000"
"""The instant that both nights are published at."""
ENVIRONMENT = Path(__file__).parents[2] / ".venv-spark"
ALIKE = 1e-9
"""By how much two engines may differ in any number: each rounds its own sums and powers."""
OWN = ("runs",)
"""The published tables that tell of a run, and not of anybody's score."""

needs_spark = pytest.mark.skipif(
    not (ENVIRONMENT / ".ready").exists() or not (shutil.which("java") or os.environ.get("JAVA_HOME")),
    reason="no .venv-spark, or no Java: `make test-spark` sets it up",
)


@dataclass(frozen=True)
class Both:
    """One night of the demo, built by each engine, with engagement set aside that each has to find again."""

    duckdb: Settings
    spark: Settings
    night: Night


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    home = tmp_path_factory.mktemp("engines") / "duckdb"
    config = make_community(HomePaths(home).demo, nights=61).folder / "evenscore.toml"
    settings, night = load_settings(home, config), Night.of(NIGHT, "one")
    for source in settings.sources:
        steps.extract(settings, night, source.name)
    for number, part in enumerate(("top_post", "newcomers", "top_engager")):
        _set_aside(settings, number, part)
    other = shutil.copytree(home, home.with_name("spark"))
    own = HomePaths(other).demo / "evenscore.toml"
    own.write_text(own.read_text() + f'\n[machine]\nspark = "{ENVIRONMENT}"\n')
    made = Both(settings, load_settings(other, own), night)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", EPOCH)
        for each in (made.duckdb, made.spark):
            steps.build_all(each, night)
            steps.check(each, night)
            steps.publish(each, night)
    return made


def _set_aside(settings: Settings, number: int, part: str) -> None:
    """Let a reviewer have set aside a part of what the so many-th of those with the most-liked posts received."""
    files = [
        str(landing.verify(settings.places, one))
        for one in landing.manifests(settings.places)
        if one.dataset == "activity"
    ]
    with duckdb.connect() as con:
        con.execute(f"create table ledger as from read_csv('{settings.ledger}')")
        most_liked = """
            select person_id, persona, max_by(events.network || ':' || object_id, likes)
            from (
                select network, target_id, object_id, count(*) as likes
                from read_parquet($files)
                where actor_id is not null and occurred_at >= $since
                group by all
            ) as events
            inner join ledger on events.network = ledger.network and target_id = account_id
            where ledger.action = 'grant' and purpose = 'public_score'
            group by all
            order by max(likes) desc, person_id
            limit 1 offset $number
        """
        given = {"files": files, "since": NIGHT - timedelta(5), "number": number}
        person, persona, post = con.execute(most_liked, given).fetchall()[0]
    said = {
        "set_aside_id": number + 1,
        "decided_at": "2026-03-15T01:00:00Z",
        "decided_by": "rita",
        "why": "sent",
        "action": "set_aside",
        "person_id": person,
        "persona": persona,
        "candidate_score": 50.0,
        "last_good_score": None,
        "cause": "unexplained",
        "run_id": "before",
        "part": part,
        "post": post if part == "top_post" else None,
        "since_date": NIGHT - timedelta(6),
        "until_date": NIGHT - timedelta(1),
        "episode_date": NIGHT - timedelta(5),
        "as_of_date": NIGHT - timedelta(1),
    }
    journal.append(settings.places, settings.places.set_asides, SetAside.model_validate(said))


def published(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """Every published table but those of runs: its rows, texts and days first, so that both engines' sort alike."""
    found = {}
    with duckdb.connect(str(settings.places.database.resolve()), read_only=True) as con:
        for (table,) in con.execute("select table_name from information_schema.tables order by all").fetchall():
            columns = con.execute(f"describe {table}").fetchall()
            exact = [name for name, kind, *_ in columns if kind != "DOUBLE" and name != "run_id"]
            rounded = [name for name, kind, *_ in columns if kind == "DOUBLE"]
            order = ", ".join(map(str, range(1, len(exact) + len(rounded) + 1)))
            if table not in OWN:
                found[table] = con.execute(
                    f"select {', '.join([*exact, *rounded])} from {table} order by {order}"
                ).fetchall()
    return found


def alike(one: object, other: object) -> bool:
    """Whether two values are the same, or numbers that differ by no more than they may."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=0, abs_tol=ALIKE)
    return one == other


@pytest.mark.spark
@needs_spark
def test_both_engines_publish_the_same_rows(both: Both) -> None:
    ours, theirs = published(both.duckdb), published(both.spark)
    assert {table: len(rows) for table, rows in ours.items()} == {table: len(rows) for table, rows in theirs.items()}
    assert sum(row is not None for row in ours["person_scores"]) > 200
    for table, rows in ours.items():
        pairs = zip(rows, theirs[table], strict=True)
        assert [(one, other) for one, other in pairs if not all(map(alike, one, other))] == [], table


@pytest.mark.spark
@needs_spark
def test_both_engines_set_the_same_engagement_aside(both: Both) -> None:
    query = "select network, set_aside_because, event_count from conformed.activity_set_aside order by all"
    found = []
    for settings in (both.duckdb, both.spark):
        with warehouse.connect(settings.places, read_only=True) as con:
            found.append(con.execute(query).fetchall())
    assert found[0] == found[1]
    assert {because for _, because, _ in found[0]} >= {"set aside by a reviewer", "self-interaction", "service account"}


@pytest.mark.spark
@needs_spark
def test_spark_leaves_nothing_behind_and_says_what_it_built(both: Both) -> None:
    assert not both.spark.places.exchange.exists()
    record = atomic_io.read_json(both.spark.places.run(both.night.run_id) / "stages" / "build.json")
    layer = set(itertools.chain.from_iterable(selected().values()))
    assert set(record["spark"]) == layer
    assert "spark" not in atomic_io.read_json(both.duckdb.places.run(both.night.run_id) / "stages" / "build.json")


def selected() -> dict[str, list[str]]:
    """The models of each selector."""
    known = yaml.safe_load((DBT_PROJECT / "selectors.yml").read_text())["selectors"]
    return {one["name"]: one["definition"]["union"] for one in known}


def test_every_model_of_the_evidence_layer_is_there_and_is_in_one_part() -> None:
    names = list(itertools.chain.from_iterable(selected()[part] for part in on_spark.PARTS))
    assert tuple(selected()) == on_spark.PARTS
    assert len(names) == len(set(names))
    assert set(names) <= {path.stem for path in (DBT_PROJECT / "models").rglob("*.sql")}


def test_an_environment_without_spark_is_named(home: Home) -> None:
    home.config.write_text(home.config.read_text() + '\n[machine]\nspark = "nowhere"\n')
    with pytest.raises(
        UsageError, match=r"evenscore.toml: machine.spark: .*nowhere has no pyspark: in a checkout, `make"
    ):
        spark.python_of(home.settings)


def test_a_machine_without_java_is_told_what_to_install(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("pyspark", "dbt/adapters/spark"):
        folder = home.folder / "env" / "lib" / "python3.11" / "site-packages" / package
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
    (home.folder / "env" / "bin").mkdir()
    (home.folder / "env" / "bin" / "python").touch()
    home.config.write_text(home.config.read_text() + '\n[machine]\nspark = "env"\n')
    monkeypatch.setenv("PATH", str(home.folder))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(UsageError, match="Spark needs Java 17 or later, and there is none: install openjdk-17"):
        spark.python_of(home.settings)


def test_an_erasure_takes_away_what_a_killed_night_left_for_spark(home: Home) -> None:
    left = home.settings.places.exchange / "built" / "conformed.db" / "told_events"
    left.mkdir(parents=True)
    (left / "part-0.parquet").write_bytes(b"bob")
    erase.forget(home.settings, ["p_ann"], "rita")
    assert not home.settings.places.exchange.exists()


SPOKEN = {
    "days_between('a', 'b')": "datediff(a, b)",
    "numbered('a')": "monotonically_increasing_id()",
    "sha256_hex('a')": "sha2(a, 256)",
    "digest_number('a')": "cast(conv(right(md5(a), 16), 16, 10) as decimal(20, 0))",
    "lower_case('a')": "lower(translate(a, '\u03a3\u0130', '\u03c3i'))",
    "without_match('a', '^x$')": r"regexp_replace(a, '(?d)^x\z', '')",
    r"without_matches('a', '\\s+$')": r"regexp_replace(a, '(?d)[ \t\n\f\r]+\z', '')",
    "matches('a', '[?#]')": "rlike(a, '(?d)[?#]')",
}
"""What is said to Spark in its own words, which only a night on Spark would try."""


def test_spark_is_told_in_its_words_what_they_mean_to_duckdb() -> None:
    dialects = (DBT_PROJECT / "macros" / "dialects.sql").read_text()
    spoken = {
        call: Environment().from_string(f"{dialects}{{{{ spark__{call} }}}}").render().split("\n")[-1]
        for call in SPOKEN
    }
    assert spoken == SPOKEN
    assert set(re.findall(r"macro spark__(\w+)", dialects)) == {call.partition("(")[0] for call in SPOKEN}


@pytest.mark.parametrize("own", [None, *spark.OWN_CLUSTER])
def test_spark_stays_on_this_machine_unless_somebody_says_otherwise(
    own: str | None, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in spark.OWN_CLUSTER:
        monkeypatch.delenv(name, raising=False)
    if own:
        monkeypatch.setenv(own, "theirs")
    monkeypatch.setattr(spark, "python_of", lambda settings: "python")
    told = spark.Spark(home.settings, home.folder, "{}", ()).work["conf"]
    local = {"spark.master": "local[*]", "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    assert {name: told.get(name) for name in local} == (dict.fromkeys(local) if own else local)
    assert (told["spark.sql.session.timeZone"], told["spark.hadoop.fs.permissions.umask-mode"]) == ("UTC", "077")
    assert {told["spark.sql.warehouse.dir"], told["spark.local.dir"]} == {
        str(home.folder / name) for name in ("built", "spilled")
    }
