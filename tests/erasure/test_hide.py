"""Who withdraws is hidden at once: before any night, and nothing of anybody else's."""

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from leaving import ACCOUNT, EVE, PERSON, Left, later
from village import LAST, published, rows

from evenscore.base.errors import DiskError, EvenscoreError, InputError, UsageError
from evenscore.base.settings import Settings
from evenscore.cli import main
from evenscore.consent.shown import shown_by_ledger, shown_now
from evenscore.erasure import hide as hiding
from evenscore.erasure.hide import hide, hide_before_night, roll_back, shown_too_many
from evenscore.intake.extraction import extract
from evenscore.publication import run_folders
from evenscore.publication.shown_rows import lay_out_present, rule
from home import LEDGER, Home

WITHDRAWN = {"person": PERSON, "account": ACCOUNT, "action": "withdraw", "recorded_at": later(1)}


def said(left: Left, folder: Path, *entries: dict[str, str]) -> Settings:
    """The home with more said in its ledger."""
    village = replace(left.village, folder=folder / "village", ledger=list(left.village.ledger))
    for entry in entries:
        village.grant(**entry)
    return village.write().settings(left.settings.home)


def test_who_withdraws_is_in_no_table_a_moment_later(left: Left, tmp_path: Path) -> None:
    before = published(left.settings, "from person_scores where person_id <> $1 order by all", PERSON)
    settings = said(left, tmp_path, WITHDRAWN)
    assert hide(settings) == settings.places.current.resolve()
    tables = {table for (table,) in published(settings, "select table_name from duckdb_tables()")}
    for table in tables - {"data_quality"}:  # it names whom a check has found; the erasure blanks that
        mentions = f"select count(*) from {table} where {table}::varchar like '%quillfeather%'"
        assert published(settings, mentions) == [(0,)], table
    assert published(settings, "from person_scores order by all") == before
    assert hide(settings) is None


IN_A_FILE = "person_id,network,account_id,persona,action,purpose,is_adult,recorded_at\n"


@pytest.mark.parametrize(
    "words",
    [
        ("withdraw", PERSON),
        ("grant", PERSON, "--account", f"forum:{ACCOUNT}", "--minor"),
        ("grant", "p_other", "--account", f"forum:{ACCOUNT}", "--adult"),
        ("import", f"{PERSON},forum,{ACCOUNT},work,withdraw,public_score,true,{later(1)}"),
        ("import", f"{PERSON},forum,{ACCOUNT},work,erase,public_score,true,{later(1)}"),
    ],
)
def test_whichever_verb_takes_in_what_protects_somebody_hides_them(
    left: Left, tmp_path: Path, words: tuple[str, ...]
) -> None:
    if words[0] == "import":
        (tmp_path / "letters.csv").write_text(f"{IN_A_FILE}{words[1]}\n")
        words = ("import", str(tmp_path / "letters.csv"))
    home = ("--home", str(left.settings.home), "--config", str(left.settings.config))
    done = CliRunner().invoke(main, ["consent", *words, *home])
    assert done.exit_code == 0, done.output
    assert {person for (person,) in published(left.settings, "select person_id from person_scores")} >= {"p_stays"}
    assert published(left.settings, "select count(*) from person_scores where person_id = $1", PERSON) == [(0,)]
    assert shown_too_many(left.settings) == {}


@pytest.mark.parametrize("error", [DiskError("no space left"), duckdb.Error("no space left")])
@pytest.mark.parametrize("words", [("withdraw", PERSON), ("import",)])
def test_what_is_recorded_and_cannot_be_hidden_is_said_to_be_seen_still(
    left: Left, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], error: Exception
) -> None:
    def fail(_: Settings) -> None:
        raise error

    monkeypatch.setattr("evenscore.cli.consent.hide", fail)
    home = ("--home", str(left.settings.home), "--config", str(left.settings.config))
    done = CliRunner().invoke(main, ["consent", *words, *home])
    assert done.exit_code == 1
    assert "recorded, but not hidden yet" in done.stderr
    assert "no space left" in done.stderr
    monkeypatch.undo()
    assert CliRunner().invoke(main, ["consent", *words, *home]).exit_code == 0
    assert shown_too_many(left.settings) == {}


def test_while_nobody_leaves_nothing_is_written(left: Left) -> None:
    seen = left.settings.places.current.resolve()
    assert hide(left.settings) is None
    assert left.settings.places.current.resolve() == seen


