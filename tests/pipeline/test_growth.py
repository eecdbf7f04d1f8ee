"""A candidate that grew by a night: history is not read, and no fault of it gets through."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from stepping import NIGHTS
from village import LAST, copied, digests, published

from evenscore.base import atomic_io
from evenscore.base.errors import EvenscoreError, InputError, StoppedByCheck
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings
from evenscore.publication import audit, candidate, growth, parts, pieces, publishing, roster, run_folders
from evenscore.publication.run_folders import DATABASE, MANIFEST
from evenscore.state.runs import Night

Ready = tuple[Settings, Night]
TONIGHT = Night(date(2026, 3, 10), "tonight")
ROWS = """
    select 'p' || (i % 1000) as person_id, date '2026-01-01' + (i // 5000)::integer as as_of_date,
        sin(i) as score, 'a text of row ' || i as why
    from range({first}, {last}) as numbers(i)
"""
HISTORY = 300_000
"""Three of DuckDB's row groups, the last of them not full."""


@pytest.fixture
def grown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[duckdb.DuckDBPyConnection]:
    """A table of earlier nights in a file of its own, and a copy of the file to which tonight was added."""
    monkeypatch.setattr(growth, "MARTS", ("person_scores",))
    before, draft = tmp_path / "before", tmp_path / "draft"
    for folder in (before, draft):
        folder.mkdir()
    with duckdb.connect() as con:
        con.execute(f"attach '{before / DATABASE}' as candidate")
        con.execute(f"create table candidate.person_scores as {ROWS.format(first=0, last=HISTORY)}")
        growth.settle(con, before)
        con.execute("detach candidate")
        prove(before)
        assert growth.recall(con, before)
        con.execute(f"attach '{before / DATABASE}' as previous (read_only)")
        growth.begin(con, before, draft)
        tonight = f"select * replace (date '{TONIGHT.as_of_date}' as as_of_date) from ({ROWS})"
        con.execute(f"insert into candidate.person_scores {tonight.format(first=0, last=5000)}")
        yield con


def prove(folder: Path, before: Path | None = None) -> None:
    known = run_folders.read_manifest(before) if before else {}
    files = sorted(path for path in folder.iterdir() if path.name != "manifest.json")
    (folder / "manifest.json").write_text(json.dumps(pieces.proofs(folder, files, before, known)))


@pytest.fixture(params=[pieces.WHOLE_BYTES, 1000], ids=["hashed whole", "hashed in pieces"])
def runs(
    request: pytest.FixtureRequest,
    grown: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[Path, Path]:
    """The folder of the run that readers see, proved, and that of the draft that has grown from it."""
    monkeypatch.setattr(pieces, "WHOLE_BYTES", request.param)
    prove(tmp_path / "before")
    return tmp_path / "before", tmp_path / "draft"


def test_what_only_grew_is_proven_before_and_after_it_is_on_the_disk(
    grown: duckdb.DuckDBPyConnection, runs: tuple[Path, Path]
) -> None:
    before, draft = runs
    assert growth.is_proven(grown, TONIGHT)
    growth.settle(grown, draft)
    blocks = growth.kept_blocks(grown, TONIGHT)
    assert len(blocks) > 5
    prove(draft, before)
    growth.require_same_bytes(before, draft, blocks)


@pytest.mark.parametrize(
    "fault",
    [
        "update candidate.person_scores set score = 99 where rowid = 7",
        "update candidate.person_scores set why = null where rowid = 299999",
        "delete from candidate.person_scores where rowid = 150000",
        "delete from candidate.person_scores where as_of_date = '2026-01-01'",
        "insert into candidate.person_scores from candidate.person_scores where rowid = 7",
        "insert into candidate.person_scores from candidate.person_scores where rowid = 7; "
        "delete from candidate.person_scores where rowid = 8",
        "insert into candidate.person_scores select * replace (null as as_of_date) from previous.person_scores limit 1",
        f"update candidate.person_scores set as_of_date = '2026-01-01' where rowid = {HISTORY}",
        "update candidate.person_scores set score = -score where rowid in (7, 8)",
        "create or replace table candidate.person_scores as from candidate.person_scores order by score",
        "create or replace table candidate.person_scores as from candidate.person_scores limit 0",
        "delete from candidate.person_scores; insert into candidate.person_scores from previous.person_scores",
    ],
)
@pytest.mark.parametrize("is_on_disk", [False, True])
def test_no_change_of_history_is_proven(
    grown: duckdb.DuckDBPyConnection, tmp_path: Path, fault: str, is_on_disk: bool
) -> None:
    grown.execute(fault)
    if is_on_disk:
        grown.execute("checkpoint candidate")
    assert not growth.is_proven(grown, TONIGHT)
    growth.settle(grown, tmp_path / "draft")
    with pytest.raises(EvenscoreError, match="person_scores: published history changed"):
        growth.kept_blocks(grown, TONIGHT)


def test_rows_that_were_put_elsewhere_are_counted_from_the_beginning_of_their_own_mart() -> None:
    with duckdb.connect() as con:
        con.execute(
            f"create temp table {growth.NOTED} as from (values "
            "('a', 0, 0, 0, 100, 1), ('a', 0, 1, 0, 100, 2), ('a', 1, 0, 0, 50, 3), ('b', 0, 0, 0, 60, 4), "
            "('b', 0, 0, 60, 40, 5), ('b', 1, 0, 0, 20, 6), ('b', 2, 0, 0, 7, 7), ('c', 0, 0, 0, 9, 8)"
            ") as segments (mart, row_group_id, column_id, start, count, block_id)"
        )
        con.execute(f"create temp table {growth.LISTED} as from {growth.NOTED} where block_id not in (2, 6)")
        assert con.execute(growth.MOVED).fetchall() == [("a", 0, 100), ("b", 100, 120)]


@pytest.mark.parametrize("at", [1000, growth.BLOCK_BYTES - 1000])
def test_other_bytes_in_a_block_of_history_are_found(
    grown: duckdb.DuckDBPyConnection, runs: tuple[Path, Path], at: int
) -> None:
    before, draft = runs
    growth.settle(grown, draft)
    block = 7  # it lies in two pieces, and not in the first one, which changes each night
    assert block in growth.kept_blocks(grown, TONIGHT)
    grown.execute("detach candidate")
    flip(draft / DATABASE, growth.HEADER_BYTES + block * growth.BLOCK_BYTES + at)
    prove(draft, before)
    with pytest.raises(EvenscoreError, match=rf"block {block} of published history changed"):
        growth.require_same_bytes(before, draft, {block})


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.99])
def test_other_bytes_than_were_published_are_found_the_next_night_wherever_they_are(
    grown: duckdb.DuckDBPyConnection, runs: tuple[Path, Path], share: float
) -> None:
    before, draft = runs
    growth.settle(grown, draft)
    grown.execute("detach candidate; detach previous")
    for folder in (before, draft):
        flip(folder / DATABASE, int(share * (before / DATABASE).stat().st_size))
    prove(draft, before)
    with pytest.raises(InputError, match="not the bytes that were published"):
        growth.require_same_bytes(before, draft, set())


