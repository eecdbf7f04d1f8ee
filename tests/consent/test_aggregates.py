"""Aggregates: who owns twenty accounts and reads sixty nights of every grouping finds nobody's score.

The attacker places the own accounts' scores each night, as if at will, so that what is shown is most telling.
The strongest knows the scores of everybody in each cell but the target, and reckons with the very rules.
"""

import json
import math
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from statistics import NormalDist

import duckdb
import numpy as np
import pytest
from numpy.typing import NDArray

from evenscore.base.errors import InputError, LostTruth, UsageError
from evenscore.base.paths import HomePaths
from evenscore.disclosure.aggregates import COUNT_NOISE, SUM_NOISE_POINTS, Noise, aggregate, protected
from evenscore.state import truths

TRIALS, NEAR_POINTS, OWN, NIGHTS = 300, 2, 20, 60
SCORES = np.linspace(1, 100, 397)
MONTHS = sorted({f"{date(2026, 1, 15) + timedelta(days=night):%Y-%m}" for night in range(NIGHTS)})
TOPICS = [f"topic{number}" for number in range(10)]
Floats = NDArray[np.float64]
Rule = Callable[[str, int, Floats], tuple[int, int] | None]
"""What is shown of a cell on a night: people and mean points."""


def community(rng: np.random.Generator, size: int) -> Floats:
    return 1 + 99 * rng.beta(1.5, 4, size=size)


PRIOR = ((SCORES - 1) / 99) ** 0.5 * (1 - (SCORES - 1) / 99) ** 3 / 100
PRIOR = PRIOR / PRIOR.sum()


def rounded(cell: str, night: int, scores: Floats) -> tuple[int, int] | None:
    """The rule before: ten people, counts down to five, means to five points, and no noise."""
    if len(scores) < 10:
        return None
    return len(scores) // 5 * 5, 5 * math.floor(float(scores.mean()) / 5 + 0.5)


def as_shown(trial: int) -> Rule:
    """The rule as it is, in a home with a key of its own: one figure a cell and month, made once and kept."""
    kept: dict[tuple[str, str], tuple[int, int] | None] = {}

    def figure(cell: str, night: int, scores: Floats) -> tuple[int, int] | None:
        month = f"{date(2026, 1, 15) + timedelta(days=night):%Y-%m}"
        if (cell, month) not in kept:
            by = "topic" if cell.startswith("topic") else "network"
            found = protected(cell, scores.tolist(), Noise(trial.to_bytes(32), by, month))
            kept[cell, month] = found and (found.people_at_least, found.mean_points)
        return kept[cell, month]

    return figure


