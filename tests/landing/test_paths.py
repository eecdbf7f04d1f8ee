"""Homes, configurations and inputs may lie in folders of any name, and one under which no database opens is refused."""

import json
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evenscore.base.config_file import load_settings
from evenscore.base.databases import file_of
from evenscore.base.errors import UsageError
from evenscore.base.settings import Settings
from evenscore.intake import extraction
from home import event

NIGHT = date(2026, 3, 1)
FOLDERS = ["a?b", "a*b", "a[b]c", "a\\b", "a{date}b", "2026-02-28", "it's; a %20 b", "{{ x }}", "é"]
CONSENT = "person_id,network,account_id,persona,action,purpose,is_adult,recorded_at\n"


def configured(folder: Path, home: Path, path: str) -> Settings:
    source = f"[[sources]]\nname = 'forum'\nkind = 'files'\nnetwork = 'forum'\npath = '{path}'\n"
    (folder / "evenscore.toml").write_text(f"{source}[consent]\nledger = 'consent.csv'\n")
    (folder / "consent.csv").write_text(CONSENT)
    return load_settings(home, folder / "evenscore.toml")


@pytest.mark.parametrize("name", FOLDERS)
@pytest.mark.parametrize("path", ["in/{date}.ndjson", "in/*.ndjson", "**/{date}*.ndjson"])
def test_a_configuration_and_its_inputs_may_lie_in_a_folder_of_any_name(tmp_path: Path, name: str, path: str) -> None:
    for decoy in ("axb", "a", "ab"):  # what the name would match, were it a pattern
        (tmp_path / decoy / "in").mkdir(parents=True)
        (tmp_path / decoy / "in/2026-03-01.ndjson").write_text("no JSON\n")
    folder = tmp_path / name
    (folder / "in").mkdir(parents=True)
    (folder / "in/2026-03-01.ndjson").write_text(json.dumps(event()) + "\n")
    settings = configured(folder, tmp_path / "home", path)
    (delivery,) = extraction.extract(settings, "forum", NIGHT)
    assert (delivery.path, delivery.landed_count) == (str(folder / "in/2026-03-01.ndjson"), 1)
    assert delivery.first_date == "2026-03-01"


@pytest.mark.parametrize("name", [name for name in FOLDERS if "?" not in name and "\\" not in name])
def test_a_home_may_have_any_name_that_a_database_opens_under(tmp_path: Path, name: str) -> None:
    for folder in (tmp_path / "axb", tmp_path / name):
        folder.mkdir()
        pq.write_table(pa.table({"x": [1]}), folder / "f.parquet")
    with duckdb.connect() as con:
        file = file_of(tmp_path / name / "f.parquet")
        found = con.execute(f"select filename from read_parquet([{file}], filename = true)").fetchall()
    assert found == [(str(tmp_path / name / "f.parquet"),)]


@pytest.mark.parametrize("name", ["a?b", "a\\b", "a#b", "a\nb", "a\x1bb", "a\u202eb"])
def test_a_home_under_which_no_database_opens_is_refused_in_a_line_that_says_why(tmp_path: Path, name: str) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(UsageError, match=r"the home's path holds .* choose another --home"):
        configured(tmp_path, tmp_path / name, "in/*.ndjson")
