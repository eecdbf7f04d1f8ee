"""Those who know every threshold, stepped through the real gate: what readers see of them, what others feel."""

import pytest

from evenscore.laboratory.simulation import results
from evenscore.laboratory.simulation.attacks import ATTACKS, Fared, attacked

pytestmark = pytest.mark.slow

SOCKS = {f"sock {number}": (lambda night: 8.0) for number in range(11)}
RIDERS = {"rides": lambda night: 30.0}


@pytest.fixture(scope="module")
def fared(tmp_path_factory: pytest.TempPathFactory) -> Fared:
    settings = results.settings_of(tmp_path_factory.mktemp("attacked"), None)
    return attacked(settings, 60, 24, ATTACKS)


@pytest.mark.parametrize("name", [name for name in ATTACKS if "ramp" not in name and name != "under_every_window"])
def test_an_attack_is_held_before_it_has_led_far(name: str, fared: Fared) -> None:
    (attack,) = (attack for attack in fared.attacks if attack.name == name)
    assert attack.held_after is not None and attack.most_seen_share <= 0.6
    assert attack.first_cause == attack.last_cause


@pytest.mark.parametrize("name", [name for name in ATTACKS if "ramp" in name])
def test_a_ramp_is_held_before_three_quarters_of_the_spread_and_stays_held(name: str, fared: Fared) -> None:
    (attack,) = (attack for attack in fared.attacks if attack.name == name)
    assert attack.held_after is not None and attack.most_seen_share <= 0.75
    assert attack.most_seen_later_share <= 0.8


def test_nobody_else_is_asked_about_or_frozen(fared: Fared) -> None:
    assert (fared.honest_held, fared.honest_frozen) == (0, 0)


def test_eleven_of_a_hundred_freeze_nobody_but_themselves_and_a_rider_is_named(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    settings = results.settings_of(tmp_path_factory.mktemp("socks"), None)
    found = attacked(settings, 105, 8, SOCKS | RIDERS)
    assert (found.honest_held, found.honest_frozen) == (0, 0)
    assert {attack.name for attack in found.attacks if attack.held_after == 0} == {"rides"}