def best_guess(posterior: Floats) -> float:
    """The score with most of what is likely near it."""
    width = 2 * NEAR_POINTS * 4 + 1
    near = np.convolve(posterior, np.ones(width), "same")
    best = np.flatnonzero(near >= near.max() * (1 - 1e-9))
    return float(SCORES[best[len(best) // 2]])


def likelihood(shown: int, rest: Floats | float, count: int, sd: float) -> Floats:
    """How likely each score of the target makes a mean that was shown; `rest` is the others' sum."""
    means = (rest + SCORES) / count
    if not sd:
        return ((shown - 2.5 <= means) & (means < shown + 2.5)).astype(float)
    below = np.vectorize(NormalDist(0, sd / count).cdf)
    return np.asarray(below(shown + 2.5 - means) - below(shown - 2.5 - means))


def placed(posterior: Floats, others: float, count: int) -> float:
    """The own accounts' sum that puts a step of the mean at the middle of what is still likely of the target."""
    middle = float(SCORES[np.searchsorted(np.cumsum(posterior) / posterior.sum(), 0.5)])
    step, least = 5 * count, others + middle + OWN
    return OWN + (2.5 * count - least) % step


def strongest(rule: Rule, rng: np.random.Generator, others: int, cells: list[str], nights: range, sd: float) -> bool:
    """Whether who knows everybody else in every cell, and places twenty of them, finds the target within two points."""
    target, posterior = float(community(rng, 1)[0]), PRIOR.copy()
    count = OWN + others + 1
    for night in nights:
        for cell in cells:
            known = community(rng, others)
            own = min(placed(posterior, float(known.sum()), count), 100.0 * OWN)
            shown = rule(cell, night, np.concatenate([known, np.full(OWN, own / OWN), [target]]))
            if shown:
                found = posterior * likelihood(shown[1], float(known.sum()) + own, count, sd)
                posterior = found / found.sum() if found.sum() else posterior
    return abs(best_guess(posterior) - target) <= NEAR_POINTS


def in_and_out(rule: Rule, rng: np.random.Generator, others: int, sd: float) -> bool:
    """Whether who knows the own accounts alone finds the target, in the cell for the second half of the nights.

    The others' sum, which drifts, is followed on a grid, first without the target and then with them.
    """
    target, scores = float(community(rng, 1)[0]), community(rng, others)
    sums = np.arange(0, 100 * (others + 1), 0.5)
    found = []
    for is_in in (False, True):
        count, belief = OWN + others + is_in, np.ones(len(sums))
        for night in range(NIGHTS // 2):
            scores = scores + rng.normal(0, 0.05, size=others)
            drift = np.exp(-((np.arange(-6, 7) * 0.5) ** 2) / (2 * 0.05**2 * others + 0.1))
            belief = np.convolve(belief / belief.sum(), drift / drift.sum(), "same")
            middle = float(sums[np.searchsorted(np.cumsum(belief) / belief.sum(), 0.5)])
            own = min(OWN + (2.5 * count - middle - OWN) % (5 * count), 100.0 * OWN)
            people = np.concatenate([scores, np.full(OWN, own / OWN), [target] if is_in else []])
            shown = rule("forum", night + is_in * NIGHTS // 2, people)
            if shown:
                means = (sums + own) / count
                width = 2.5 + 2 * sd / count
                fits = (shown[1] - width <= means) & (means < shown[1] + width)
                belief = belief * (fits + 1e-9)
        found.append(float((sums * belief).sum() / belief.sum()))
    return abs(min(max(found[1] - found[0], 1), 100) - target) <= NEAR_POINTS


def bands(rule: Rule, rng: np.random.Generator, others: int, nights: range, sd: float) -> bool:
    """Whether who knows everybody else in every band, and fills each up to a step, reads the target's band."""
    target, posterior = float(community(rng, 1)[0]), PRIOR.copy()
    for night in nights:
        for low in range(0, 100, 20):
            inside, is_in = (low <= SCORES) & (low + 20 > SCORES), low <= target < low + 20
            known = np.full(others // 5 * 5 + 4, low + 10.0)  # one more fills the five up
            shown = rule(f"{low} to {low + 20}", night, np.append(known, [target]) if is_in else known)
            if shown:
                counts = len(known) + inside.astype(float)
                if sd:
                    near = np.vectorize(NormalDist(2 * COUNT_NOISE, sd).cdf)
                    odds = near(counts - shown[0]) - near(counts - shown[0] - 5)
                else:
                    odds = (counts // 5 * 5 == shown[0]).astype(float)
                posterior = posterior * odds / (posterior * odds).sum()
    return abs(best_guess(posterior) - target) <= NEAR_POINTS


def share(attack: Callable[[int, np.random.Generator], bool]) -> float:
    """How often an attack finds its target."""
    return sum(attack(trial, np.random.default_rng(trial)) for trial in range(TRIALS)) / TRIALS


def by_chance() -> float:
    """How often the best guess that needs no figures lands as near, without the luck of a draw."""
    guess = best_guess(PRIOR)
    return float(PRIOR[abs(SCORES - guess) <= NEAR_POINTS].sum())


MONTHLY = range(0, NIGHTS, 15)  # on the nights between, the same is shown
CELLS = ["forum", "pixels", *TOPICS]


def test_a_guess_is_right_in_a_tenth_of_the_tries() -> None:
    assert 0.05 < by_chance() < 0.12


@pytest.mark.parametrize(
    "attack",
    [
        lambda trial, rng: strongest(rounded, rng, 0, ["forum"], range(NIGHTS), 0),
        lambda trial, rng: strongest(rounded, rng, 40, ["forum"], range(NIGHTS), 0),
        lambda trial, rng: in_and_out(rounded, rng, 10, 0),
    ],
    ids=["alone with the own accounts", "who knows the forty others", "who knows nobody, before and after"],
)
def test_rounding_alone_is_broken(attack: Callable[[int, np.random.Generator], bool]) -> None:
    assert share(attack) > 0.5


def test_counts_that_are_only_rounded_tell_the_band() -> None:
    assert share(lambda trial, rng: bands(rounded, rng, 40, range(1), 0)) > 1.5 * by_chance()


@pytest.mark.parametrize(
    "attack",
    [
        lambda trial, rng: strongest(as_shown(trial), rng, 0, CELLS, MONTHLY, SUM_NOISE_POINTS),
        lambda trial, rng: strongest(as_shown(trial), rng, 40, ["forum"], MONTHLY, SUM_NOISE_POINTS),
        lambda trial, rng: strongest(as_shown(trial), rng, 45, CELLS, MONTHLY, SUM_NOISE_POINTS),
        lambda trial, rng: strongest(as_shown(trial), rng, 120, CELLS, MONTHLY, SUM_NOISE_POINTS),
        lambda trial, rng: in_and_out(as_shown(trial), rng, 45, SUM_NOISE_POINTS),
        lambda trial, rng: bands(as_shown(trial), rng, 70, MONTHLY, COUNT_NOISE),
    ],
    ids=[
        "alone with the own accounts",
        "who knows the forty others",
        "of every grouping",
        "of large cells",
        "who knows nobody, before and after",
        "by the counts of the bands",
    ],
)
def test_no_attack_finds_more_than_twice_what_a_guess_does(
    attack: Callable[[int, np.random.Generator], bool],
) -> None:
    assert share(attack) <= 2 * by_chance()


# what is kept ----------------------------------------------------------------------------------------------------


@pytest.fixture
def places(tmp_path: Path) -> HomePaths:
    """A home whose published database has a hundred people on each of forty nights, and a band each."""
    found = HomePaths(tmp_path)
    found.published.mkdir()
    with duckdb.connect(found.database) as con:
        con.execute(
            "create table person_scores as select 'p' || number as person_id, 'work' as persona, "
            "date '2026-02-20' + night::integer as as_of_date, 21.0 + number % 10 as score "
            "from range(100) as people(number), range(40) as nights(night)"
        )
    return found


def test_no_more_people_are_said_to_be_there_than_are_but_in_one_cell_of_fifty() -> None:
    cells = [protected("forum", [50.0] * 102, Noise(b"key", "network", str(month))) for month in range(1000)]
    said = [cell.people_at_least for cell in cells if cell]
    assert len(said) == 1000 and {people % 5 for people in said} == {0}
    assert sum(people > 102 for people in said) <= 20
    assert 85 < np.median(said) < 95, "two standard deviations below, and rounded down"


def test_a_month_has_one_figure_whichever_of_its_nights_is_asked_and_whoever_has_left(places: HomePaths) -> None:
    first = aggregate(places, "band", date(2026, 3, 9))
    assert (first["as_of_date"], [cell["cell"] for cell in first["cells"]]) == (date(2026, 3, 1), ["20 to 40"])
    assert 60 < first["cells"][0]["people_at_least"] < 110
    with duckdb.connect(places.database) as con:
        con.execute("delete from person_scores where person_id < 'p5'")
    assert aggregate(places, "band", date(2026, 3, 20)) == first
    assert aggregate(places, "band", date(2026, 2, 25))["as_of_date"] == date(2026, 2, 20)


def test_of_a_network_who_counts_there_is_told_and_of_a_topic_its_own_scores(places: HomePaths) -> None:
    with duckdb.connect(places.database) as con:
        con.execute(
            "create table network_coverage as select person_id, persona, as_of_date, network, is_counted "
            "from person_scores, (values ('forum', true), ('forge', false)) as networks(network, is_counted)"
        )
        con.execute(
            "create table topic_scores as "
            "select person_id, as_of_date, 'chess' as topic, 95.0 as score from person_scores"
        )
    networks, topics = (aggregate(places, by, date(2026, 3, 9)) for by in ("network", "topic"))
    assert ([cell["cell"] for cell in networks["cells"]], networks["too_few_people"]) == (["forum"], [])
    assert [(cell["cell"], cell["mean_points"] > 80) for cell in topics["cells"]] == [("chess", True)]


def test_the_highest_score_is_in_the_highest_band(places: HomePaths) -> None:
    with duckdb.connect(places.database) as con:
        con.execute("update person_scores set score = 100")
    assert [cell["cell"] for cell in aggregate(places, "band", date(2026, 3, 9))["cells"]] == ["80 to 100"]


def test_the_noise_is_the_same_when_asked_again_and_another_in_another_home_month_or_cell(tmp_path: Path) -> None:
    noise = Noise(b"a key", "band", "2026-03")
    drawn = noise.draw("20 to 40", "sum")
    assert drawn == noise.draw("20 to 40", "sum")
    others = {
        Noise(b"another", "band", "2026-03").draw("20 to 40", "sum"),
        Noise(b"a key", "band", "2026-04").draw("20 to 40", "sum"),
        noise.draw("40 to 60", "sum"),
        noise.draw("20 to 40", "count"),
    }
    assert len(others | {drawn}) == 5


def test_the_noise_is_standard_normal() -> None:
    draws = np.array([Noise(b"a key", "band", str(number)).draw("cell", "sum") for number in range(4000)])
    assert abs(draws.mean()) < 0.06 and abs(draws.std() - 1) < 0.05


def test_a_cell_of_fifty_says_nothing_nearly_ever_and_one_of_none_never() -> None:
    shown = [protected("cell", [20.0] * 50, Noise(b"key", "band", str(number))) for number in range(300)]
    assert sum(cell is not None for cell in shown) < 15
    assert protected("cell", [], Noise(b"key", "band", "2026-03")) is None


def test_a_cell_of_sixty_says_something_in_every_second_month_so_that_nobody_counts_to_sixty() -> None:
    shown = [protected("cell", [20.0] * 60, Noise(b"key", "band", str(number))) for number in range(300)]
    assert 100 < sum(cell is not None for cell in shown) < 200


def test_kept_figures_that_are_damaged_are_not_made_anew(places: HomePaths) -> None:
    aggregate(places, "band", date(2026, 3, 9))
    kept = places.aggregate("band", date(2026, 3, 9))
    assert json.loads(kept.read_text())["by"] == "band"
    kept.write_text("{")
    with pytest.raises(InputError, match=r"2026-03-band\.json"):
        aggregate(places, "band", date(2026, 3, 9))


def test_a_night_that_was_not_published_has_no_figure(places: HomePaths) -> None:
    with pytest.raises(UsageError, match="nothing is published"):
        aggregate(places, "band", date(2027, 1, 1))


def test_kept_figures_that_are_gone_are_not_made_anew(places: HomePaths) -> None:
    aggregate(places, "band", date(2026, 3, 9))
    places.aggregate("band", date(2026, 3, 9)).unlink()
    with pytest.raises(LostTruth, match=r"2026-03-band\.json: .* the file is gone"):
        aggregate(places, "band", date(2026, 3, 9))


def test_kept_figures_that_were_changed_are_noticed(places: HomePaths) -> None:
    aggregate(places, "band", date(2026, 3, 9))
    kept = places.aggregate("band", date(2026, 3, 9))
    kept.write_text(kept.read_text().replace("band", "bend"))
    assert [complaint.split(":")[0] for complaint in truths.complaints(places)] == [str(kept)]