def flip(path: Path, at: int) -> None:
    with path.open("r+b") as handle:
        handle.seek(at)
        (byte,) = handle.read(1)
        handle.seek(at)
        handle.write(bytes([byte ^ 1]))


# Pieces --------------------------------------------------------------------------------------------------------


def test_a_large_file_is_proved_piece_by_piece_and_hashed_where_it_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "WHOLE_BYTES", 1000)
    monkeypatch.setattr(pieces, "PIECE_BYTES", 100)
    before, draft = tmp_path / "before", tmp_path / "draft"
    for folder in (before, draft):
        folder.mkdir()
    (before / DATABASE).write_bytes(os.urandom(2050))
    (draft / DATABASE).write_bytes((before / DATABASE).read_bytes() + b"more")
    known = pieces.proofs(before, [before / DATABASE], None, {})
    afresh = pieces.proofs(draft, [draft / DATABASE], None, {})
    hashed: list[bytes] = []
    sha256 = pieces.hashlib.sha256
    monkeypatch.setattr(pieces.hashlib, "sha256", lambda piece: (hashed.append(piece), sha256(piece))[1])
    assert pieces.proofs(draft, [draft / DATABASE], before, known) == afresh
    assert len(hashed) == 1
    assert pieces.is_whole(draft, afresh, DATABASE)
    assert pieces.digest(afresh, DATABASE) != pieces.digest(known, DATABASE)
    shorter = {"pieces": {DATABASE: afresh["pieces"][DATABASE][:19]}}
    assert pieces.changed(draft, afresh, shorter, DATABASE) == {19, 20}, "what is there no more is not the same"
    hashed_whole = {"sha256": {DATABASE: "of all"}}
    assert pieces.changed(draft, afresh, hashed_whole, DATABASE) == set(range(21)), "of none is it known"
    assert pieces.changed(before, known, afresh, DATABASE) == {20}, "the last one is longer"
    flip(draft / DATABASE, 1234)
    assert not pieces.is_whole(draft, afresh, DATABASE)


