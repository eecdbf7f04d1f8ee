"""A scoring version is compared on the side and promoted by one line; what was published keeps its version."""

import re
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet
from village import DAYS, LAST, PEOPLE, Village, copied, digests, fans_of, outcome, published, run_unread

from evenscore.base import atomic_io, warehouse
from evenscore.base.bundled import DBT_PROJECT
from evenscore.base.config_file import load_settings
from evenscore.base.errors import UsageError
from evenscore.base.settings import Settings
from evenscore.disclosure.explain import explain, in_words
from evenscore.laboratory.comparison import compare as comparing
from evenscore.laboratory.comparison.compare import Written, compare
from evenscore.laboratory.comparison.moves import Comparison
from evenscore.night import dbt_build, steps
from evenscore.state.runs import Night

BEFORE = DAYS[-3:-1]
MARTS = ("person_scores", "score_contributions", "score_changes", "network_coverage", "trust_seeds")
ELDERS = [f"elder{number}" for number in range(5)]
TRUSTED, STRANGE = PEOPLE[:7], PEOPLE[7:]
VERSIONS = "select as_of_date, list_sort(list(distinct scoring_version)) from person_scores group by all order by all"
CHANGES = """
    with tonight as (from person_scores where as_of_date = $1 and score is not null),
    last_night as (from person_scores where as_of_date = $1::date - 1 and score is not null),
    named as (
        select person_id, sum(points) as points, list_sort(list(cause)) as causes
        from score_changes where as_of_date = $1 group by all
    )
    select tonight.status, tonight.score - last_night.score as change, coalesce(points, 0), coalesce(causes, [])
    from tonight inner join last_night using (person_id) left join named using (person_id)
"""


@dataclass(frozen=True)
class Promoted:
    """Two nights published with version 1, and the next one with version 2."""

    settings: Settings
    night: Night
    before: dict[str, list[tuple[Any, ...]]]
    """The rows of the first two nights as readers saw them before the promotion."""
    missed: Settings
    """A copy in which the second night has not run yet, nor the third."""


def trusted_village(folder: Path) -> Village:
    """Ten people and five elders, who trust the fans of all but three of the ten: version 2 thinks little of those.

    Trust is among members, so the trusted fans asked for a score; one like is too little evidence for one.
    """
    village = Village(folder).habits().habits(ELDERS)
    for person in [*TRUSTED, *ELDERS]:
        for number, fan in enumerate(fans_of(person, 15)):
            village.grant(fan).like(fan, [ELDERS[number % len(ELDERS)]], DAYS[0])
    return village


def scored_by(village: Village, version: int) -> Settings:
    """The village with the one line that promotes a version."""
    seeds = [f"forum:{elder}" for elder in ELDERS]
    village.scoring = f"lookback_nights = 28\nseeds = {seeds}\nversion = {version}"
    return village.write().settings(village.folder.parent / "home")


def rows_of(settings: Settings, nights: list[date]) -> dict[str, list[tuple[Any, ...]]]:
    return {mart: published(settings, f"from {mart} where as_of_date in $1 order by all", nights) for mart in MARTS}


@pytest.fixture(scope="module")
def promoted(tmp_path_factory: pytest.TempPathFactory) -> Promoted:
    village = trusted_village(tmp_path_factory.mktemp("promoted") / "village")
    settings = scored_by(village, 1)
    run_unread(settings, BEFORE[0])
    missed = copied(settings, settings.home.with_name("missed"))
    run_unread(settings, BEFORE[1])
    before = rows_of(settings, BEFORE)
    settings = scored_by(village, 2)
    return Promoted(settings, run_unread(settings, LAST), before, missed)


def test_each_row_names_the_version_that_made_it(promoted: Promoted) -> None:
    assert published(promoted.settings, VERSIONS) == [(BEFORE[0], [1]), (BEFORE[1], [1]), (LAST, [2])]


def test_a_promotion_leaves_every_earlier_row_as_it_was(promoted: Promoted) -> None:
    assert all(promoted.before.values())
    assert rows_of(promoted.settings, BEFORE) == promoted.before


