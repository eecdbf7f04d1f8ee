"""Those who know every threshold, stepped through the real gate: what readers see of them, what others feel."""

import numpy as np
import pytest

from evenscore.laboratory.simulation import results
from evenscore.laboratory.simulation.attacks import ATTACKS, KNOWING, WINDOWS, Attacked, Fared, attacked
from evenscore.laboratory.simulation.standing import thresholds

SOCKS = {f"sock {number}": (lambda night, spread: 8.0) for number in range(11)}
RIDERS = {"rides": lambda night, spread: 30.0}


@pytest.mark.parametrize(("name", "length"), WINDOWS.items())
def test_who_knows_every_limit_climbs_as_far_as_each_allows(name: str, length: int) -> None:
    path = np.array([0.0] * 28 + [KNOWING["under_every_limit"](night, 1.0) for night in range(60)])
    climbs = [path[night] - path[max(night - length, 0) : night].min() for night in range(28, len(path))]
    assert thresholds()[name] - 0.06 < max(climbs) < thresholds()[name]


@pytest.fixture(scope="module")
def fared(tmp_path_factory: pytest.TempPathFactory) -> Fared:
    settings = results.settings_of(tmp_path_factory.mktemp("attacked"), None)
    return attacked(settings, 120, 24, ATTACKS | KNOWING)


def named(name: str, fared: Fared) -> Attacked:
    return next(attack for attack in fared.attacks if attack.name == name)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in ATTACKS if "ramp" not in name and name != "under_every_window"])
def test_an_attack_is_held_before_it_has_led_far(name: str, fared: Fared) -> None:
    attack = named(name, fared)
    assert attack.held_after is not None and attack.most_seen_share <= 0.6
    assert attack.first_cause == attack.last_cause


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ramp", "slow_ramp", "ramp_that_rests_when_held"])
def test_a_ramp_is_held_where_a_climb_may_lead_no_farther_and_stays_held(name: str, fared: Fared) -> None:
    attack = named(name, fared)
    assert attack.held_after is not None and attack.most_seen_share <= 0.62
    assert attack.most_seen_later_share <= 0.65


@pytest.mark.slow
def test_who_knows_every_limit_shows_what_they_allow_and_no_more(fared: Fared) -> None:
    assert named("under_every_limit", fared).most_seen_later_share == pytest.approx(0.55, abs=0.04)
    assert named("from_a_low_of_its_own", fared).most_seen_later_share < 0.3
    for name in ("just_under_half", "one_of_two_in_turns", "the_other_of_two"):
        assert named(name, fared).most_seen_later_share < 0.5


@pytest.mark.slow
def test_who_had_no_score_meanwhile_rises_from_what_readers_saw(fared: Fared) -> None:
    for name in ("back_after_a_night", "back_after_ten_nights"):
        assert named(name, fared).most_seen_later_share < 0.1
    assert named("gone_before_each_step", fared).most_seen_later_share < 0.5


@pytest.mark.slow
def test_nobody_else_is_asked_about_or_frozen(fared: Fared) -> None:
    assert (fared.honest_held, fared.honest_frozen) == (0, 0)


@pytest.mark.slow
def test_eleven_of_a_hundred_freeze_nobody_but_themselves_and_a_rider_is_named(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    settings = results.settings_of(tmp_path_factory.mktemp("socks"), None)
    found = attacked(settings, 105, 8, SOCKS | RIDERS)
    assert (found.honest_held, found.honest_frozen) == (0, 0)
    assert {attack.name for attack in found.attacks if attack.held_after == 0} == {"rides"}
