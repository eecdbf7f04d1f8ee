"""What was delivered is there, or the night stops and says what is missing and what to do."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from evenscore.base import atomic_io
from evenscore.base.errors import InputError
from evenscore.intake import extraction
from evenscore.intake.reconciliation import losses, reconcile
from evenscore.landing_zone import landing, origins
from evenscore.landing_zone.deliveries import forget_names, read_deliveries
from evenscore.names.identifier_matcher import ErasureSubject, IdentifierMatcher
from evenscore.night import doctor
from evenscore.state import truths
from home import Home, event


def on(day: int, event_id: str, **changes: Any) -> dict[str, Any]:
    return event(event_id, occurred_at=f"2026-03-{day:02}T10:00:00Z", **changes)


@pytest.fixture
def landed(home: Home) -> Home:
    """Three days of two rows each, by two files."""
    for name in ("one", "two"):
        home.deliver(f"{name}.ndjson", *(on(day, f"{name}{day}") for day in (1, 2, 3)))
    home.extract()
    return home


def manifest(home: Home, day: int = 2) -> Any:
    return home.places.landing / f"forum/activity/2026-03-0{day}/forum.json"


def lose_manifest(home: Home) -> None:
    manifest(home).unlink()


def lose_day(home: Home) -> None:
    shutil.rmtree(manifest(home).parent)


def lose_network(home: Home) -> None:
    shutil.rmtree(home.places.landing / "forum")


def lose_network_and_witnesses(home: Home) -> None:
    lose_network(home)
    shutil.rmtree(home.places.origins_folder)


def restore_older(home: Home) -> None:
    """The day as it was before the second file came."""
    shutil.rmtree(home.places.landing)
    home.places.heads.unlink()
    two = (home.data / "two.ndjson").read_bytes()
    (home.data / "two.ndjson").unlink()
    home.extract()
    before = {path.name: path.read_bytes() for path in manifest(home).parent.iterdir()}
    home.deliver("two.ndjson", content=two)
    home.extract()
    for name, content in before.items():
        (manifest(home).parent / name).write_bytes(content)


def lose_entry(home: Home) -> None:
    path = home.places.deliveries("forum")
    known = atomic_io.read_json(path)
    del known[str(home.data / "one.ndjson")]
    atomic_io.write_json(path, known)


def lose_all_entries(home: Home) -> None:
    home.places.deliveries("forum").unlink()


def lose_snapshots(home: Home) -> None:
    with home.config.open("a") as config:
        config.write('\n[[sources]]\nname = "people"\nkind = "files"\npath = "people.ndjson"\nnetwork = "forum"\n')
        config.write('dataset = "accounts"\n')
    row = {"account_id": "ann", "captured_at": "2026-03-01T00:00:00Z", "is_private": True}
    (home.folder / "people.ndjson").write_text(json.dumps(row) + "\n")
    extraction.extract(home.settings, "people", date(2026, 3, 5))
    reconcile(home.settings)
    shutil.rmtree(home.places.landing / "forum/accounts")


@pytest.mark.parametrize(
    ("lose", "says"),
    [
        (lose_manifest, r"2026-03-02/forum\.json: landed, but the manifest is gone; restore "),
        (lose_day, r"2026-03-02/forum\.json: landed, but the manifest is gone; restore "),
        (lose_network, r"2026-03-01/forum\.json: landed, .*2026-03-03/forum\.json: landed, but the manifest is gone; "),
        (lose_network_and_witnesses, r"2026-03-01/forum\.json: landed, but the manifest is gone; .*2026-03-03"),
        (restore_older, r"2026-03-02/forum\.json: not the manifest .* 1 of 2 landed rows are not in it; restore "),
        (lose_entry, r"deliveries/forum\.json: does not name 1 of the files that brought what has landed; restore "),
        (lose_all_entries, r"deliveries/forum\.json: does not name 2 of the files .*; restore "),
        (lose_snapshots, r"accounts/2026-03-01/people\.json: landed, but the manifest is gone"),
    ],
)
def test_what_is_missing_stops_and_is_named(landed: Home, lose: Callable[[Home], None], says: str) -> None:
    reconcile(landed.settings)
    lose(landed)
    with pytest.raises(InputError, match=says):
        reconcile(landed.settings)
    (finding,) = [one for one in doctor.examine(landed.settings) if one.subject == "deliveries"]
    assert not finding.is_well
    assert losses(landed.settings)[0].says in finding.says


def test_what_the_message_advises_heals_it(landed: Home) -> None:
    whole = landed.files()
    lose_network(landed)
    truths.remove(landed.places, landed.places.deliveries("forum"))
    landed.extract()
    reconcile(landed.settings)
    assert landed.files() == whole


def test_an_input_that_is_gone_too_is_not_forgotten_by_extracting_again(landed: Home) -> None:
    lose_day(landed)
    truths.remove(landed.places, landed.places.deliveries("forum"))
    (landed.data / "one.ndjson").unlink()
    landed.extract()
    with pytest.raises(InputError, match=r"1 of 2 landed rows are not in it"):
        reconcile(landed.settings)


def test_rows_that_were_taken_back_and_that_a_restore_brought_back_are_taken_out(landed: Home) -> None:
    folder = manifest(landed).parent
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    landed.deliver("one.ndjson", *(on(day, f"one{day}") for day in (1, 3)))
    landed.extract("2026-03-06")
    for name, content in before.items():
        (folder / name).write_bytes(content)
    assert "one2" in landed.landed_ids()
    reconcile(landed.settings)
    assert landed.landed_ids() == ["one1", "two1", "two2", "one3", "two3"]


def test_older_words_of_the_same_rows_are_not_taken_for_the_last(landed: Home) -> None:
    folder = manifest(landed).parent
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    landed.deliver("one.ndjson", *(on(day, f"one{day}", text="mended") for day in (1, 2, 3)))
    landed.extract("2026-03-06")
    for name, content in before.items():
        (folder / name).write_bytes(content)
    with pytest.raises(InputError, match="its rows differ"):
        reconcile(landed.settings)


def test_what_retention_let_go_is_not_missing_though_it_was_killed(landed: Home) -> None:
    atomic_io.write_json(landed.places.pruned, {"as_of_date": "2028-03-10", "landed_before": "2026-03-03"})
    for one in landing.manifests(landed.places)[:2]:
        landing.remove_day(landed.places, one)
    reconcile(landed.settings)
    landing.remove_day(landed.places, landing.manifests(landed.places)[0])
    with pytest.raises(InputError, match=r"2026-03-03/forum\.json: landed, but the manifest is gone"):
        reconcile(landed.settings)


def test_what_landed_before_origins_were_kept_is_adopted_and_watched_from_then_on(landed: Home) -> None:
    shutil.rmtree(landed.places.origins_folder)
    reconcile(landed.settings)
    assert [one.row_count for one in origins.witnesses(landed.places, "forum")] == [2, 2, 2]
    lose_manifest(landed)
    with pytest.raises(InputError, match="landed, but the manifest is gone"):
        reconcile(landed.settings)


def test_a_file_whose_name_is_forgotten_stays_accounted_for_and_may_come_again(home: Home) -> None:
    home.deliver("bob.ndjson", on(1, "a"), {"event_id": "x"})
    home.extract()
    forget_names(home.places, IdentifierMatcher([ErasureSubject("forum", "bob", "2026-03-05")]).within)
    assert "bob" not in home.places.deliveries("forum").read_text()
    reconcile(home.settings)
    home.extract()
    reconcile(home.settings)
    assert [one.path for one in read_deliveries(home.places, "forum").values()] == [str(home.data / "bob.ndjson")]


def test_a_note_that_names_a_forgotten_file_goes(home: Home) -> None:
    home.configure("data/*/{date}*")
    for name, event_id in (("bob/2026-03-01.ndjson", "a"), ("all/2026-03-01.ndjson", "b")):
        path = home.deliver(name, on(1, event_id))
        home.extract()
        path.unlink()
    known = home.places.deliveries("forum")
    assert "bob/2026-03-01.ndjson held rows" in known.read_text()
    forget_names(home.places, IdentifierMatcher([ErasureSubject("forum", "bob", "2026-03-05")]).within)
    assert "bob" not in known.read_text()


def test_a_damaged_witness_is_named(landed: Home) -> None:
    path = landed.places.all_origins("forum")[0]
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(InputError, match=rf"^{path}: damaged"):
        reconcile(landed.settings)