def test_the_night_of_a_promotion_names_the_version_and_the_causes_sum_to_the_change(promoted: Promoted) -> None:
    changes = published(promoted.settings, CHANGES, LAST)
    assert all(abs(change - points) < 1e-6 for _, change, points, _ in changes)
    fresh = [(change, causes) for status, change, _, causes in changes if status == "published"]
    assert len(fresh) == len(TRUSTED) + len(ELDERS)
    assert all("scoring_version" in causes for _, causes in fresh)
    assert max(abs(change) for change, _ in fresh) > 2, "a promotion that moves nobody shows nothing"


def test_a_reader_is_told_that_the_method_changed_and_how_their_place_did(promoted: Promoted) -> None:
    places = promoted.settings.places
    scores = (
        "select person_id, score from person_scores where as_of_date = $1 and score is not null and status <> 'held'"
    )
    before, now = (dict(published(promoted.settings, scores, night)) for night in (BEFORE[1], LAST))
    both = before.keys() & now.keys()
    for person in TRUSTED:
        (told,) = explain(places, person, LAST)
        was, became = (
            100 * sum(found[other] < found[person] for other in both) / (len(both) - 1) for found in (before, now)
        )
        assert told["promotion"] == {
            "scoring_version": 1,
            "place_before": pytest.approx(was),
            "place_now": pytest.approx(became),
            "people_count": len(both),
        }
        what = "your place among members did not" if abs(became - was) <= 5 else "so did your place"
        assert f"The method changed from scoring version 1 to 2; {what}" in in_words(told)


@pytest.mark.parametrize(("person", "night"), [(TRUSTED[0], BEFORE[1]), (TRUSTED[0], BEFORE[0]), (STRANGE[0], LAST)])
def test_a_night_like_any_other_and_a_score_that_is_held_say_nothing_of_a_method(
    promoted: Promoted, person: str, night: date
) -> None:
    (told,) = explain(promoted.settings.places, person, night)
    assert told["promotion"] is None
    assert "The method changed" not in in_words(told)


HELD = "select person_id, reason from person_scores where status = 'held' order by all"


def test_who_the_new_version_moves_too_far_is_held_for_a_reviewer(promoted: Promoted) -> None:
    assert published(promoted.settings, HELD) == [(person, "version_change") for person in STRANGE]


def test_a_promotion_after_a_night_that_nobody_was_shown_is_measured_from_what_readers_saw(promoted: Promoted) -> None:
    missed = load_settings(promoted.missed.home, promoted.settings.config)  # version 2 by now
    run_unread(missed, LAST)
    assert published(missed, HELD) == [(person, "version_change") for person in STRANGE]
    with warehouse.connect(missed.places, read_only=True) as con:
        ((moved,),) = con.execute("select max(abs(move)) from gate.gate_person__baseline").fetchall()
    assert moved < 0.5, "by the version that readers saw last nobody has done anything but fade"


@pytest.mark.slow
def test_an_older_night_that_is_run_again_keeps_its_version(promoted: Promoted, tmp_path: Path) -> None:
    settings = copied(promoted.settings, tmp_path / "home")
    again = steps.rebuild_night(settings, BEFORE[1])
    assert outcome(settings, again) == "unchanged"
    assert rows_of(settings, BEFORE) == promoted.before
    made_by = atomic_io.read_json(settings.places.run(again.run_id) / "stages" / "check_landing.json")
    assert made_by["versions"]["scoring"] == "1"


def test_a_run_says_which_version_it_scored_with(promoted: Promoted) -> None:
    by_night = published(promoted.settings, "select as_of_date, versions['scoring'] from runs order by started_at")
    assert by_night == [(BEFORE[0], "1"), (BEFORE[1], "1"), (LAST, "2")]
    manifest = atomic_io.read_json(promoted.settings.places.published_run(promoted.night.run_id) / "manifest.json")
    assert manifest["versions"]["scoring"] == "2"


