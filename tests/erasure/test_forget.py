"""Whoever leaves is gone from every kind of place, by a byte search, and nothing brings them back."""

import fnmatch
import json
import re
import shutil
import stat
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from bytesearch import found_in
from leaving import ACCOUNT, EVE, IDS, OLD_NAME, PERSON, STABLE, Left
from village import LAST, copied, digests, published

from evenscore.base.errors import InputError, UsageError
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings
from evenscore.erasure import erase
from evenscore.intake import extraction
from evenscore.landing_zone import landing
from evenscore.landing_zone.deliveries import read_deliveries
from evenscore.night import doctor, steps
from evenscore.publication import publishing

KINDS = (
    *("landing/forum/activity/*.parquet", "landing/forum/accounts/*.parquet", "landing/forum/aliases/*.parquet"),
    *("landing/rejected/*.parquet", "warehouse.duckdb", "warehouse.duckdb.tmp/*", "night/*.parquet"),
    *("published/runs/*.duckdb", "published/runs/*.parquet"),
    *("reports/*.html", "runs/*/checks/*.json", "reviews/decisions.ndjson", "airflow/logs/*.log", "dbt/logs/*.log"),
    *("exports/p_*.json", "exports/everybody.json", "evaluations/*.csv", "comparisons/*.html", "data_docs/*.html"),
    *("fits/*.md", "samples/*.gz", "samples/*.zst", "samples/*.pickle", "samples/*.parquet", "airflow/airflow.db"),
)


