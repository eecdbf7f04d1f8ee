"""What is only ever added to is counted: deleted, emptied, cut, changed or swapped, it is noticed."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evenscore.base import atomic_io
from evenscore.base.errors import DiskError, InputError, LostTruth
from evenscore.base.paths import HomePaths
from evenscore.cli import main
from evenscore.state import truths
from home import Home, event

LINES = [json.dumps({"digest": str(number)}) for number in range(4)]


@pytest.fixture
def places(tmp_path: Path) -> HomePaths:
    """A home whose suppression list has four entries, and whose decisions have two."""
    places = HomePaths(tmp_path / "home")
    truths.write(places, places.suppressed, "".join(f"{line}\n" for line in LINES).encode())
    for line in ("first", "second"):
        truths.append(places, places.decisions, line)
    truths.write_json(places, places.pruned, {"as_of_date": "2026-03-01"})
    return places


def run_recorded(places: HomePaths, name: str = "2026-03-05_a") -> None:
    """A run that has seen the heads as they stand."""
    record = {"stage": "check_landing", truths.HEADS: truths.require_whole(places)}
    atomic_io.write_json(places.run(name) / "stages" / "check_landing.json", record)


def cut(path: Path, by: int) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-by]))


def swap(places: HomePaths) -> None:
    one, other = places.suppressed.read_bytes(), places.decisions.read_bytes()
    places.suppressed.write_bytes(other)
    places.decisions.write_bytes(one)


def without_line(path: Path, position: int) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:position] + lines[position + 1 :]))


LOSSES: dict[str, tuple[Callable[[HomePaths], object], str]] = {
    "deleted": (lambda places: places.suppressed.unlink(), "suppressed.ndjson: 4 entries were there, and the file is"),
    "emptied": (lambda places: places.suppressed.write_bytes(b""), "suppressed.ndjson: 4 entries were there, and 0"),
    "cut": (lambda places: cut(places.suppressed, 1), "suppressed.ndjson: 4 entries were there, and 3 are"),
    "cut within a line": (
        lambda places: places.suppressed.write_bytes(places.suppressed.read_bytes()[:-3]),
        "suppressed.ndjson: 4 entries were there, and 3 are",
    ),
    "a line fewer": (lambda places: without_line(places.suppressed, 1), "suppressed.ndjson: 4 entries were there"),
    "a line changed": (
        lambda places: places.decisions.write_bytes(places.decisions.read_bytes().replace(b"first", b"fir5t")),
        "decisions.ndjson: 2 entries were there, and not all of them are what they were",
    ),
    "two in another order": (
        lambda places: places.decisions.write_bytes(b"second\nfirst\n"),
        "decisions.ndjson: 2 entries were there, and not all",
    ),
    "two files swapped": (swap, "suppressed.ndjson: 4 entries were there, and 2 are"),
    "a note gone": (lambda places: places.pruned.unlink(), "pruned.json: 1 entries were there, and the file is gone"),
    "a note changed": (lambda places: places.pruned.write_text("{}"), "pruned.json: 1 entries were there, and 0 are"),
    "all of a folder": (lambda places: shutil.rmtree(places.erasures), "suppressed.ndjson: 4 entries were there"),
}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("has_run", [False, True])
def test_a_loss_is_named_with_what_was_there_and_what_is_there_and_what_to_do(
    loss: str, has_run: bool, places: HomePaths
) -> None:
    if has_run:
        run_recorded(places)
    lose, complaint = LOSSES[loss]
    lose(places)
    with pytest.raises(LostTruth) as caught:
        truths.require_whole(places)
    assert complaint in str(caught.value) and "restore it" in str(caught.value)
    assert any(complaint in said for said in truths.complaints(places))


@pytest.mark.parametrize("loss", ["deleted", "cut", "a line fewer", "two files swapped"])
def test_what_is_added_after_a_loss_does_not_hide_it(loss: str, places: HomePaths) -> None:
    LOSSES[loss][0](places)
    before = places.heads.read_bytes()
    with pytest.raises(LostTruth):
        truths.append(places, places.suppressed, "new")
    with pytest.raises(LostTruth):
        truths.write(places, places.suppressed, b"all new\n")
    assert places.heads.read_bytes() == before


def test_what_is_whole_is_left_alone(places: HomePaths) -> None:
    run_recorded(places)
    before = places.heads.read_bytes()
    heads = truths.require_whole(places)
    assert {name: head["entries"] for name, head in heads.items()} == {
        "erasures/suppressed.ndjson": 4,
        "pruned.json": 1,
        "reviews/decisions.ndjson": 2,
    }
    assert places.heads.read_bytes() == before


def test_a_line_more_than_its_head_says_is_taken_and_counts_from_then_on(places: HomePaths) -> None:
    """A kill between the line and its head."""
    atomic_io.append_line(places.decisions, "third")
    atomic_io.append_line(places.questions, "the first of another file")
    heads = truths.require_whole(places)
    assert (heads["reviews/decisions.ndjson"]["entries"], heads["reviews/questions.ndjson"]["entries"]) == (3, 1)
    places.questions.unlink()
    with pytest.raises(LostTruth, match=r"questions\.ndjson: 1 entries were there"):
        truths.require_whole(places)


@pytest.mark.parametrize("killed_after", ["announcing", "writing"])
def test_a_rewrite_that_was_killed_is_whole_before_and_after(
    killed_after: str, places: HomePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_recorded(places)
    real = atomic_io.write_bytes

    def dying(path: Path, content: bytes) -> None:
        if path == places.decisions:
            if killed_after == "writing":
                real(path, content)
            raise KeyboardInterrupt
        real(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(atomic_io, "write_bytes", dying)
        with pytest.raises(KeyboardInterrupt):
            truths.write(places, places.decisions, b"second\n")
    left = truths.require_whole(places)["reviews/decisions.ndjson"]["entries"]
    assert left == (2 if killed_after == "announcing" else 1)
    truths.write(places, places.decisions, b"second\n")
    truths.append(places, places.decisions, "third")
    run_recorded(places, "2026-03-06_a")
    cut(places.decisions, 1)
    with pytest.raises(LostTruth, match="2 entries were there"):
        truths.require_whole(places)


def test_what_was_taken_away_on_purpose_is_no_loss(places: HomePaths) -> None:
    truths.write_json(places, places.erasure_intent, {"by": "ann"})
    run_recorded(places)
    truths.remove(places, places.erasure_intent)
    truths.remove(places, places.erasure_intent)
    assert truths.require_whole(places)["erasures/intent.json"]["entries"] == 0


def test_what_was_being_taken_away_when_the_process_died_is_no_loss(
    places: HomePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    truths.write_json(places, places.erasure_intent, {"by": "ann"})
    run_recorded(places)
    real = atomic_io.sync

    def dying(folder: Path) -> None:
        if folder == places.erasure_intent.parent:
            raise KeyboardInterrupt
        real(folder)

    with monkeypatch.context() as patch:
        patch.setattr(atomic_io, "sync", dying)
        with pytest.raises(KeyboardInterrupt):
            truths.remove(places, places.erasure_intent)
    assert not places.erasure_intent.exists()
    truths.require_whole(places)
    assert truths.complaints(places) == []
    truths.write_json(places, places.erasure_intent, {"by": "ben"})


def test_a_file_that_is_written_empty_is_there(places: HomePaths) -> None:
    truths.write(places, places.questions, b"")
    assert places.questions.read_bytes() == b""


def test_an_intent_that_somebody_removed_is_a_loss(places: HomePaths) -> None:
    truths.write_json(places, places.erasure_intent, {"by": "ann"})
    places.erasure_intent.unlink()
    with pytest.raises(LostTruth, match=r"intent\.json: 1 entries were there"):
        truths.require_whole(places)


def test_a_key_that_is_another_is_a_loss(places: HomePaths) -> None:
    places.suppression_key.write_bytes(b"k" * 32)
    truths.require_whole(places)
    places.suppression_key.write_bytes(b"j" * 32)
    with pytest.raises(LostTruth, match="erasures/key"):
        truths.require_whole(places)


def test_heads_that_are_gone_damaged_or_older_than_a_run_are_noticed(places: HomePaths) -> None:
    older = places.heads.read_bytes()
    truths.append(places, places.decisions, "third")
    run_recorded(places)
    newer = places.heads.read_bytes()
    for content, complaint in ((None, "is gone"), (b"{", "cannot be read"), (b"[]", "cannot be read")):
        places.heads.unlink() if content is None else places.heads.write_bytes(content)
        with pytest.raises(LostTruth, match=rf"heads\.json: {complaint}"):
            truths.require_whole(places)
    cut(places.decisions, 1)
    places.heads.write_bytes(older)  # both restored from one and the same older copy
    with pytest.raises(
        LostTruth, match=r"heads\.json: knows 2 entries of .*decisions\.ndjson, and the run 2026-03-05_a"
    ):
        truths.require_whole(places)
    atomic_io.append_line(places.decisions, "third")
    places.heads.write_bytes(newer)
    truths.require_whole(places)


def test_a_home_of_before_is_taken_as_it_stands_once(places: HomePaths) -> None:
    places.heads.unlink()
    cut(places.suppressed, 2)
    assert truths.require_whole(places)["erasures/suppressed.ndjson"]["entries"] == 2
    cut(places.suppressed, 1)
    with pytest.raises(LostTruth, match="2 entries were there, and 1 are"):
        truths.require_whole(places)


def test_the_first_line_that_is_added_to_a_home_of_before_counts_all_its_files(places: HomePaths) -> None:
    places.heads.unlink()
    truths.append(places, places.decisions, "third")
    places.suppressed.unlink()
    with pytest.raises(LostTruth, match=r"suppressed\.ndjson: 4 entries were there"):
        truths.require_whole(places)


def test_a_torn_line_is_not_added_to(places: HomePaths) -> None:
    with places.decisions.open("ab") as file:
        file.write(b"tor")
    with pytest.raises(InputError, match="last line is torn"):
        truths.append(places, places.decisions, "third")


def test_a_head_that_cannot_be_written_takes_its_line_back(places: HomePaths, monkeypatch: pytest.MonkeyPatch) -> None:
    before = places.decisions.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic_io, "write_bytes", full)
    with pytest.raises(DiskError, match="the disk is full"):
        truths.append(places, places.decisions, "third")
    assert places.decisions.read_bytes() == before


# on the command line -------------------------------------------------------------------------------------------


@pytest.fixture
def run(home: Home) -> Callable[..., Result]:
    def called(*arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments, "--home", str(home.places.home), "--config", str(home.config)])

    return called


def test_nothing_lands_and_nothing_is_laid_out_after_a_loss(home: Home, run: Callable[..., Result]) -> None:
    home.deliver("day.ndjson", event("a"))
    assert run("extract", "--date", "2026-03-05").exit_code == 0
    truths.write(home.places, home.places.suppressed, b"")
    truths.append(home.places, home.places.suppressed, "{}")
    home.places.suppressed.unlink()
    home.deliver("more.ndjson", event("b"))
    for verb in ("extract", "build"):
        result = run(verb, "--date", "2026-03-05")
        assert result.exit_code == 1 and "suppressed.ndjson: 1 entries were there" in result.stderr
    assert home.landed_ids() == ["a"]
    assert not home.places.warehouse.exists()


def test_deliveries_are_counted_and_a_loss_that_nobody_can_mend_is_accepted_by_name(
    home: Home, run: Callable[..., Result]
) -> None:
    home.deliver("day.ndjson", event("a"))
    run("extract", "--date", "2026-03-05")
    home.places.deliveries("forum").unlink()
    refused = run("extract", "--date", "2026-03-05")
    assert refused.exit_code == 1 and "deliveries/forum.json: 1 entries were there" in refused.stderr
    assert "PROBLEM  truths" in run("doctor").stdout
    assert run("doctor", "--accept-loss", "landing/nothing.json").exit_code == 2
    (command,) = [word for word in refused.stderr.split("`") if word.startswith("evenscore doctor")]
    accepted = run(*command.split()[1:])
    assert "PROBLEM  truths" not in accepted.stdout and "ok       truths" in accepted.stdout
    assert run("extract", "--date", "2026-03-05").exit_code == 0


def test_lost_heads_are_accepted_by_name_and_count_again(places: HomePaths) -> None:
    run_recorded(places)
    places.heads.unlink()
    truths.accept_loss(places, places.heads)
    truths.require_whole(places)
    cut(places.suppressed, 1)
    with pytest.raises(LostTruth):
        truths.require_whole(places)


def test_a_change_that_the_heads_were_made_to_fit_is_noticed_by_what_a_run_saw(places: HomePaths) -> None:
    run_recorded(places)
    changed = places.decisions.read_bytes().swapcase()
    places.decisions.write_bytes(changed)
    heads = atomic_io.read_json(places.heads)
    heads[str(places.decisions.relative_to(places.home))]["sha256"] = hashlib.sha256(changed).hexdigest()
    atomic_io.write_json(places.heads, heads)
    with pytest.raises(LostTruth, match=r"2 entries were there when 2026-03-05_a ran, and not all of them are what"):
        truths.require_whole(places)


def test_what_counts_is_what_the_run_saw_that_saw_most(places: HomePaths) -> None:
    """A night that is caught up on has an earlier date than one that ran before it."""
    run_recorded(places, "2026-03-06_a")
    truths.append(places, places.decisions, "third")
    older = places.heads.read_bytes()
    truths.append(places, places.decisions, "fourth")
    run_recorded(places, "2026-03-05_b")
    cut(places.decisions, 1)
    places.heads.write_bytes(older)
    with pytest.raises(LostTruth, match=r"the run 2026-03-05_b saw 4"):
        truths.require_whole(places)


def test_heads_that_are_accepted_are_later_than_all_that_a_run_saw(places: HomePaths) -> None:
    for content in (b"one\n", b"other\n"):
        truths.write(places, places.decisions, content)
    run_recorded(places)
    places.heads.unlink()
    cut(places.suppressed, 1)
    truths.accept_loss(places, places.heads)
    assert truths.require_whole(places)["reviews/decisions.ndjson"]["rewrites"] == 3