# Versions side by side ---------------------------------------------------------------------------------------------

SCORES = "select * from scores.score_person__influence_v{} order by all"


def scores_of(settings: Settings, versions: tuple[int, ...]) -> dict[int, list[tuple[Any, ...]]]:
    with warehouse.connect(settings.places, read_only=True) as con:
        return {version: con.execute(SCORES.format(version)).fetchall() for version in versions}


def build_beside(settings: Settings, beside: tuple[int, ...]) -> None:
    models = [f"+score_person__influence.v{version}" for version in (1, 2, *beside)]
    options = ["--select", *models, "--exclude-resource-type", "test"]
    dbt_build.build(settings, "versions side by side", options, beside=beside)


def with_a_fourth_version(project: Path) -> Path:
    """The dbt project with a version that there is not: version 3 with other half-lives, trust and weights."""
    shutil.copytree(DBT_PROJECT, project)
    seed = (project / "seeds" / "scale_v3.csv").read_text()
    for constant, value in (("brief_half_life_days", 2), ("long_half_life_days", 30), ("trust_full", 0.9)):
        seed, count = re.subn(rf"(?m)^{constant},[^,]+,", f"{constant},{value},", seed)
        assert count == 1
    (project / "seeds" / "scale_v4.csv").write_text(seed)
    scores = project / "models" / "scores"
    (scores / "score_person__influence_v4.sql").write_text(
        (scores / "score_person__influence_v3.sql").read_text().replace("version = 3", "version = 4")
    )
    described = (scores / "score_person__influence.yml").read_text()
    (third,) = re.findall(r"(?ms)^      - v: 3\n.*?\n\n", described)
    fourth = third.rstrip() + "\n" + third.replace("- v: 3", "- v: 4")
    (scores / "score_person__influence.yml").write_text(described.replace(third, fourth))
    return project


@pytest.mark.slow
def test_three_versions_stand_side_by_side_and_a_fourth_moves_none(
    promoted: Promoted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = copied(promoted.settings, tmp_path / "home")
    published_alone = scores_of(settings, (2,))
    build_beside(settings, (1, 3))
    three = scores_of(settings, (1, 2, 3))
    assert all(three.values())
    assert three[2] == published_alone[2]
    monkeypatch.setattr(dbt_build, "DBT_PROJECT", with_a_fourth_version(tmp_path / "dbt_project"))
    build_beside(settings, (1, 3, 4))
    four = scores_of(settings, (1, 2, 3, 4))
    assert {version: rows for version, rows in four.items() if version != 4} == three
    assert four[4] != three[3]


# The comparison ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Compared:
    """The second night, published with version 1, beside version 2."""

    written: Written
    found: Comparison
    before: dict[str, str]
    after: dict[str, str]
    """The digests of what readers see, and of the warehouse, before and after."""


@pytest.fixture(scope="module")
def compared(promoted: Promoted) -> Compared:
    home, kept = promoted.settings.home, []
    render = comparing.render
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparing, "render", lambda found, facts: kept.append(found) or render(found, facts))
        before = digests(home)
        written = compare(promoted.settings, BEFORE[1], 2)
    return Compared(written, kept[0], before, digests(home))


def people(compared: Compared) -> dict[str, dict[str, Any]]:
    """Those who have a score under both versions."""
    rows = parquet.read_table(compared.written.people.with_suffix(".parquet")).to_pylist()
    return {row["person_id"]: row for row in rows if row["move"] is not None}


def test_a_comparison_writes_nothing_but_its_own_files(compared: Compared) -> None:
    fresh = {name for name in compared.after if compared.before.get(name) != compared.after[name]}
    files = ("page.html", "people.csv", "people.parquet", "summary.json")
    assert fresh == {f"comparisons/{BEFORE[1]}_v2/{name}" for name in files}
    assert compared.before.keys() <= compared.after.keys()


