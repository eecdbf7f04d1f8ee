"""What a person is told, and what others are: all of one's own, nothing of anybody else's, and a record of it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from village import DAYS, LAST, PEOPLE, Village, fans_of, published, rows

from evenscore.base.settings import Settings
from evenscore.cli import main
from evenscore.consent import ledger
from evenscore.disclosure.access_log import read_records
from evenscore.disclosure.person_page import render
from evenscore.disclosure.subject_data import landing, names_others
from evenscore.night import steps
from home import Home, event

NETWORKS = ("forum", "forge", "pixels", "hub", "arts", "attic", "spare")
HOSTILE = "<script>alert(1)</script>"

WHY_NOT = {
    "forum": None,
    "forge": "private account",
    "pixels": "withdrawn",
    "hub": "claimed by two people",
    "arts": "adult age not declared",
    "attic": "erased",
    "spare": "not linked",
    "nowhere": "no source delivers this network",
}


@pytest.mark.parametrize(
    ("column", "is_anothers"),
    [("engager_id", True), ("other_person_id", True), ("ring_id", True), ("actor_id", True), ("decided_by", True),
     ("receiver", True), ("engager_count", False), ("other_person_count", False), ("person_id", False),
     ("decided_at", False), ("account_id", False)],
)  # fmt: skip
def test_a_column_that_names_somebody_else_is_told_by_its_name(column: str, is_anothers: bool) -> None:
    assert names_others(column) is is_anothers


def test_a_refused_record_is_told_to_whom_it_names_and_to_nobody_whose_name_is_in_it(home: Home) -> None:
    home.deliver("all.ndjson", event(actor_id="joann", verb="adores"))
    home.extract()
    for account, count in (("joann", 1), ("ann", 1), ("jo", 0), ("bob", 0)):
        assert len(landing(home.places, [("forum", account)])["rejected"]) == count, account


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """One night of eleven people; mixed has linked many networks, each of which but one counts not."""
    folder = tmp_path_factory.mktemp("handing_out")
    village = Village(folder / "village", networks=NETWORKS, days=DAYS[-2:]).habits([*PEOPLE, "mixed"])
    for network in WHY_NOT:
        if network not in ("forum", "spare"):
            village.grant("mixed", network=network, is_adult="" if network == "arts" else "true")
    village.grant("mixed", network="pixels", action="withdraw", recorded_at="2026-02-01T00:00:00Z")
    village.grant("mixed", network="attic", action="erase", recorded_at="2026-02-01T00:00:00Z")
    village.grant("rival", "mixed", network="hub")
    village.grant("absent", "never_seen")
    private = {"network": "forge", "account_id": "mixed", "is_private": "true", "is_bot": "false"}
    village.accounts.append(private | {"captured_at": f"{LAST}T00:00:00Z"})
    village.accounts.append(private | {"network": "forum", "is_private": "false", "captured_at": f"{LAST}T00:00:00Z"})
    for day in DAYS[-9:]:
        village.like("mixed", ["p1", "p2", None], day, text="a stranger's own words")
        village.like("p1", ["mixed"], day, object_id=f"a-talk-of-{day}")
        village.like("mixed", fans_of("hub", 3), day, network="hub")
    village.like(None, ["mixed"], LAST, verb="post", object_id="topic-77")  # nobody receives it
    found = village.write().settings(folder / "home")
    fields = dict(village.ledger[0]) | {"person_id": "mixed", "account_id": "mixed", "purpose": "research"}
    ledger.record(found, [fields | {"source": HOSTILE}], "grant")
    steps.run_night(found, LAST)
    return found


def evenscore(settings: Settings, *words: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(settings.home), "--config", str(settings.config), *words])


@pytest.fixture(scope="module")
def found(settings: Settings) -> dict[str, Any]:
    result = evenscore(settings, "export", "mixed")
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.output))


def test_an_export_has_every_row_of_ledger_landing_and_published_tables(
    settings: Settings, found: dict[str, Any]
) -> None:
    assert len(found["ledger"]) == 10
    landed = found["landing"]["activity"]
    own = [row for row in landed if row["whose"] == "done by this account"]
    assert len(own) == len(DAYS[-9:]) + 1
    assert {row["object_id"] for row in own} >= {"topic-77"}
    aimed = rows(
        settings.places.warehouse, "select count(*) from raw.activity where network = 'forum' and target_id = 'mixed'"
    )
    assert len(landed) - len(own) == aimed[0][0]
    assert len(found["landing"]["accounts"]) == 2
    for table in ("person_scores", "score_contributions", "network_coverage"):
        kept = published(settings, f"select count(*) from {table} where person_id = 'mixed'")
        assert len(found["published"][table]["rows"]) == kept[0][0] > 0, table


def test_an_export_says_why_where_and_until_when(settings: Settings, found: dict[str, Any]) -> None:
    assert set(found["kept_until"]) >= {"ledger", "landing", "warehouse", "published", "kept_runs", "reports"}
    assert "where the points come from" in found["explanations"][0]
    assert found["kept_runs"] == [settings.places.current.resolve().name]
    assert found["warehouse"]["features.feat_person__engagers"]
    assert found["warehouse"]["conformed.received"]["row_count"] > 0
    assert found["published"]["person_scores"]["purpose"]


def test_an_export_names_nobody_else(settings: Settings, found: dict[str, Any]) -> None:
    everybody = rows(
        settings.places.warehouse,
        "select actor_id from raw.activity union select target_id from raw.activity union "
        "select person_id from raw.consent",
    )
    text = json.dumps(found)
    others = {name for (name,) in everybody if name} - {"mixed"}
    assert len(others) > 20
    assert not [name for name in others if re.search(rf"\b{name}\b", text)]
    assert "a stranger's own words" not in text


def test_of_an_account_that_another_claims_nobody_is_told_what_is_there(found: dict[str, Any]) -> None:
    assert found["accounts_claimed_by_somebody_else_too"] == [{"network": "hub", "account_id": "mixed"}]
    assert not [row for row in found["landing"]["activity"] if row["network"] == "hub"]


@pytest.mark.parametrize(
    ("count", "says"), [(1, "1 row."), (100, "100 rows."), (101, "101 rows, of which the first 100 are shown here.")]
)
def test_the_page_says_how_many_rows_of_a_table_it_leaves_to_the_json(
    found: dict[str, Any], count: int, says: str
) -> None:
    page = render({**found, "ledger": [{"entry": f"row {number}"} for number in range(count)]}).decode()
    assert f"<caption>{says}</caption>" in page.split("<h2>The consent ledger</h2>")[1].split("<h2>")[0]
    assert page.count("<td>row ") == min(count, 100)


@pytest.mark.parametrize(("runs", "files"), [(["a_run"], []), ([], ["a_file"]), ([], [])])
def test_the_page_names_what_repeats_some_of_it(runs: list[str], files: list[str], found: dict[str, Any]) -> None:
    page = render({**found, "kept_runs": runs, "files_that_name_the_person": files}).decode()
    assert [f"<li>{path}</li>" in page for path in ("a_run", "a_file")] == [bool(runs), bool(files)]
    assert ("Files that repeat some of this" in page) is bool(runs or files)


def test_the_page_shows_nothing_as_a_dash_and_no_and_zero_as_they_are(found: dict[str, Any]) -> None:
    page = render({**found, "ledger": [{"adult": False, "count": 0, "source": None}]}).decode()
    assert "<td>False</td><td>0</td><td>\N{EN DASH}</td>" in page


def test_the_page_escapes_what_it_shows_and_asks_nobody(settings: Settings, tmp_path: Path) -> None:
    result = evenscore(
        settings, "export", "mixed", "--to", str(tmp_path / "m.json"), "--page", str(tmp_path / "m.html")
    )
    assert result.output.strip() == str(tmp_path / "m.json")
    page = (tmp_path / "m.html").read_text()
    assert HOSTILE not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "default-src 'none'" in page
    assert HOSTILE in (tmp_path / "m.json").read_text()


def test_handing_out_is_recorded_and_what_it_said_is_not(settings: Settings) -> None:
    before = settings.places.exports.read_bytes()
    evenscore(settings, "export", "mixed", "--recipient", "the ombudsman", "--purpose", "a complaint")
    assert settings.places.exports.read_bytes().startswith(before)
    record = read_records(settings.places)[-1]
    assert (record["recipient"], record["purpose"], record["outcome"]) == ("the ombudsman", "a complaint", "given")
    assert record["by"] and record["recorded_at"]
    assert b"mixed" not in settings.places.exports.read_bytes()


@pytest.mark.parametrize("verb", [("export", "mixed"), ("aggregate", "--by", "network")])
def test_a_refused_purpose_gives_nothing_and_is_recorded(settings: Settings, verb: tuple[str, ...]) -> None:
    result = evenscore(settings, *verb, "--recipient", "a bureau", "--purpose", "tenant screening")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert re.fullmatch(r"evenscore: --purpose 'tenant screening': refused: housing; .*\n", result.stderr)
    assert read_records(settings.places)[-1]["outcome"] == "refused"


def test_nothing_is_kept_about_a_stranger_and_nothing_recorded_as_given(settings: Settings) -> None:
    before = settings.places.exports.read_bytes()
    result = evenscore(settings, "export", "p_nobody")
    assert (result.exit_code, result.stderr) == (2, "evenscore: p_nobody: nothing is kept about this person\n")
    assert settings.places.exports.read_bytes() == before


@pytest.mark.parametrize(("network", "why"), WHY_NOT.items())
def test_coverage_says_of_each_network_whether_it_counts_and_why_not(
    settings: Settings, network: str, why: str | None
) -> None:
    query = "select is_linked, is_counted, why_not from network_coverage where person_id = 'mixed' and network = $1"
    assert published(settings, query, network) == [(network != "spare", why is None, why)]


def test_nobody_gets_an_account_that_two_claim(settings: Settings) -> None:
    assert published(settings, "select count(*) from person_scores where person_id = 'rival'") == [(0,)]
    counted = "select count(*) from score_contributions where network = 'hub'"
    assert published(settings, counted) == [(0,)]


def test_an_explanation_says_procedure_data_drivers_and_what_would_change_it(settings: Settings) -> None:
    said = evenscore(settings, "explain", "mixed").output
    for title in ("how it is computed", "from what data", "what would change it", "if you disagree"):
        assert f"\n{title}\n" in said
    ((top, score),) = published(
        settings,
        "select max(points), any_value(score) from score_contributions "
        "join person_scores using (person_id, persona, as_of_date) where person_id = 'mixed' and network = 'forum'",
    )
    assert f"The largest part, {top:.1f} of {score:.1f} points, comes from forum" in said
    assert "(1 counted of 7 linked)" in said
    for network, why in WHY_NOT.items():
        assert (f"{network} does not count ({why})" in said) == (why is not None)


def test_every_published_table_says_what_it_is_for(settings: Settings) -> None:
    manifest = json.loads((settings.places.current / "manifest.json").read_text())
    assert set(manifest["purposes"]) == set(manifest["row_counts"])
    comments = published(
        settings,
        "select table_name, comment from duckdb_tables() union all "
        "select view_name, comment from duckdb_views() where not internal",
    )
    assert set(manifest["purposes"]) == {name for name, _ in comments}
    for name, comment in comments:
        assert f"For: {manifest['purposes'][name]}." in comment


def test_a_small_community_gets_no_aggregates(settings: Settings) -> None:
    asked = ("--recipient", "the forum", "--purpose", "yearly report")
    network = json.loads(evenscore(settings, "aggregate", "--by", "network", *asked, "--json").output)
    assert (network["cells"], network["too_few_people"]) == ([], ["forum"])
    band = json.loads(evenscore(settings, "aggregate", "--by", "band", *asked, "--json").output)
    assert band["cells"] == [] and band["too_few_people"]
    topic = json.loads(evenscore(settings, "aggregate", "--by", "topic", *asked, "--json").output)
    assert (topic["cells"], topic["too_few_people"]) == ([], [])
    assert "forum: too few people" in evenscore(settings, "aggregate", "--by", "network", *asked).output


def test_counts_of_all_name_every_reason(settings: Settings) -> None:
    counts = json.loads(evenscore(settings, "consent", "show", "--json").output)
    assert (counts["people_in_the_ledger"], counts["people_with_a_standing_grant"]) == (13, 12)
    reasons = {why: 1 for why in WHY_NOT.values() if why and why not in ("not linked", WHY_NOT["nowhere"])}
    assert counts["refused"] == reasons | {"claimed by two people": 2}
    assert counts["accounts_that_no_event_names"] == 6  # never_seen, and mixed's but for those on forum and hub
