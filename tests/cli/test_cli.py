"""The command line: an exit code for every outcome, and errors in one line that names what is wrong."""

import fcntl
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result

from evenscore.base import atomic_io
from evenscore.cli import main
from home import Home, event

Run = Callable[..., Result]
VERBS = ["build", "check", "publish", "report", "extract", "status"]


@pytest.fixture
def run(home: Home) -> Run:
    """Call a verb of the command line on the home."""

    def called(*arguments: str) -> Result:
        options = ["--home", str(home.places.home), "--config", str(home.config)]
        return CliRunner().invoke(main, [*arguments, *options])

    return called


def only_line(result: Result) -> str:
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line


def test_a_delivery_that_stops_the_night_is_accepted_by_name_as_doctor_says(home: Home, run: Run) -> None:
    path = home.deliver("day.ndjson", event("a"), event("c", verb="poke"))
    later = home.deliver("later.ndjson", event("d"), event("e", verb="poke"))
    run("extract", "--date", "2026-03-05")
    looked = run("doctor")
    assert f"PROBLEM  delivery: {path}: stops the night: 1 of its 2 records were refused" in looked.stdout
    assert run("accept", str(path), "--by", "ann").exit_code == 2
    assert run("accept", str(path), "other.csv", "--by", "ann", "--why", "x").stdout == ""
    assert "PROBLEM  delivery" in run("doctor").stdout
    accepted = run("accept", str(path), str(later), "--by", "ann", "--why", "two old forms")
    words = [f"{one}: accepted by ann; the next night takes it up" for one in (path, later)]
    assert (accepted.exit_code, accepted.stdout.splitlines()) == (0, words)
    assert "delivery:" not in run("doctor").stdout
    unknown = run("accept", "other.csv", "--by", "ann", "--why", "x")
    assert unknown.exit_code == 2
    assert "other.csv: no source has delivered it" in unknown.stderr


def test_extract_says_what_came_in(home: Home, run: Run) -> None:
    home.deliver("day.ndjson", event("a"), event("b"), event("b"), event("c", verb="poke"))
    result = run("extract", "--date", "2026-03-05")
    said, note = result.stdout.splitlines()
    classes = "2 landed + 1 rejected + 1 duplicate + 0 ignored + 0 suppressed; 2 rows, 0 withdrawn"
    assert (result.exit_code, said) == (0, f"forum: 4 records in = {classes}")
    assert "day.ndjson: stops the night: 1 of its 4 records were refused; deliver it anew, or " in note


def test_json_is_json(home: Home, run: Run) -> None:
    home.deliver("day.ndjson", event("a"))
    result = run("extract", "--date", "2026-03-05", "--json")
    assert json.loads(result.stdout)["forum"]["landed"] == 1


# usage and configuration: exit code 2 --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments", [["dance"], ["extract"], ["night", "--date", "today"], ["night", "--nights", "1"]]
)
def test_what_cannot_be_understood_exits_2(run: Run, arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


ACCOUNTABLE = {
    "accept page.ndjson": ("by", "why"),
    "aggregate": ("by", "recipient", "purpose"),
    "consent grant ida": ("account",),
    "forget ida": ("by",),
    "review release ida": ("by", "why"),
    "review reject ida": ("by", "why"),
    "review incident some": ("by", "why"),
    "review set-aside ida": ("by", "why"),
    "review restore 1": ("by", "why"),
}
"""What is kept beside the act for whoever asks later, by verb."""
SAID = {"account": "forum:ida", "by": "network", "recipient": "them", "purpose": "research", "why": "because"}


@pytest.mark.parametrize(("verb", "left_out"), [(verb, one) for verb, asked in ACCOUNTABLE.items() for one in asked])
def test_nobody_acts_without_saying_what_is_kept_of_it(run: Run, verb: str, left_out: str) -> None:
    said = [f"--{name}={SAID[name]}" for name in ACCOUNTABLE[verb] if name != left_out]
    result = run(*verb.split(), *said)
    assert (result.exit_code, f"Missing option '--{left_out}'" in result.stderr) == (2, True)


def test_an_unknown_verb_exits_2_as_a_process() -> None:
    done = subprocess.run([sys.executable, "-c", "import evenscore.cli as c; c.main()", "dance"], capture_output=True)
    assert (done.returncode, b"No such command 'dance'" in done.stderr) == (2, True)


def test_a_range_that_ends_before_it_begins_exits_2(run: Run) -> None:
    result = run("night", "--date", "2026-03-05", "--until", "2026-03-04")
    assert result.exit_code == 2
    assert only_line(result) == "evenscore: --until 2026-03-04: lies before --date 2026-03-05"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot be read (No such file or directory)"),
        ("sources = [", "not valid TOML: "),
        ("[consent]\nledger = 'ledger.csv'\n", "sources: is missing"),
    ],
)
def test_a_wrong_configuration_exits_2_in_one_line(home: Home, run: Run, text: str | None, message: str) -> None:
    home.config.unlink()
    if text:
        home.config.write_text(text)
    result = run("extract", "--date", "2026-03-05")
    assert result.exit_code == 2
    assert only_line(result).startswith(f"evenscore: {home.config}: {message}")
    assert not home.places.home.exists()