def test_everybody_is_compared_with_what_readers_saw_and_with_their_own_noise(
    compared: Compared, promoted: Promoted
) -> None:
    shown = published(
        promoted.settings,
        "select person_id, score, score_low, score_high from person_scores where as_of_date = $1 and score is not null",
        BEFORE[1],
    )
    rows = people(compared)
    assert rows.keys() == {person for person, *_ in shown}
    for person, score, low, high in shown:
        row = rows[person]
        assert (row["published_score"], row["band_low"], row["band_high"]) == (score, low, high)
        assert row["move"] == row["candidate_score"] - score
        assert row["is_outside_band"] == (not low <= row["candidate_score"] <= high)
        assert 0 < row["usual_move"] < 1
    assert all(rows[person]["rank_move"] < 0 for person in STRANGE)


def test_the_candidate_is_what_a_promotion_would_have_published(compared: Compared, promoted: Promoted) -> None:
    rows = people(compared)
    tomorrow = published(
        promoted.settings,
        "select person_id, score from person_scores where as_of_date = $1 and status = $2",
        LAST,
        "published",
    )
    assert all(abs(rows[person]["candidate_score"] - score) < 1 for person, score in tomorrow)


def test_the_summary_counts_who_would_be_held(compared: Compared) -> None:
    facts = compared.written.facts
    assert facts["compared"] == len(PEOPLE) + len(ELDERS)
    assert facts["would_be_held"] == len(STRANGE)
    assert facts["outside_band"] == sum(row["is_outside_band"] for row in people(compared).values())
    assert facts["median_move"] > 10 * facts["ordinary_median_move"] > 0
    assert atomic_io.read_json(compared.written.page.with_name("summary.json")).keys() == facts.keys()


def test_the_parts_of_the_biggest_moves_explain_them(compared: Compared) -> None:
    movers = [*compared.found.up, *compared.found.down]
    assert {mover.person_id for mover in movers} >= set(STRANGE)
    for mover in movers:
        assert abs(sum(part.published for part in mover.parts) - mover.published) < 1e-6
        assert abs(sum(part.candidate for part in mover.parts) - mover.candidate) < 1e-6


def test_the_page_names_the_biggest_moves_and_says_how_to_promote(compared: Compared) -> None:
    page = compared.written.page.read_text()
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert "version = 2 under [scoring] in evenscore.toml" in page
    assert "scoring_version" in page
    assert all(person in page for person in STRANGE)


def test_the_page_is_the_same_bytes_for_the_same_facts(compared: Compared) -> None:
    assert comparing.render(compared.found, compared.written.facts) == compared.written.page.read_bytes()


@pytest.mark.parametrize(
    ("night", "candidate", "says"),
    [
        (BEFORE[1], 1, "published with version 1, name another"),
        (BEFORE[1], 9, "no such scoring version"),
        (DAYS[0], 2, "nothing is published for that night"),
    ],
)
def test_what_cannot_be_compared_is_a_usage_error(night: date, candidate: int, says: str, promoted: Promoted) -> None:
    with pytest.raises(UsageError, match=says):
        compare(promoted.settings, night, candidate)


def test_without_a_published_night_there_is_nothing_to_compare(tmp_path: Path) -> None:
    settings = Village(tmp_path / "village").grant("p0").write().settings(tmp_path / "home")
    with pytest.raises(UsageError, match="nothing has been published yet"):
        compare(settings, None, 1)


def test_a_version_that_there_is_not_is_never_another_one(tmp_path: Path) -> None:
    settings = Village(tmp_path / "village").grant("p0").write().settings(tmp_path / "home")
    with pytest.raises(UsageError, match="--candidate 0: there is no such scoring version"):
        comparing.chosen(settings, 1, 0)


def test_unless_told_otherwise_the_version_to_be_published_next_is_compared(promoted: Promoted) -> None:
    assert comparing.published_night(promoted.settings.places, BEFORE[1]) == (BEFORE[1], 1)
    assert comparing.published_night(promoted.settings.places, None) == (LAST, 2)
    assert comparing.chosen(promoted.settings, 1, None) == 2
