"""One account, however it is written, in rows, in lists of the erased, and among what landed before."""

import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from evenscore.base.canonical import DATASETS
from evenscore.base.errors import InputError
from evenscore.connectors.files import read_canonical
from evenscore.consent.keys import hashed
from evenscore.consent.suppression import ACCOUNT, Entry, Suppressed
from evenscore.intake import landed_names, suppression_filter
from evenscore.landing_zone import landing, origins
from evenscore.names.account_ids import AccountIds
from evenscore.names.identifier_matcher import ErasureSubject, IdentifierMatcher
from evenscore.names.look_alikes import looks
from evenscore.night import steps
from evenscore.state import runs
from evenscore.state.runs import Night
from home import Home, event

SPELLINGS = ["bob", "BOB", " Bob", "b\u200bob", "\uff42\uff4f\uff42", "b\u00adob\ufe0f"]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.mark.parametrize("written", SPELLINGS)
def test_an_account_lands_in_its_normal_form_as_actor_and_target(home: Home, written: str) -> None:
    home.deliver("a.ndjson", event(actor_id=written), event("e2", actor_id="ann", target_id=written))
    home.extract()
    assert {row["actor_id"] for row in home.landed()} == {"bob", "ann"}
    assert {row["target_id"] for row in home.landed()} == {"ann", "bob"}


def test_where_case_counts_two_spellings_are_two_accounts(home: Home) -> None:
    home.configure(more='network = "forum"\ncase_counts = true')
    home.deliver("a.ndjson", event(actor_id="Bob"), event("e2", actor_id="bob"))
    home.extract()
    assert sorted(row["actor_id"] for row in home.landed()) == ["Bob", "bob"]


def suppressed(*digests: str) -> Suppressed:
    found = Suppressed(b"key", AccountIds())
    for digest in digests:
        found.entries[digest] = Entry(digest, digest, "2026-03-01")
    return found


def rows(**changes: str) -> pa.Table:
    known = {name: [None] for name in DATASETS["activity"].names} | {k: [v] for k, v in event(**changes).items()}
    known["occurred_at"] = [None]
    return pa.table(known, schema=DATASETS["activity"])


@pytest.mark.parametrize("written", SPELLINGS)
def test_who_was_erased_stays_out_and_is_no_name_in_others_rows(written: str) -> None:
    out = suppressed(suppressed().digest(ACCOUNT, "forum", "Bob"))
    assert suppression_filter.keep(out, "activity", rows(actor_id=written)).num_rows == 0
    assert suppression_filter.keep(out, "activity", rows(target_id=written, actor_id="x")).num_rows == 0
    name = written.strip()
    kept = suppression_filter.keep(
        out, "activity", rows(actor_id="x", object_id=f"{name}/p#1", text=f"hi @{name}, \uff20{name}!")
    )
    (row,) = kept.to_pylist()
    assert row["object_id"].startswith("left-")
    assert row["text"].count("left-") == 2


def test_an_older_list_keeps_out_who_is_on_it_as_written() -> None:
    old = suppressed(hashed(b"key", ACCOUNT, "forum", "Bob"))
    learned = suppression_filter.learned(old, {"activity": rows(actor_id="Bob")})
    assert [entry.digest for entry in learned] == [old.digest(ACCOUNT, "forum", "bob")]
    old.entries |= {entry.digest: entry for entry in learned}
    assert suppression_filter.keep(old, "activity", rows(actor_id="bob")).num_rows == 0


@pytest.mark.parametrize("written", SPELLINGS)
def test_needles_find_every_spelling_in_text_json_html_and_bytes(written: str) -> None:
    matcher = IdentifierMatcher([ErasureSubject("forum", "Bob", "2026-03-01")])
    assert matcher.within(f"so {written}, said")
    assert matcher.within(json.dumps({"who": written}))
    assert matcher.within(f"<b>{written.encode('ascii', 'xmlcharrefreplace').decode()}</b>")
    assert matcher.anywhere(f"x\0y{written}z".encode())
    assert not matcher.within(f"{written}by")


def test_needles_mind_case_where_it_counts() -> None:
    matcher = IdentifierMatcher([ErasureSubject("youtube", "UCab", "2026-03-01")])
    assert matcher.within("see UCab")
    assert not matcher.within("see ucAB")


# ids that were numbers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [pa.float64(), pa.decimal128(20, 2)], ids=str)
def test_a_whole_number_is_the_same_id_in_any_type(tmp_path: Path, kind: pa.DataType) -> None:
    path = tmp_path / "a.parquet"
    ids = pa.array([10900000014, None], pa.int64()).cast(pa.float64() if kind == pa.float64() else pa.decimal128(20, 0))
    table = pa.Table.from_pylist([event(), event("e2")])
    pq.write_table(table.set_column(table.column_names.index("target_id"), "target_id", ids.cast(kind)), path)
    assert read_canonical(path, "activity").tables["activity"]["target_id"].to_pylist() == ["10900000014", None]


