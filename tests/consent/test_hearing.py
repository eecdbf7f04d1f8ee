"""A word that protects somebody is heard past its spelling; a grant counts for exactly what it names."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from evenscore.base.errors import InputError
from evenscore.consent import ledger
from evenscore.consent.entries import read_decisions
from evenscore.consent.hearing import Heard, in_words
from evenscore.consent.shown import judge
from evenscore.night.doctor import examine
from home import LEDGER, Home

HEADER = LEDGER.splitlines()[0]
GRANT = "p_ann,forum,ann,work,grant,public_score,true,2026-01-01T00:00:00Z"
LATER = "2026-02-01T00:00:00Z"


def shown(home: Home, *lines: str) -> set[tuple[str, str]]:
    """Who may be shown, and with which accounts, by a ledger of these lines."""
    (home.folder / "ledger.csv").write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8")
    rows = ledger.examine_ledger(home.settings).table.to_pylist()
    return {(person, account) for person, _, _, account in judge(rows, frozenset()).stands}


def unheard(home: Home) -> int:
    return len(ledger.examine_ledger(home.settings).heard.unheard)


@pytest.mark.parametrize(
    ("person", "account"),
    [
        ("p_ann", "Ann"),
        ("p_ann", "ann "),
        ("p_ann", "a\u200bnn"),
        ("p_ann", "\uff41\uff4e\uff4e"),
        ("P_Ann", "ann"),
        ("p_ann\u200b", "ANN"),
        ("p_ann ", "ann"),
        ("p_ann", "\u00e1nn"),
        ("p_ann", "an n"),
        ("p_ann", "somebody-else"),
        ("p_nobody", "ann"),
        ("p_nobody", "\u00c1NN"),
    ],
)
@pytest.mark.parametrize("action", ["withdraw", "erase"])
def test_who_says_no_is_heard_however_it_is_written(home: Home, person: str, account: str, action: str) -> None:
    other = "p_ben,forum,ben,work,grant,public_score,true,2026-01-01T00:00:00Z"
    no = f'"{person}",forum,"{account}",work,{action},public_score,true,{LATER}'
    assert shown(home, GRANT, other, no) == {("p_ben", "ben")}
    assert unheard(home) == 0


def test_who_says_no_on_a_network_that_is_misspelt_is_heard_for_all_accounts(home: Home) -> None:
    no = f"p_ann,forumm,ann,work,withdraw,public_score,true,{LATER}"
    assert shown(home, GRANT, no) == set()


def test_who_says_yes_again_stands_again(home: Home) -> None:
    no = f"p_ann,forum,Ann B,work,withdraw,public_score,true,{LATER}"
    yes = "p_ann,forum,ann,work,grant,public_score,true,2026-03-01T00:00:00Z"
    assert shown(home, GRANT, no) == set()
    assert shown(home, GRANT, no, yes) == {("p_ann", "ann")}


def test_a_no_to_research_alone_leaves_the_score_and_an_erasure_for_any_purpose_does_not(home: Home) -> None:
    assert shown(home, GRANT, f"p_ann,forum,ann,work,withdraw,research,true,{LATER}") == {("p_ann", "ann")}
    assert shown(home, GRANT, f"p_ann,forum,ann b,work,withdraw,research,true,{LATER}") == {("p_ann", "ann")}
    assert shown(home, GRANT, f"p_ann,forum,ann b,work,erase,research,true,{LATER}") == set()


def test_a_no_at_the_instant_of_its_own_grant_is_about_no_other(home: Home) -> None:
    second = [f"p_ann,forum,ann2,work,{action},public_score,true,{LATER}" for action in ("grant", "withdraw")]
    assert shown(home, GRANT, *second) == {("p_ann", "ann")}


def test_a_no_that_fits_nobody_is_counted_and_doctor_names_it(home: Home) -> None:
    no = f"p_zoe,forum,zoe,work,withdraw,public_score,true,{LATER}"
    assert shown(home, GRANT, no) == {("p_ann", "ann")}
    assert unheard(home) == 1
    said = [finding.says for finding in examine(home.settings) if finding.subject == "ledger" and not finding.is_well]
    assert len(said) == 1
    assert "forum:zoe of p_zoe" in said[0]


@pytest.mark.parametrize(
    ("said_at", "is_heard"), [("2026-01-01T00:00:00Z", True), ("2025-12-31T23:59:59.999999Z", False)]
)
@pytest.mark.parametrize("account", ["ann", "Ann B"])
def test_a_no_is_about_what_was_granted_by_then(home: Home, account: str, said_at: str, is_heard: bool) -> None:
    shown(home, GRANT, f"p_ann,forum,{account},work,withdraw,public_score,true,{said_at}")
    assert unheard(home) == (not is_heard)


@pytest.mark.parametrize(
    "line",
    [
        "p_ann,forum,ann,work,grant,research,false,2026-02-01T00:00:00Z",
        "p_ann,forge,ann_other,personal,grant,public_score,false,2025-02-01T00:00:00Z",
        "P_ANN,forge,ann_other,work,grant,research,false,2026-02-01T00:00:00Z",
        "p_parent,forum,Ann,work,grant,research,false,2025-02-01T00:00:00Z",
        "p_ann,forum,ann,work,withdraw,research,false,2026-02-01T00:00:00Z",
        "p_ann,forum,ann,work,grant,topic:chess,false,2026-02-01T00:00:00Z",
    ],
)
def test_a_minor_anywhere_is_shown_nowhere(home: Home, line: str) -> None:
    withdrawn = line.replace("grant", "withdraw").replace("false", "true").replace("2026-02-01", "2026-02-02")
    assert shown(home, GRANT, line) == set()
    assert shown(home, GRANT, line, withdrawn) == set()


def test_who_has_grown_up_says_so_for_the_same_purpose_and_account(home: Home) -> None:
    young = "p_ann,forum,ann,work,grant,public_score,false,2025-01-01T00:00:00Z"
    assert shown(home, young, GRANT) == {("p_ann", "ann")}


def test_a_second_claim_counts_whatever_it_is_for_until_it_ends(home: Home) -> None:
    claim = "p_eve,forum,ANN,work,grant,research,true,2026-02-01T00:00:00Z"
    end = claim.replace("grant", "withdraw").replace("2026-02-01", "2026-03-01")
    assert shown(home, GRANT, claim) == set()
    assert shown(home, GRANT, claim, end) == {("p_ann", "ann")}


def row(action: str, day: int, **more: Any) -> dict[str, Any]:
    at = datetime(2026, 3, day, tzinfo=UTC).replace(tzinfo=None)
    base = {"person_id": "p", "network": "n", "account_id": "a", "persona": "work", "purpose": "public_score"}
    return base | {"action": action, "is_adult": True, "recorded_at": at} | more


def test_an_erasure_reaches_back_and_no_further() -> None:
    assert not judge([row("grant", 1), row("erase", 2, purpose="research")], frozenset()).stands
    back = judge([row("grant", 1), row("erase", 2), row("grant", 3)], frozenset())
    assert back.stands == {("p", "work", "n", "a")}
    assert back.left == {("p", "work", "n"): datetime(2026, 3, 2)}


def test_of_one_instant_the_stricter_word_stands() -> None:
    assert not judge([row("withdraw", 1), row("grant", 1)], frozenset()).stands
    assert not judge([row("grant", 1), row("grant", 1, is_adult=None)], frozenset()).stands
    assert not judge([row("grant", 1)], frozenset({("n", "a")})).stands


@pytest.mark.parametrize("action", ["grant", "withdraw", "erase"])
@pytest.mark.parametrize("purpose", ["public_score", "research"])
def test_a_minors_age_is_heard_for_who_is_written_nearly_the_same(home: Home, action: str, purpose: str) -> None:
    other = "P_Ann,forum,zz,work,grant,public_score,true,2026-01-01T00:00:00Z"
    assert shown(home, GRANT, other, f"P_Ann,forum,zz,work,{action},{purpose},false,{LATER}") == set()


@pytest.mark.parametrize("account", ["\u00e1nn", "an n", "\uff41nn "])
def test_a_minors_age_is_heard_for_an_account_that_looks_the_same(home: Home, account: str) -> None:
    assert shown(home, GRANT, f"p_ben,forum,{account},work,grant,research,false,{LATER}") == set()


def vetoes(home: Home, *lines: str) -> set[tuple[str, str]]:
    (home.folder / "ledger.csv").write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8")
    rows = ledger.examine_ledger(home.settings).table.to_pylist()
    return {(person, persona) for person, persona, _ in judge(rows, frozenset()).vetoes}


def test_a_veto_under_a_persona_that_nobody_granted_is_heard_for_those_granted(home: Home) -> None:
    veto = f"p_ann,forum,ann,personal,withdraw,topic:cats,true,{LATER}"
    assert ("p_ann", "work") in vetoes(home, GRANT, veto)


def test_a_veto_under_one_of_two_personas_leaves_the_other(home: Home) -> None:
    both = "p_ann,forum,ann2,personal,grant,public_score,true,2026-01-01T00:00:00Z"
    veto = f"p_ann,forum,ann,personal,withdraw,topic:cats,true,{LATER}"
    assert vetoes(home, GRANT, both, veto) == {("p_ann", "personal")}


def test_a_persona_that_was_granted_a_topic_alone_is_none_that_stands(home: Home) -> None:
    topic = "p_ann,forum,ann,personal,grant,topic:dogs,true,2026-01-01T00:00:00Z"
    veto = f"p_ann,forum,ann,personal,withdraw,topic:cats,true,{LATER}"
    assert ("p_ann", "work") in vetoes(home, GRANT, topic, veto)


def test_a_veto_of_nobody_is_counted(home: Home) -> None:
    vetoes(home, GRANT, f"p_zoe,forum,zoe,work,withdraw,topic:cats,true,{LATER}")
    assert unheard(home) == 1


@pytest.mark.parametrize("cut", ["account_id", "is_adult"])
def test_a_ledger_whose_last_value_may_have_been_cut_stops_the_run(home: Home, cut: str) -> None:
    fields = dict(
        zip(HEADER.split(","), f"p_ann,forum,ann,work,withdraw,research,false,{LATER}".split(","), strict=True)
    )
    names = [name for name in fields if name != cut]
    line = ",".join([*(fields[name] for name in names), fields[cut][:-2]])
    (home.folder / "ledger.csv").write_text(",".join([*names, cut]) + "\n" + line, encoding="utf-8")
    with pytest.raises(InputError, match="the last line has no line end"):
        ledger.examine_ledger(home.settings)


@pytest.mark.parametrize(
    "twice", ['"action": "withdraw", "action": "grant"', '"action": "grant", "is_adult": false, "is_adult": true']
)
def test_a_ledger_row_that_says_two_things_stops_the_run(home: Home, twice: str) -> None:
    row = dict(zip(HEADER.split(","), GRANT.split(","), strict=True))
    rest = json.dumps({name: value for name, value in row.items() if name not in ("action", "is_adult")})
    more = "" if "is_adult" in twice else ', "is_adult": true'
    path = home.folder / "more.ndjson"
    path.write_text(f"{rest[:-1]}, {twice}{more}}}\n")
    with pytest.raises(InputError, match=r"row 1: .* is not a single value"):
        read_decisions(path)


def test_where_every_word_fits_nothing_is_asked() -> None:
    assert in_words(Heard()) == ""
