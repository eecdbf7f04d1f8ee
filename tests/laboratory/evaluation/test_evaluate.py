"""An evaluation finds what is known of a small community, twice the same, and leaves nothing of it behind."""

import math
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from forty_people import LAST, PEOPLE, Evaluated

from evenscore.base.bundled import scale
from evenscore.base.errors import UsageError
from evenscore.base.settings import Settings
from evenscore.cli import main
from evenscore.laboratory.evaluation.evaluate import evaluate
from evenscore.laboratory.evaluation.question import Question
from evenscore.night import steps
from evenscore.publication import publishing
from evenscore.state import evaluations

pytestmark = pytest.mark.slow

ATTACKS = ("10_fakes", "100_fakes", "1000_fakes", "10_ring", "100_ring", "1000_ring")


def test_the_score_is_judged_at_twelve_cut_offs_beside_every_rival(evaluated: Evaluated) -> None:
    for name in ("spearman", "ndcg_100"):
        for rival in ("", "_of_persistence", "_of_event_count", "_of_pagerank"):
            days = [m.cut_off for m in evaluated.found.measures if m.measure == f"{name}{rival}" and m.cut_off]
            assert len(set(days)) == 12
            summary = evaluated.measure(f"{name}{rival}")
            assert summary.low <= summary.value <= summary.high


def test_the_future_is_never_part_of_the_ranking(evaluated: Evaluated) -> None:
    last = max(measure.cut_off for measure in evaluated.found.measures if measure.cut_off and not measure.is_summary)
    assert (evaluated.found.last - last).days == 28


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_bought_crowd_gains_less_than_it_would_in_a_count(evaluated: Evaluated, attack: str) -> None:
    gain = evaluated.measure(f"points_gained_by_{attack}")
    # Of forty people six act for helped rings in the same trial, and what they pass on they take from others.
    assert -2 < gain.value < min(gain.baseline, 1)


@pytest.mark.parametrize("attack", [*ATTACKS, "ten_genuine_members_paid", "100_fakes_answered_once_by_members"])
def test_every_attack_is_told_in_ranks_beside_the_other_version(evaluated: Evaluated, attack: str) -> None:
    own, other = (evaluated.measure(f"ranks_gained_by_{attack}{of}") for of in ("", "_of_version_2"))
    assert own.unit == other.unit == "percentiles"
    assert -20 <= own.low <= own.value <= own.high <= 100
    assert own.sample_count == other.sample_count > 0


@pytest.mark.parametrize("attack", ["100_fakes", "viral_post_typical", "10_anonymous_votes"])
def test_every_attack_is_told_in_points_beside_the_other_version(evaluated: Evaluated, attack: str) -> None:
    own, other = (evaluated.measure(f"points_gained_by_{attack}{of}") for of in ("", "_of_version_2"))
    assert own.unit == other.unit == "points"
    assert own.sample_count == other.sample_count > 0
    assert own.value != other.value


def test_votes_of_the_unnamed_gain_little_where_nobody_polices_them(evaluated: Evaluated) -> None:
    assert evaluated.measure("points_gained_by_100_anonymous_votes").value < 1


def test_those_with_a_score_are_judged_apart(evaluated: Evaluated) -> None:
    for name in ("spearman", "ndcg_100"):
        scored, everybody = evaluated.measure(f"{name}_of_the_scored"), evaluated.measure(name)
        assert scored.sample_count <= everybody.sample_count
        assert -1 <= scored.value <= 1
        assert scored.baseline == evaluated.measure(f"{name}_of_the_scored_of_persistence").value


def test_an_evaluation_says_on_how_many_of_its_nights_a_network_stood_still(evaluated: Evaluated) -> None:
    for which, count in (("cut_offs", 12), ("nights", 43)):
        found = evaluated.measure(f"{which}_with_a_frozen_network")
        assert 0 <= found.value <= 1
        assert found.sample_count == count


def test_a_band_is_told_as_a_share_of_the_spread(evaluated: Evaluated) -> None:
    width, spread = (evaluated.measure(name).value for name in ("band_width_median", "score_spread"))
    assert evaluated.measure("band_width_median_of_spread").value == pytest.approx(width / spread)


def test_the_other_version_is_judged_at_the_same_cut_offs(evaluated: Evaluated) -> None:
    assert evaluated.measure("spearman_of_version_2").sample_count == evaluated.measure("spearman").sample_count
    assert evaluated.measure("spearman_of_version_2").value != evaluated.measure("spearman").value


def test_a_friend_who_acts_a_hundred_times_gains_little_more_than_by_twelve_and_two_gain_more(
    evaluated: Evaluated,
) -> None:
    twelve, hundred, two = (
        evaluated.measure(f"points_gained_by_{label}").value
        for label in ("a_trusted_friend_12_times", "a_trusted_friend_100_times", "two_trusted_friends_12_times_each")
    )
    assert 0 < twelve < two
    assert hundred < 1.5 * twelve + 1


@pytest.mark.parametrize("size", [10, 100, 1000])
def test_fakes_gain_less_than_a_point_where_a_count_would_gain_many(evaluated: Evaluated, size: int) -> None:
    """They may take some: who is no member weighs what their band does, and of forty people's bands fakes are many."""
    gain = evaluated.measure(f"points_gained_by_{size}_fakes")
    assert -1 < gain.low <= gain.high < 1 < gain.baseline


