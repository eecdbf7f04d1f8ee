"""A fit on what has landed: the files it writes, what they are made of, and what it refuses."""

import csv
import json
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from village import LAST, Village, digests, fans_of

from evenscore.base.bundled import DBT_PROJECT
from evenscore.base.errors import UsageError
from evenscore.cli import main
from evenscore.laboratory import fit
from evenscore.laboratory.judgements import read_pairs

DAYS = [LAST - timedelta(days=number) for number in reversed(range(75))]
CROWD = [f"p{number}" for number in range(40)]
SEEDS = DBT_PROJECT / "seeds"


@dataclass(frozen=True)
class Fitted:
    """What `evenscore fit` printed and wrote."""

    facts: dict[str, Any]
    folder: Path
    before: dict[str, str]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Village:
    """Forty people; of those with an even number, half as many fans come in the last month as before.

    Trust starts at the forty, and two of them answered each one's fans: else nobody would have a score.
    """
    village = Village(tmp_path_factory.mktemp("fit") / "village").habits(CROWD, DAYS)
    village.scoring = f"seeds = {[f'forum:{person}' for person in CROWD]}"
    for number, person in enumerate(CROWD):
        for fan in fans_of(person, 14):
            village.grant(fan).like(fan, [CROWD[number - 1], CROWD[number - 2]], DAYS[0])
    left = {f"fan{number}_of_{person}" for person in CROWD[::2] for number in range(0, 14, 2)}
    gone = str(LAST - timedelta(days=35))
    village.events = [event for event in village.events if event["actor_id"] not in left or event["occurred_at"] < gone]
    with (village.folder.parent / "pairs.csv").open("w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["person_a", "person_b", "more_influential"])
        writer.writerows([a, b, max(a, b, key=lambda person: int(person[1:]) % 10)] for a, b in combinations(CROWD, 2))
    return village.write()


@pytest.fixture(scope="module")
def fitted(village: Village) -> Fitted:
    home, config = village.folder.parent / "home", village.folder / "evenscore.toml"
    shared = ["--home", str(home), "--config", str(config)]
    runner = CliRunner()
    assert runner.invoke(main, [*shared, "extract", "--date", str(LAST)]).exit_code == 0
    before = digests(SEEDS) | digests(home)
    asked = ["--cut-offs", "4", "--pairs", str(village.folder.parent / "pairs.csv"), "--json"]
    found = runner.invoke(main, [*shared, "fit", *asked])
    assert found.exit_code == 0, found.output
    assert digests(SEEDS) | {name: digest for name, digest in digests(home).items() if name in before} == before
    facts = json.loads(found.stdout)
    return Fitted(facts, Path(facts["files"][0]).parent, before)


def test_a_fit_writes_the_next_versions_seeds_and_leaves_the_present_ones(fitted: Fitted) -> None:
    version = max(int(path.stem.removeprefix("scale_v")) for path in SEEDS.glob("scale_v*.csv")) + 1
    names = {f"scale_v{version}.csv", f"panel_v{version}.csv", f"fit_v{version}.json", f"fit_v{version}.md"}
    assert {path.name for path in fitted.folder.iterdir()} == names
    assert fitted.facts["version"] == version


def test_the_new_scale_differs_from_the_one_whose_half_lives_were_weighed_in_its_weights_alone(fitted: Fitted) -> None:
    version = fitted.facts["version"]
    new = {row["constant"]: row for row in rows(fitted.folder / f"scale_v{version}.csv")}
    present = {row["constant"]: row for row in rows(SEEDS / f"scale_v{fit.FEATURES_OF}.csv")}
    assert list(new) == list(present)
    weights = tuple(fit.WEIGHED.values())
    assert all(new[name] == row for name, row in present.items() if name not in weights)
    assert [float(new[name]["value"]) for name in weights] == list(fitted.facts["weights"].values())
    assert all("fitted on 160 rows of forum" in new[name]["why"] for name in weights)


def test_the_panel_holds_numbers_and_nobody(fitted: Fitted) -> None:
    panel = rows(fitted.folder / f"panel_v{fitted.facts['version']}.csv")
    assert len(panel) == fitted.facts["panel_rows"] == len(CROWD) * 4
    assert list(panel[0]) == list(fit.PANEL)
    assert {row["cut_off"] for row in panel} == {"0", "1", "2", "3"}
    assert max(int(row["engager_count"]) for row in panel) == 14
    assert [int(row["row"]) for row in panel] == list(range(1, len(panel) + 1))


def test_judgements_and_deeds_each_have_their_half_of_the_weights(fitted: Fitted) -> None:
    pairs, weights = fitted.facts["pairs"], fitted.facts["weights"]
    assert pairs["count"] == len(list(combinations(CROWD, 2)))
    halves = {name: (pairs["weights"][name] + fitted.facts["by_engagers"][name]) / 2 for name in weights}
    assert weights == {name: pytest.approx(half, abs=0.1) for name, half in halves.items()}
    assert sum(weights.values()) == pytest.approx(1)
    assert pairs["count"] > pairs["held_out_count"] > 0
    assert pairs["agreement"]["fitted"] > 0.8


def test_no_interval_contradicts_the_weight_beside_it(fitted: Fitted) -> None:
    for found, ends in (
        (fitted.facts["by_engagers"], fitted.facts["interval"]),
        (fitted.facts["pairs"]["weights"], fitted.facts["pairs"]["interval"]),
    ):
        assert all(ends[name][0] <= weight <= ends[name][1] for name, weight in found.items())


def test_what_got_no_weight_is_said(fitted: Fitted) -> None:
    report = (fitted.folder / f"fit_v{fitted.facts['version']}.md").read_text()
    gone = fitted.facts["dropped"]["candidates"]
    assert set(gone) == {name for name, weight in fitted.facts["candidates"].items() if not weight}
    assert gone, "a village without reposts has no amplification to weigh"
    assert f"Dropped, for they add nothing that is not negative: {', '.join(gone)}." in report


def test_pairs_and_a_file_of_features_need_nothing_that_landed(village: Village, tmp_path: Path) -> None:
    people = "".join(f"{person},{int(person[1:]) % 10},{len(person)}\n" for person in CROWD)
    (tmp_path / "features.csv").write_text(f"person_id,followers,letters\n{people}")
    pairs = ["--pairs", str(village.folder.parent / "pairs.csv"), "--features", str(tmp_path / "features.csv")]
    config = ["--home", str(tmp_path / "home"), "--config", str(village.folder / "evenscore.toml")]
    found = CliRunner().invoke(main, [*config, "fit", *pairs, "--out", str(tmp_path / "out")])
    assert found.exit_code == 0, found.output
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"fit_pairs.md", "fit_pairs.json"}
    assert "| followers | " in found.stdout
    alone = CliRunner().invoke(main, [*config, "fit", *pairs[2:]])
    assert alone.exit_code == 2
    assert "needs --pairs" in alone.output


