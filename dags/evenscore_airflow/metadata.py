"""Takes people out of what Airflow's database keeps of its runs: what tasks handed on, showed and asked."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from evenscore.names.identifier_matcher import REMOVED, IdentifierMatcher

SAID: dict[str, tuple[str, ...]] = {
    "asset_event": ("extra",),
    "backfill": ("dag_run_conf",),
    "callback": ("data", "output"),
    "dag_run": ("conf",),
    "dag_run_note": ("content",),
    "hitl_detail": ("subject", "body", "options", "defaults", "params", "chosen_options", "params_input"),
    "hitl_detail_history": ("subject", "body", "options", "defaults", "params", "chosen_options", "params_input"),
    "import_error": ("stacktrace",),
    "log": ("extra",),
    "rendered_task_instance_fields": ("rendered_fields", "k8s_pod_yaml"),
    "task_instance": ("rendered_map_index", "next_kwargs"),
    "task_instance_history": ("rendered_map_index", "next_kwargs"),
    "task_instance_note": ("content",),
    "task_map": ("keys",),
    "xcom": ("value",),
}
"""The columns that hold what runs and people said. Others say what a run *is*: Airflow needs them."""

OF_DAGS = {"dag", "dag_code", "dag_tag", "serialized_dag", "alembic_version", "log_template"}
"""Tables of the DAGs themselves, which name nobody."""

PERSON = "person_id"


@dataclass
class Scrubbed:
    """What was found; the counts name nobody."""

    rows: Counter[str] = field(default_factory=Counter)
    """Rows that were rewritten, a column."""
    left: Counter[str] = field(default_factory=Counter)
    """Rows that still name somebody, a column: to take them out is Airflow's own business."""


def scrub(engine: sa.Engine, matcher: IdentifierMatcher) -> Scrubbed:
    """Blank what names a subject where runs keep what was said, and count where else somebody is named."""
    tables, found = sa.MetaData(), Scrubbed()
    tables.reflect(engine)
    with engine.begin() as con:
        for table in tables.tables.values():
            for column in _texts(table):
                is_said = column.name in SAID.get(table.name, ())
                named = _rewrite(con, table, column, matcher) if is_said else _count(con, column, matcher)
                if named:
                    (found.rows if is_said else found.left)[f"{table.name}.{column.name}"] = named
    _vacuum(engine, {name.partition(".")[0] for name in found.rows})
    return found


def has_run(engine: sa.Engine, dag_id: str, run_id: str) -> bool:
    """Whether this is the database that knows a run: another one would be scrubbed in vain."""
    query = sa.text("select count(*) from dag_run where dag_id = :dag_id and run_id = :run_id")
    try:
        with engine.connect() as con:
            return bool(con.execute(query, {"dag_id": dag_id, "run_id": run_id}).scalar())
    except sa.exc.DBAPIError:  # no such table, or no such server
        return False


def _texts(table: sa.Table) -> Iterator[sa.Column[Any]]:
    if table.name not in OF_DAGS:
        yield from (one for one in table.columns if isinstance(one.type, sa.String | sa.JSON))


def _rewrite(con: sa.Connection, table: sa.Table, column: sa.Column[Any], matcher: IdentifierMatcher) -> int:
    keys = list(table.primary_key.columns)
    changed = 0
    for *key, value in con.execute(sa.select(*keys, column).where(column.is_not(None))).fetchall():
        if not names_one(value, matcher):
            continue
        same = sa.and_(*(name == part for name, part in zip(keys, key, strict=True)))
        con.execute(sa.update(table).where(same).values({column.name: _without(value, matcher)}))
        changed += 1
    return changed


def _count(con: sa.Connection, column: sa.Column[Any], matcher: IdentifierMatcher) -> int:
    rows = con.execute(sa.select(column).where(column.is_not(None)))
    return sum(names_one(value, matcher) for (value,) in rows)


def names_one(value: Any, matcher: IdentifierMatcher) -> bool:
    """Whether a value names a subject: in its text, or as a person's id, however little that tells by itself."""
    if isinstance(value, str):
        parsed = _parsed(value)
        return matcher.within(value) or (parsed is not None and names_one(parsed, matcher))
    if isinstance(value, dict):
        return value.get(PERSON) in matcher.people or any(
            matcher.within(str(key)) or names_one(one, matcher) for key, one in value.items()
        )
    return isinstance(value, list) and any(names_one(one, matcher) for one in value)


def _parsed(text: str) -> Any:
    """The object or list that a text spells; None where it spells none."""
    if not text.startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


def _without(value: Any, matcher: IdentifierMatcher) -> Any:
    """The same, less those who left. A list keeps its length: runs that still wait count on the place of each value."""
    if isinstance(value, str):
        parsed = _parsed(value)
        if parsed is not None:
            return json.dumps(_without(parsed, matcher))
        return REMOVED if matcher.within(value) else value
    if isinstance(value, list):
        return [_without(one, matcher) for one in value]
    if isinstance(value, dict):
        if value.get(PERSON) in matcher.people:
            return dict.fromkeys(value, REMOVED)
        return {REMOVED if matcher.within(key) else key: _without(one, matcher) for key, one in value.items()}
    return value


def _vacuum(engine: sa.Engine, tables: set[str]) -> None:
    """Let go of the bytes that the old rows were made of."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as con:
        if engine.dialect.name == "sqlite" and tables:
            con.execute(sa.text("vacuum"))
        elif engine.dialect.name == "postgresql":
            for table in sorted(tables):
                con.execute(sa.text(f'vacuum "{table}"'))