@pytest.fixture(scope="module")
def gone(lived: Left, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The home after the subject was forgotten."""
    settings = copied(lived.settings, tmp_path_factory.mktemp("gone") / "home")
    erase.forget(settings, [PERSON], by="the desk", why="asked by mail")
    return settings


@pytest.fixture(scope="module")
def before(lived: Left) -> set[str]:
    return found(lived.settings)


def found(settings: Settings) -> set[str]:
    return found_in(settings.home, *IDS)


@pytest.mark.parametrize("kind", KINDS)
def test_before_an_erasure_the_byte_search_finds_the_person_in(kind: str, before: set[str]) -> None:
    assert fnmatch.filter(before, kind)


def test_after_it_the_byte_search_finds_nothing_anywhere(gone: Settings) -> None:
    assert found(gone) == set()


def test_others_keep_what_is_theirs(gone: Settings, lived: Left) -> None:
    rows = "from person_scores where person_id <> $1 order by all"
    assert published(gone, rows, PERSON) == published(lived.settings, rows, PERSON)
    assert (gone.home / "airflow/logs/task.log").read_text() == "looked at p_stays\n"
    assert json.loads((gone.home / "reviews/decisions.ndjson").read_text())["person_id"] == "p_stays"
    people = json.loads((gone.home / "exports/everybody.json").read_text())
    assert [row["person_id"] for row in people["people"]] == ["p_stays"]
    assert people["count"] == 2
    assert pq.read_table(gone.home / "samples/people.parquet")["person_id"].to_pylist() == ["p_stays"]
    assert (gone.home / "evaluations/evaluation_20260310/pairs.csv").read_text() == "person_a,why\np_stays,well\n"


def test_the_rows_of_others_stay_and_mention_the_leaver_by_a_keyed_hash(gone: Settings) -> None:
    (row,) = [row for row in landed(gone, "activity") if row["text"]]
    assert (row["actor_id"], row["target_id"]) == ("fan1", "p_asks")
    assert re.fullmatch(r"left-[0-9a-f]{12}/project#7", row["object_id"])
    assert re.fullmatch(r"hello @left-[0-9a-f]{12}!", row["text"])


def landed(settings: Settings, dataset: str) -> list[dict[str, Any]]:
    found = [one for one in landing.manifests(settings.places) if one.dataset == dataset]
    return [row for one in found for row in pq.read_table(landing.verify(settings.places, one)).to_pylist()]


def test_what_is_published_is_whole_and_says_what_it_said(gone: Settings, lived: Left) -> None:
    assert all(finding.is_well for finding in doctor.examine(gone))
    for folder, old in zip(publishing.kept_runs(gone.places), publishing.kept_runs(lived.settings.places), strict=True):
        manifest, before = (json.loads((one / "manifest.json").read_text()) for one in (folder, old))
        assert {name: digest for name, digest in digests(folder).items() if name != "manifest.json"} == manifest[
            "sha256"
        ]
        assert manifest["published_at"] == before["published_at"]
    comments = "select table_name, column_name, comment from duckdb_columns() where comment is not null order by all"
    assert published(gone, comments) == published(lived.settings, comments)


def test_the_page_of_a_night_that_named_the_leaver_is_written_again(gone: Settings) -> None:
    page = gone.places.report(LAST).read_text()
    assert "could not be read" not in page
    assert str(LAST) in page


def test_the_list_keeps_keyed_hashes_alone_and_only_its_owner_reads_the_key(gone: Settings) -> None:
    assert stat.S_IMODE(gone.places.suppression_key.stat().st_mode) == 0o600
    lines = [json.loads(line) for line in gone.places.suppressed.read_text().splitlines()]
    assert lines
    assert all(re.fullmatch("[0-9a-f]{64}", line["digest"]) for line in lines)
    assert not gone.places.erasure_intent.exists()


def test_the_log_says_how_much_went_at_whose_word_and_nobodys_name(gone: Settings) -> None:
    (line,) = map(json.loads, gone.places.erasure_log.read_text().splitlines())
    assert (line["by"], line["why"], line["people"], line["runs_rewritten"]) == ("the desk", "asked by mail", 1, 2)
    assert line["landed_rows"] > 2000


def test_without_its_key_the_list_is_no_list_and_that_is_said(gone: Settings, tmp_path: Path) -> None:
    settings = copied(gone, tmp_path / "home")
    settings.places.suppression_key.unlink()
    with pytest.raises(InputError, match="/key: the key of "):
        erase.keep_out(settings)


# coming back ------------------------------------------------------------------------------------------------


@pytest.fixture
def again(gone: Settings, tmp_path: Path) -> Settings:
    return copied(gone, tmp_path / "home")


def test_a_restored_landing_zone_is_cleaned_before_the_night(again: Settings, lived: Left) -> None:
    shutil.rmtree(again.places.landing)
    shutil.copytree(lived.settings.places.landing, again.places.landing)
    shutil.rmtree(again.places.landing / "rejected")
    assert found(again)
    erase.keep_out(again)
    assert found(again) == set()


def test_a_restored_run_is_cleaned_before_the_night_once_readers_see_it(again: Settings, lived: Left) -> None:
    shutil.rmtree(again.places.published)
    shutil.copytree(lived.settings.places.published, again.places.published, symlinks=True)
    (older, newest) = publishing.kept_runs(again.places)
    shutil.rmtree(newest)
    again.places.current.unlink()
    again.places.current.symlink_to(older.relative_to(again.places.published))
    assert found(again)
    erase.keep_out(again)
    assert found(again) == set()
    assert published(again, "select count(*) > 0 from person_scores") == [(True,)]


def test_what_a_source_delivers_again_is_counted_and_not_landed(again: Settings, lived: Left, tmp_path: Path) -> None:
    village = replace(lived.village, folder=tmp_path / "village").write()
    settings = village.settings(again.home)
    for source in settings.sources:
        extraction.extract(settings, source.name, LAST)
    assert found_in(again.home / "landing", *IDS) == set()
    delivered = [one for source in settings.sources for one in read_deliveries(settings.places, source.name).values()]
    assert sum(one.suppressed_count for one in delivered) > 2000
    assert sum(one.rejected.get("verb is unknown", 0) for one in delivered if str(tmp_path) in one.path) == 1


def test_a_name_taken_since_is_kept_out_too(again: Settings, lived: Left, tmp_path: Path) -> None:
    village = replace(lived.village, folder=tmp_path / "village", events=[], accounts=[], aliases=[])
    village.like("quillfeather_new", ["fan1"], LAST).named(STABLE, "quillfeather_new", day=LAST)
    settings = village.write().settings(again.home)
    for name in ("forum_aliases", "forum_activity"):
        extraction.extract(settings, name, LAST)
    assert found_in(again.home / "landing", *IDS) == set()


# being cut off ----------------------------------------------------------------------------------------------


class Killed(BaseException):
    """What no handler of ours catches."""


def kill(*_: object) -> None:
    raise Killed


def test_an_erasure_that_is_killed_again_and_again_is_finished_by_the_next_run(
    left: Left, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before each step in turn, and within each: every attempt goes on with what the one before has left."""
    for step in range(len(erase.STEPS)):
        with monkeypatch.context() as patch, pytest.raises(Killed):
            patch.setattr(erase, "STEPS", (*erase.STEPS[:step], kill))
            erase.forget(left.settings, [PERSON], by="the desk") if step == 0 else erase.keep_out(left.settings)
    erase.keep_out(left.settings)
    assert found(left.settings) == set()
    assert not left.settings.places.erasure_intent.exists()


def test_an_erasure_that_is_killed_within_its_steps_is_finished_by_the_next_run(
    left: Left, monkeypatch: pytest.MonkeyPatch
) -> None:
    erasing = partial(erase.forget, left.settings, [PERSON], by="the desk")
    for where in (
        "landing_zone.landing._clean",
        "base.atomic_io.point",
        "publication.publishing.remove",
        "erasure.other_files._rewrite",
    ):
        with monkeypatch.context() as patch, pytest.raises(Killed):
            patch.setattr(f"evenscore.{where}", kill)
            erasing()
        assert left.settings.places.erasure_intent.exists(), where
        erasing = partial(erase.forget_due, left.settings, by="the night")
    assert erasing().people == 1
    assert erasing() == erase.Forgotten()
    assert found(left.settings) == set()
    assert published(left.settings, "select count(distinct person_id) from person_scores") == [(4,)]


# whom -------------------------------------------------------------------------------------------------------


def test_many_at_once_rewrite_each_file_once(left: Left, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []

    def noted(write: Any, name: Any) -> Any:
        def noting(places: HomePaths, what: Any, *more: Any) -> Any:
            written.append(name(what))
            return write(places, what, *more)

        return noting

    monkeypatch.setattr(landing, "replace_rows", noted(landing.replace_rows, lambda one: f"{one.day} {one.source}"))
    monkeypatch.setattr(publishing, "rewrite", noted(publishing.rewrite, str))
    done = erase.forget(left.settings, [PERSON, "p_asks", "p_halfpenny"], by="the desk")
    assert (done.people, done.accounts) == (3, 3)
    assert len(written) == len(set(written)) > 30
    assert published(left.settings, "select distinct person_id from person_scores order by 1") == [
        ("p_nobody",),
        ("p_stays",),
    ]


def test_somebody_whom_the_ledger_does_not_know_is_an_error_and_leaves_by_account(left: Left) -> None:
    with pytest.raises(UsageError, match="p_unheard: not in"):
        erase.forget(left.settings, ["p_unheard"], by="the desk")
    done = erase.forget(left.settings, [], by="the desk", accounts=[("forum", "crowd77")])
    assert (done.people, done.accounts, done.landed_rows) == (0, 1, 1)
    assert "crowd77" not in {row["actor_id"] for row in landed(left.settings, "activity")}


@pytest.fixture
def asking(left: Left, tmp_path: Path) -> Left:
    """The ledger has asked for two erasures on the eve, and has a grant of one of them of the morning after."""
    village = replace(left.village, folder=tmp_path / "village", ledger=list(left.village.ledger))
    village.grant("p_halfpenny", "halfpenny", action="erase", recorded_at=f"{EVE}T18:00:00Z")
    village.grant(PERSON, ACCOUNT, action="erase", recorded_at=f"{EVE}T18:00:00Z")
    village.grant(PERSON, ACCOUNT, recorded_at=f"{LAST}T07:00:00Z")
    return Left(village, village.write().settings(left.settings.home))


@pytest.mark.slow
def test_no_later_night_brings_the_past_back_and_who_grants_again_is_let_in_from_then_on(asking: Left) -> None:
    settings = asking.settings
    assert erase.forget_due(settings, by="the night").accounts == 2
    assert erase.forget_due(settings, by="the night") == erase.Forgotten()
    assert published(settings, "select count(*) from person_scores where person_id = $1", PERSON) == [(0,)]
    steps.run_night(settings, LAST)  # the sources' files lie elsewhere now, so all of them are delivered anew
    assert found_in(settings.home, "halfpenny") == set()
    days = {row["occurred_at"].date() for row in landed(settings, "activity") if ACCOUNT in row.values()}
    assert days == {LAST}
    rows = "select distinct as_of_date from person_scores where person_id = $1"
    assert published(settings, rows, PERSON) == [(LAST,)]


def test_an_account_on_which_somebody_else_stands_is_theirs_and_stays(left: Left, tmp_path: Path) -> None:
    village = replace(left.village, folder=tmp_path / "village", ledger=list(left.village.ledger))
    village.grant("p_vandal", "p_stays").grant("p_vandal", "p_stays", action="erase")
    settings = village.write().settings(left.settings.home)
    done = erase.forget_due(settings, by="the night")
    assert (done.accounts, done.kept_accounts) == (0, ("forum:p_stays",))
    assert erase.forget_due(settings, by="the night") == erase.Forgotten()
    assert "p_stays" in {row["target_id"] for row in landed(settings, "activity")}
    assert published(settings, "select count(*) from person_scores where person_id = 'p_stays'") == [(2,)]


def test_a_recycled_name_is_another_s_too_and_is_not_followed(left: Left, tmp_path: Path) -> None:
    village = replace(left.village, folder=tmp_path / "village", aliases=list(left.village.aliases))
    village.named("somebody-else", OLD_NAME, day=LAST)
    settings = village.write().settings(left.settings.home)
    extraction.extract(settings, "forum_aliases", LAST)
    erase.forget(settings, [PERSON], by="the desk")
    names = {row["target_id"] for row in landed(settings, "activity")}
    assert OLD_NAME in names
    assert ACCOUNT not in names