def test_who_withdraws_one_account_keeps_what_did_not_rest_on_it(left: Left, tmp_path: Path) -> None:
    settings = said(
        left,
        tmp_path,
        {"person": "p_stays", "account": "stays_elsewhere", "recorded_at": "2026-01-01T00:00:00Z"},
        {"person": "p_stays", "account": "stays_elsewhere", "action": "withdraw", "recorded_at": f"{EVE}T09:00:00Z"},
    )
    hide(settings)
    nights = "select as_of_date from person_scores where person_id = 'p_stays' order by 1"
    assert published(settings, nights) == [(EVE,), (LAST,)]


def test_an_account_is_read_nowhere_that_is_withdrawn_while_its_owner_keeps_another(left: Left, tmp_path: Path) -> None:
    elsewhere = {"person": "p_stays", "account": "stays_elsewhere", "recorded_at": "2026-01-01T00:00:00Z"}
    withdrawn = elsewhere | {"action": "withdraw", "recorded_at": f"{EVE}T09:00:00Z"}
    settings = said(left, tmp_path, elsewhere, withdrawn, WITHDRAWN)
    report = settings.home / "fits/v3/report.md"
    report.write_text("best: p_stays\nnext: stays_elsewhere\n")
    hide(settings)
    assert report.read_text().startswith("best: p_stays\n") and "stays_elsewhere" not in report.read_text()


def test_a_topic_is_hidden_while_the_last_word_on_it_is_a_veto(left: Left, tmp_path: Path) -> None:
    veto = {"person": "p_stays", "action": "withdraw", "purpose": "topic:hiking", "recorded_at": later(1)}
    asked = {"person": "p_asks", "action": "withdraw", "purpose": "topic:hiking", "recorded_at": later(1)}
    settings = said(left, tmp_path, veto, asked, asked | {"action": "grant", "recorded_at": later(2)})
    with duckdb.connect() as con:
        lay_out_present(con, shown_now(settings))
        hidden = "select person_id, topic_key from present.topic_vetoes where is_shown"
        assert con.execute(hidden).fetchall() == [("p_stays", "hiking")]
    assert "topic_vetoes" in rule("topic_scores", "present")
    assert hide(settings) is None  # they have no such topic, and their scores stay


def test_a_night_to_which_nobody_may_be_shown_leaves_what_readers_see_to_who_looks_into_it(
    left: Left, tmp_path: Path
) -> None:
    everybody = {(row["person_id"], row["account_id"]) for row in left.village.ledger}
    end = {"action": "withdraw", "recorded_at": later(1)}
    settings = said(left, tmp_path, *({"person": person, "account": name} | end for person, name in everybody))
    hide_before_night(settings)
    assert published(settings, "select count(distinct person_id) from person_scores") == [(5,)]
    hide(settings)
    assert published(settings, "select count(distinct person_id) from person_scores") == [(0,)]


def test_an_account_that_may_not_be_shown_is_a_stranger_though_one_elsewhere_is_called_the_same(home: Home) -> None:
    rows = [
        ("p_ann", "forum", "Ann", "grant"), ("p_bob", "forge", "Ann", "grant"), ("p_bob", "forge", "Ann", "withdraw"),
        ("p_cid", "forum", "cid", "grant"), ("p_dee", "forum", "dee", "grant"), ("p_dee", "forum", "dee", "withdraw"),
    ]  # fmt: skip
    lines = [
        f"{who},{network},{account},work,{action},public_score,true,2026-01-0{number}T00:00:00Z"
        for number, (who, network, account, action) in enumerate(rows, start=1)
    ]
    (home.folder / "ledger.csv").write_text("\n".join([LEDGER.splitlines()[0], *lines]) + "\n")
    standing = hiding._standing(home.settings, shown_by_ledger(home.settings))
    assert standing.non_members == ["ann", "dee", "p_bob", "p_dee"]


def test_a_home_without_a_publish_has_nothing_to_hide(left: Left) -> None:
    left.settings.places.current.unlink()
    assert hide(left.settings) is None


def test_who_withdraws_is_named_no_more_in_the_rows_of_others(left: Left, tmp_path: Path) -> None:
    why = f"@{ACCOUNT} did it, says p_asks of {PERSON.upper()}."
    with duckdb.connect(str(left.settings.places.database.resolve())) as con:
        con.execute(
            "insert into score_jumps by name select 'p_stays' as person_id, 'work' as persona, $1::date as as_of_date, "
            "$2 as top_post_id, $3 as why",
            [LAST, f"forum:{ACCOUNT}/…#7", why],
        )
        con.execute("delete from score_jumps where person_id = $1", [PERSON])  # what names them is others' alone
    jump = "select top_post_id, why from score_jumps where person_id = 'p_stays'"
    settings = said(left, tmp_path, WITHDRAWN)
    assert published(settings, jump) == [(f"forum:{ACCOUNT}/…#7", why)]
    hide(settings)
    assert published(settings, jump) == [("forum:…/…#7", "@… did it, says p_asks of …")]


