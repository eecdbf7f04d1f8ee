"""Where everything lies in a home: the next release finds what this one has left, under the same names."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from evenscore.base.paths import HomePaths

DAY = date(2026, 3, 1)

KEPT: dict[str, str] = {
    "evenscore.lock": "lock",
    "turn.json": "turn",
    "scheduled.json": "scheduled",
    "demo": "demo",
    "heads.json": "heads",
    "landing": "landing",
    "landing/normal-form.json": "normal_form",
    "landing/deliveries/rows": "origins_folder",
    "reviews/deliveries.ndjson": "acceptances",
    "consent/ledger.ndjson": "consent_ledger",
    "consent/key": "consent_key",
    "consent/laid_out.parquet": "consent_laid_out",
    "consent/applied.json": "consent_applied",
    "exports.ndjson": "exports",
    "warehouse.duckdb": "warehouse",
    "warehouse.duckdb.tmp": "spilled",
    "reconstructed/key": "grounds_key",
    "published/current": "current",
    "published/evenscore.duckdb": "database",
    "published/consent_head.json": "consent_head",
    "reviews/decisions.ndjson": "decisions",
    "reviews/set_asides.ndjson": "set_asides",
    "reviews/questions.ndjson": "questions",
    "reviews/incidents.ndjson": "incident_releases",
    "reports/index.html": "report_index",
    "evaluations": "evaluations",
    "comparisons": "comparisons",
    "erasures/key": "suppression_key",
    "erasures/suppressed.ndjson": "suppressed",
    "erasures/intent.json": "erasure_intent",
    "erasures/elsewhere.json": "erasure_elsewhere",
    "erasures/log.ndjson": "erasure_log",
    "erasures/clean.json": "seen_clean",
    "pruned.json": "pruned",
    "airflow": "airflow",
}
NAMED: dict[str, tuple[str, tuple[Any, ...]]] = {
    "landing/forum/activity/2026-03-01": ("landed", ("forum", "activity", DAY)),
    "landing/rejected/forum/activity/2026-03-01": ("rejected", ("forum", "activity", DAY)),
    "landing/deliveries/mail.json": ("deliveries", ("mail",)),
    "landing/deliveries/rows/mail/forum/activity/2026-03-01.parquet": (
        "origins",
        ("mail", "forum", "activity", DAY),
    ),
    "pulls/mail": ("pulled", ("mail",)),
    "pulls/mail/pages": ("raw_pages", ("mail",)),
    "aggregates/2026-03-network.json": ("aggregate", ("network", DAY)),
    "reconstructed/2026-03-01.parquet": ("reconstructed_by", (DAY,)),
    "checks/landing.rows.parquet": ("kept_rows", ("landing.rows",)),
    "published/runs/r1": ("published_run", ("r1",)),
    "reports/2026-03-01.html": ("report", (DAY,)),
    "data_docs/2026-03-01": ("data_docs", (DAY,)),
    "runs/r1": ("run", ("r1",)),
    "runs/r1/page/facts.json": ("page_facts", ("r1",)),
    "evaluations/r1": ("evaluation", ("r1",)),
    "comparisons/2026-03-01_v2": ("comparison", (DAY, 2)),
    "fits/v4": ("fit", (4,)),
}
LISTED = {
    "all_rejected": ["landing/rejected/forum/activity/2026-03-01/a.parquet"],
    "all_deliveries": [f"landing/deliveries/{name}.json" for name in "abc"],
    "all_raw_pages": [f"pulls/{name}/pages/1.ndjson" for name in "abc"],
    "all_spilled": ["warehouse.duckdb.tmp", "spilled-7-1.tmp"],
    "all_reconstructed": [f"reconstructed/2026-03-0{day}.parquet" for day in (1, 2, 3)],
    "night_pages": [f"reports/2026-03-0{day}.html" for day in (1, 2, 3)],
    "truths": [
        *("aggregates/a.json", "consent/key", "erasures/intent.json", "erasures/key", "erasures/log.ndjson"),
        *("erasures/suppressed.ndjson", "exports.ndjson", *(f"landing/deliveries/{name}.json" for name in "abc")),
        *("pruned.json", "reviews/decisions.ndjson", "reviews/deliveries.ndjson", "reviews/incidents.ndjson"),
        *("reviews/questions.ndjson", "reviews/set_asides.ndjson"),
    ],
}
OTHERS = [
    *("consent/ledger.ndjson", "heads.json", "landing/rejected/forum/activity/2026-03-01/a.csv", "pulls/a/1.ndjson"),
    *(
        "landing/deliveries/rows/a.json",
        "reconstructed/key",
        "reports/index.html",
        "spilled.tmp",
        "erasures/clean.json",
    ),
]


def test_everything_lies_where_it_lay(tmp_path: Path) -> None:
    places = HomePaths(tmp_path)
    found = {name: str(getattr(places, what).relative_to(tmp_path)) for name, what in KEPT.items()}
    found |= {name: str(getattr(places, what)(*of).relative_to(tmp_path)) for name, (what, of) in NAMED.items()}
    assert found == {name: name for name in (*KEPT, *NAMED)}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> HomePaths:
    home = tmp_path_factory.mktemp("filled")
    listed = (name for names in LISTED.values() for name in (*names[1:], names[0]))  # in no order of theirs
    for name in (*listed, *OTHERS):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).touch()
    return HomePaths(home)


@pytest.mark.parametrize("what", LISTED)
def test_what_there_is_several_of_is_found_in_order_and_nothing_else(filled: HomePaths, what: str) -> None:
    assert [str(path.relative_to(filled.home)) for path in getattr(filled, what)] == LISTED[what]
