"""Memory is a setting: each database keeps to it, what does not fit goes below the home, each stage notes its peak."""

import json
import re
from pathlib import Path

import pytest
import yaml

from evenscore.base import databases, warehouse
from evenscore.base.bundled import DBT_PROJECT
from evenscore.base.errors import UsageError
from evenscore.state import memory, runs
from evenscore.state.runs import Night
from home import Home

LIMIT = "select current_setting('memory_limit')"


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test sets of the process is as it was when the test is over."""
    monkeypatch.setattr(databases, "_limits", databases.Limits())


def limited(home: Home, value: str) -> None:
    text = home.config.read_text()
    home.config.write_text(f'{text}\n[machine]\nmemory_limit = "{value}"\n')


@pytest.mark.parametrize(
    ("value", "of_database"),
    [("4GB", "2700MB"), ("2.6 GB", "1300MB"), ("512 MB", "256MB"), ("1.5GiB", "805MB"), ("4GiB", "2995MB")],
)
def test_every_database_keeps_to_what_python_leaves_of_the_limit(home: Home, value: str, of_database: str) -> None:
    limited(home, value)
    settings = home.settings
    with databases.connect() as con:
        of_memory = con.execute(LIMIT).fetchall()
        con.execute(f"set memory_limit = '{of_database}'")
        assert con.execute(LIMIT).fetchall() == of_memory
    settings.home.mkdir(exist_ok=True)
    with warehouse.connect(settings.places) as con:
        assert con.execute(LIMIT).fetchall() == of_memory
    assert databases.memory_limit() == of_database


def test_without_a_setting_the_machine_decides(home: Home) -> None:
    assert home.settings.machine.memory_limit is None
    with databases.connect() as con:
        before = con.execute(LIMIT).fetchall()
        con.execute(f"set memory_limit = '{databases.memory_limit()}'")
        assert con.execute(LIMIT).fetchall() == before


@pytest.mark.parametrize("value", ["much", "4", "-1GB", "0GB", "4TB'; drop table scores; --", "80%"])
def test_what_is_no_size_is_named(home: Home, value: str) -> None:
    limited(home, value)
    with pytest.raises(
        UsageError, match=rf"evenscore\.toml: machine\.memory_limit: {re.escape(repr(value))} is no size"
    ):
        _ = home.settings


def test_dbt_is_told_the_limit_and_that_a_day_is_one_of_utc() -> None:
    night = yaml.safe_load((DBT_PROJECT / "profiles.yml").read_text())["evenscore"]["outputs"]["night"]
    assert night["settings"]["memory_limit"] == "{{ env_var('EVENSCORE_MEMORY_LIMIT', '80%') }}"
    assert night["settings"]["TimeZone"] == "UTC"


def test_what_does_not_fit_goes_below_the_home_and_is_gone_after(home: Home) -> None:
    limited(home, "200MB")
    places = home.settings.places
    places.home.mkdir(exist_ok=True)
    with databases.connect() as con:
        con.execute("set threads = 1")
        con.execute("create table rows as select i, hash(i) as h, 'a text of row ' || i as t from range(6000000) r(i)")
        (spilled,) = places.all_spilled
        assert spilled.parent == places.home
        assert any(spilled.iterdir())
    assert places.all_spilled == []


def test_no_database_of_a_night_is_opened_by_other_means() -> None:
    package = Path(databases.__file__).parents[1]
    opened = [path for path in package.rglob("*.py") if "duckdb.connect(" in path.read_text()]
    assert [path.relative_to(package).parts[0] for path in opened if path.name != "databases.py"] == [
        "laboratory" for path in opened if path.name != "databases.py"
    ]


def test_a_stage_notes_the_most_memory_that_it_held(home: Home) -> None:
    night = Night.of(runs.yesterday(), "held")
    with runs.stage(home.places, night, "one"):
        held = bytearray(200 << 20)
    del held
    with runs.stage(home.places, night, "two"):
        pass
    one, two = (
        json.loads((home.places.run(night.run_id) / "stages" / f"{name}.json").read_text()) for name in ("one", "two")
    )
    assert one["peak_megabytes"] >= 200
    if memory.RESET.exists():
        assert two["peak_megabytes"] <= one["peak_megabytes"] - 150
