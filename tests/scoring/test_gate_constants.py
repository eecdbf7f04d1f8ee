"""The constants of the jump gate: whoever changes one changes who is held, and says so here, too."""

from evenscore.building.warehouse import thresholds

FROZEN = {
    "clear_points": 5,
    "decision_points": 10,
    "clear_nights": 2,
    "unusual_points": 15,
    "unusual_p": 0.0001,
    "least_pool": 10000,
    "pool_nights": 28,
    "short_ramp_nights": 10,
    "short_ramp_points": 28,
    "short_ramp_up_nights": 9,
    "long_ramp_nights": 21,
    "long_ramp_points": 32,
    "long_ramp_up_nights": 15,
    "big_step_points": 20,
    "impossible_rise_points": 20,
    "impossible_points": 8,
    "moved_points": 6,
    "least_cohort": 20,
    "least_history": 7,
    "cohort_spreads": 6,
    "cohort_median_points": 2,
    "moved_share_factor": 3,
    "moved_share_floor": 0.1,
    "least_moved": 10,
    "primary_network_share": 0.9,
    "shards": 16,
    "ring_nights": 21,
    "ring_rise_points": 8,
    "ring_size": 10,
    "ring_partners": 3,
    "ring_inside_share": 0.6,
    "viral_post_share": 0.6,
    "viral_rest_share": 0.5,
    "single_engager_share": 0.6,
    "burst_new_share": 0.8,
    "burst_engagers": 20,
    "young_nights": 60,
    "silent_nights": 28,
}


def test_the_constants_of_the_gate_are_those_that_were_measured() -> None:
    assert thresholds() == FROZEN
