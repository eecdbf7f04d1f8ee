"""The verbs of the ledger append to it, read it and prove it."""

import json
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evenscore.base.errors import DiskError
from evenscore.cli import main
from evenscore.consent import ledger_file
from evenscore.consent.entries import typed_decisions
from evenscore.consent.ledger_file import open_ledger_file
from home import LEDGER, Home

ANN = LEDGER.splitlines()[1]
GRANT = {"person_id": "p_ben", "network": "forum", "account_id": "ben", "persona": "work", "action": "grant"}
GRANT |= {"purpose": "public_score", "is_adult": "true", "recorded_at": ""}
BY = ("--recorded-at", "2026-02-01T00:00:00Z")


def evenscore(home: Home, *words: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home.places.home), "--config", str(home.config), *words])


def standing(home: Home, person: str) -> list[tuple[str, str, str]]:
    found = json.loads(evenscore(home, "consent", "show", person, "--json").output)
    return sorted((row["account_id"], row["purpose"], row["action"]) for row in found["standing"])


def test_a_grant_links_accounts_and_keeps_what_was_agreed_to_and_where(home: Home) -> None:
    links = ("--account", "forum:ben", "--account", "forge:ben-at-work", "--purpose", "public_score")
    evidence = ("--adult", "--text-version", "2026-01", "--source", "web form")
    said = evenscore(home, "consent", "grant", "p_ben", *links, *evidence, *BY)
    assert said.exit_code == 0, said.output
    assert standing(home, "p_ben") == [("ben", "public_score", "grant"), ("ben-at-work", "public_score", "grant")]
    assert "forum:ben (work), adult, 2026-01, web form  (evenscore consent grant)" in said.output
    again = evenscore(home, "consent", "grant", "p_ben", *links, *evidence, *BY)
    assert again.output == "2 known already\n"


def test_a_withdrawal_ends_everything_unless_it_names_an_account_or_a_purpose(home: Home) -> None:
    links = ("--account", "forum:ben", "--account", "forge:ben", "--purpose", "public_score", "--purpose", "research")
    evenscore(home, "consent", "grant", "p_ben", *links, "--adult", *BY)
    evenscore(home, "consent", "withdraw", "p_ben", "--account", "forge:ben", "--purpose", "research")
    assert [row[1:] for row in standing(home, "p_ben")].count(("research", "withdraw")) == 1
    evenscore(home, "consent", "withdraw", "p_ben")
    assert {action for _, _, action in standing(home, "p_ben")} == {"withdraw"}
    evenscore(home, "consent", "withdraw", "p_ben", "--purpose", "topic:chess")
    assert ("ben", "topic:chess", "withdraw") in standing(home, "p_ben")


def test_a_withdrawal_is_of_every_persona_that_an_account_was_linked_under(home: Home) -> None:
    for persona in ("work", "personal"):
        evenscore(home, "consent", "grant", "p_ben", "--account", "forum:ben", "--adult", "--persona", persona, *BY)
    said = evenscore(home, "consent", "withdraw", "p_ben", "--purpose", "topic:chess", "--json")
    assert sorted(row["persona"] for row in json.loads(said.output)) == ["personal", "work"]


def test_who_is_in_the_file_alone_can_withdraw_by_the_verb(home: Home) -> None:
    assert evenscore(home, "consent", "withdraw", "p_ann").exit_code == 0
    assert standing(home, "p_ann") == [("ann", "public_score", "withdraw")]


def test_of_one_instant_the_stricter_word_stands(home: Home) -> None:
    for action in ("grant", "withdraw", "grant"):
        more = ("--account", "forum:ben") if action == "grant" else ()
        evenscore(home, "consent", action, "p_ben", *more, *BY)
    assert standing(home, "p_ben") == [("ben", "public_score", "withdraw")]