@pytest.mark.parametrize("verb", sorted(set(VERBS) - {"extract"}))
def test_a_step_of_a_night_that_has_not_begun_exits_2(run: Run, verb: str) -> None:
    result = run(verb, "--date", "2026-03-05")
    assert result.exit_code == 2
    assert "--date 2026-03-05: no run of that night has begun" in only_line(result)


def test_explaining_before_anything_is_published_exits_2(run: Run) -> None:
    result = run("explain", "p_ann")
    assert (result.exit_code, "nothing has been published yet" in only_line(result)) == (2, True)


# failures: exit code 1 -----------------------------------------------------------------------------------------


def test_a_busy_home_exits_1_at_once(home: Home, run: Run) -> None:
    home.places.home.mkdir()
    with home.places.lock.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = run("night", "--date", "2026-03-05")
    assert (result.exit_code, only_line(result)) == (
        1,
        f"evenscore: {home.places.lock}: another run is working in this home folder; try again when it has ended",
    )


def test_a_broken_file_exits_1_and_is_named(home: Home, run: Run) -> None:
    path = home.deliver("day.ndjson.gz", content=b"")
    result = run("extract", "--date", "2026-03-05")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].startswith(f"evenscore: {path}: has no bytes")


def test_verbose_adds_the_traceback(home: Home, run: Run) -> None:
    home.deliver("day.csv", content=b"event_id\n")
    quiet, verbose = run("extract", "--date", "2026-03-05"), run("extract", "--date", "2026-03-05", "--verbose")
    assert "Traceback" not in quiet.output
    assert "Traceback" in verbose.stderr
    assert quiet.stderr.splitlines()[-1] == verbose.stderr.splitlines()[-1]


# doctor --------------------------------------------------------------------------------------------------------


def findings(result: Result) -> dict[str, tuple[bool, str]]:
    return {finding["subject"]: (finding["is_well"], finding["says"]) for finding in json.loads(result.stdout)}


def test_doctor_finds_a_sound_home_well(home: Home, run: Run) -> None:
    home.deliver("day.ndjson", event("a"))
    run("extract", "--date", "2026-03-05")
    well = findings(run("doctor", "--json"))
    assert well["source forum"] == (True, f"1 file at {home.data}/*")
    assert well["ledger"] == (True, f"{home.folder}/ledger.csv: 1 sound entries")
    assert well["landing"] == (True, "1 landed files, each with the bytes that were landed")


@pytest.mark.parametrize(
    ("content", "is_well", "says"),
    [
        (b"", False, "{path}: has no header line; "),
        (b'"event_id,verb,actor_id"\n', False, "{path}: column event_id is missing (it has: 'event_id,verb,actor_id')"),
        (b"event_id,verb,actor_id,target_id,occurred_at\n1,like\n2\n", False, "{path}: 2 records, 2 of them malformed"),
        (b"event_id,verb,actor_id,target_id,occurred_at\n", True, "{path}: 0 records, 0 of them malformed"),
    ],
)
def test_doctor_reads_the_newest_file_of_a_source(
    home: Home, run: Run, content: bytes, is_well: bool, says: str
) -> None:
    home.configure(path="data/{date}.csv")
    home.deliver("2026-03-01.csv", content=b"event_id,verb,actor_id,target_id,occurred_at\n")
    path = home.deliver("2026-03-02.csv", content=content)
    found = findings(run("doctor", "--json"))["newest file of forum"]
    assert found[0] is is_well and found[1].startswith(says.format(path=path))