@pytest.mark.parametrize("values", [("101.0", "102.0"), ("101", "102.0")])
def test_a_csv_column_of_whole_numbers_is_read_as_whole_numbers(tmp_path: Path, values: tuple[str, ...]) -> None:
    lines = [f"e{n},like,7,{value},2026-03-01" for n, value in enumerate(values)]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["event_id,verb,actor_id,target_id,occurred_at", *lines]))
    assert read_canonical(path, "activity", "forum").tables["activity"]["target_id"].to_pylist() == ["101", "102"]


def test_among_names_what_looks_like_a_number_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_text("".join(json.dumps(event(f"e{n}", object_id=one)) + "\n" for n, one in enumerate(("v", "1.0"))))
    assert read_canonical(path, "activity").tables["activity"]["object_id"].to_pylist() == ["v", "1.0"]


@pytest.mark.parametrize("written", ["1.09e+10", '"1.09E+10"', "9007199254740992.0", "1e22", '"9007199254740993.0"'])
def test_digits_that_are_lost_are_told_and_the_column_named(tmp_path: Path, written: str) -> None:
    path = tmp_path / "a.ndjson"
    path.write_text(json.dumps(event(target_id=7)).replace('"target_id": 7', f'"target_id": {written}'))
    with pytest.raises(InputError, match=r"column target_id holds .* lost their last digits"):
        read_canonical(path, "activity")


@pytest.mark.parametrize(("value", "kind"), [(2.0**53, pa.float64()), (20_000_000.0, pa.float32())], ids=str)
def test_a_parquet_number_past_what_its_type_tells_apart_is_refused(
    tmp_path: Path, value: float, kind: pa.DataType
) -> None:
    table = pa.Table.from_pylist([event()]).drop_columns("actor_id").append_column("actor_id", pa.array([value], kind))
    pq.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(InputError, match="column actor_id holds"):
        read_canonical(tmp_path / "a.parquet", "activity")


# what landed before ---------------------------------------------------------------------------------------------


def test_what_landed_before_is_brought_into_normal_form_once(home: Home) -> None:
    home.deliver("a.ndjson", event(actor_id="bob"), event("e1-m-Ann", target_id="ann", verb="mention"))
    home.extract()
    (manifest,) = landing.manifests(home.places)
    old = pq.read_table(landing.verify(home.places, manifest))
    place = old.column_names.index("target_id")
    landing.replace_rows(home.places, manifest, old.set_column(place, "target_id", pa.array(["Ann", "Ann"])))
    home.places.normal_form.unlink()
    assert landed_names.settle(home.settings) == 1
    assert [(row["event_id"], row["target_id"]) for row in home.landed()] == [("e1", "ann"), ("e1-m-ann", "ann")]
    assert landed_names.settle(home.settings) == 0


def test_rows_that_an_earlier_release_landed_on_another_day_go_to_their_own(home: Home) -> None:
    home.deliver("a.ndjson", event(), event("e2", occurred_at="2026-03-02T10:00:00Z"))
    home.deliver("b.ndjson", event("e3", occurred_at="2026-03-02T11:00:00Z"))
    home.extract()
    sound = {path: path.read_bytes() for path in sorted(home.places.landing.rglob("*.parquet"))}
    _, second = sorted(landing.manifests(home.places), key=lambda one: one.day)
    rows = pq.ParquetFile(landing.verify(home.places, second)).read()
    pairs = origins.read(home.places, "forum", "forum", "activity", date(2026, 3, 2))
    assert pairs is not None and rows.num_rows == 2
    for file in pairs["file"].unique().to_pylist():
        theirs = rows.filter(pc.is_in(origins.keys("activity", rows), value_set=origins.of_file(pairs, file)))
        landing.land(home.places, "forum", "activity", "forum", date(2026, 3, 1), theirs, file=file)
    landing.remove_day(home.places, second)
    home.places.normal_form.write_text(json.dumps({"case_counts": sorted(home.settings.account_ids.case_counts)}))
    assert {path: path.read_bytes() for path in home.places.landing.rglob("*.parquet")} != sound

    night = Night.of(date(2026, 3, 3))
    steps.extract(home.settings, night, "forum")
    assert runs.stages(home.places, night.run_id)[-1]["notes"] == [f"1 {landed_names.REWRITTEN}"]
    assert {path: path.read_bytes() for path in sorted(home.places.landing.rglob("*.parquet"))} == sound
    assert landed_names.settle(home.settings) == 0


def test_snapshots_that_become_one_stay_private() -> None:
    known = {name: [None, None] for name in DATASETS["accounts"].names}
    known |= {"network": ["forum"] * 2, "account_id": ["Bob", "bob"], "is_private": [True, False]}
    table = pa.table(known, schema=DATASETS["accounts"])
    assert landed_names.in_normal_form(AccountIds(), "accounts", table)["is_private"].to_pylist() == [True]


def test_case_that_comes_to_count_after_rows_have_landed_is_told(home: Home) -> None:
    home.deliver("a.ndjson", event())
    home.extract()
    home.configure(more='network = "forum"\ncase_counts = true')
    with pytest.raises(InputError, match="case_counts: rows of forum have landed without case"):
        home.extract()


@pytest.mark.parametrize("other", ["b\u043eb", "b0b", "B\u00f6b"])
def test_a_look_alike_is_another_account_that_looks_the_same(other: str) -> None:
    assert AccountIds().normal("forum", other) != "bob"
    assert looks(other) == looks("bob")
