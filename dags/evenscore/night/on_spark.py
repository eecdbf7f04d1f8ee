"""A night whose evidence layer Spark builds: what grows with events. All else of it, DuckDB builds as ever.

DuckDB hands over what the layer reads, as Parquet; Spark, in a process of an environment of its own, builds the
layer's models; DuckDB takes their tables as they lie there and goes on. Both read the same models. What names people
who did not ask for a score lies in a folder of the home meanwhile, its owner's alone, and is gone when the build
ends, however it ends.
"""

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from evenscore.base.bundled import DBT_PROJECT
from evenscore.base.databases import file_of, quoted
from evenscore.base.settings import Settings
from evenscore.base.warehouse import connect
from evenscore.night import dbt_build
from evenscore.night.spark import Spark
from evenscore.publication.nameless import spark_functions

PARTS = ("received_evidence", "pair_evidence")
"""The selectors of the evidence layer, in the order in which they are built: trust is solved between them."""

LANDED = "raw.activity"
"""The one input that is not handed over: Spark reads the landed files where they lie."""


def build_night(settings: Settings) -> dict[str, Any]:
    """Build and test everything that a night needs, the evidence layer on Spark.

    Returns and raises as `dbt_build.build_night` does, with the seconds of Spark's models as `spark`; UsageError where
    Spark or Java is missing.
    """
    exchange = settings.places.exchange
    shutil.rmtree(exchange, ignore_errors=True)
    exchange.mkdir(mode=0o700)
    try:
        return _built(settings, exchange)
    finally:
        shutil.rmtree(exchange, ignore_errors=True)


def _built(settings: Settings, exchange: Path) -> dict[str, Any]:
    _, variables, manifest = dbt_build.parsed_night(settings)
    nodes = {**manifest.nodes, **manifest.sources}
    seconds: dict[str, float] = {}
    with Spark(settings, exchange, variables, spark_functions(settings.account_ids)) as spark:
        for part in PARTS:
            read = _read_by(part, nodes)
            _hand_over(settings, exchange, part, read)
            seconds |= spark.build(part, {_table(node): _given(exchange, node) for node in read})
    with _exchanging(exchange):
        return dbt_build.build_night(settings) | {"spark": seconds}


def _read_by(part: str, nodes: dict[str, Any]) -> list[Any]:
    """The models, seeds and sources outside the layer that a part of it reads, in order."""
    known = yaml.safe_load((DBT_PROJECT / "selectors.yml").read_text(encoding="utf-8"))["selectors"]
    names = {one["name"]: one["definition"]["union"] for one in known}
    layer = {name for each in PARTS for name in names[each]}
    own = [node for node in nodes.values() if node.resource_type == "model" and node.name in names[part]]
    read = {nodes[key].unique_id: nodes[key] for node in own for key in node.depends_on.nodes}
    return [read[key] for key in sorted(read) if read[key].resource_type == "source" or read[key].name not in layer]


def _hand_over(settings: Settings, exchange: Path, part: str, read: list[Any]) -> None:
    """Build what a part of the layer reads, and write it as Parquet, each table in a folder of its own."""
    for node in read:
        _given(exchange, node).mkdir(parents=True)
    models = [node for node in read if node.resource_type == "model"]
    chosen = [f"+{node.name}" for node in read if node.resource_type != "source"]
    with _exchanging(exchange, {_table(node): str(_given(exchange, node) / "rows.parquet") for node in models}):
        dbt_build.build(settings, f"what {part} reads", ["--select", *chosen])
    with connect(settings.places, read_only=True) as con:
        for node in read:
            folder = _given(exchange, node)
            if _table(node) == LANDED:
                landed = con.execute("select path from raw.landed_files where dataset = 'activity'").fetchall()
                for number, (path,) in enumerate(landed):
                    (folder / f"{number}.parquet").symlink_to(path)
            elif node not in models:
                con.execute(f"copy (from {_table(node)}) to {quoted(folder / 'rows.parquet')} (format parquet)")


def _table(node: Any) -> str:
    return f"{node.schema}.{node.name}"


def _given(exchange: Path, node: Any) -> Path:
    return exchange / "given" / f"{node.schema}.db" / str(node.name)


@contextlib.contextmanager
def _exchanging(exchange: Path, given: dict[str, str] | None = None) -> Iterator[None]:
    """Let dbt take every table that lies in the exchange instead of building it, and write those that are `given`."""
    lying = [folder for folder in exchange.glob("*/*.db/*") if any(folder.glob("*.parquet"))]
    taken = {f"{folder.parent.stem}.{folder.name}": f"{file_of(folder)[:-1]}/*.parquet'" for folder in lying}
    given = {table: quoted(path) for table, path in (given or {}).items()}
    os.environ["EVENSCORE_EXCHANGE"] = json.dumps({"taken": taken, "given": given})
    try:
        yield
    finally:
        del os.environ["EVENSCORE_EXCHANGE"]
