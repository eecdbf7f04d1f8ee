"""Counts add up: every record that was read is in exactly one class, whatever the source and however messy the file."""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evenscore.base.config_file import load_settings
from evenscore.connectors.base import Reject
from evenscore.intake.tally import Tally
from evenscore.landing_zone.deliveries import Delivery
from evenscore.night import steps, summary
from evenscore.state.runs import Night
from home import LEDGER, Home, event, ndjson

CASE = Path(__file__).parents[2].parent / "shared/data/cases/15-counts-that-do-not-add-up"
SAMPLES = CASE.parents[1]


def adds_up(delivery: Delivery) -> bool:
    classes = (delivery.landed_count, delivery.rejected_count, delivery.duplicate_count)
    return delivery.record_count == sum(classes) + delivery.ignored_count + delivery.suppressed_count


def of_kind(folder: Path, kind: str, more: str = 'network = "forum"') -> Home:
    home = Home(folder)
    home.configure(more=more)
    home.config.write_text(home.config.read_text().replace('kind = "files"', f'kind = "{kind}"'))
    return home


def post(number: int, **changes: Any) -> dict[str, Any]:
    known = {"id": number, "topic_id": 7, "post_number": number, "post_type": 1, "username": f"u{number}"}
    known |= {"user_id": 70 + number, "created_at": "2026-03-01T10:00:00Z", "raw": f"@ann @bob {number}"}
    return known | {"actions_summary": [{"id": 2, "count": 3}], "deleted_at": None, "hidden": False} | changes


def star(number: int, **changes: Any) -> dict[str, Any]:
    known = {"id": str(number), "type": "WatchEvent", "actor": {"id": 5, "login": "bob"}}
    known |= {"repo": {"id": 9, "name": "ann/x"}, "payload": {"action": "started"}}
    return known | {"created_at": "2026-03-01T10:00:00Z"} | changes


def comment(number: int, **changes: Any) -> dict[str, Any]:
    known = {"id": number, "issue_url": "https://x/issues/3", "user": {"id": 5, "login": "bob"}, "body": "@ann hi"}
    return known | {"created_at": "2026-03-01T10:00:00Z"} | changes


MESSY = {
    "files": [event("a"), event("a"), event("a", verb="post"), event("b", verb="poke"), {"event_id": "c"}, event("d")],
    "discourse": [
        post(1),
        post(1),
        post(2, created_at="never"),
        post(3, hidden=True),
        post(4, post_type=3),
        {"id": 5},
        post(6, raw="@" + "x" * 600),
        post(7, created_at="2999-01-01T00:00:00Z"),
    ],
    "gharchive": [star(1), star(1), star(2, type="PushEvent"), star(3, created_at="never"), {"id": "4"}, star(5)],
    "github": [comment(1), comment(1), comment(2, created_at="x"), comment(3, event="labeled"), {"id": 4}],
}


@pytest.mark.parametrize("kind", MESSY)
def test_every_record_of_a_messy_file_is_in_one_class(tmp_path: Path, kind: str) -> None:
    home = of_kind(tmp_path, kind)
    content = ndjson(MESSY[kind]) + b"{torn\n\n[]\n"
    home.deliver("a.ndjson", content=content)
    (first,) = home.extract("2026-03-05")
    assert adds_up(first)
    assert first.record_count == len(MESSY[kind]) + 2
    assert first.landed_count >= 1
    assert first.rejected_count >= 3
    home.deliver("a.ndjson", content=content + b"\n")  # the same records in other bytes
    (again,) = home.extract("2026-03-06")
    assert adds_up(again)
    assert (again.landed_count, again.row_count, again.withdrawn_count) == (0, 0, 0)
    assert again.duplicate_count == first.landed_count + first.duplicate_count
    home.deliver("a.ndjson", content=content.replace(b"10:00:00", b"11:00:00", 1))
    assert adds_up(home.extract("2026-03-07")[0])


