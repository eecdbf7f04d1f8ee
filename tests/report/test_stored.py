"""A page is written again from what its night recorded, or left alone; people are taken off it for good."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import nights_by_hand
import pytest
from click.testing import CliRunner
from nights_by_hand import HOSTILE, NIGHT, TONIGHT
from parsed import Page
from test_written import BUILT, record, settings_of
from tiny_warehouse import build_warehouse

from evenscore.base import atomic_io
from evenscore.base.errors import EvenscoreError, InputError
from evenscore.base.settings import Settings
from evenscore.cli import main
from evenscore.names.identifier_matcher import REMOVED, Account, ErasureSubject, IdentifierMatcher
from evenscore.report import stored
from evenscore.report.facts import Facts
from evenscore.report.page import render
from evenscore.report.writing import take_off, write_again, write_report

EVE = TONIGHT - timedelta(days=1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home that holds a whole night, whose page is written."""
    settings = settings_of(tmp_path)
    build_warehouse(settings.places, TONIGHT)
    record(settings, *BUILT, "publish", published="published")
    write_report(settings, NIGHT)
    return settings


def take_off_pages(settings: Settings, people: set[str], accounts: Iterable[Account] = ()) -> list[Path]:
    subjects = [ErasureSubject(network, account, "") for network, account in accounts]
    return take_off(settings, IdentifierMatcher(subjects, people=people))


def page_of(settings: Settings) -> bytes:
    return settings.places.report(TONIGHT).read_bytes()


def next_night(settings: Settings) -> None:
    """The warehouse is that of another night by now."""
    settings.places.warehouse.unlink()
    build_warehouse(settings.places, TONIGHT + timedelta(days=1))


@pytest.mark.parametrize("facts", [nights_by_hand.published(), nights_by_hand.busy()], ids=["calm", "busy"])
def test_facts_are_kept_to_the_last_digit(facts: Facts, settings: Settings) -> None:
    stored.keep(settings.places, facts)
    assert stored.kept(settings.places, NIGHT.run_id) == facts
    assert render(stored.kept(settings.places, NIGHT.run_id) or facts) == render(facts)


@pytest.mark.parametrize("what", ["another night", "no warehouse", "a damaged one"])
def test_the_page_of_an_earlier_night_is_written_again_to_the_byte(what: str, settings: Settings) -> None:
    before = page_of(settings)
    if what == "another night":
        next_night(settings)
    elif what == "no warehouse":
        settings.places.warehouse.unlink()
    else:
        settings.places.warehouse.write_bytes(b"not a database" * 1000)
    settings.places.report(TONIGHT).unlink()
    assert write_report(settings, NIGHT).read_bytes() == before
    assert b"p_maya" in before


def test_a_page_without_kept_facts_is_left_alone_and_the_verb_says_so(settings: Settings) -> None:
    settings.places.page_facts(NIGHT.run_id).unlink()
    next_night(settings)
    before = page_of(settings)
    with pytest.raises(EvenscoreError, match="left as it is: the run 2026-03-15_test kept no facts"):
        write_report(settings, NIGHT)
    (settings.home / "ledger.csv").touch()
    (settings.home / "feed.csv").touch()
    source = '[[sources]]\nname = "feed"\nkind = "files"\npath = "feed.csv"\nnetwork = "forum"\n'
    settings.config.write_text(f'{source}[consent]\nledger = "ledger.csv"\n')
    options = ["--home", str(settings.home), "--config", str(settings.config)]
    result = CliRunner().invoke(main, ["report", "--date", str(TONIGHT), *options])
    assert result.exit_code == 1, result.output + result.stderr
    assert "left as it is" in result.stderr and "evenscore rebuild --from 2026-03-15" in result.stderr
    assert page_of(settings) == before


def test_facts_of_a_run_that_went_on_are_read_anew_while_the_warehouse_holds_it(settings: Settings) -> None:
    with duckdb.connect(settings.places.warehouse) as con:
        con.execute("delete from marts.score_jumps where person_id = 'p_noor'")
    assert b"p_noor" in write_report(settings, NIGHT).read_bytes()
    record(settings, "publish", published="unchanged", seconds=2.0)
    assert b"p_noor" not in write_report(settings, NIGHT).read_bytes()


def test_facts_that_cannot_be_read_are_an_error_and_leave_the_page(settings: Settings) -> None:
    before, path = page_of(settings), settings.places.page_facts(NIGHT.run_id)
    for content in ("{", "[]", '{"run": 1}'):
        path.write_text(content)
        with pytest.raises(InputError, match=r"facts\.json: damaged"):
            write_report(settings, NIGHT)
    assert page_of(settings) == before