def test_bought_followers_gain_nothing_at_all(evaluated: Evaluated) -> None:
    followers = evaluated.measure("points_gained_by_1000_followers")
    assert (followers.low, followers.high) == (0, 0)


def test_a_viral_post_gains_a_step_and_no_more_than_another_by_the_engagers_it_brings(evaluated: Evaluated) -> None:
    """A count's gain is no measure here: it ends at the highest score, and forty people stand within a few points."""
    known = scale(3)
    step = known["points_per_log"] * math.log(1 / (1 - known["top_object_share"]))
    gain = evaluated.measure("points_gained_by_viral_post_typical")
    assert 0 < gain.high < 2 * step


@pytest.mark.parametrize("network", ["forum", "chat"])
def test_nobody_falls_because_a_network_misses_a_day(evaluated: Evaluated, network: str) -> None:
    fallen = evaluated.measure(f"people_fallen_without_a_day_of_{network}")
    assert fallen.value == 0
    assert fallen.sample_count == len(PEOPLE)


def test_the_more_is_lost_the_more_people_move(evaluated: Evaluated) -> None:
    ten, forty = (evaluated.measure(f"rank_loss_of_{share}_percent").value for share in (10, 40))
    assert 0 < ten < forty < 0.5


def test_bands_hold_most_resamples_and_not_by_being_endless(evaluated: Evaluated) -> None:
    assert 0.6 < evaluated.measure("band_coverage_resampled").value < 1
    assert 0 < evaluated.measure("band_width_median").value < 30


def test_people_who_draw_more_stand_higher_and_labels_are_found(evaluated: Evaluated) -> None:
    assert evaluated.measure("pairwise_agreement").value > 0.9
    assert evaluated.measure("labelled_fraud_in_top_100").value == 3  # all forty people are among the first hundred


@pytest.mark.parametrize(("seed", "is_same"), [(1, True), (2, False)])
def test_the_same_seed_gives_the_same_figures_and_another_others(
    evaluated: Evaluated, seed: int, is_same: bool
) -> None:
    again = evaluate(evaluated.settings, Question(3, beside=(2,), only=("viral",), seed=seed)).measures
    names = {measure.measure for measure in again}
    assert (again == [measure for measure in evaluated.found.measures if measure.measure in names]) is is_same


def test_a_night_publishes_what_is_kept_and_an_evaluation_changes_nothing_else(evaluated: Evaluated) -> None:
    settings = evaluated.settings
    assert evaluated.found.database is None, "nothing was published then"
    steps.run_night(settings, LAST)
    assert _published(settings, evaluated.found.run_id) == len(evaluated.found.measures)
    before = _parquet(settings)
    evaluations.keep(settings.places, "evaluation_later", {"scoring_version": 3}, evaluated.found.summary)
    assert publishing.republish(settings) == settings.places.database
    after = _parquet(settings)
    assert {name for name in after if after[name] != before.get(name)} == {"evaluation.parquet"}
    assert _published(settings, "evaluation_later") == len(evaluated.found.summary)


def _published(settings: Settings, run_id: str) -> int:
    """How many figures of a run readers see; each is one of its kind, and every column says what it is."""
    with duckdb.connect(str(settings.places.database.resolve()), read_only=True) as con:
        rows = con.execute("select measure, cut_off from evaluation where run_id = $1", [run_id]).fetchall()
        comments = con.execute(
            "select comment from duckdb_columns() where table_name = 'evaluation' union all "
            "select comment from duckdb_tables() where table_name = 'evaluation'"
        ).fetchall()
    assert len(set(rows)) == len(rows)
    assert len(comments) == len(evaluations.EVALUATION) + 1
    assert all(comment for (comment,) in comments)
    return len(rows)


def _parquet(settings: Settings) -> dict[str, bytes]:
    folder = settings.places.published / "parquet"
    files = (path for path in folder.rglob("*.parquet") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_nothing_of_anybody_is_left_behind(evaluated: Evaluated) -> None:
    assert not evaluated.settings.places.evaluation_scratch.exists()
    kept = (evaluated.settings.places.evaluation(evaluated.found.run_id) / evaluations.FILE).read_text()
    assert not any(person in kept + evaluated.found.page.read_text() for person in PEOPLE)


def test_the_page_can_do_nothing_and_shows_every_figure_that_sums_up(evaluated: Evaluated) -> None:
    page = evaluated.found.page.read_text()
    assert "default-src 'none'" in page
    assert "<script" not in page
    for measure in evaluated.found.summary:
        assert f"<code>{measure.measure}</code>" in page


def test_without_activity_in_the_range_the_verb_says_so(evaluated: Evaluated) -> None:
    settings = evaluated.settings
    given = ["--home", str(settings.home), "--config", str(settings.config), "evaluate", "--until", "2001-01-01"]
    told = CliRunner().invoke(main, given)
    assert told.exit_code == UsageError.exit_code
    assert "no activity has landed" in told.output


def test_a_file_without_the_column_is_refused(evaluated: Evaluated, tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_text("one,two\na,b\n")
    question = replace(Question(3, beside=(2,), only=("pairs",)), pairs=tmp_path / "pairs.csv")
    with pytest.raises(UsageError, match="has no column person_a"):
        evaluate(evaluated.settings, question)