def test_csv_and_parquet_add_up_too(home: Home, tmp_path: Path) -> None:
    names = list(event())
    lines = [",".join(names), ",".join(event("a").values()), ",".join(event("a").values()), "x,y", 'p,"q"r,s', ""]
    home.deliver("a.csv", content="\n".join(lines).encode() + b"\n")
    rows = [event("p"), event("p"), event("q", verb="poke"), event("a")]
    pq.write_table(pa.Table.from_pylist(rows), home.data / "b.parquet")
    csv, parquet = home.extract()
    assert (csv.record_count, csv.landed_count, csv.duplicate_count, csv.rejected_count) == (4, 1, 1, 2)
    assert (parquet.record_count, parquet.landed_count, parquet.duplicate_count, parquet.rejected_count) == (4, 1, 2, 1)


@pytest.mark.parametrize(
    ("landed", "suppressed", "rejected", "expected"),
    [
        ([1, 1], [], [], (1, 0, 0, 1)),
        ([1], [1], [1, 1], (0, 0, 1, 1)),
        ([1], [1], [], (1, 0, 0, 1)),
        ([], [1, 2], [2], (0, 1, 1, 0)),
        ([], [], [], (0, 0, 0, 2)),
    ],
)
def test_a_record_of_several_rows_is_counted_once(
    landed: list[int], suppressed: list[int], rejected: list[int], expected: tuple[int, ...]
) -> None:
    tally, delivery = Tally({1, 2}, set(landed), set(suppressed)), Delivery("", 0, 0, "", "")
    tally.close(delivery, [Reject(row, "verb is unknown: x", "") for row in rejected])
    found = (delivery.landed_count, delivery.suppressed_count, delivery.rejected_count, delivery.duplicate_count)
    assert found == expected


@pytest.fixture
def case(tmp_path: Path) -> tuple[Any, Night]:
    """The case of the issue, extracted."""
    if not CASE.exists():
        pytest.skip("the shared cases are not here")
    for path in CASE.iterdir():
        if path.is_file():
            (tmp_path / path.name).write_bytes(path.read_bytes())
    folder = CASE / "in"
    (tmp_path / "in").mkdir()
    for path in folder.iterdir() if folder.exists() else ():
        (tmp_path / "in" / path.name).write_bytes(path.read_bytes())
    (tmp_path / "consent.csv").write_text(LEDGER)
    settings, night = load_settings(tmp_path / "home", tmp_path / "evenscore.toml"), Night.of(date(2026, 3, 15))
    steps.extract(settings, night, settings.sources[0].name)
    return settings, night


def test_the_case_of_counts_that_did_not_add_up(case: tuple[Any, Night]) -> None:
    facts = summary.summarise(*case)
    wanted = {"read": 7, "landed": 3, "rejected": 0, "duplicate": 0, "ignored": 4, "suppressed": 0}
    assert {name: facts["rows"][name] for name in wanted} == wanted
    assert facts["rows"]["rows"] == 7  # three acts and four names
    text = summary.in_full(facts)
    assert "records in           7" in text
    assert "ignored              4" in text
    assert summary.counted(facts["rows"]) == (
        "7 records in = 3 landed + 0 rejected + 0 duplicate + 4 ignored + 0 suppressed; 7 rows, 0 withdrawn"
    )


@pytest.mark.parametrize(
    ("kind", "pattern"), [("gharchive", "**/*gharchive*/**/*.json*"), ("discourse", "**/*discourse*/**/*.*json*")]
)
def test_real_samples_add_up(tmp_path: Path, kind: str, pattern: str) -> None:
    found = [path for path in sorted(SAMPLES.glob(pattern)) if path.is_file() and path.stat().st_size < 3_000_000][:3]
    if not found:
        pytest.skip("the shared samples are not here")
    home = of_kind(tmp_path, kind, 'network = "sample"')
    for path in found:
        home.deliver(path.name, content=path.read_bytes())
    for delivery in home.extract("2026-03-05"):
        assert adds_up(delivery)
        assert delivery.record_count
