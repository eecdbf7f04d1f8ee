"""A ledger is understood to the last row or not at all."""

from pathlib import Path

import pytest

from evenscore.base.errors import InputError
from evenscore.consent.ledger import read_ledger
from home import LEDGER, Home

SOUND = LEDGER.splitlines()[1]


def entries(home: Home, *lines: str) -> list[dict[str, object]]:
    (home.folder / "ledger.csv").write_text("\n".join([LEDGER.splitlines()[0], *lines, ""]))
    found: list[dict[str, object]] = read_ledger(home.settings).to_pylist()
    return found


def test_entries_come_in_the_order_of_recording(home: Home) -> None:
    later = SOUND.replace("grant", "withdraw").replace("2026-01-01", "2026-02-01")
    assert [entry["action"] for entry in entries(home, later, SOUND)] == ["grant", "withdraw"]


def test_entries_of_one_instant_come_in_one_order_whatever_their_order_in_the_file(home: Home) -> None:
    both = [SOUND.replace("ann", name) for name in "zyxwv"]
    for order in (both, both[::-1]):
        assert [entry["account_id"] for entry in entries(home, *order)] == list("vwxyz")


def test_an_entry_given_twice_counts_once(home: Home) -> None:
    assert len(entries(home, SOUND, SOUND)) == 1


def test_undeclared_age_is_null_and_not_false(home: Home) -> None:
    assert [entry["is_adult"] for entry in entries(home, SOUND.replace("true", ""))] == [None]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (SOUND.replace("grant", "maybe"), "action is unknown: maybe"),
        (SOUND.replace("p_ann", ""), "person_id is missing"),
        (SOUND.replace("2026", "2999"), "recorded_at is in the future: 2999-01-01T00:00:00Z"),
        (SOUND.replace("work", "secret"), "persona is unknown: secret"),
        (
            SOUND.replace("public_score", "hiring"),
            "purpose is unknown: hiring (known: public_score, research, topic:<topic_id>)",
        ),
        (
            SOUND.replace("public_score", "topic:"),
            "purpose is unknown: topic: (known: public_score, research, topic:<topic_id>)",
        ),
        (
            SOUND.replace("grant", "erase").replace("public_score", "topic:chess"),
            "a topic is granted or withdrawn; an erasure is of a whole account",
        ),
        (SOUND.replace("true", "perhaps"), "is_adult is not true or false: perhaps"),
        (SOUND.replace("forum", "../forum"), "network is not a plain name: ../forum"),
        (SOUND + ",more", "9 fields where the header has 8"),
    ],
)
def test_a_fault_names_file_row_and_reason(home: Home, fault: str, reason: str) -> None:
    with pytest.raises(InputError) as refused:
        entries(home, SOUND, fault)
    assert str(refused.value) == f"{home.folder / 'ledger.csv'}: row 3: {reason}"


def test_the_first_of_several_faults_is_told_and_the_others_counted(home: Home) -> None:
    with pytest.raises(InputError, match=r"row 2: persona is unknown: x \(and 2 more\)$"):
        entries(home, *[SOUND.replace("work", "x")] * 2, SOUND + ",more")


def test_a_missing_column_is_named(home: Home) -> None:
    (home.folder / "ledger.csv").write_text(LEDGER.replace("is_adult", "of_age"))
    with pytest.raises(InputError, match=r"ledger\.csv: column is_adult is missing"):
        read_ledger(home.settings)


def test_json_lines_and_their_missing_keys_are_judged_alike(home: Home, tmp_path: Path) -> None:
    (tmp_path / "ledger.ndjson").write_text('{"person_id": "p_ann"}\n')
    home.config.write_text(home.config.read_text().replace("ledger.csv", "ledger.ndjson"))
    with pytest.raises(InputError, match=r"ledger\.ndjson: row 1: network is missing"):
        read_ledger(home.settings)
