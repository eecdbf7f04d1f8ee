"""`evenscore scores`: what readers see of many people, in an aligned table."""

import json
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from evenscore.cli import main
from home import Home

TABLES = """
create table current_scores (
    person_id varchar, persona varchar, as_of_date date, score double, score_low double, score_high double,
    percentile double, status varchar, reason varchar, reason_detail varchar, delta_1d double
);
insert into current_scores values
    ('p_ann', 'work', '2026-03-15', 41.26, 38, 44.5, 91.2, 'published', null, null, 0.04),
    ('p_bo', 'personal', '2026-03-15', 7.5, 6, 9, 12, 'held', 'ring', null, -1.25),
    ('p_bo', 'work', '2026-03-15', null, null, null, null, 'insufficient_evidence', 'too_little_evidence', null, null),
    ('p_' || chr(27) || '[2J' || chr(8238) || 'zed', 'work', '2026-03-15', 99.9, 99, 100, 100, 'published', null, null,
        null);
create table network_coverage as
select 'p_ann' as person_id, 'work' as persona, date '2026-03-15' as as_of_date, unnest(['forum', 'chat']) as network,
    unnest([true, false]) as is_linked;
"""


@pytest.fixture
def typed(home: Home) -> list[str]:
    home.places.published.mkdir(parents=True)
    with duckdb.connect(home.places.database) as con:
        con.execute(TABLES)
    return ["--home", str(home.places.home), "--config", str(home.config)]


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["scores", *words])


def test_the_list_is_an_aligned_table_the_best_first_and_whoever_has_no_score_last(typed: list[str]) -> None:
    assert run(*typed).stdout.splitlines() == [
        "person    persona   score       band  percentile  move  status",
        "p_[2Jzed  work       99.9  99 to 100         100     -  published",
        "p_ann     work       41.3   38 to 44          91   0.0  published",
        "p_bo      personal    7.5     6 to 9          12  −1.2  held: ring",  # noqa: RUF001 (a minus sign)
        "p_bo      work          -          -           -     -  insufficient evidence: too little evidence",
    ]


@pytest.mark.parametrize(
    ("words", "people"),
    [(["p_bo"], ["p_bo", "p_bo"]), (["p_bo", "p_ann"], ["p_ann", "p_bo", "p_bo"]), (["--network", "forum"], ["p_ann"])],
)
def test_some_people_or_a_networks_are_listed_alone(typed: list[str], words: list[str], people: list[str]) -> None:
    found = json.loads(run(*words, *typed, "--json").stdout)
    assert [row["person_id"] for row in found] == people
    assert {"score", "score_low", "score_high", "percentile", "status", "reason", "delta_1d"} <= found[0].keys()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["p_ann", "p_nobody"], "p_nobody: nothing is published about them"),
        (["P_ANN"], "P_ANN: nothing is published about them"),
        (["p_bo", "--network", "forum"], "p_bo: nothing is published about them on forum"),
        (["--network", "fourm"], "--network fourm: nothing is published of it (known: chat, forum)"),
    ],
)
def test_who_or_what_is_not_shown_is_a_usage_error(typed: list[str], words: list[str], message: str) -> None:
    said = run(*words, *typed)
    assert (said.exit_code, said.stdout, said.stderr) == (2, "", f"evenscore: {message}\n")


def test_a_network_on_which_nobody_is_linked_lists_nobody(typed: list[str]) -> None:
    assert run("--network", "chat", *typed).stdout == "nobody has a published score\n"


def test_before_anything_is_published_that_is_said(home: Home, tmp_path: Path) -> None:
    said = run("--home", str(home.places.home), "--config", str(home.config))
    assert (said.exit_code, "nothing has been published yet" in said.stderr) == (2, True)
