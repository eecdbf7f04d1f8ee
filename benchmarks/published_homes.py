"""Homes with a long history of published nights, made in minutes: one night is run, and its rows stand for the others.

A village of so many people lives for a month, on one network. The product publishes its last night but one, and runs
the last up to its checks. Then the published night is repeated, a day earlier each time, with other figures, and
written by what writes runs anew after an erasure. What is measured is the publish of the last night.
"""

import shutil
from datetime import date, timedelta
from pathlib import Path

import duckdb

from evenscore.base import atomic_io
from evenscore.base.config_file import load_settings
from evenscore.base.databases import columns_of, quoted
from evenscore.base.settings import Settings
from evenscore.night import steps
from evenscore.publication import publishing
from evenscore.publication.shown_rows import MARTS
from evenscore.state import runs
from evenscore.state.runs import Night

LAST = date(2026, 3, 10)
EVE = LAST - timedelta(days=1)
DAYS = [LAST - timedelta(days=number) for number in range(29, -1, -1)]
FANS = 13

CONFIG = """\
[[sources]]
name = "forum_activity"
kind = "files"
path = "activity/{date}.parquet"
network = "forum"

[consent]
ledger = "consent.parquet"

[scoring]
version = 1
lookback_nights = 28

[checks]
provisional_nights = 0
"""

PEOPLE = """
    copy (
        select 'p' || range as person_id, 'forum' as network, 'p' || range as account_id, 'work' as persona,
            'grant' as action, 'public_score' as purpose, true as is_adult, timestamp '2025-01-01' as recorded_at
        from range({people})
    ) to {path} (format parquet)
"""
LIKES = """
    copy (
        select 'e' || person.range || '-' || fan.range || '-{day}' as event_id, 'forum' as network, 'like' as verb,
            'fan' || fan.range || '_of_' || person.range as actor_id, 'p' || person.range || '-{day}' as object_id,
            'p' || person.range as target_id, timestamp '{day} 12:00:00' as occurred_at, null::double as value,
            null::varchar as text
        from range({people}) as person, range({fans}) as fan
        where (fan.range + person.range + {number}) % 3 = 0 and fan.range < 3 + person.range % 11
    ) to {path} (format parquet)
"""
CHANGES = """
    select person_id, persona, as_of_date, cause, score * sin(hash(score, cause) % 1000003) as points
    from (select *, row_number() over () as rowid from ({scores} order by rowid))
    cross join unnest(['own_activity', 'engagers', 'decay']) as causes(cause)
"""
"""What moved the scores: the first night of all has no such rows."""
FIGURES = ("score", "score_low", "score_high", "reach", "amplification", "network_quality", "percentile", "points")
"""What is another figure every night."""


def write_village(folder: Path, people: int) -> None:
    """Source files, ledger and configuration: everybody has three to thirteen fans, who like every third day."""
    (folder / "activity").mkdir(parents=True)
    (folder / "evenscore.toml").write_text(CONFIG)
    with duckdb.connect() as con:
        con.execute(PEOPLE.format(people=people, path=quoted(folder / "consent.parquet")))
        for day in DAYS:
            path = quoted(folder / "activity" / f"{day}.parquet")
            con.execute(LIKES.format(people=people, day=day, fans=FANS, number=day.toordinal(), path=path))


def make(folder: Path, people: int) -> tuple[Settings, Night]:
    """A home in which one night is published, and the next is checked: ready to be published."""
    write_village(folder / "village", people)
    settings = load_settings(folder / "home", folder / "village" / "evenscore.toml")
    steps.run_night(settings, EVE)
    night = Night.of(LAST, "checked")
    for source in settings.sources:
        steps.extract(settings, night, source.name)
    steps.build_all(settings, night)
    steps.check(settings, night)
    return settings, night


def with_history(settings: Settings, night: Night, home: Path, nights: int) -> Settings:
    """A copy of such a home in which so many nights have been published."""
    shutil.copytree(
        settings.home, home, symlinks=True, ignore=shutil.ignore_patterns("landing", "dbt", "evenscore.lock")
    )
    (home / "landing").symlink_to(settings.places.landing)
    copied = load_settings(home, settings.config)
    _look_here(copied, settings.places.inputs)
    folder = copied.places.current.resolve()
    with duckdb.connect() as con:
        con.execute(f"attach {quoted(folder / 'evenscore.duckdb')} as previous (read_only)")
        tables = (*MARTS, "runs", "data_quality")
        kept = {table: _repeated(columns_of(con, f"previous.{table}"), table, nights) for table in tables}
        kept["score_changes"] = CHANGES.format(scores=kept["person_scores"])
    publishing.rewrite(copied.places, folder, kept)
    _measure_against(copied, night)
    return copied