def people_of(folder: Path) -> set[str]:
    return {person for (person,) in rows(folder / run_folders.DATABASE, "select distinct person_id from person_scores")}


def called_private(left: Left, folder: Path) -> Settings:
    """The home after a snapshot that calls the subject's account private."""
    village = replace(left.village, folder=folder / "village", accounts=list(left.village.accounts))
    snapshot = {"network": "forum", "account_id": ACCOUNT, "is_private": "true", "is_bot": "false"}
    village.accounts.append(snapshot | {"captured_at": f"{LAST}T09:00:00Z"})
    settings = village.write().settings(left.settings.home)
    for source in settings.sources:
        extract(settings, source.name, LAST)
    return settings


def test_who_is_called_private_is_hidden_where_readers_look_and_nowhere_else(left: Left, tmp_path: Path) -> None:
    before, current = run_folders.kept_runs(left.settings.places)
    settings = called_private(left, tmp_path)
    assert list(shown_too_many(settings)) == [current.name]
    hide(settings)
    assert PERSON not in people_of(settings.places.current.resolve())
    assert PERSON in people_of(before)  # a feed that is wrong for a night costs the past of no run that nobody reads
    assert shown_too_many(settings) == {}
    roll_back(settings, before.name)
    assert PERSON not in people_of(settings.places.current.resolve())


def test_who_withdraws_is_in_no_kept_run(left: Left, tmp_path: Path) -> None:
    settings = said(left, tmp_path, WITHDRAWN)
    kept = [folder.name for folder in run_folders.kept_runs(settings.places)]
    assert list(shown_too_many(settings)) == kept
    hide(settings)
    again = [folder.name.split(".")[:2] for folder in run_folders.kept_runs(settings.places)]
    assert again == [name.split(".")[:2] for name in kept], "by their age one goes back"
    for folder in run_folders.kept_runs(settings.places):
        assert {"p_stays"} <= people_of(folder)
        assert PERSON not in people_of(folder)
    assert shown_too_many(settings) == {}


@pytest.mark.parametrize("run", [0, 1], ids=["of an earlier run", "of what readers see"])
def test_what_others_read_names_who_withdraws_no_more(run: int, left: Left, tmp_path: Path) -> None:
    home, kept = left.settings.home, run_folders.kept_runs(left.settings.places)
    with duckdb.connect(str(kept[1 - run] / run_folders.DATABASE)) as con:
        con.execute("delete from person_scores where person_id = $1", [PERSON])
    read = [home / "evaluations/evaluation_20260310/pairs.csv", home / "fits/v3/report.md"]
    unread = home / "exports/everybody.json"
    before = {path: path.read_bytes() for path in (*read, unread)}
    hide(left.settings)
    assert {path: path.read_bytes() for path in before} == before
    hide(said(left, tmp_path, WITHDRAWN))
    for path in read:
        assert PERSON not in path.read_text()
        assert "p_stays" in path.read_text()
    assert unread.read_bytes() == before[unread]  # what they asked for themselves goes with an erasure alone


def test_nobody_is_led_back_to_a_run_that_is_not_what_was_published(left: Left) -> None:
    places = left.settings.places
    before, current = run_folders.kept_runs(places)
    with (before / run_folders.DATABASE).open("ab") as database:
        database.write(b"more")
    with pytest.raises(InputError, match="not the bytes that were published"):
        roll_back(left.settings, None)
    with pytest.raises(UsageError, match=f"kept: .*{current.name}"):
        roll_back(left.settings, "another")
    assert places.current.resolve() == current.resolve()


def test_one_goes_back_run_by_run_and_then_there_is_none(left: Left) -> None:
    places = left.settings.places
    before, _ = run_folders.kept_runs(places)
    assert roll_back(left.settings, None) == before.resolve() == places.current.resolve()
    with pytest.raises(UsageError, match="no earlier run is kept"):
        roll_back(left.settings, None)


def test_where_one_went_back_and_the_rest_cannot_be_written_both_are_told(
    left: Left, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = left.settings.places
    before, _ = run_folders.kept_runs(places)

    def full(path: Path, _: object) -> None:
        raise DiskError(f"{path}: the disk is full; nothing was replaced")

    monkeypatch.setattr(hiding.atomic_io, "write_json", full)
    with pytest.raises(EvenscoreError, match=rf"^readers see {before.name}, but .*applied\.json: the disk is full"):
        roll_back(left.settings, None)
    assert places.current.resolve() == before.resolve()
