"""The numbers of a scoring version stay as they are once it scores somebody: nobody moves overnight without a word."""

import csv
import hashlib
from pathlib import Path

import pytest
import yaml

from evenscore.base.bundled import DBT_PROJECT

SEEDS = sorted((DBT_PROJECT / "seeds").glob("*_v[0-9]*.csv"))
DIGESTS = {
    "reference_panel_v2": "9fd806108e1a",
    "reference_panel_v3": "b3b476153984",
    "scale_v1": "67c08cd7f77b",
    "scale_v2": "d67a26743e21",
    "scale_v3": "e2382ecd0f18",
    "topic_floor_v1": "18f468dbeed2",
    "verb_weights_v1": "bd675c7e890d",
}
"""Of each seed of a version, the first signs of a SHA-256 of its numbers. The words on why may change."""


def digest(path: Path) -> str:
    with path.open(newline="", encoding="utf-8") as handle:
        numbers = [[value for name, value in row.items() if name != "why"] for row in csv.DictReader(handle)]
    return hashlib.sha256(repr(numbers).encode()).hexdigest()[:12]


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_the_numbers_of_a_version_are_those_that_people_were_scored_by(path: Path) -> None:
    assert digest(path) == DIGESTS.get(path.stem), (
        f"{path.name}: other numbers are another scoring version, with seeds of its own (CONTRIBUTING.md). "
        f'Of a version that has scored nobody yet, note the digest of the numbers in DIGESTS: "{digest(path)}"'
    )


def test_a_seed_promises_each_of_its_rows_and_values() -> None:
    """Compared with a constant that is lost, nothing is held and nobody is kept out: the build has to stop."""
    for seed in yaml.safe_load((DBT_PROJECT / "seeds" / "seeds.yml").read_text())["seeds"]:
        with (DBT_PROJECT / "seeds" / f"{seed['name']}.csv").open(newline="", encoding="utf-8") as handle:
            rows = list(csv.DictReader(handle))
        (rules,) = [test["rows"]["arguments"] for test in seed["data_tests"]]
        assert "constant" not in rows[0] or "constant" in rules["has"], seed["name"]
        for column, values in (rules.get("has", {}) | rules.get("one_of", {})).items():
            assert set(values) == {row[column] for row in rows}, f"{seed['name']}.{column}"