def _repeated(columns: list[str], table: str, nights: int) -> str:
    """The rows of a table for each of so many nights, the earliest first."""
    changes = ["(rows.as_of_date - i::integer) as as_of_date"]
    jitter = "(1 + sin(hash(rows.rowid, i) % 1000003) / 1000)"
    changes += [f"rows.{name} * {jitter} as {name}" for name in columns if name in FIGURES]
    changes += ["if(i = 0, rows.run_id, rows.run_id || '-' || i) as run_id"] if "run_id" in columns else []
    place = f"({nights} - i) * 1000000000 + rows.rowid as rowid"
    source = f"from previous.{table} as rows, range({nights}) as night(i)"
    return f"select * exclude (rowid) from (select rows.* replace ({', '.join(changes)}), {place} {source})"


def _look_here(settings: Settings, before: Path) -> None:
    """Let the warehouse of a copied home look at the files of the copy: its views name them by their whole path."""
    with duckdb.connect(settings.places.warehouse) as con:
        views = con.execute("select sql from duckdb_views() where schema_name = 'raw'").fetchall()
        for (sql,) in views:
            con.execute(
                sql.replace("CREATE VIEW", "create or replace view").replace(str(before), str(settings.places.inputs))
            )


def _measure_against(settings: Settings, night: Night) -> None:
    """Let the night that is ready have been laid out on what is published now."""
    folder = settings.places.current.resolve()
    path = settings.places.inputs / "published_scores.parquet"
    with duckdb.connect() as con:
        columns = ", ".join(name for name, *_ in con.execute(f"describe from read_parquet({quoted(path)})").fetchall())
        con.execute(f"attach {quoted(folder / 'evenscore.duckdb')} as previous (read_only)")
        window = f"as_of_date >= date '{night.as_of_date}' - {settings.scoring.lookback_nights}"
        con.execute(
            f"copy (select {columns} from previous.person_scores where {window}) to {quoted(path)} (format parquet)"
        )
    if hasattr(publishing, "MEASURED_AGAINST"):
        record = next(one for one in runs.stages(settings.places, night.run_id) if one["stage"] == "check_landing")
        record[publishing.MEASURED_AGAINST] = publishing.seen_now(settings.places)
        atomic_io.write_json(settings.places.run(night.run_id) / "stages" / "check_landing.json", record)


def multiplied(settings: Settings, home: Path, times: int) -> Settings:
    """A copy of such a home, with its village, in which each person stands for so many.

    The ledger has them all; what was published and what is to be published says of each what it says of the first.
    """
    shutil.copytree(settings.config.parent, home / "village")
    shutil.copytree(settings.home, home / "home", symlinks=True, ignore=shutil.ignore_patterns("dbt", "runs.lock"))
    copied = load_settings(home / "home", home / "village" / "evenscore.toml")
    _look_here(copied, settings.places.inputs)
    with duckdb.connect(copied.places.warehouse) as con:
        for (table,) in con.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall():
            _multiply(con, f"marts.{table}", times)
        for table in ("conformed.consent", "conformed.consent_shown"):
            _multiply(con, table, times)
    with duckdb.connect() as con:
        for path in (settings.ledger.relative_to(settings.config.parent),):
            _multiply_file(con, home / "village" / path, times)
        _multiply_file(con, copied.places.inputs / "consent.parquet", times)
        folder = copied.places.current.resolve()
        con.execute(f"attach {quoted(folder / 'evenscore.duckdb')} as previous (read_only)")
        kept = {mart: _many(columns_of(con, f"previous.{mart}"), f"previous.{mart}", times) for mart in MARTS}
    publishing.rewrite(copied.places, folder, kept)
    return copied


def _many(columns: list[str], table: str, times: int) -> str:
    """The rows of a table for each of so many people where there was one."""
    ids = [name for name in ("person_id", "account_id", "other_person_id") if name in columns]
    changes = ", ".join(f"if(i = 0, rows.{name}, rows.{name} || 'x' || i) as {name}" for name in ids)
    many = f", range({times if 'person_id' in columns else 1}) as copies(i)"
    return f"select rows.*{f' replace ({changes})' if changes else ''} from {table} as rows{many}"


def _multiply(con: duckdb.DuckDBPyConnection, table: str, times: int) -> None:
    con.execute(f"create temp table many as {_many(columns_of(con, table), table, times)}")
    con.execute(f"delete from {table}")
    con.execute(f"insert into {table} by name from many")
    con.execute("drop table many")


def _multiply_file(con: duckdb.DuckDBPyConnection, path: Path, times: int) -> None:
    con.execute(f"create or replace table one as from read_parquet({quoted(path)})")
    con.execute(f"copy ({_many(columns_of(con, 'one'), 'one', times)}) to {quoted(path)} (format parquet)")
