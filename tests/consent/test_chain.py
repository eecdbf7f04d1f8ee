"""The ledger shows every change that was not an appended row, and forgets a person without breaking."""

import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from evenscore.base.errors import BrokenChain, InputError, LostTruth, UsageError
from evenscore.cli import main
from evenscore.consent import chain, ledger, ledger_file
from evenscore.consent.keys import make_key
from evenscore.consent.laid_out import LAID_OUT
from evenscore.consent.ledger_file import HEAD, last_head
from evenscore.consent.suppression import CLAIM, CLAIMED, Suppressed, read_list, suppress
from evenscore.erasure.scope import entries
from evenscore.names.identifier_matcher import ErasureSubject
from home import LEDGER, Home

HEADER, ANN = LEDGER.splitlines()
BEN = ANN.replace("ann", "ben")
ANN_LEAVES = ANN.replace("grant", "withdraw").replace("2026-01-01", "2026-02-01")

MARCH = datetime(2026, 3, 1)

Row = dict[str, Any]


def keep(home: Home, *lines: str) -> None:
    (home.folder / "ledger.csv").write_text("\n".join([HEADER, *lines, ""]))


def read(home: Home) -> list[tuple[str, str, str]]:
    rows = ledger.read_ledger(home.settings).to_pylist()
    return [(row["person_id"], row["action"], str(row["recorded_at"])[:10]) for row in rows]


def forget(home: Home, *people: str, accounts: tuple[str, ...] = (), at: datetime = MARCH) -> int:
    """Erase people from `accounts`, by default the one that is called as they are: the list first, then the ledger."""
    subjects = [
        ErasureSubject("forum", account, at.isoformat(), person)
        for person in people
        for account in accounts or (person.removeprefix("p_"),)
    ]
    listed = Suppressed(make_key(home.places), home.settings.account_ids)
    suppress(home.places, entries(listed, subjects, []))
    return ledger.erase(home.settings, subjects)


def chained(home: Home) -> list[Row]:
    return [json.loads(line) for line in home.places.consent_ledger.read_bytes().splitlines()]


def write_chain(home: Home, rows: list[Row]) -> None:
    home.places.consent_ledger.write_bytes(b"".join(chain.canonical(row) + b"\n" for row in rows))


@pytest.fixture
def three(home: Home) -> Home:
    """A ledger of three rows, taken in."""
    keep(home, ANN, BEN, ANN_LEAVES)
    read(home)
    return home


def test_a_row_is_taken_in_once_with_the_place_where_it_stood(three: Home) -> None:
    before = three.places.consent_ledger.read_bytes()
    read(three)
    assert three.places.consent_ledger.read_bytes() == before
    origins = [row["entry"]["origin"] for row in chained(three)]
    assert origins == [{"file": "ledger.csv", "row": number} for number in (2, 3, 4)]


def change_an_entry(rows: list[Row]) -> None:
    rows[1]["entry"]["fields"]["is_adult"] = False


def change_a_row(rows: list[Row]) -> None:
    rows[1]["appended_at"] = "2020-01-01T00:00:00.000000Z"


def change_a_row_and_its_hash(rows: list[Row]) -> None:
    change_a_row(rows)
    rows[1]["row_hash"] = chain.row_hash(rows[1])


def follow_nothing(rows: list[Row]) -> None:
    rows[2]["prev_hash"] = chain.GENESIS
    rows[2]["row_hash"] = chain.row_hash(rows[2])


def remove_a_row_and_number_anew(rows: list[Row]) -> None:
    del rows[1]
    rows[1]["sequence"] = 2
    rows[1]["row_hash"] = chain.row_hash(rows[1])


def remove_a_row(rows: list[Row]) -> None:
    del rows[1]


def remove_an_entry(rows: list[Row]) -> None:
    del rows[1]["entry"]


def put_a_row_in(rows: list[Row]) -> None:
    rows.insert(1, rows[1] | {"sequence": 2})


