"""A village in which somebody is to leave who has left a trace in every kind of place."""

import gzip
import json
import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard
from village import DAYS, FIRST, LAST, Village

from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings

PERSON, ACCOUNT, OLD_NAME, STABLE = "p_quillfeather", "quillfeather", "quillfeather_old", "quill-583231"
IDS = ("quillfeather", STABLE)
"""What a byte search looks for: every id of the subject holds one of these."""
EVE = DAYS[-2]


@dataclass(frozen=True)
class Left:
    """A village and the home folder that its nights have filled."""

    village: Village
    settings: Settings


def the_village(folder: Path) -> Village:
    """Everybody is liked by their fans; the subject jumps, likes others, was renamed, and is spoken of."""
    village = (
        Village(folder)
        .habits(["p_stays", "p_asks", "p_nobody"])
        .grant(PERSON, ACCOUNT)
        .grant("p_halfpenny", "halfpenny")
    )
    for day in DAYS:
        village.like(ACCOUNT, [f"fan{number}" for number in range(day.day % 3, 8, 3)], day)
        village.like("p_stays", [ACCOUNT], day, object_id=f"object-{day}")
        village.like("halfpenny", [f"fan{number}" for number in range(5)], day)
    village.like(OLD_NAME, ["fan0", "fan1"], FIRST)
    village.like(ACCOUNT, [f"crowd{number}" for number in range(2000)], LAST, object_id="that-post")
    village.like("p_asks", ["fan1"], LAST, object_id=f"{ACCOUNT}/project#7", verb="reply", text=f"hello @{ACCOUNT}!")
    village.like("p_asks", ["fan2"], LAST, verb="adores", text=f"what @{ACCOUNT} said")  # no verb we know: rejected
    village.named(STABLE, OLD_NAME, ACCOUNT).named("stays-1", "p_stays", "stays_too")
    snapshot = {"network": "forum", "is_private": "false", "is_bot": "false", "captured_at": f"{LAST}T06:00:00Z"}
    village.accounts += [snapshot | {"account_id": name} for name in (ACCOUNT, "p_stays")]
    return village.write()


def plant(places: HomePaths) -> None:
    """What other parts write: reviews, logs, exports, evaluations, comparisons, samples, Airflow's database."""
    home = places.home
    rows = [{"person_id": PERSON, "score": 40.0}, {"person_id": "p_stays", "score": 20.0}]
    seen = {"persona": "work", "as_of_date": str(LAST), "episode_date": str(LAST), "candidate_score": 40.0}
    said = {"last_good_score": 20.0, "cause": "organic", "run_id": "r", "decided_by": "ann", "why": "read it"}
    made = {"decision_id": 1, "decided_at": f"{LAST}T08:00:00Z", "action": "reject"}
    decisions = [{"person_id": row["person_id"]} | seen | said | made for row in rows]
    texts = {
        "reviews/decisions.ndjson": "".join(json.dumps(row) + "\n" for row in decisions),
        "airflow/logs/task.log": f"looked at {PERSON}\nlooked at p_stays\n",
        "dbt/logs/dbt.log": f"compared {ACCOUNT}\n",
        f"exports/{PERSON}.json": "{}\n",
        "warehouse.duckdb.tmp/duckdb_temp_storage-0.tmp": f"{PERSON} p_stays",
        "exports/everybody.json": json.dumps({"people": rows, "note": f"asked by {ACCOUNT}", "count": 2}),
        "evaluations/evaluation_20260310/pairs.csv": f'person_a,why\n{PERSON},"two\nlines"\np_stays,well\n',
        f"comparisons/{LAST}_v1/page.html": f"<p>{PERSON}</p>",
        "data_docs/index.html": f"<p>{PERSON}</p>",
        "fits/v3/report.md": f"best: {PERSON}\nnext: p_stays\n",
    }
    for name, text in texts.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    samples = home / "samples"
    samples.mkdir()
    (samples / "people.ndjson.gz").write_bytes(gzip.compress(texts["reviews/decisions.ndjson"].encode()))
    (samples / "people.ndjson.zst").write_bytes(zstandard.compress(texts["reviews/decisions.ndjson"].encode()))
    (samples / "people.pickle").write_bytes(b"\x80" + PERSON.encode())
    pq.write_table(pa.Table.from_pylist(rows), samples / "people.parquet")
    (checks,) = places.runs.glob(f"{LAST}_*/checks/scores.json")
    checks.write_text(checks.read_text().replace("1 of 5: ", f"1 of 5: {PERSON}/work "))
    with sqlite3.connect(home / "airflow" / "airflow.db") as con:
        con.execute("create table xcom (dag_id text, value text)")
        con.executemany("insert into xcom values ('review_jumps', ?)", [(PERSON,), ("p_stays",)])
    con.close()


def later(days: int) -> str:
    """A noon so many days after the last night."""
    return f"{LAST + timedelta(days=days)}T12:00:00Z"
