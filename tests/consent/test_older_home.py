"""A home of before has two lists and two keys: it goes on working, one night makes them one, and nobody comes back.

`older_home/` is what that release wrote when p_ann left with her own account and the one that she shared with p_ben.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from evenscore.base import atomic_io
from evenscore.base.errors import InputError, LostTruth, UsageError
from evenscore.cli import main
from evenscore.consent import ledger
from evenscore.consent.keys import make_key, older_hash, read_keys
from evenscore.consent.suppression import ACCOUNT, CLAIM, CLAIMED, move_in, read_list
from evenscore.disclosure.access_log import about_person, handing_out, records_about
from evenscore.erasure import erase
from evenscore.state import truths
from home import LEDGER, Home

OWN, SECOND = b"e" * 32, b"c" * 32
HEADER, GRANT = LEDGER.splitlines()
US = GRANT.replace(",ann,", ",us,")
BEN = US.replace("p_ann", "p_ben")
LATER = GRANT.replace("2026-01-01", "2026-03-02")
LEFT = "2026-03-01T12:00:00.000000Z"
ONLY_BEN = [("p_ben", "us", "grant", "2026-01-01")]


@pytest.fixture
def older(home: Home) -> Home:
    written, places = Path(__file__).parent / "older_home", home.places
    for path, key in ((places.suppression_key, OWN), (places.consent_key, SECOND)):
        path.parent.mkdir(parents=True)
        path.write_bytes(key)
    shutil.copyfile(written / "ledger.ndjson", places.consent_ledger)
    shutil.copyfile(written / "suppressed.ndjson", places.suppressed)
    truths.require_whole(places)
    keep(home)
    return home


def keep(home: Home, *more: str) -> None:
    """The file goes on naming her, whatever else it says."""
    (home.folder / "ledger.csv").write_text("\n".join([HEADER, GRANT, US, BEN, *more, ""]))


def read(home: Home) -> list[tuple[str, str, str, str]]:
    rows = ledger.read_ledger(home.settings).to_pylist()
    return [(row["person_id"], row["account_id"], row["action"], str(row["recorded_at"])[:10]) for row in rows]


def kept(home: Home) -> dict[str, bytes]:
    places = home.places
    files = (places.consent_ledger, places.consent_key, places.suppressed, places.suppression_key)
    return {path.name + path.parent.name: path.read_bytes() for path in files if path.exists()}


def test_it_is_read_as_it_stands_and_nobody_comes_back(older: Home) -> None:
    before = kept(older)
    assert read(older) == ONLY_BEN
    assert ledger.verify(older.settings).erasure_count == 1
    fields = dict(zip(HEADER.split(","), GRANT.split(","), strict=True))
    with pytest.raises(UsageError, match="lies before this person's erasure"):
        ledger.record(older.settings, [fields], "grant")
    assert kept(older) == before


def test_it_moves_once_into_one_list_and_one_key_file_and_says_the_same(older: Home) -> None:
    before, mask = kept(older), os.umask(0o022)
    move_in(older.settings)
    os.umask(mask)
    after = kept(older)
    (erasure,) = [row for row in map(json.loads, before["ledger.ndjsonconsent"].splitlines()) if "hashes" in row]
    assert after.pop("keyerasures") == OWN + SECOND and "keyconsent" not in after
    assert older.places.suppression_key.stat().st_mode & 0o777 == 0o600
    new = after["suppressed.ndjsonerasures"].removeprefix(before["suppressed.ndjsonerasures"]).splitlines()
    assert [json.loads(line)["digest"] for line in new] == erasure["hashes"]
    assert after["ledger.ndjsonconsent"] == before["ledger.ndjsonconsent"]
    assert read(older) == ONLY_BEN and ledger.verify(older.settings).erasure_count == 1
    move_in(older.settings)
    assert kept(older) == {**after, "keyerasures": OWN + SECOND}
    assert {"erasures/key", "erasures/suppressed.ndjson"} <= truths.require_whole(older.places).keys()


@pytest.mark.parametrize("is_moved", [False, True])
def test_the_ledger_asks_what_it_asked_before(older: Home, is_moved: bool) -> None:
    if is_moved:
        move_in(older.settings)
    rows = [json.loads(line) for line in older.places.consent_ledger.read_text().splitlines()]
    found = read_list(older.settings, rows)
    for known in ((CLAIM, "p_ann", "forum", " ANN"), (CLAIM, "p_ann", "forum", "us"), (CLAIMED, "forum", "US")):
        assert found.forgotten_until(*known) == LEFT, known
    for stranger in ((CLAIM, "p_ben", "forum", "us"), (CLAIM, "p_ann", "forge", "ann"), (CLAIMED, "forum", "ben")):
        assert found.forgotten_until(*stranger) == "", stranger
    assert found.entry(ACCOUNT, "forum", "us") is None, "which is p_ben's, and lands"
    keep(older, LATER, US.replace("p_ann", "p_new").replace("2026-01-01", "2026-03-02"))
    assert read(older) == [
        *ONLY_BEN,
        ("p_ann", "ann", "erase", "2026-03-01"),
        ("p_new", "us", "erase", "2026-03-01"),
        ("p_ann", "ann", "grant", "2026-03-02"),
        ("p_new", "us", "grant", "2026-03-02"),
    ]
    suppressed = ledger.read_suppressed(older.settings)
    assert suppressed and str(suppressed.refused_before(ACCOUNT, "forum", "ann")) == "2026-03-02 00:00:00"


def test_what_the_list_had_lost_is_known_from_the_chain_as_it_was_before(older: Home) -> None:
    """Where somebody had accepted the loss of the list, the ledger kept her out by its own."""
    older.places.suppressed.unlink()
    truths.accept_loss(older.places, older.places.suppressed)
    for _ in ("not moved", "moved"):
        assert read(older) == ONLY_BEN
        move_in(older.settings)
    assert len(older.places.suppressed.read_text().splitlines()) == 4
    assert erase.forget_due(older.settings, "the night") == erase.Forgotten()


@pytest.mark.parametrize("words", [("person", "p_ann"), ("claim", "p_ann", "forum", "Ann")])
def test_a_person_erased_as_a_whole_or_under_a_name_as_it_was_written_stays_out(
    home: Home, words: tuple[str, ...]
) -> None:
    home.places.consent_key.parent.mkdir(parents=True)
    home.places.consent_key.write_bytes(SECOND)
    row = {"kind": "erasure", "sequence": 1, "erased_at": LEFT, "hashes": [older_hash(SECOND, *words)]}
    found = read_list(home.settings, [row | {"key_check": older_hash(SECOND, "check")}])
    assert found.forgotten_until(CLAIM, "p_ann", "forum", "Ann") == LEFT
    assert found.forgotten_until(CLAIM, "p_ben", "forum", "Ann") == ""
    assert found.forgotten_until(CLAIMED, "forum", "Ann") == ""


# killed --------------------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """What no handler of ours catches."""


def killing_at(number: int) -> Callable[[Path], None]:
    """Die at the so-manieth write that is forced to the disk: before a file is replaced, or after."""
    left, real = iter(range(number)), atomic_io.sync

    def sync(path: Path) -> None:
        if next(left, None) is None:
            raise Killed
        real(path)

    return sync


def attempts(home: Home, monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]) -> Iterator[int]:
    """Let some work be killed at each of its writes in turn, each time in the home as it was; at last it is not."""
    copy, number = home.folder / "as_it_was", 0
    shutil.copytree(home.places.home, copy)
    while True:
        with monkeypatch.context() as patch:
            patch.setattr(atomic_io, "sync", killing_at(number))
            try:
                work()
                return
            except Killed:
                pass
        yield number
        number += 1
        shutil.rmtree(home.places.home)
        shutil.copytree(copy, home.places.home)


def test_a_move_that_is_killed_anywhere_has_lost_nothing_and_goes_on(
    older: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = []
    for number in attempts(older, monkeypatch, lambda: move_in(older.settings)):
        assert read(older) == ONLY_BEN, number
        move_in(older.settings)
        moved.append(kept(older))
        truths.require_whole(older.places)
    assert len(moved) > 12
    assert moved == [kept(older)] * len(moved)


def test_an_erasure_that_is_killed_anywhere_lets_the_ledger_be_read_and_goes_on(
    older: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the home moves, and between list and ledger: what the one says already is no loss to the other."""
    keep(older, US.replace("us", "cal").replace("p_ann", "p_cal"))
    stays = [*ONLY_BEN, ("p_cal", "cal", "grant", "2026-01-01")]
    assert read(older) == stays
    outcomes = []
    for number in attempts(older, monkeypatch, lambda: erase.forget(older.settings, ["p_cal"], "the desk")):
        is_asked = older.places.erasure_intent.exists() or b"p_cal" not in older.places.consent_ledger.read_bytes()
        assert read(older) in (stays, ONLY_BEN), number
        erase.keep_out(older.settings)
        assert read(older) == (ONLY_BEN if is_asked else stays), number
        assert is_asked == (b"p_cal" not in older.places.consent_ledger.read_bytes()), number
        assert ledger.verify(older.settings).erasure_count >= 1 + is_asked, number
        truths.require_whole(older.places)
        outcomes.append(is_asked)
    assert outcomes == sorted(outcomes) and 12 < sum(outcomes) < len(outcomes) - 12