def test_the_pieces_of_an_earlier_release_without_checksums_are_hashed_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "WHOLE_BYTES", 1000)
    (tmp_path / DATABASE).write_bytes(content := os.urandom((1 << 20) + 1))
    afresh = pieces.proofs(tmp_path, [tmp_path / DATABASE], None, {})
    hashes = [hashlib.sha256(piece).hexdigest() for piece in (content[: 1 << 20], content[1 << 20 :])]
    earlier = {"sha256": {}, "pieces": {DATABASE: hashes}}
    assert pieces.is_whole(tmp_path, earlier, DATABASE)
    assert pieces.proofs(tmp_path, [tmp_path / DATABASE], tmp_path, earlier) == afresh
    assert pieces.changed(tmp_path, earlier, afresh, DATABASE) == {0, 1}


def test_a_small_file_has_one_hash_which_a_link_to_it_keeps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, draft = tmp_path / "before", tmp_path / "draft"
    for folder in (before, draft):
        folder.mkdir()
    (before / "linked").write_bytes(b"a night")
    os.link(before / "linked", draft / "linked")
    (draft / "own").write_bytes(b"another")
    known = pieces.proofs(before, [before / "linked"], None, {})
    digest = hashlib.sha256(b"a night").hexdigest()
    assert known == {"sha256": {"linked": digest}, "pieces": {}}
    hashed: list[Path] = []
    monkeypatch.setattr(pieces.atomic_io, "sha256", lambda path: (hashed.append(path), "a hash")[1])
    found = pieces.proofs(draft, [draft / "linked", draft / "own"], before, known)
    assert found["sha256"] == {"linked": digest, "own": "a hash"} and hashed == [draft / "own"]
    assert pieces.proofs(draft, [draft / "linked"], before, {})["sha256"] == {"linked": "a hash"}
    monkeypatch.undo()
    assert pieces.digest(known, "linked") == digest and pieces.is_whole(before, known, "linked")
    (before / "linked").write_bytes(b"no night")
    assert not pieces.is_whole(before, known, "linked")
    (before / "linked").unlink()
    assert not pieces.is_whole(before, known, "linked")