def test_a_withdrawal_waits_for_the_night_that_is_under_way_and_says_so(home: Home) -> None:
    hold = "import sys, time, evenscore.state.runs as runs, evenscore.base.paths as paths\n"
    hold += "from pathlib import Path\n"
    hold += "with runs.only_one(paths.HomePaths(Path(sys.argv[1]))):\n    print('held', flush=True); time.sleep(2)"
    night = [sys.executable, "-c", hold, str(home.places.home)]
    with subprocess.Popen(night, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout and running.stdout.readline() == "held\n"
        said = evenscore(home, "consent", "withdraw", "p_ann")
    assert (said.exit_code, said.stderr) == (
        0,
        "evenscore: waits until the run that works in this home folder lets go of it\n",
    )
    assert standing(home, "p_ann") == [("ann", "public_score", "withdraw")]


@pytest.fixture
def set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's clock stands a week before BY."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1769299200")


@pytest.mark.usefixtures("set_back")
def test_what_is_said_on_a_clock_that_was_set_back_stands_all_the_same_and_the_clock_is_told(home: Home) -> None:
    account = ("--account", "forum:ben")
    evenscore(home, "consent", "grant", "p_ben", *account, "--adult", *BY)
    said = evenscore(home, "consent", "withdraw", "p_ben")
    assert said.exit_code == 0
    assert "this machine's clock says 2026-01-25T00:00:00.000000Z, which is before what" in said.stderr
    assert standing(home, "p_ben") == [("ben", "public_score", "withdraw")]
    evenscore(home, "consent", "grant", "p_ben", *account, "--adult")
    assert standing(home, "p_ben") == [("ben", "public_score", "grant")]


@pytest.mark.usefixtures("set_back")
def test_a_grant_that_is_gone_from_its_file_ends_though_the_clock_was_set_back(home: Home) -> None:
    (home.folder / "ledger.csv").write_text(LEDGER.replace("2026-01-01", "2026-02-01"))
    evenscore(home, "consent", "import")
    (home.folder / "ledger.csv").write_text(LEDGER.splitlines()[0] + "\n")
    evenscore(home, "consent", "import", "--accept-missing")
    assert standing(home, "p_ann") == [("ann", "public_score", "withdraw")]


def test_a_decision_of_a_clock_that_was_ahead_can_be_taken_back_and_doctor_tells_it(home: Home) -> None:
    book = open_ledger_file(home.places)
    book.enter(typed_decisions([GRANT], datetime(2999, 1, 1)).rows[0][1], {"verb": "grant"})
    book.save(home.places.consent_head)
    assert evenscore(home, "consent", "withdraw", "p_ben").exit_code == 0
    assert standing(home, "p_ben") == [("ben", "public_score", "withdraw")]
    assert "2 entries lie in the future, up to 2999-01-01" in evenscore(home, "doctor").output


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("grant", "p_ben", "--account", "forum:ben", "--purpose", "hiring"), "purpose is unknown: hiring"),
        (("grant", "p_ben", "--account", "forum:ben", "--recorded-at", "soon"), "recorded_at is not a timestamp: soon"),
        (("grant", "p_ben", "--account", "forum:ben", "--recorded-at", "2999-01-01"), "recorded_at is in the future"),
        (("withdraw", "p_ben"), "p_ben: the ledger has no grant of theirs there to withdraw"),
        (("withdraw", "p_ann", "--account", "forge:ann"), "p_ann: the ledger has no grant of theirs there to withdraw"),
        (("show", "p_ben"), "p_ben: the ledger has no row of theirs"),
        (("show",), "no night has been built yet"),
    ],
)
def test_a_mistake_is_one_line_and_nothing_is_recorded(home: Home, words: tuple[str, ...], reason: str) -> None:
    result = evenscore(home, "consent", *words)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert reason in result.stderr
    assert not home.places.consent_ledger.exists()


def test_what_is_withdrawn_by_default_is_what_was_granted(home: Home) -> None:
    evenscore(home, "consent", "withdraw", "p_ann", "--purpose", "research")
    said = evenscore(home, "consent", "withdraw", "p_ann").output
    assert "withdraw public_score" in said and "research" not in said


def test_an_account_is_named_with_its_network(home: Home) -> None:
    result = evenscore(home, "consent", "grant", "p_ben", "--account", "ben")
    assert result.exit_code == 2 and "'ben' is not a NETWORK:ACCOUNT" in result.stderr
    assert not home.places.consent_ledger.exists()


def test_a_sound_chain_is_told_with_a_hash_to_note_and_a_broken_one_exits_1(home: Home) -> None:
    evenscore(home, "consent", "import")
    said = evenscore(home, "consent", "verify")
    assert said.exit_code == 0
    noted = re.findall(r"has the hash ([0-9a-f]{64})", said.output)[0]
    assert evenscore(home, "consent", "verify", "--head", noted).exit_code == 0
    path = home.places.consent_ledger
    path.write_bytes(path.read_bytes().replace(b'"is_adult":true', b'"is_adult":null'))
    broken = evenscore(home, "consent", "verify")
    assert (broken.exit_code, broken.stdout) == (1, "")
    assert broken.stderr.startswith(f"evenscore: {path}: the chain is broken at sequence 1: its entry was changed")


def test_a_file_is_taken_in_once_and_a_loss_only_when_it_is_accepted(home: Home) -> None:
    (home.folder / "march.csv").write_text(LEDGER.replace("ann", "mae"))
    march = str(home.folder / "march.csv")
    assert f"{march}: 1 rows taken in, 0 known already" in evenscore(home, "consent", "import", march).output
    assert f"{march}: 0 rows taken in, 1 known already" in evenscore(home, "consent", "import", march).output
    evenscore(home, "consent", "import")
    (home.folder / "ledger.csv").write_text(LEDGER.replace("ann", "ben"))
    assert evenscore(home, "consent", "import").exit_code == 1
    settled = evenscore(home, "consent", "import", "--accept-missing")
    assert settled.exit_code == 0
    gone = f"1 gone from {home.folder / 'ledger.csv'} are settled: grants among them have ended"
    assert settled.output.endswith(f"0 of people who were erased left out; {gone}\n")
    assert standing(home, "p_ann") == [("ann", "public_score", "withdraw")]
    again = evenscore(home, "consent", "import", "--accept-missing", "--json")
    assert json.loads(again.stdout)["settled_count"] == 0
    assert evenscore(home, "consent", "import").exit_code == 0


@pytest.mark.parametrize("error", [DiskError, PermissionError])
def test_a_word_that_is_recorded_where_nothing_published_can_be_written_is_told_as_such(
    error: type[Exception], home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    evenscore(home, "consent", "import")

    def is_full(_path: Path, _value: object) -> None:
        raise error("no space")

    with monkeypatch.context() as patch:
        patch.setattr(ledger_file.atomic_io, "write_json", is_full)
        said = evenscore(home, "consent", "withdraw", "p_ann", *BY)
    assert said.exit_code == 1
    assert str(home.places.consent_ledger) in said.stderr
    assert "recorded; whom it lets go readers see until a night has run" in said.stderr
    assert {action for _, _, action in standing(home, "p_ann")} == {"withdraw"}