# lost ----------------------------------------------------------------------------------------------------------------

LACKS = "suppressed.ndjson: lacks who was erased at sequence 4 of .*ledger.ndjson: gone, or an older copy; restore it"
NO_KEY = "erasures/key: has not the key of the erasure at sequence 4, which .*consent/key was before it moved there"


def as_written(name: str) -> bytes:
    return (Path(__file__).parent / "older_home" / name).read_bytes()


AFTER: dict[str, tuple[Callable[[Home], object], type[Exception], str]] = {
    "key of before": (lambda home: home.places.suppression_key.write_bytes(OWN), LostTruth, NO_KEY),
    "other keys": (lambda home: home.places.suppression_key.write_bytes(b"k" * 64), LostTruth, NO_KEY),
    "torn key": (
        lambda home: home.places.suppression_key.write_bytes(OWN + b"c"),
        InputError,
        "key: damaged: 33 bytes",
    ),
    "no key": (lambda home: home.places.suppression_key.unlink(), InputError, "erasures/key: the key of .* is gone"),
    "list of before": (
        lambda home: home.places.suppressed.write_bytes(as_written("suppressed.ndjson")),
        LostTruth,
        LACKS,
    ),
    "no list": (lambda home: home.places.suppressed.unlink(), LostTruth, LACKS),
    "torn list": (lambda home: home.places.suppressed.write_bytes(b"{\n"), InputError, "line 1: damaged; restore"),
    "neither": (lambda home: shutil.rmtree(home.places.erasures), LostTruth, NO_KEY),
}
"""What may be lost once both are one; each without the heads, which would have told, too."""


