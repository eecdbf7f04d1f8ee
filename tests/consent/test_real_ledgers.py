"""Two ledgers of real size: everybody in, scored and not scored is counted, each by the reason that the rules give."""

import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from evenscore.base.bundled import DBT_PROJECT
from evenscore.base.config_file import load_settings
from evenscore.base.settings import Settings
from evenscore.consent import ledger
from evenscore.consent.shown import shown_now
from evenscore.consent.standing import standing
from evenscore.night import dbt_build, steps
from evenscore.night.inputs import prepare_inputs
from evenscore.state.runs import Night

NIGHTS = {"bips_delving": date(2026, 3, 15), "mathoverflow": date(2026, 3, 15)}
CONFIG = """\
[consent]
ledger = "{data}/consent/{name}.csv"

[[sources]]
name = "profiles"
kind = "files"
path = "profiles.parquet"
dataset = "accounts"
"""

LAST_SNAPSHOTS = """
    copy (
        from read_parquet($profiles) semi join (select network, account_id from read_csv($ledger, all_varchar = true))
        using (network, account_id)
        qualify row_number() over (partition by network, account_id order by captured_at desc) = 1
    ) to '{path}' (format parquet)
"""


@dataclass(frozen=True)
class Judged:
    """A ledger as the first gate judges it."""

    settings: Settings
    rows: list[tuple[str, str, str, str | None]]
    shown: list[tuple[str, str, str, str | None]]
    """The same as of now."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dbt project, which leaves in a file what it decides: every decision can be looked at. It is parsed once."""
    project = tmp_path_factory.mktemp("project") / "dbt_project"
    shutil.copytree(DBT_PROJECT, project)
    profile = project / "profiles.yml"
    profile.write_text(profile.read_text().replace(":memory:", str(seen_by(project))))
    return project


def seen_by(project: Path) -> Path:
    return project.with_name("seen.duckdb")


@pytest.fixture(scope="module", params=NIGHTS)
def judged(
    request: pytest.FixtureRequest, shared_data: Path, project: Path, tmp_path_factory: pytest.TempPathFactory
) -> Judged:
    name, folder = request.param, tmp_path_factory.mktemp(request.param)
    files = {"profiles": f"{shared_data}/profiles/{name}.parquet", "ledger": f"{shared_data}/consent/{name}.csv"}
    duckdb.execute(LAST_SNAPSHOTS.format(path=folder / "profiles.parquet"), files)
    (folder / "evenscore.toml").write_text(CONFIG.format(data=shared_data, name=name))
    settings = load_settings(folder / "home", folder / "evenscore.toml")
    night = Night.of(NIGHTS[name], "judged")
    steps.extract(settings, night, "profiles")
    prepare_inputs(settings, night)
    seen_by(project).unlink(missing_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dbt_build, "DBT_PROJECT", project)
        options = ["--select", "+consent_counts", "+consent", "--exclude-resource-type", "test"]
        dbt_build.build(settings, "the gate", options)
    query = "select person_id, network, account_id, refused_because from conformed.consent_decisions where "
    with duckdb.connect(seen_by(project), read_only=True) as con:
        of_the_night, of_now = (
            con.execute(f"{query} {when} order by all").fetchall()
            for when in ("isfinite(judged_date)", "not isfinite(judged_date)")
        )
        return Judged(settings, of_the_night, of_now)


def by_the_rules(settings: Settings) -> list[tuple[str, str, str, str | None]]:
    """The same, by the rules as they are written down, one person and account at a time."""
    entries = ledger.examine_ledger(settings).table.to_pylist()
    profiles = settings.resolve(settings.source("profiles").path)
    private = {
        (network, account)
        for network, account, is_private in duckdb.execute(
            f"select network, account_id, is_private from '{profiles}'"
        ).fetchall()
        if is_private
    }
    latest: dict[tuple[str, str, str], dict[str, Any]] = {}
    erased = {
        (e["person_id"], e["network"], e["account_id"]): e["recorded_at"] for e in entries if e["action"] == "erase"
    }
    for entry in entries:
        if entry["purpose"] == "public_score" or entry["action"] == "erase":
            latest[entry["person_id"], entry["network"], entry["account_id"]] = entry
    standing = {
        key: entry
        for key, entry in latest.items()
        if entry["action"] == "grant" and not (key in erased and entry["recorded_at"] <= erased[key])
    }
    minors = {key[0] for key, entry in standing.items() if entry["is_adult"] is False}
    claims = Counter(key[1:] for key in standing)

    def refusal(key: tuple[str, str, str], entry: dict[str, Any]) -> str | None:
        reasons = {
            "withdrawn": entry["action"] == "withdraw",
            "erased": key not in standing,
            "declared a minor": key[0] in minors,
            "adult age not declared": entry["is_adult"] is None,
            "claimed by two people": claims[key[1:]] > 1,
            "private account": key[1:] in private,
        }
        return next((reason for reason, holds in reasons.items() if holds), None)

    return sorted((*key, refusal(key, entry)) for key, entry in latest.items())


def test_the_second_judge_lets_show_whom_the_first_gate_does(judged: Judged) -> None:
    """But for programs, of which the first gate alone knows."""
    shown = {(person, network, account) for person, _, network, account in shown_now(judged.settings).stands}
    assert {row[:3] for row in judged.shown if row[3] in (None, "flagged as a program")} == shown
    assert len(shown) > 90


def test_everybody_is_judged_as_the_rules_say(judged: Judged) -> None:
    assert sorted(judged.rows, key=str) == sorted(by_the_rules(judged.settings), key=str)


def test_nobody_who_said_no_is_let_in_and_the_counts_add_up(judged: Judged) -> None:
    counts = standing(judged.settings.places)
    people, accounts, standing_accounts = (
        counts[name] for name in ("people_in_the_ledger", "accounts", "standing_accounts")
    )
    refused = Counter(reason for *_, reason in judged.rows)
    print(judged.settings.ledger.name, people, accounts, dict(refused))
    assert 0 < counts["people_with_a_standing_grant"] < people <= accounts
    assert standing_accounts == refused[None] == accounts - sum(count for why, count in refused.items() if why)
    assert {"withdrawn", "erased", "declared a minor", "adult age not declared", "private account"} <= set(refused)


def test_the_ledger_is_sound_and_every_row_is_in_it(judged: Judged) -> None:
    rows = judged.settings.ledger.read_text().splitlines()[1:]
    assert ledger.verify(judged.settings).entry_count == len(set(rows))