def test_somebody_is_taken_off_and_everybody_else_stays(settings: Settings) -> None:
    assert take_off_pages(settings, {"p_maya"}) == [settings.places.report(TONIGHT)]
    page = Page(page_of(settings))
    assert "p_maya" not in page.words and "p_noor work 16.0 to 31.0" in page.words
    assert "more score is held and not drawn" not in page.words
    assert b"p_maya" not in settings.places.page_facts(NIGHT.run_id).read_bytes()
    assert take_off_pages(settings, {"p_maya"}) == []


def test_whoever_was_taken_off_does_not_come_back_from_the_warehouse(settings: Settings) -> None:
    take_off_pages(settings, {"p_maya"})
    assert b"p_maya" not in write_report(settings, NIGHT).read_bytes()


def test_an_account_and_an_ended_hold_are_taken_off_too(settings: Settings) -> None:
    assert b">robot<" in page_of(settings) and b"p_ida" in page_of(settings)
    take_off_pages(settings, {"p_ida"}, [("forum", "robot"), ("forum", "talk")])
    page = page_of(settings)
    assert [name for name in (b">robot<", b"p_ida", b"forum:talk") if name in page] == []
    assert REMOVED.encode() in page


def test_texts_of_others_that_name_somebody_are_blanked(settings: Settings) -> None:
    facts = nights_by_hand.busy()
    assert facts.gate
    run = replace(
        facts.run, checks=tuple(replace(result, observed="1 of 2: p_zed/work 7") for result in facts.run.checks)
    )
    gate = replace(
        facts.gate, incidents=tuple(replace(one, observed="p_zed fell with them") for one in facts.gate.incidents)
    )
    left = stored.without(
        replace(facts, run=run, gate=gate, missing=("p_zed",)), IdentifierMatcher([], people={"p_zed"})
    )
    assert "p_zed" not in json.dumps(stored.FACTS.dump_python(left, mode="json"))
    assert REMOVED in render(left).decode()


@pytest.mark.parametrize("word", ["published", "run", "gate", "held", "done", "large_move", "forum"])
def test_somebody_who_is_called_like_our_own_words_leaves_a_page_that_still_renders(
    word: str, settings: Settings
) -> None:
    take_off_pages(settings, {"p_maya"}, [("forge", word)])
    page = Page(page_of(settings))
    assert page.words.startswith(" Published: the night of 2026-03-15")
    assert "p_noor work 16.0 to 31.0" in page.words


def test_ids_of_few_digits_are_taken_off_by_their_card(settings: Settings) -> None:
    facts = nights_by_hand.published()
    assert facts.gate
    stored.keep(settings.places, replace(facts, gate=replace(facts.gate, jumps=(nights_by_hand.jump("12"),))))
    take_off_pages(settings, {"12"})
    assert (found := stored.kept(settings.places, NIGHT.run_id)) and found.gate and found.gate.jumps == ()


def test_a_name_of_any_letters_is_found_in_what_is_kept(settings: Settings) -> None:
    facts = nights_by_hand.published()
    assert facts.gate
    for name in (*HOSTILE, 'Zoë "Z"', "名前"):
        stored.keep(settings.places, replace(facts, gate=replace(facts.gate, jumps=(nights_by_hand.jump(name),))))
        take_off_pages(settings, {name})
        assert (found := stored.kept(settings.places, NIGHT.run_id)) and found.gate and found.gate.jumps == (), name


def test_a_page_whose_run_kept_nothing_is_written_from_the_runs_record(settings: Settings) -> None:
    settings.places.page_facts(NIGHT.run_id).unlink()
    take_off_pages(settings, {"p_maya"})
    page = Page(page_of(settings))
    assert "p_maya" not in page.words and "none is held" not in page.words
    assert "its run kept no facts to write it again from" in page.words


def test_a_page_of_which_no_run_is_left_goes(settings: Settings) -> None:
    page = settings.places.report(EVE)
    atomic_io.write_bytes(page, b"<p>p_maya</p>")
    take_off_pages(settings, {"p_maya"})
    assert not page.exists() and settings.places.report(TONIGHT).exists()


def test_a_page_that_an_interrupted_removal_left_out_is_written(settings: Settings) -> None:
    take_off_pages(settings, {"p_maya"})
    before = page_of(settings)
    settings.places.report(TONIGHT).unlink()
    take_off_pages(settings, {"p_maya"})
    assert page_of(settings) == before


def test_damaged_facts_that_name_somebody_go_whole(settings: Settings) -> None:
    settings.places.page_facts(NIGHT.run_id).write_text('{"p_maya"')
    take_off_pages(settings, {"p_maya"})
    assert not settings.places.page_facts(NIGHT.run_id).exists()
    assert b"p_maya" not in page_of(settings)


def test_a_night_without_a_run_is_not_written_again(settings: Settings) -> None:
    assert write_again(settings, date(2026, 1, 1)) is None