# Parts ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def parted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[duckdb.DuckDBPyConnection]:
    """Two nights of two people, one of them twice, that a kept run `before` has, and a third night of one of them."""
    monkeypatch.setattr(parts, "MARTS", ("person_scores", "score_jumps"))
    before, draft = tmp_path / "before", tmp_path / "draft"
    before.mkdir()
    draft.mkdir()
    first, eve = NIGHTS[-3:-1]
    with duckdb.connect() as con:
        con.execute("attach ':memory:' as candidate")
        con.execute("create table candidate.person_scores (person_id text, persona text, as_of_date date, score int)")
        con.execute("create table candidate.score_jumps (person_id text, as_of_date date)")
        con.execute("create table candidate.runs as select 'a run' as run_id")
        latest = "qualify as_of_date = max(as_of_date) over (partition by person_id, persona)"
        con.execute(f"create view candidate.current_scores as from candidate.person_scores {latest}")
        told = [("q", "work", first, 1), ("p", "work", first, 2), ("q", "work", eve, 3), ("p", "work", eve, 4)]
        con.executemany("insert into candidate.person_scores values (?, ?, ?, ?)", [*told, ("p", "home", eve, 6)])
        nights = parts.sums(con, "candidate")
        parts.write(con, before, nights, [], eve)
        parts.write_latest(con, before, None, eve)
        linked = f"parquet/person_scores.parquet/{first}.parquet"
        proved = {linked: hashlib.sha256((before / linked).read_bytes()).hexdigest()}
        manifest = {"hashed_by": duckdb.__version__, "sha256": proved, "nights": nights}
        (before / "manifest.json").write_text(json.dumps(manifest))
        con.execute("insert into candidate.person_scores values ('p', 'work', $1, 5)", [LAST])
        yield con


