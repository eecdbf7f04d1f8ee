"""Great Expectations' own pages of a night, as an extra."""

from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml

from evenscore.base.errors import EvenscoreError
from evenscore.base.settings import Consent, Settings
from evenscore.base.sources import Source
from evenscore.checks import suites
from evenscore.night.data_docs import write_data_docs
from evenscore.state.runs import Night

NIGHT = Night.of(date(2026, 3, 10), "documented")
SUITE = {
    "reads": "One row, made for this test.",
    "query": "select '<script>alert(1)</script>' as who, 5 as size",
    "rows_are": ["who"],
    "expectations": [
        {
            "expect": "expect_column_values_to_be_between",
            "column": "size",
            "max_value": 2,
            "severity": "critical",
            "because": "twenty characters at least",
        }
    ],
}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    folder = tmp_path / "expectations"
    (folder / "scores").mkdir(parents=True)
    (folder / "scores" / "made.yml").write_text(yaml.safe_dump(SUITE))
    monkeypatch.setattr(suites, "EXPECTATIONS", folder)
    monkeypatch.setattr(suites, "REQUIRED", {})
    source = Source(name="forum", kind="files", path="*.csv")
    settings = Settings(
        home=tmp_path, config=tmp_path / "e.toml", sources=(source,), consent=Consent(ledger=Path("c.csv"))
    )
    with duckdb.connect(settings.places.warehouse) as con:
        con.execute(f"create schema raw; create table raw.run as select '{NIGHT.run_id}' as run_id")
        con.execute("create schema scores; create table scores.personal_data as select '*' as relation limit 0")
        con.execute("alter table scores.personal_data add column column_name varchar")
        con.execute("alter table scores.personal_data add column kind varchar")
    return settings


def test_a_suite_has_a_page_that_shows_what_failed_and_no_value_of_it_can_act(settings: Settings) -> None:
    (page,) = write_data_docs(settings, NIGHT).glob("*.html")
    content = page.read_text()
    assert page.name == "scores.made.html"
    assert "less than or equal to" in content and "Failed" in content
    assert "<script>alert(1)" not in content


def test_another_night_in_the_warehouse_is_not_documented_as_this_one(settings: Settings) -> None:
    with pytest.raises(EvenscoreError, match="the warehouse holds"):
        write_data_docs(settings, Night.of(date(2026, 3, 10), "other"))