@pytest.mark.parametrize("fault", AFTER)
def test_after_the_move_every_loss_stops_what_asks_the_ledger(older: Home, fault: str) -> None:
    move_in(older.settings)
    lose, error, says = AFTER[fault]
    lose(older)
    older.places.heads.unlink()
    for attempt in (read, lambda home: ledger.verify(home.settings), lambda home: ledger.examine_ledger(home.settings)):
        with pytest.raises(error, match=says):
            attempt(older)
    with pytest.raises(error, match=says):
        erase.keep_out(older.settings)
        ledger.read_ledger(older.settings)


@pytest.mark.parametrize(
    ("content", "error", "says"),
    [(None, LostTruth, NO_KEY), (b"k" * 32, LostTruth, NO_KEY), (b"", InputError, "consent/key: damaged: 0 bytes")],
)
def test_before_the_move_a_lost_second_key_stops_it(
    older: Home, content: bytes | None, error: type[Exception], says: str
) -> None:
    before = older.places.suppression_key.read_bytes(), older.places.suppressed.read_bytes()
    older.places.consent_key.unlink() if content is None else older.places.consent_key.write_bytes(content)
    for attempt in (read, lambda home: erase.keep_out(home.settings), lambda home: ledger.verify(home.settings)):
        with pytest.raises((error, LostTruth), match=f"{says}|consent/key: 1 entries were there"):
            attempt(older)
    assert before == (older.places.suppression_key.read_bytes(), older.places.suppressed.read_bytes())


def test_before_the_move_a_lost_first_key_stops_it(older: Home) -> None:
    older.places.suppression_key.unlink()
    with pytest.raises(InputError, match=r"erasures/key: the key of .* is gone"):
        read(older)


def test_a_second_key_that_is_put_back_makes_no_older_list_pass_for_the_whole(older: Home) -> None:
    erase.forget(older.settings, ["p_ben"], "the desk")
    assert read(older) == []
    older.places.consent_key.write_bytes(SECOND)
    assert read(older) == []
    older.places.suppressed.write_bytes(as_written("suppressed.ndjson"))
    with pytest.raises(LostTruth, match="lacks who was erased at sequence 5"):
        read(older)


def test_the_loss_of_the_one_list_is_accepted_by_name_and_the_chain_puts_the_claims_on_it_again(older: Home) -> None:
    erase.forget(older.settings, ["p_ben"], "the desk")
    older.places.suppressed.unlink()
    older.places.heads.unlink()
    with pytest.raises(LostTruth) as stop:
        read(older)
    (command,) = [word for word in str(stop.value).split("`") if word.startswith("evenscore doctor")]
    arguments = ["--home", str(older.places.home), "--config", str(older.config)]
    CliRunner().invoke(main, [*command.split()[1:], *arguments])
    assert read(older) == []
    suppressed = ledger.read_suppressed(older.settings)
    assert suppressed and suppressed.refused_before(ACCOUNT, "forum", "us"), "what landed of the newer erasure too"


# around it -----------------------------------------------------------------------------------------------------------


def test_a_night_and_an_erasure_move_it(older: Home) -> None:
    erase.keep_out(older.settings)
    assert read_keys(older.places) == (OWN, SECOND) and not older.places.consent_key.exists()


def test_a_home_with_a_key_and_nobody_erased_keeps_the_key_and_makes_no_list(home: Home) -> None:
    home.places.consent_key.parent.mkdir(parents=True)
    home.places.consent_key.write_bytes(SECOND)
    erase.keep_out(home.settings)
    assert read_keys(home.places) == (make_key(home.places), SECOND) and make_key(home.places) != SECOND
    assert not home.places.suppressed.exists() and not home.places.consent_key.exists()


@pytest.mark.parametrize("is_moved", [False, True])
def test_what_was_handed_out_about_somebody_under_the_second_key_is_found(older: Home, is_moved: bool) -> None:
    about = f"person {older_hash(SECOND, 'person', 'p_ben')}"
    truths.append(older.places, older.places.exports, json.dumps({"about": about, "recipient": "one"}))
    if is_moved:
        move_in(older.settings)
    with handing_out(older.places, about_person(older.places, "p_ben"), "two", "research"):
        pass
    assert [record["recipient"] for record in records_about(older.places, "p_ben")] == ["one", "two"]
    assert records_about(older.places, "p_ann") == []
