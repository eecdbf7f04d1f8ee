"""The bounds of every suite, from both sides: the last value that is met, and the first that is not."""

from typing import Any

import pandas as pd
import pytest

from evenscore.base.settings import Checks
from evenscore.checks.judge import validate
from evenscore.checks.suites import STAGES, Stanza, Suite, load_suites

NONE = ("critical", [0], [1, -1])
BETWEEN: dict[str, dict[str, tuple[str, list[Any], list[Any]]]] = {
    "landing.deliveries": {
        "rejected_share": ("critical", [0, 0.05], [0.0501]),
        "withheld_count": ("critical", [0], [1]),
        "unchecked_count": ("warning", [0], [1]),
        "is_covered": ("warning", [True], [False]),
    },
    "landing.doubled": {
        "repeated_share": ("warning", [0.2], [0.2001]),
        "repeated_accounts": ("warning", [0], [1]),
        "multiple_share": ("warning", [0.9], [0.9001]),
        "multiplied_accounts": ("warning", [0], [1]),
    },
    "landing.ledger": {"unheard_count": ("warning", [0], [1, -1]), "heard_count": ("info", [0], [1, -1])},
    "landing.matching": {
        "named_count": ("critical", [1], [0]),
        "named_share": ("warning", [0.5], [0.4999]),
        "known_target_count": ("critical", [1], [0]),
        "look_alike_count": ("warning", [0], [1]),
    },
    "landing.night": {"is_silent": ("critical", [False], [True])},
    "features.engagement": {
        "counted_share": ("warning", [0.1], [0.0999]),
        "bot_share": ("warning", [0.5], [0.5001]),
    },
    "features.people": {"people_count": ("critical", [1], [0]), "kept_share": ("warning", [0.8], [0.7999])},
    "features.trust": {
        "seed_count": ("warning", [1], [0]),
        "kept_seed_share": ("warning", [0.9], [0.8999]),
        "unknown_seed_count": ("warning", [0], [1]),
    },
    "scores.completeness": {
        **dict.fromkeys(("unmatched_count", "altered_count", "misstated_count", "foreign_count"), NONE),
        "unscored_share": ("warning", [0.2], [0.2001]),
    },
    "scores.frozen": dict.fromkeys(("moved_count", "moved_part_count"), NONE),
    "scores.moves": {
        "published_move": ("critical", [0, 19.999], [20]),
        "candidate_move": ("warning", [0, 19.999], [20]),
    },
    "scores.night": {
        "median_move": ("critical", [2], [2.001]),
        "unseen_move": ("warning", [2], [2.001]),
        "held_share": ("warning", [0.02], [0.0201]),
    },
    "scores.personal_data": dict.fromkeys(("unlisted_count", "unasked_count"), NONE),
    "published.last_good": {"lost_count": NONE},
    "published.personal_data": dict.fromkeys(("unlisted_count", "unasked_count"), NONE),
    "published.tables": dict.fromkeys(("missing_tonight_count", "changed_history_count", "unconsenting_count"), NONE),
}
"""By suite and column: severity, values that are met, and values that are not."""

NEW = {"by": "network", "most_deviations": 6, "least_rise": 0.2, "least_count": 20}
REPEATED = {"by": "stream", "most_deviations": 6, "least_count": 20}
OURS: dict[str, dict[str, tuple[str, dict[str, Any]]]] = {
    "landing.new_ids": {
        f"new_{kind}_count": ("warning", NEW | {"of": f"{kind}_count"}) for kind in ("actor", "target", "pair")
    },
    "landing.repeats": {
        "repeated_count": ("warning", REPEATED | {"of": "row_count", "least_rise": 0.1}),
        "multiple_count": ("warning", REPEATED | {"of": "unnamed_count", "least_rise": 0.3}),
    },
    "landing.volumes": {"row_count": ("warning", {"by": "stream", "most_deviations": 3.5, "least_change": 0.15})},
    "scores.distribution": {
        "tonight_count": (
            "warning",
            {"before": "week_ago_count", "most_distance": 0.15, "most_deviations": 2.2, "least_count": 20},
        )
    },
    "scores.history": {
        "mode_count": (
            "critical",
            {"of": "scored_count", "most_deviations": 4, "least_rise": 0.2, "least_count": 5},
        ),
        "down_count": (
            "warning",
            {"up": "up_count", "of": "paired_count", "most_deviations": 4, "least_change": 0.15, "least_count": 30},
        ),
    },
}
"""Of our own expectations what they are asked: tests/checks/test_expectations.py has both sides of each."""

MAY_COMPARE_NOTHING = {
    *(("landing.matching", column) for column in ("named_count", "known_target_count")),
    *(("scores.history", "mode_count"), ("scores.moves", "published_move"), ("scores.night", "median_move")),
    ("scores.night", "unseen_move"),
}
SUITES = {suite.name: suite for stage in STAGES for suite in load_suites(stage, Checks())}


def stanzas(suite: str, known: dict[str, Any]) -> dict[str, Stanza]:
    return {one.arguments["column"]: one for one in SUITES[suite].expectations if one.arguments["column"] in known}


def test_every_expectation_stands_here_with_its_severity() -> None:
    known = {(suite, column): said[0] for of in (BETWEEN, OURS) for suite in of for column, said in of[suite].items()}
    found = {(name, one.arguments["column"]): one for name, suite in SUITES.items() for one in suite.expectations}
    severities = {which: one.severity for which, one in found.items()}
    assert severities == known, f"BETWEEN or OURS, by suite, column and severity: {severities.items() ^ known.items()}"
    assert {which for which, one in found.items() if one.may_compare_nothing} == MAY_COMPARE_NOTHING


@pytest.mark.parametrize("suite", BETWEEN)
def test_the_last_value_within_a_bound_is_met_and_the_first_beyond_is_not(suite: str) -> None:
    asked = stanzas(suite, BETWEEN[suite])
    columns = {column: [*BETWEEN[suite][column][1], *BETWEEN[suite][column][2]] for column in asked}
    most = max(map(len, columns.values()))
    met = {column: BETWEEN[suite][column][1][:1] for column in asked}
    rows = pd.DataFrame({name: values + met[name] * (most - len(values)) for name, values in columns.items()})
    only = Suite(**SUITES[suite].model_dump() | {"rows_are": (), "expectations": tuple(asked.values())})
    for result in validate(only, rows).results:
        column = result.expectation_config.kwargs["column"]
        assert sorted(result.result["unexpected_list"]) == sorted(BETWEEN[suite][column][2]), column


@pytest.mark.parametrize("suite", OURS)
def test_our_own_expectations_are_asked_what_stands_here(suite: str) -> None:
    for column, stanza in stanzas(suite, OURS[suite]).items():
        assert stanza.arguments == OURS[suite][column][1] | {"column": column}