def swap_two_rows(rows: list[Row]) -> None:
    rows[1], rows[2] = rows[2], rows[1]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (change_an_entry, "its entry was changed"),
        (change_a_row, "the row was changed"),
        (change_a_row_and_its_hash, "it does not follow the row before it"),
        (follow_nothing, "it does not follow the row before it"),
        (remove_a_row_and_number_anew, "it does not follow the row before it"),
        (remove_a_row, "the row there says sequence 3"),
        (remove_an_entry, "its entry is gone, and no erasure names it"),
        (put_a_row_in, "the row was changed|it does not follow the row before it|the row there says sequence 2"),
        (swap_two_rows, "the row there says sequence 3"),
    ],
)
@pytest.mark.parametrize("is_noted", [False, True])
def test_a_broken_chain_stops_the_run_and_says_where(
    three: Home, fault: Callable[..., None], reason: str, is_noted: bool
) -> None:
    if is_noted:
        note_head(three)
    rows = chained(three)
    fault(rows)
    write_chain(three, rows)
    with pytest.raises(BrokenChain, match=rf"ledger\.ndjson: the chain is broken at sequence [23]: ({reason})") as stop:
        read(three)
    assert stop.value.exit_code == 1


def test_a_line_that_is_no_json_is_named(three: Home) -> None:
    with three.places.consent_ledger.open("a") as handle:
        handle.write('{"sequence": 4')
    with pytest.raises(BrokenChain, match=r"broken at sequence 4: not valid JSON"):
        read(three)