def test_doctor_names_the_newest_day_of_a_source_and_the_days_that_it_left_out(home: Home, run: Run) -> None:
    home.configure(path="data/{date}*.ndjson")
    for name in ("2026-03-01.ndjson", "2026-03-04-b.ndjson", "2026-03-02.ndjson"):
        home.deliver(name, event(name))
    says = findings(run("doctor", "--json"))["source forum"]
    left_out = "; no file for 2026-03-03, though for days around: nights rest on what came"
    assert says == (True, f"3 files at {home.data}/{{date}}*.ndjson, the newest of 2026-03-04{left_out}")
    home.deliver("2026-03-03.ndjson", event("d"))
    home.deliver("2026-03-20.ndjson", event("e"))
    (_, says) = findings(run("doctor", "--json"))["source forum"]
    assert "; no file for 2026-03-15, 2026-03-16, 2026-03-17, 2026-03-18, 2026-03-19 and 10 before, though" in says


def test_doctor_says_what_is_wrong_and_goes_on(home: Home, run: Run) -> None:
    home.deliver("day.ndjson", event("a"))
    run("extract", "--date", "2026-03-05")
    (landed,) = home.places.landing.glob("forum/activity/*/*.parquet")
    landed.write_bytes(b"")
    (home.folder / "ledger.csv").write_text("person_id\n")
    (home.data / "day.ndjson").unlink()
    home.places.current.mkdir(parents=True)
    (home.places.current / "manifest.json").write_text('{"as_of_date": "2026-03-05", "sha256": {"gone.parquet": "0"}}')
    result = run("doctor", "--json")
    sick = findings(result)
    assert result.exit_code == 1
    assert sick["source forum"] == (False, f"no file matches {home.data}/*; deliver one, or correct sources.forum.path")
    assert "column network is missing" in sick["ledger"][1]
    assert "its bytes changed" in sick["landing"][1]
    assert "gone.parquet" in sick["published"][1]
    assert not any(sick[subject][0] for subject in ("ledger", "landing", "published"))
    assert "versions" in sick


def test_a_night_of_the_future_is_a_usage_error(run: Run) -> None:
    result = run("night", "--date", "2199-01-01")
    assert result.exit_code == 2
    assert "2199-01-01: lies in the future" in only_line(result)


TODAY = datetime.now(UTC).date()


@pytest.mark.parametrize("verb", ["night", "extract", "rebuild"])
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati"])
def test_a_day_that_is_not_over_is_no_night_whatever_records_are_to_bear(
    verb: str, zone: str, home: Home, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "4102444800")
    monkeypatch.setenv("TZ", zone)
    home.deliver("day.ndjson", event("a"))
    result = run(verb, "--from" if verb == "rebuild" else "--date", str(TODAY))
    assert result.exit_code == 2
    assert f"{TODAY}: is not over yet (UTC); a night is scored when its day has ended" in only_line(result)
    assert home.landed() == [] and not home.places.runs.exists()


def test_a_range_up_to_today_runs_no_night_at_all(home: Home, run: Run) -> None:
    home.deliver("day.ndjson", event("a"))
    result = run("night", "--date", "2026-03-05", "--until", str(TODAY))
    assert (result.exit_code, f"--until {TODAY}: is not over yet" in only_line(result)) == (2, True)
    assert home.landed() == []


def test_a_run_of_today_that_is_there_already_is_not_built(home: Home, run: Run) -> None:
    (home.places.run(f"{TODAY}_a") / "stages").mkdir(parents=True)
    for verb in ("build", "check", "publish"):
        result = run(verb, "--date", str(TODAY))
        assert (result.exit_code, "is not over yet" in only_line(result)) == (2, True)
    assert not home.places.warehouse.exists()


def test_what_verbs_leave_is_the_owners_alone_and_doctor_says_what_is_not(home: Home, run: Run) -> None:
    home.deliver("day.ndjson", event("a"))
    run("night", "--date", "2026-03-05")
    assert len(list(home.places.home.rglob("*"))) > 20
    assert atomic_io.open_to_others(home.places.home) == []
    assert findings(run("doctor", "--json"))["privacy"][0]
    home.places.home.chmod(0o755)
    well, says = findings(run("doctor", "--json"))["privacy"]
    assert not well and f"chmod -R go-rwx {home.places.home}" in says
    home.places.home.chmod(0o710)  # a group passes through
    assert findings(run("doctor", "--json"))["privacy"][0]
    home.places.published.mkdir(exist_ok=True)
    for mode, is_well in ((0o750, True), (0o770, False), (0o755, False)):
        home.places.published.chmod(mode)
        assert findings(run("doctor", "--json"))["privacy"][0] is is_well, oct(mode)
    home.places.published.chmod(0o700)
    home.places.landing.chmod(0o750)
    assert str(home.places.landing) in findings(run("doctor", "--json"))["privacy"][1]
