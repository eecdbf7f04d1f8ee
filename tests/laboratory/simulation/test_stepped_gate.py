"""The real gate, stepped through a small community: dbt's SQL, the simulation's relations, reviewers' decisions."""

import functools
import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from silent import SilentGate

from evenscore.base import warehouse
from evenscore.base.settings import Settings
from evenscore.cli import main
from evenscore.laboratory.simulation import results
from evenscore.laboratory.simulation.evidence import scale
from evenscore.laboratory.simulation.gate import Gate
from evenscore.laboratory.simulation.measures import Figures, measure
from evenscore.laboratory.simulation.simulate import GATE, Outcome, simulate
from evenscore.laboratory.simulation.standing import OTHER_VERSION
from evenscore.laboratory.simulation.world import Size

pytestmark = pytest.mark.slow

SIZE = Size(500, 16, 3)
"""So few nights that the scoring version changes on the last of them: dbt starts twice, not three times."""


@dataclass(frozen=True)
class Stepped:
    settings: Settings
    outcome: Outcome
    gate: Gate

    @property
    def figures(self) -> Figures:
        return measure(self.outcome)[GATE]


@pytest.fixture(scope="module")
def stepped(tmp_path_factory: pytest.TempPathFactory) -> Stepped:
    settings = results.settings_of(tmp_path_factory.mktemp("stepped"), None)
    gates = []

    def gate_of(given: Settings, accounts: int) -> Gate:
        gates.append(Gate(given, accounts))
        return gates[0]

    outcome = simulate(settings, SIZE, gate_of)  # keeps the gate that it makes
    return Stepped(settings, outcome, gates[0])


def test_the_gate_holds_most_injected_jumps(stepped: Stepped) -> None:
    assert stepped.figures["jumps"] >= 12
    assert stepped.figures["recall_of_jumps_within_1_night"] >= 0.8


def test_no_good_news_is_called_a_ring(stepped: Stepped) -> None:
    assert stepped.figures["honest_labelled_ring"] == 0


def test_decisions_reach_the_gate(stepped: Stepped) -> None:
    with warehouse.connect(stepped.settings.places) as con:
        query = "select distinct decision from raw.published_jumps order by all"
        decisions = {name for (name,) in con.execute(query).fetchall()}
    assert {"pending", "released", "rejected"} <= decisions


def test_what_was_held_was_not_published(stepped: Stepped) -> None:
    with warehouse.connect(stepped.settings.places) as con:
        query = """
            select count(*), max(abs(scores.score - jumps.last_good_score))
            from raw.published_jumps as jumps inner join raw.published_scores as scores using (person_id, as_of_date)
            where jumps.decision = 'pending' and jumps.last_good_score is not null
        """
        ((count, off),) = con.execute(query).fetchall()
    assert count > 20 and off < 1e-6


def test_no_jump_is_told_to_rest_on_one_post_for_more_than_law_l3_grants_it(stepped: Stepped) -> None:
    # The last night is one of the other version, whose points are a plain logarithm of the evidence.
    known = scale(OTHER_VERSION)
    query = """
        select exp((candidate_without_top_post - candidate_score) / $1) as left_share
        from marts.score_jumps where candidate_without_top_post > 1
    """
    with warehouse.connect(stepped.settings.places) as con:
        shares = con.execute(query, [known["points_per_log"]]).fetchnumpy()["left_share"]
    assert len(shares) > 20 and 1 > shares.min() >= 1 - known["top_object_share"] - 1e-6


def test_the_steps_without_dbt_build_what_dbt_builds(stepped: Stepped) -> None:
    def contents() -> dict[str, int]:
        with warehouse.connect(stepped.settings.places) as con:
            query = "select table_name from information_schema.tables where table_schema = 'gate' order by all"
            names = [name for (name,) in con.execute(query).fetchall()]
            return {n: con.execute(f"select bit_xor(hash(t)) from gate.{n} as t").fetchall()[0][0] for n in names}

    models = stepped.gate._models
    models.build()
    by_step = contents()
    models._versions = None
    models.build()
    assert contents() == by_step and sum(value is not None for value in by_step.values()) >= 6


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "simulate", functools.partial(simulate, gate_of=SilentGate))


def run(home: Path, *arguments: str) -> str:
    result = CliRunner().invoke(main, ["simulate", "--home", str(home), "--nights", "20", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.usefixtures("quick")
def test_figures_of_two_seeds_are_kept_with_their_spread_and_nothing_else_is(tmp_path: Path) -> None:
    found = json.loads(run(tmp_path, "--accounts", "500", "--seeds", "2", "--json"))
    measures = {row["measure"]: row for row in found["measures"]}
    row = measures["simulated_questions_per_10000_of_elementary"]
    assert row["low"] < row["value"] < row["high"] and (row["sample_count"], row["spread_over"]) == (2, "seeds")
    assert measures["simulated_recall_of_jumps_same_night"]["baseline_name"] == "fixed_delta"
    assert [path.name for path in (tmp_path / "evaluations").iterdir() if path.is_dir()] == [found["run_id"]]


@pytest.mark.usefixtures("quick")
def test_the_table_shows_the_gate_beside_its_rivals_and_what_became_of_each_kind(tmp_path: Path) -> None:
    shown = run(tmp_path, "--accounts", "500")
    assert "fixed_delta     robust_z   elementary  percentiles" in shown
    assert "kind viral_post;" in shown and "fault missing_network;" in shown


def test_a_community_too_small_for_its_cases_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["simulate", "--home", str(tmp_path), "--accounts", "50"])
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