@pytest.mark.parametrize("at_once", [1, 2, 1000])
def test_a_line_that_is_no_row_is_named_however_many_are_read_together(
    three: Home, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(ledger_file, "ROWS_AT_ONCE", at_once)
    first, second, third = three.places.consent_ledger.read_bytes().splitlines()
    for lines, fault in {
        (first, second, third[:-1]): "3: not valid JSON",
        (first, second, b"3"): "3: not a JSON object",
        (first, second + b"," + third, b""): "2: not valid JSON",
        (first + b"," + second, b'{"sequence":[{}', b"{}]}"): "[13]: ",
    }.items():
        three.places.consent_ledger.write_bytes(b"\n".join(lines) + b"\n")
        with pytest.raises(BrokenChain, match=f"broken at sequence {fault}"):
            ledger_file.open_ledger_file(three.places)


def test_what_rows_have_in_common_is_in_memory_once(three: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_file, "ROWS_AT_ONCE", 2)
    first, second, third = ledger_file.open_ledger_file(three.places).rows
    names = [next(name for name in row if name == "prev_hash") for row in (first, second)]
    assert names[0] is names[1]
    assert first["entry"]["fields"]["purpose"] is third["entry"]["fields"]["purpose"]


def note_head(home: Home, run: str = "2026-03-01_a") -> None:
    stages = home.places.run(run) / "stages"
    stages.mkdir(parents=True)
    (stages / "check_landing.json").write_text(json.dumps({HEAD: ledger.noted_head(home.settings)}))


def as_another_process(home: Home) -> ledger.Ledger:
    ledger._read.clear()
    return ledger.open_ledger(home.settings)


def count_hashes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sequence of each row that is hashed from here on."""
    hashed: list[int] = []
    row_hash = chain.row_hash
    monkeypatch.setattr(chain, "row_hash", lambda row: (hashed.append(row["sequence"]), row_hash(row))[1])
    return hashed


def test_rows_that_a_run_has_verified_are_not_hashed_again(three: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    note_head(three)
    keep(three, ANN, BEN, ANN_LEAVES, BEN.replace("grant", "withdraw").replace("2026-01-01", "2026-02-02"))
    as_another_process(three)
    hashed = count_hashes(monkeypatch)
    as_another_process(three)
    assert hashed == [4]
    hashed.clear()
    ledger.verify(three.settings)
    assert hashed == [1, 2, 3, 4]


def test_rows_are_hashed_again_where_any_run_saw_other_bytes(three: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    note_head(three, "2026-03-01_a")
    keep(three, ANN, BEN, ANN_LEAVES, BEN.replace("grant", "withdraw").replace("2026-01-01", "2026-02-02"))
    as_another_process(three)
    rows = chained(three)
    rows[0]["entry"]["fields"]["is_adult"] = False
    write_chain(three, rows)
    stages = three.places.run("2026-03-02_b") / "stages"  # whoever changed it has noted it as a run would
    stages.mkdir(parents=True)
    (stages / "check_landing.json").write_text(json.dumps({HEAD: last_head(three.places)}))
    with pytest.raises(BrokenChain, match="at sequence 1: its entry was changed"):
        as_another_process(three)


def test_what_six_runs_have_verified_is_looked_at_in_the_order_of_the_bytes() -> None:
    lines = [json.dumps(row).encode() + b"\n" for row in [{"kind": "entry"}] * 6]
    ends = [b"".join(lines[:count]) for count in (6, 2, 5, 1, 4, 3)]
    heads = [
        {"bytes": len(end), "sequence": end.count(b"\n"), "sha256": hashlib.sha256(end).hexdigest()} for end in ends
    ]
    rows = [{"kind": "entry"}] * 6
    assert ledger_file._verified_count(b"".join(lines), rows, heads) == 6
    assert ledger_file._verified_count(b"".join(lines), rows, heads[1:]) == 5
    assert ledger_file._verified_count(b"".join(lines)[:-1], rows, heads) == 0


def test_of_an_empty_ledger_no_head_is_noted(home: Home) -> None:
    (home.folder / "ledger.csv").write_text(LEDGER.splitlines()[0] + "\n")
    assert ledger.noted_head(home.settings) is None
    assert last_head(home.places) is None


def test_a_head_is_noted_without_its_bytes_where_they_were_written_since_they_were_verified(
    three: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_before = ledger.open_ledger(three.settings)
    three.places.consent_laid_out.unlink(missing_ok=True)
    monkeypatch.setattr(ledger, "open_ledger", lambda _settings: read_before)
    monkeypatch.setattr(ledger, "_read", {})
    assert ledger.noted_head(three.settings) == {"sequence": 3, "row_hash": chained(three)[2]["row_hash"]}


def test_what_was_noted_before_an_erasure_says_nothing_of_the_bytes_since(
    three: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    note_head(three, "2026-03-01_a")
    forget(three, "p_ann")
    hashed = count_hashes(monkeypatch)
    as_another_process(three)
    assert hashed == [1, 2, 3, 4]
    note_head(three, "2026-03-02_b")
    hashed.clear()
    three.places.consent_laid_out.unlink()
    as_another_process(three)
    assert hashed == []


def test_the_next_process_is_given_what_was_laid_out(three: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    note_head(three)
    before = ledger.open_ledger(three.settings)
    monkeypatch.setattr(ledger, "open_ledger_file", None)
    after = as_another_process(three)
    assert (after.table, after.said, after.heard) == (before.table, before.said, before.heard)


def spoil_what_was_laid_out(home: Home) -> None:
    path = home.places.consent_laid_out
    rows = pq.read_table(path)
    pq.write_table(rows.slice(0, rows.num_rows - 1), path)


def take_back_the_note(home: Home) -> None:
    path = home.places.run("2026-03-01_a") / "stages" / "check_landing.json"
    note = json.loads(path.read_text())
    del note[HEAD][LAID_OUT]
    path.write_text(json.dumps(note))


def note_another_head(home: Home, sequence: int = 2) -> None:
    stages = home.places.run("2026-02-28_b") / "stages"
    stages.mkdir(parents=True)
    (stages / "check_landing.json").write_text(json.dumps({HEAD: {"sequence": sequence, "row_hash": "another"}}))


@pytest.mark.parametrize(
    ("fault", "raises"),
    [
        (spoil_what_was_laid_out, None),
        (take_back_the_note, None),
        (lambda home: home.places.consent_laid_out.unlink(), None),
        (lambda home: keep(home, ANN, BEN, ANN_LEAVES, ANN.replace("ann", "cal")), None),
        (note_another_head, "saw another row there"),
        (lambda home: note_another_head(home, 3), "saw another row there"),
        (lambda home: write_chain(home, chained(home)[:2]), "saw rows up to 3, and they are gone"),
    ],
)
def test_what_was_laid_out_is_not_taken_where_anything_speaks_against_it(
    three: Home, fault: Callable[[Home], object], raises: str | None
) -> None:
    note_head(three)
    before = ledger.open_ledger(three.settings).table.num_rows
    fault(three)
    if raises:
        with pytest.raises(BrokenChain, match=raises):
            as_another_process(three)
    else:
        assert as_another_process(three).table.num_rows == len(chained(three)) >= before


def test_what_a_process_has_read_is_held_against_heads_that_were_noted_since(three: Home) -> None:
    ledger.open_ledger(three.settings)
    note_another_head(three)
    with pytest.raises(BrokenChain, match="saw another row there"):
        ledger.open_ledger(three.settings)


def test_a_file_that_changes_while_it_is_read_is_read_again(three: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(three, ANN, BEN, ANN_LEAVES, ANN.replace("ann", "cal"))
    lay_out = ledger._laid_out
    with monkeypatch.context() as patch:
        later = ANN.replace("ann", "dan")
        patch.setattr(
            ledger, "_laid_out", lambda *given: (keep(three, ANN, BEN, ANN_LEAVES, later), lay_out(*given))[1]
        )
        ledger.open_ledger(three.settings)
    with pytest.raises(InputError, match="was changed or removed; the ledger is append-only"):
        ledger.open_ledger(three.settings)
    keep(three, ANN, BEN)
    with pytest.raises(InputError, match=r"was changed or removed \(and 1 more\); the ledger"):
        ledger.open_ledger(three.settings)


def test_a_file_of_another_name_may_lose_no_row_either(three: Home) -> None:
    more = three.folder / "more.csv"
    for lines, is_missing in (((ANN.replace("ann", "cal"), ANN.replace("ann", "dan")), False), ((), True)):
        more.write_text("\n".join([HEADER, *lines, ""]))
        if is_missing:
            with pytest.raises(InputError, match=r"more\.csv: row 2, .* \(and 1 more\)"):
                ledger.import_ledger(three.settings, more, accepts_missing=False)
        else:
            assert ledger.import_ledger(three.settings, more, accepts_missing=False).appended_count == 2


def test_who_is_on_the_list_already_is_in_no_ledger_though_the_chain_has_them_still(three: Home) -> None:
    erased = Suppressed(make_key(three.places), three.settings.account_ids)
    subject = ErasureSubject("forum", "ann", datetime(2026, 3, 1).isoformat(), "p_ann")
    suppress(three.places, entries(erased, [subject], []))
    assert len(chained(three)) == 3
    rows = as_another_process(three).table.to_pylist()
    assert {row["person_id"] for row in rows} == {"p_ben"}


def test_a_process_that_asks_again_is_given_what_it_was_given(three: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    first = ledger.open_ledger(three.settings)
    monkeypatch.setattr(ledger, "open_ledger_file", None)
    assert ledger.open_ledger(three.settings) is first


def test_rows_cut_off_the_end_are_missed_by_the_run_that_saw_them(three: Home) -> None:
    note_head(three)
    write_chain(three, chained(three)[:2])
    with pytest.raises(BrokenChain, match=r"at sequence 3: run 2026-03-01_a saw rows up to 3, and they are gone"):
        read(three)


def restore_the_ledger(home: Home, copy: Path) -> None:
    shutil.copy2(copy / "consent" / "ledger.ndjson", home.places.consent_ledger)


def restore_all_but_what_is_published(home: Home, copy: Path) -> None:
    for path in home.places.home.iterdir():
        if path != home.places.published and path.is_dir():
            shutil.rmtree(path)
    shutil.copytree(copy, home.places.home, ignore=shutil.ignore_patterns("published"), dirs_exist_ok=True)


@pytest.mark.parametrize("restore", [restore_the_ledger, restore_all_but_what_is_published])
@pytest.mark.parametrize("verb", ["withdraw", "erase"])
def test_what_was_said_since_the_last_night_is_missed_in_an_older_copy(
    three: Home, tmp_path: Path, restore: Callable[[Home, Path], None], verb: str
) -> None:
    note_head(three)
    shutil.copytree(three.places.home, tmp_path / "copy")
    fields = dict(zip(HEADER.split(","), BEN.split(","), strict=True)) | {"recorded_at": "2026-02-01"}
    ledger.record(three.settings, [fields | {"action": verb}], verb)
    restore(three, tmp_path / "copy")
    with pytest.raises(BrokenChain, match=r"at sequence 4: .*consent_head.json saw rows up to 4, and they are gone"):
        as_another_process(three)


def test_a_ledger_that_was_removed_is_not_begun_anew(three: Home) -> None:
    note_head(three)
    three.places.consent_ledger.unlink()
    with pytest.raises(BrokenChain, match=r"at sequence 1: run 2026-03-01_a saw rows up to 3"):
        read(three)


def test_a_chain_that_was_made_anew_is_told_by_a_run_and_by_a_noted_hash(three: Home) -> None:
    noted = str((last_head(three.places) or {})["row_hash"])
    ledger.verify(three.settings, noted)
    note_head(three)
    remade: list[Row] = []
    for row in chained(three):
        remade.append(chain.linked_entry(remade, row["entry"]["fields"] | {"is_adult": True}, row["entry"]["origin"]))
    write_chain(three, remade)
    with pytest.raises(BrokenChain, match=r"at sequence 3: run 2026-03-01_a saw another row there"):
        read(three)
    (three.places.run("2026-03-01_a") / "stages" / "check_landing.json").unlink()
    three.places.consent_head.unlink()
    with pytest.raises(BrokenChain, match=rf"no row has the hash {noted}"):
        ledger.verify(three.settings, noted)


@pytest.mark.parametrize("lines", [(ANN, ANN_LEAVES), (ANN, BEN.replace("true", "false"), ANN_LEAVES)])
def test_a_row_that_is_gone_or_changed_in_the_file_stops_the_run(three: Home, lines: tuple[str, ...]) -> None:
    keep(three, *lines)
    with pytest.raises(InputError, match=r"ledger\.csv: row 3, which the ledger took in as sequence 2, was changed or"):
        read(three)


def test_an_accepted_loss_ends_a_grant_and_leaves_a_withdrawal_standing(three: Home) -> None:
    keep(three, ANN, BEN, ANN_LEAVES, BEN.replace("public_score", "research"))
    read(three)
    keep(three, ANN)
    ledger.import_ledger(three.settings, None, accepts_missing=True)
    today = str(datetime.now(UTC).date())
    assert [row for row in read(three) if row[2] == today] == [("p_ben", "withdraw", today)] * 2
    assert ("p_ann", "withdraw", "2026-02-01") in read(three)


def test_rows_may_change_places_in_the_file(three: Home) -> None:
    keep(three, BEN, ANN_LEAVES, ANN)
    assert len(read(three)) == 3


def test_an_erased_person_is_gone_from_the_bytes_and_the_chain_still_verifies(three: Home) -> None:
    assert forget(three, "p_ann") == 2
    for path in three.places.consent.iterdir():
        assert b"ann" not in path.read_bytes(), path
    assert ledger.verify(three.settings).erasure_count == 1
    assert read(three) == [("p_ben", "grant", "2026-01-01")]  # though the file still names her


def test_an_erased_entry_cannot_be_put_back(three: Home) -> None:
    before = chained(three)
    forget(three, "p_ann")
    rows = chained(three)
    rows[0]["entry"] = before[0]["entry"]
    write_chain(three, rows)
    with pytest.raises(BrokenChain, match=r"at sequence 1: its entry was erased, and is back"):
        read(three)


def test_who_has_gone_from_the_file_can_be_erased_all_the_same(three: Home) -> None:
    keep(three, BEN)
    forget(three, "p_ann")
    assert read(three) == [("p_ben", "grant", "2026-01-01")]


def test_an_erased_person_may_grant_again_and_the_past_stays_gone(three: Home) -> None:
    forget(three, "p_ann")
    keep(three, ANN, BEN, ANN_LEAVES, ANN.replace("2026-01-01", "2026-03-02"))
    assert [row for row in read(three) if row[0] == "p_ann"] == [
        ("p_ann", "erase", "2026-03-01"),
        ("p_ann", "grant", "2026-03-02"),
    ]


def test_a_new_name_on_an_erased_account_does_not_bring_its_past_back(three: Home) -> None:
    forget(three, "p_ann")
    keep(three, BEN, ANN.replace("p_ann", "p_new").replace("2026-01-01", "2026-03-02"))
    assert ("p_new", "erase", "2026-03-01") in read(three)


def test_who_shared_an_account_with_somebody_erased_keeps_it(three: Home) -> None:
    other = ANN.replace("p_ann", "p_other")
    keep(three, ANN, BEN, ANN_LEAVES, other, other.replace("2026-01-01", "2026-03-02"))
    forget(three, "p_ann")
    said = [row for row in read(three) if row[0] == "p_other"]
    assert said == [("p_other", "grant", "2026-01-01"), ("p_other", "grant", "2026-03-02")]


def test_an_erasure_reaches_to_the_request_and_not_to_what_was_granted_after_it(home: Home) -> None:
    erase = ANN.replace("grant", "erase").replace("2026-01-01", "2026-02-01")
    keep(home, ANN, erase, ANN.replace("2026-01-01", "2026-02-02"))
    read(home)
    assert forget(home, "p_ann", at=datetime(2026, 2, 1)) == 2
    assert read(home) == [("p_ann", "erase", "2026-02-01"), ("p_ann", "grant", "2026-02-02")]


def test_one_account_may_be_erased_and_the_others_stay(three: Home) -> None:
    second = ANN.replace(",ann,", ",ann_at_work,")
    keep(three, ANN, BEN, ANN_LEAVES, second)
    assert forget(three, "p_ann") == 2
    assert sorted(read(three)) == [("p_ann", "grant", "2026-01-01"), ("p_ben", "grant", "2026-01-01")]
    erased = read_list(three.settings)
    assert erased.forgotten_until(CLAIM, "p_ann", "forum", "ann") and erased.forgotten_until(CLAIMED, "forum", "ann")
    assert not erased.forgotten_until(CLAIM, "p_ann", "forum", "ann_at_work")


def test_many_leave_at_once_with_each_of_their_accounts(three: Home) -> None:
    keep(three, ANN, BEN, ANN_LEAVES, ANN.replace(",ann,", ",ann_at_work,"))
    read(three)
    assert forget(three, "p_ben", "p_ann", accounts=("ann", "ann_at_work", "ben")) == 4
    assert read(three) == []
    assert ledger.verify(three.settings).erasure_count == 6


def test_an_erasure_bears_witness_to_its_own_names_alone(three: Home) -> None:
    forget(three, "p_ann", at=datetime(2026, 3, 2))
    forget(three, "p_ben", at=MARCH)
    first, second = (set(row["listed"]) for row in chained(three) if row["kind"] == chain.ERASURE)
    assert first and second and first.isdisjoint(second)
    ledger.verify(three.settings)


def test_who_is_on_the_list_already_is_no_longer_heard_nor_missed(three: Home) -> None:
    """An erasure that was killed between list and ledger: whoever asks meanwhile is told nothing of them."""
    subject = ErasureSubject("forum", "ann", MARCH.isoformat(), "p_ann")
    suppress(three.places, entries(Suppressed(make_key(three.places), three.settings.account_ids), [subject], []))
    assert b"p_ann" in three.places.consent_ledger.read_bytes()
    assert read(three) == [("p_ben", "grant", "2026-01-01")]
    keep(three, BEN)
    assert read(three) == [("p_ben", "grant", "2026-01-01")], "and the file need not name her any more"
    assert ledger.erase(three.settings, [subject]) == 2
    assert b"p_ann" not in three.places.consent_ledger.read_bytes()


def without_list(home: Home) -> None:
    home.places.suppressed.unlink()


def older_list(home: Home) -> None:
    home.places.suppressed.write_bytes(home.places.suppressed.read_bytes()[: -len("}\n")].rpartition(b"\n")[0] + b"\n")


def list_of_an_earlier_erasure(home: Home) -> None:
    later = home.places.suppressed.read_bytes()
    home.places.suppressed.write_bytes(later.replace(b"2026-03-01T00:00:00", b"2026-02-28T23:59:59"))


def another_key(home: Home) -> None:
    home.places.suppression_key.write_bytes(b"k" * 32)


def neither(home: Home) -> None:
    home.places.suppression_key.unlink()
    home.places.suppressed.unlink()


LACKS = r"suppressed\.ndjson: lacks who was erased at sequence [45] of .*ledger\.ndjson: gone, or an older copy"
NO_KEY = r"erasures/key: has not the key of the erasure at sequence 4: nobody erased with it is recognised; restore it"


@pytest.mark.parametrize(
    ("fault", "error", "says"),
    [
        (without_list, LostTruth, LACKS),
        (older_list, LostTruth, LACKS),
        (list_of_an_earlier_erasure, LostTruth, LACKS),
        (another_key, LostTruth, NO_KEY),
        (neither, LostTruth, NO_KEY),
        (lambda home: home.places.suppression_key.unlink(), InputError, "the key of .* is gone"),
        (lambda home: home.places.suppression_key.write_bytes(b"k"), InputError, "key: damaged: 1 bytes"),
        (lambda home: home.places.suppressed.write_bytes(b"{\n"), InputError, "line 1: damaged; restore the file"),
    ],
)
def test_the_chain_misses_what_the_list_or_its_key_has_lost(
    three: Home, fault: Callable[[Home], None], error: type[Exception], says: str
) -> None:
    forget(three, "p_ann")
    forget(three, "p_ben")
    assert read(three) == []
    before = three.places.consent_ledger.read_bytes()
    fault(three)
    three.places.heads.unlink()  # with whatever else would have told
    fields = dict(zip(HEADER.split(","), BEN.split(","), strict=True))
    for attempt in (
        partial(read, three),
        partial(ledger.read_suppressed, three.settings),
        partial(ledger.verify, three.settings),
        partial(ledger.record, three.settings, [fields], "grant"),
    ):
        with pytest.raises(error, match=says):
            attempt()
    assert three.places.consent_ledger.read_bytes() == before


def test_whom_the_chain_names_is_put_on_a_list_of_which_nobody_has_a_copy(three: Home) -> None:
    forget(three, "p_ann")
    three.places.suppressed.unlink()
    three.places.heads.unlink()
    arguments = ["--home", str(three.places.home), "--config", str(three.config)]
    CliRunner().invoke(main, ["doctor", "--accept-loss", "erasures/suppressed.ndjson", *arguments])
    assert read(three) == [("p_ben", "grant", "2026-01-01")], "though the file still names her"
    assert read_list(three.settings, chained(three)).forgotten_until(CLAIM, "p_ann", "forum", "ann")


def test_a_decision_that_is_typed_in_stands_beside_the_file(home: Home) -> None:
    fields = dict(zip(HEADER.split(","), BEN.split(","), strict=True))
    assert len(ledger.record(home.settings, [fields], "grant")) == 1
    assert ledger.record(home.settings, [fields], "grant") == []
    assert ("p_ben", "grant", "2026-01-01") in read(home)
    with pytest.raises(UsageError, match="action is unknown: maybe"):
        ledger.record(home.settings, [fields | {"action": "maybe"}], "grant")


def test_nothing_is_dated_before_an_erasure(home: Home) -> None:
    forget(home, "p_ben", at=datetime(2026, 1, 1))
    for action in ("grant", "withdraw"):
        fields = dict(zip(HEADER.split(","), BEN.split(","), strict=True)) | {"action": action}
        with pytest.raises(UsageError, match="lies before this person's erasure"):
            ledger.record(home.settings, [fields], action)


def test_text_version_and_source_are_kept_as_evidence_and_not_scored(home: Home, tmp_path: Path) -> None:
    (home.folder / "ledger.csv").write_text(f"{HEADER},text_version,source\n{ANN},2026-01,web form\n")
    ledger.read_ledger(home.settings)
    (row,) = ledger.rows_of(home.settings, "p_ann")
    assert (row["entry"]["fields"]["text_version"], row["entry"]["fields"]["source"]) == ("2026-01", "web form")
    assert "text_version" not in ledger.read_ledger(home.settings).column_names
