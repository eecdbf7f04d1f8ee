"""Who withdraws is hidden at once: before any night, and nothing of anybody else's."""

from dataclasses import replace
from pathlib import Path

import duckdb
from leaving import ACCOUNT, EVE, PERSON, Left, later
from village import LAST, published

from evenscore.base.settings import Settings
from evenscore.erasure.hide import hide
from evenscore.publication.shown import shown_now
from evenscore.publication.shown_rows import lay_out_present, rule


def said(left: Left, folder: Path, *entries: dict[str, str]) -> Settings:
    """The home with more said in its ledger."""
    village = replace(left.village, folder=folder / "village", ledger=list(left.village.ledger))
    for entry in entries:
        village.grant(**entry)
    return village.write().settings(left.settings.home)


def test_who_withdraws_is_in_no_table_a_moment_later(left: Left, tmp_path: Path) -> None:
    before = published(left.settings, "from person_scores where person_id <> $1 order by all", PERSON)
    entry = {"person": PERSON, "account": ACCOUNT, "action": "withdraw", "recorded_at": later(1)}
    settings = said(left, tmp_path, entry)
    assert hide(settings) == settings.places.current.resolve()
    tables = {table for (table,) in published(settings, "select table_name from duckdb_tables()")}
    for table in tables - {"data_quality"}:  # it names whom a check has found; the erasure blanks that
        mentions = f"select count(*) from {table} where {table}::varchar like '%quillfeather%'"
        assert published(settings, mentions) == [(0,)], table
    assert published(settings, "from person_scores order by all") == before
    assert hide(settings) is None


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


def test_a_home_without_a_publish_has_nothing_to_hide(left: Left) -> None:
    left.settings.places.current.unlink()
    assert hide(left.settings) is None


def test_who_withdraws_is_named_no_more_in_the_rows_of_others(left: Left, tmp_path: Path) -> None:
    with duckdb.connect(str(left.settings.places.database.resolve())) as con:
        con.execute(
            "insert into score_jumps by name select 'p_stays' as person_id, 'work' as persona, $1::date as as_of_date, "
            "$2 as top_post_id, $3 as why",
            [LAST, f"forum:{ACCOUNT}/…#7", f"@{ACCOUNT} did it"],
        )
    jump = "select top_post_id, why from score_jumps where person_id = 'p_stays'"
    entry = {"person": PERSON, "account": ACCOUNT, "action": "withdraw", "recorded_at": later(1)}
    settings = said(left, tmp_path, entry)
    assert published(settings, jump) == [(f"forum:{ACCOUNT}/…#7", f"@{ACCOUNT} did it")]
    hide(settings)
    assert published(settings, jump) == [("forum:…/…#7", "@… did it")]
