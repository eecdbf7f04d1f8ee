"""What a new user types first: `init`, verbs without a day, a configuration named by the environment."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evenscore.base import atomic_io
from evenscore.base.config_file import load_settings
from evenscore.base.errors import UsageError
from evenscore.base.paths import HomePaths
from evenscore.base.settings import Settings
from evenscore.cli import main
from evenscore.night import steps, summary
from evenscore.state import runs
from evenscore.state.runs import Night
from home import LEDGER, Home, event


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in, with nothing set in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("EVENSCORE_CONFIG", "EVENSCORE_HOME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


# init ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", [None, "mine", "my own/community"])
def test_what_init_writes_is_read_at_once(here: Path, folder: str | None) -> None:
    said = run("init", *([folder] if folder else []))
    made = here / (folder or "")
    for part in ("2026-03-01", "2026-03-01-later"):
        (made / f"incoming/activity/{part}.csv").write_text(
            f"event_id,verb,actor_id,target_id,occurred_at\n{part},like,bob,ann,2026-03-01T10:00:00Z\n"
        )
    settings = load_settings(here / "var", made / "evenscore.toml")
    counts = steps.extract(settings, Night.of(runs.yesterday()), settings.sources[0].name)
    assert (said.exit_code, counts["landed"], counts["rejected"]) == (0, 2, 0)
    assert settings.ledger.read_text() == LEDGER.splitlines()[0] + "\n"
    assert "evenscore night" in said.stdout and (" cd " in said.stdout) == bool(folder)


def test_every_setting_that_init_shows_as_a_default_is_the_default(here: Path) -> None:
    run("init")
    path = here / "evenscore.toml"
    written = load_settings(here / "var", path)
    settings = ("max_", "hold_", "provisional_", "seeds", "history_", "kept_", "raw_")
    lines = [line.removeprefix("# ") for line in path.read_text().splitlines()]
    path.write_text("\n".join(line if line.startswith((*settings, "[")) or "=" in line else "" for line in lines))
    (here / "incoming/accounts").mkdir()
    (here / "topics.csv").write_text("topic_id,name\n")
    shown = load_settings(here / "var", path)
    for part in ("checks", "scoring", "publish", "retention"):
        assert getattr(shown, part) == getattr(written, part)
    assert [source.dataset for source in shown.sources] == ["activity", "accounts"]


@pytest.mark.parametrize("name", ["evenscore.toml", "consent.csv"])
def test_init_overwrites_nothing_and_writes_nothing_beside_it(here: Path, name: str) -> None:
    (here / name).write_text("mine")
    said = run("init")
    assert (said.exit_code, said.stderr) == (
        2,
        f"evenscore: {name}: is there already, and stays as it is; nothing was written\n",
    )
    assert [path.name for path in here.iterdir()] == [name] and (here / name).read_text() == "mine"


@pytest.mark.parametrize("folder", ["a?b", "a#b", "a\\b"])
def test_init_makes_no_home_that_no_night_could_work_in(here: Path, folder: str) -> None:
    said = run("init", folder)
    assert said.exit_code == 2 and f"{folder}/var: the home's path holds" in said.stderr
    assert list(here.iterdir()) == []
    assert run("init", folder, "--home", str(here / "elsewhere")).exit_code == 0


def test_init_overwrites_no_link_that_leads_nowhere(here: Path) -> None:
    (here / "consent.csv").symlink_to("gone.csv")
    assert run("init").exit_code == 2
    assert not (here / "gone.csv").exists() and not (here / "evenscore.toml").exists()


# days ----------------------------------------------------------------------------------------------------------


def test_a_night_without_a_day_is_yesterdays(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def run_night(settings: Settings, day: object) -> Night:
        asked.append(day)
        return Night("2026-03-05", "run")

    monkeypatch.setattr(steps, "run_night", run_night)
    monkeypatch.setattr(summary, "summarise", lambda settings, night: {})
    run("night", "--json", "--home", str(home.places.home), "--config", str(home.config))
    assert asked == [datetime.now(UTC).date() - timedelta(days=1)]


def test_a_range_needs_its_first_day(home: Home) -> None:
    said = run("night", "--until", "2026-03-05", "--home", str(home.places.home), "--config", str(home.config))
    assert (said.exit_code, "name its first day with --date" in said.stderr) == (2, True)


def test_status_without_a_day_tells_of_the_latest_night_however_late_an_earlier_one_was_run_again(home: Home) -> None:
    for label in ("2026-03-05_a", "2026-03-04_again"):
        atomic_io.write_json(
            home.places.run(label) / "stages" / "publish.json",
            {"stage": "publish", "started_at": "2026", "outcome": "done", "seconds": 1, "published": "published"},
        )
    said = run("status", "--home", str(home.places.home), "--config", str(home.config))
    assert said.stdout.startswith("night 2026-03-05: ")


ENDED = {"published": {"outcome": "done"}, "stopped": {"outcome": "failed", "exit_code": 3}}


@pytest.mark.parametrize(("outcomes", "code"), [(["stopped", "published"], 3), (["published", "published"], 0)])
def test_a_range_exits_as_the_worst_of_its_nights_and_status_as_the_night_that_it_tells_of(
    outcomes: list[str], code: int, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_night(settings: Settings, day: date) -> Night:
        night = Night.of(day, "a")
        told = {"stage": "publish", "started_at": "2026", "seconds": 1, "published": "published"}
        path = home.places.run(night.run_id) / "stages" / "publish.json"
        atomic_io.write_json(path, told | ENDED[outcomes[day.day - 4]])
        return night

    monkeypatch.setattr(steps, "run_night", run_night)
    at = ("--home", str(home.places.home), "--config", str(home.config))
    assert run("night", "--date", "2026-03-04", "--until", "2026-03-05", *at).exit_code == code
    assert [run("status", "--date", day, *at).exit_code for day in ("2026-03-04", "2026-03-05")] == [code, 0]


def test_there_is_no_latest_night_before_the_first(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no night has run yet"):
        runs.latest_night(HomePaths(tmp_path))


# checks in the output ------------------------------------------------------------------------------------------


def facts(*successes: bool) -> dict[str, object]:
    checks = [
        {"check": f"s.c{n}", "severity": "warning", "success": success, "observed": f"{n}{n} seen", "expected": "0"}
        for n, success in enumerate(successes)
    ]
    return {
        "as_of_date": "2026-03-05",
        "outcome": "published",
        "seconds": 1,
        "error": None,
        "incomplete": [],
        "rows": {},
        "rejected": {},
        "notes": [],
        "checks": checks,
        "report": None,
        "database": "db",
    }


def test_only_checks_that_are_not_met_are_listed_with_what_was_observed() -> None:
    said = summary.in_full(facts(True, False, True))
    assert "checks: 2 of 3 met; --all-checks lists them\n  warning  s.c1 (11 seen; expected 0)\n\n" in said
    assert "s.c0" not in said and "s.c2" not in said


def test_all_checks_are_listed_when_asked_with_what_was_observed() -> None:
    said = summary.in_full(facts(True, False), all_checks=True)
    assert "checks: 1 of 2 met\n  ok       s.c0 (00 seen)\n  warning  s.c1 (11 seen; expected 0)\n" in said


def test_a_night_whose_checks_were_all_met_lists_none() -> None:
    assert "checks: 2 of 2 met; --all-checks lists them\n\nreport" in summary.in_full(facts(True, True))


def test_what_a_night_failed_of_is_said_first() -> None:
    said = summary.in_full(facts(True) | {"outcome": "failed", "error": "no space left"})
    assert said.startswith("night 2026-03-05: failed in 1 s\n\nno space left\n\n")


def test_a_night_that_no_check_has_seen_claims_none_was_met() -> None:
    assert "checks: none has run\n" in summary.in_full(facts())


# records that were refused -------------------------------------------------------------------------------------


def test_what_was_refused_is_said_by_reason_the_most_frequent_first(home: Home) -> None:
    bad = [event(f"l{number}", verb="Like") for number in range(2)] + [event("p", occurred_at="never")]
    home.deliver("day.ndjson", event("a"), *bad)
    night = Night.of(runs.yesterday())
    steps.extract(home.settings, night, "forum")
    found = summary.summarise(home.settings, night)
    assert list(found["rejected"]["forum"].values()) == [2, 1]
    assert "  rejected of forum: 2 x verb is unknown, 1 x occurred_at " in summary.in_full(found)


def test_reasons_beyond_the_first_are_counted_together() -> None:
    many = facts() | {"rejected": {"forum": {"a\x1b[2J": 9, "b": 5, "c" * 99: 4, "d": 2, "e": 1}}}
    assert f"rejected of forum: 9 x a[2J, 5 x b, 4 x {'c' * 67}..., 3 for other reasons" in summary.in_full(many)


def test_a_night_before_refused_what_is_not_tonights(home: Home) -> None:
    home.deliver("day.ndjson", event("a"), event("b", verb="poke"))
    steps.extract(home.settings, Night.of(runs.yesterday() - timedelta(days=1)), "forum")
    assert summary.summarise(home.settings, Night.of(runs.yesterday()))["rejected"] == {}


# the configuration ---------------------------------------------------------------------------------------------


def test_the_environment_names_the_configuration_and_what_is_typed_wins(
    home: Home, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENSCORE_CONFIG", str(home.config))
    assert load_settings(here / "var").config == home.config
    typed = here / "other.toml"
    typed.write_text(home.config.read_text().replace('"ledger.csv"', '"none.csv"'))
    said = run("doctor", "--config", str(typed))
    assert (said.exit_code, str(typed) in said.stderr) == (2, True)


def test_an_empty_variable_names_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home.folder)
    monkeypatch.setenv("EVENSCORE_CONFIG", "")
    assert load_settings(home.places.home).config == home.config


def test_relative_paths_are_relative_to_the_configuration_wherever_the_process_stands(
    home: Home, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.deliver("day.ndjson", event("a"))
    found = set()
    for folder in (here, home.folder, Path("/")):
        monkeypatch.chdir(folder)
        monkeypatch.setenv("EVENSCORE_CONFIG", str(home.config))
        settings = load_settings(home.places.home)
        found.add((settings.ledger, settings.folder(settings.sources[0])))
    assert found == {(home.folder / "ledger.csv", home.data)}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read (No such file or directory)"),
        ("folder", "cannot be read (Is a directory)"),
        (b"\xff\xfe[", "not UTF-8 (byte 1)"),
        (b"[consent", "not valid TOML: "),
    ],
)
def test_a_configuration_of_the_environment_that_cannot_be_read_is_one_line_and_never_the_demos(
    here: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | str | None, message: str
) -> None:
    path = here / "mine.toml"
    if content == "folder":
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    monkeypatch.setenv("EVENSCORE_CONFIG", str(path))
    HomePaths(here / "var").demo.mkdir(parents=True)
    (HomePaths(here / "var").demo / "evenscore.toml").write_text("")
    said = run("doctor")
    assert (said.exit_code, said.stderr.startswith(f"evenscore: {path}: {message}")) == (2, True)
    assert len(said.stderr.splitlines()) == 1


def test_a_byte_order_mark_is_no_part_of_the_configuration(home: Home) -> None:
    home.config.write_bytes(b"\xef\xbb\xbf" + home.config.read_bytes())
    assert home.settings.sources[0].name == "forum"


def test_the_demo_brings_its_own_configuration_whatever_the_environment_names(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENSCORE_CONFIG", str(here / "absent.toml"))
    monkeypatch.setattr("evenscore.cli.nights.make_community", _stop)
    assert "made" in str(run("demo", "--nights", "0").exception)


def _stop(folder: Path) -> None:
    raise RuntimeError("made")


def test_json_names_what_init_wrote(here: Path) -> None:
    found = json.loads(run("init", "--json").stdout)
    assert all((here / found[name]).exists() for name in ("config", "ledger", "incoming"))