def test_a_night_is_linked_where_a_kept_run_proves_the_same_rows_and_written_otherwise(
    parted: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    nights = parts.sums(parted, "candidate")
    assert [(day, count) for day, (count, _) in nights["person_scores"].items()] == list(
        zip(map(str, NIGHTS), [2, 3, 1], strict=True)
    )
    parts.write(parted, tmp_path / "draft", nights, [tmp_path / "before"], LAST)
    folder, older = (tmp_path / name / "parquet" / "person_scores.parquet" for name in ("draft", "before"))
    assert sorted(path.stem for path in folder.iterdir()) == [str(day) for day in NIGHTS]
    is_shared = [(older / path.name).exists() and path.samefile(older / path.name) for path in sorted(folder.iterdir())]
    assert is_shared == [True, False, False], "nothing proves the second"
    for day in NIGHTS:
        written = parted.execute(f"from '{folder / f'{day}.parquet'}'").fetchall()
        assert written == [row for row in parted.execute("from candidate.person_scores").fetchall() if row[2] == day]
    assert [path.name for path in (tmp_path / "draft/parquet/score_jumps.parquet").iterdir()] == ["empty.parquet"]
    found = parts.row_counts(parted, nights, 7)
    assert found == {"runs": 1, "person_scores": 6, "score_jumps": 0, "current_scores": 7}


@pytest.mark.parametrize("is_by_another_release", [True, False])
def test_a_night_that_holds_other_rows_or_whose_sums_say_nothing_is_not_linked(
    parted: duckdb.DuckDBPyConnection, tmp_path: Path, is_by_another_release: bool
) -> None:
    if is_by_another_release:
        hash_by_another_release(tmp_path / "before")
    else:
        parted.execute("update candidate.person_scores set score = 99 where as_of_date = $1", [NIGHTS[0]])
    parts.write(parted, tmp_path / "draft", parts.sums(parted, "candidate"), [tmp_path / "before"], LAST)
    name = f"parquet/person_scores.parquet/{NIGHTS[0]}.parquet"
    assert not (tmp_path / "draft" / name).samefile(tmp_path / "before" / name)


def test_the_latest_row_of_each_is_tonights_or_the_one_before(
    parted: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    for before in (tmp_path / "before", None):
        (tmp_path / "draft" / "parquet").mkdir(exist_ok=True)
        assert parts.write_latest(parted, tmp_path / "draft", before, LAST) == 3
        found = parted.execute(f"from '{tmp_path / 'draft/parquet/current_scores.parquet'}'").fetchall()
        eve = NIGHTS[-2]
        assert found == [("p", "home", eve, 6), ("p", "work", LAST, 5), ("q", "work", eve, 3)]


def test_of_a_table_that_an_earlier_release_did_not_have_no_night_is_known(parted: duckdb.DuckDBPyConnection) -> None:
    before = parts.sums(parted, "candidate")
    parted.execute("drop table candidate.score_jumps")
    assert parts.sums(parted, "candidate") == {"person_scores": before["person_scores"]}


def test_a_run_has_most_in_common_with_those_beside_it(tmp_path: Path) -> None:
    places = HomePaths(tmp_path)
    runs_there = [places.published_run(name) for name in ("c", "a", "d", "b", "e")]
    for age, folder in enumerate(runs_there):
        folder.mkdir(parents=True)
        if folder.name != "d":
            atomic_io.write_json(folder / MANIFEST, {"published_at": f"2026-03-0{age + 1}T00:00:00+00:00"})
    c, a, _, b, e = runs_there
    found = [publishing._neighbours(places, folder) for folder in (c, a, b, e)]
    assert found == [[c, a], [a, c, b], [b, a, e], [e, b]]


def test_nights_that_hold_other_rows_than_were_written_are_counted(parted: duckdb.DuckDBPyConnection) -> None:
    known = {day: total for day, total in parts.sums(parted, "candidate")["person_scores"].items() if day != str(LAST)}
    of_the_eve = parts.sums(parted, "candidate", NIGHTS[-2])
    assert of_the_eve == {"person_scores": {str(NIGHTS[-2]): known[str(NIGHTS[-2])]}, "score_jumps": {}}

    def unlike(is_proven: bool) -> int:
        return parts.unlike_count(parted, "candidate.person_scores", known, LAST, is_proven)

    assert parts.unlike_count(parted, "candidate.score_jumps", {}, LAST, is_proven=True) == 0
    assert unlike(is_proven=True) == unlike(is_proven=False) == 0
    parted.execute("update candidate.person_scores set score = 99 where as_of_date = $1", [NIGHTS[-3]])
    assert (unlike(is_proven=True), unlike(is_proven=False)) == (0, 1)
    parted.execute("update candidate.person_scores set score = 99 where as_of_date = $1", [NIGHTS[-2]])
    assert (unlike(is_proven=True), unlike(is_proven=False)) == (1, 2)
    parted.execute("delete from candidate.person_scores where as_of_date = $1", [NIGHTS[-2]])
    assert (unlike(is_proven=True), unlike(is_proven=False)) == (1, 2)
    parted.execute("insert into candidate.person_scores values ('p', 'work', '2020-01-01', 5), ('p', 'work', null, 5)")
    assert (unlike(is_proven=True), unlike(is_proven=False)) == (1, 4)


# A night -------------------------------------------------------------------------------------------------------


def never(*_: object) -> Any:
    raise AssertionError("history was read")


def test_history_is_neither_read_nor_written_and_its_files_are_shared(
    ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, night = ready
    before = settings.places.current.resolve()
    for module, name in ((candidate, "fill"), (audit, "_changed_history"), (audit, "_last_good"), (audit, "_rests")):
        monkeypatch.setattr(module, name, never)
    publishing.publish(settings, night)
    after = settings.places.current.resolve()
    earlier = f"parquet/person_scores.parquet/{NIGHTS[-2]}.parquet"
    assert (after / earlier).samefile(before / earlier)
    assert run_folders.read_manifest(after)["nights"]["person_scores"].keys() == {str(day) for day in NIGHTS}
    for folder in (before, after):
        assert list(run_folders.damaged(folder)) == []
    assert published(settings, "select count(*) from person_scores") == [(30,)]


def test_a_grown_night_is_the_night_that_is_written_anew(
    ready: Ready, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, night = ready
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1773187200")
    anew = copied(settings, tmp_path / "anew")
    publishing.publish(settings, night)
    monkeypatch.setattr(growth, "may_grow", lambda *_: False)
    publishing.publish(anew, night)
    manifests = [run_folders.read_manifest(home.places.current) for home in (settings, anew)]
    assert manifests[0]["nights"] == manifests[1]["nights"]
    assert manifests[0]["row_counts"] == manifests[1]["row_counts"]
    files = [digests(home.places.current.resolve()) for home in (settings, anew)]
    same = {name for name in files[0] if name not in (DATABASE, growth.FILE, "manifest.json")}
    assert {name: files[0][name] for name in same} == {name: files[1][name] for name in same}


def spoil_the_roster(folder: Path) -> None:
    path = folder / roster.FOLDER / "person_scores.parquet"
    path.write_bytes(path.read_bytes()[:-1])


def lose_the_roster(folder: Path) -> None:
    (folder / roster.FOLDER / "score_jumps.parquet").unlink()


def spoil_the_segments(folder: Path) -> None:
    flip(folder / growth.FILE, 100)


def note_no_segments(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["sha256"][growth.FILE]
    (folder / "manifest.json").write_text(json.dumps(manifest))


def lose_what_nights_hold(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["nights"]
    (folder / "manifest.json").write_text(json.dumps(manifest))


def hash_by_another_release(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"hashed_by": "1.0"}))


FAULTS = (
    *(spoil_the_roster, lose_the_roster, spoil_the_segments, note_no_segments),
    *(lose_what_nights_hold, hash_by_another_release),
)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_run_that_does_not_say_what_it_holds_is_written_anew(
    fault: Callable[[Path], None], ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, night = ready
    before = settings.places.current.resolve()
    fault(before)
    (before / "parquet" / "current_scores.parquet").unlink()  # it holds whoever has left since
    monkeypatch.setattr(growth, "begin", never)
    publishing.publish(settings, night)
    assert published(settings, "select count(*) from person_scores") == [(30,)]
    assert list(run_folders.damaged(settings.places.current.resolve())) == []


@pytest.mark.parametrize(
    "fault",
    [
        "update person_scores set score = 99 where person_id = 'p5'",
        "delete from network_coverage where person_id = 'p5'",
        "insert into score_contributions from score_contributions where person_id = 'p5'",
        "delete from network_coverage where as_of_date < (select max(as_of_date) from person_scores)",
        "insert into person_scores select * replace (date '2020-01-01' as as_of_date) from person_scores limit 1",
        "insert into person_scores select * replace (null as as_of_date) from person_scores limit 1",
    ],
)
def test_a_published_night_that_somebody_changed_stops_the_next(fault: str, ready: Ready) -> None:
    settings, night = ready
    with duckdb.connect(settings.places.current.resolve() / DATABASE) as con:
        con.execute(fault)
    with pytest.raises(StoppedByCheck, match="changed_history_count"):
        publishing.publish(settings, night)


def test_any_earlier_night_that_somebody_changed_stops_the_next(ready: Ready) -> None:
    settings, night = ready
    before = settings.places.current.resolve()
    with duckdb.connect(before / DATABASE) as con:
        con.execute("update person_scores set score = 99 where as_of_date = $1", [NIGHTS[-3]])
    with pytest.raises(InputError, match="not the bytes that were published"):
        publishing.publish(settings, night)
    assert settings.places.current.resolve() == before


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(b"nothing"), Path.unlink])
def test_a_file_of_an_earlier_night_that_is_damaged_is_written_anew(
    damage: Callable[[Path], object], ready: Ready
) -> None:
    settings, night = ready
    name = f"parquet/person_scores.parquet/{NIGHTS[-2]}.parquet"
    damage(settings.places.current.resolve() / name)
    publishing.publish(settings, night)
    after = settings.places.current.resolve()
    assert list(run_folders.damaged(after)) == []
    assert len(duckdb.sql(f"from '{after / name}'").fetchall()) == 10


def test_every_night_is_looked_at_within_a_month() -> None:
    days = [date.fromordinal(LAST.toordinal() - ago) for ago in range(1, 401)]
    looked = {
        day for ago in range(30) for day in days if parts.is_due(str(day), date.fromordinal(LAST.toordinal() + ago))
    }
    assert looked == set(days)
    assert sum(parts.is_due(str(day), LAST) for day in days) == 14