def test_the_report_says_what_it_was_fitted_on_and_how_well_it_did(fitted: Fitted) -> None:
    report = (fitted.folder / f"fit_v{fitted.facts['version']}.md").read_text()
    assert "160 of 160 rows" in report
    assert "| equal weights |" in report
    assert fitted.facts["cut_offs"][-1] == str(LAST - timedelta(days=28))
    assert 0 < fitted.facts["held_out"]["fitted"]["spearman"] <= 1
    assert all(f"| {name} |" in report for name in fitted.facts["held_out"])


def test_cut_offs_are_spaced_evenly() -> None:
    first = date(2026, 1, 1)
    assert fit.spaced(first, first + timedelta(days=5), 3) == [first, first + timedelta(2), first + timedelta(5)]
    with pytest.raises(UsageError, match="12 cut-offs do not fit"):
        fit.spaced(first, first + timedelta(days=5), 12)


@pytest.mark.parametrize(
    ("pairs", "says"),
    [
        ("person_a,person_b\np0,p1\n", "not a CSV of person_a, person_b, more_influential"),
        ("person_a,person_b,more_influential\np0,p1,p2\n", "line 2: 'p2' is neither of the pair"),
    ],
)
def test_pairs_that_cannot_be_read_are_named(pairs: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text(pairs)
    with pytest.raises(UsageError, match=says):
        read_pairs(path)


def test_a_fit_before_anything_has_landed_says_what_to_do(village: Village, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="run `evenscore extract` first"):
        fit.fit(village.settings(tmp_path / "home"), None, None, 12, None)


def test_a_last_cut_off_without_the_days_after_it_is_refused(fitted: Fitted, village: Village) -> None:
    with pytest.raises(UsageError, match="28 days after it must have landed"):
        fit.fit(village.settings(village.folder.parent / "home"), None, LAST, 3, None)
