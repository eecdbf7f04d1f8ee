"""The page says what happened and why, and nothing in it can act."""

import base64
import hashlib
import re
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tiny_warehouse import build_warehouse

from evenscore import durable
from evenscore.checks.judge import Result
from evenscore.report import words
from evenscore.report.facts import Facts, Gap, Jump, NetworkRows, Run, Scored, ScoredNight, Source, Stage
from evenscore.report.page import render, write_report
from evenscore.runs import Night
from evenscore.settings import Consent, Settings
from evenscore.settings import Source as SourceSetting

TONIGHT = date(2026, 3, 15)
NIGHT = Night(TONIGHT, f"{TONIGHT}_test")
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=https://evil.example/x onerror=alert(1)>',
    "javascript:alert(1)",
    "=HYPERLINK(0)",
    "\u202egro.live\u2066\u200b\x00\x1b",
    "{{ 7 * 7 }} $x_1$",
)


def result(column: str, success: bool = True, severity: str = "critical", suite: str = "landing.deliveries") -> Result:
    because = f"We expect this of {column} for a reason."
    sentence = f"{column}: values to be between"
    return Result(NIGHT.run_id, str(TONIGHT), suite, sentence, severity, success, "0.5", "max value 0.05", because)


def jump(person_id: str = "p_maya", move: float = 48.0) -> Jump:
    nights = tuple(
        ScoredNight(TONIGHT - timedelta(days), 16 + (move if days == 0 else 0), 16, 12, 20) for days in (2, 1, 0)
    )
    return Jump(person_id, "personal", 16 + move, 16.0, move, "viral_post", 0.998, 0.34, None, nights=nights)


@pytest.fixture
def published() -> Facts:
    run = Run(
        NIGHT.run_id,
        TONIGHT,
        "published",
        stages=(Stage("extract_feed", "done", 61.0), Stage("publish", "done", 0.5)),
        counts={"read": 12_345, "rejected": 2, "landed": 12_343, "scored": 7, "held": 1, "published": 6},
        sources=(Source("feed", {"read": 12_345, "rejected": 2}, {"verb is unknown": 2}, "/var/rejected/feed"),),
        checks=(result("rejected_share"), result("candidate_move", False, "warning", "scores.moves")),
    )
    days = tuple((TONIGHT - timedelta(days), 100) for days in range(28, -1, -1))
    return Facts(
        run,
        jumps=(jump(),),
        jump_count=1,
        scored=Scored(
            (("published", "", 6), ("insufficient_evidence", "too little evidence", 3)), (0, 6, *[0] * 18), None
        ),
        consent=((None, 8_071), ("erased", 6), ("withdrawn", 30)),
        networks=(NetworkRows("forum", days),),
        gaps=(Gap("forge_feed", date(2026, 3, 13)),),
        set_aside=(("forum", "service account", 4_242),),
        programs=(("forum", "welcome-bot", "gives 47 % of everything", 4_200),),
    )


@pytest.fixture
def stopped(published: Facts) -> Facts:
    checks = (result("is_silent"), result("rejected_share", False))
    return Facts(replace(published.run, outcome="stopped", checks=checks), missing=("Nothing was built.",))


class Page(HTMLParser):
    """The tags, attributes and words of a page."""

    def __init__(self, content: bytes):
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words = ""
        self.feed(content.decode())
        self.words = re.sub(r"\s+", " ", self.words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words += data + " "

    def all(self, name: str) -> list[str]:
        return [value for found, value in self.attributes if found == name]


def test_the_verdict_of_a_published_night_says_how_many_scores_are_out_and_held(published: Facts) -> None:
    page = Page(render(published))
    assert "Published 6 new scores are out, and 1 jump waits for a reviewer. 1 of 2 checks warns" in page.words


def test_a_stopped_night_names_the_expectation_that_stopped_it_and_its_reason(stopped: Facts) -> None:
    page = Page(render(stopped))
    top = page.words[: page.words.index("Rows read")]
    assert "Stopped by a check landing.deliveries, rejected share Observed 0.5; expected at most 0.05." in top
    assert "We expect this of rejected_share for a reason." in top
    assert "readers still see the last good scores" in top


def test_a_stopped_night_counts_no_new_score_and_says_what_is_missing(stopped: Facts) -> None:
    page = Page(render(stopped))
    assert "New scores out 0" in page.words
    assert "Nothing was built." in page.words
    assert "Not run: the checks of features, scores, published." in page.words


def test_a_night_stopped_by_a_data_test_shows_what_the_stage_said(stopped: Facts) -> None:
    stages = (Stage("build_scores", "stopped", 1.0, "dbt tests of layer scores failed: in_range (3 rows)"),)
    page = Page(render(replace(stopped, run=replace(stopped.run, checks=(), stages=stages))))
    assert "In the stage build_scores: dbt tests of layer scores failed: in_range (3 rows)" in page.words


@pytest.mark.parametrize("outcome", ["unchanged", "failed", "unfinished"])
def test_every_outcome_has_a_page(published: Facts, outcome: str) -> None:
    stages = (Stage("extract_feed", "failed" if outcome == "failed" else "done", 1.0, "no such file"),)
    page = Page(render(replace(published, run=replace(published.run, outcome=outcome, stages=stages))))
    assert {"unchanged": "Unchanged", "failed": "no such file", "unfinished": "Not finished"}[outcome] in page.words


def test_every_check_is_shown_with_its_reason_and_failures_come_first(published: Facts) -> None:
    page = Page(render(published))
    checks = page.words[page.words.index("Checks What was expected") :]
    for check in published.run.checks:
        assert check.because in checks
    assert checks.index("scores.moves") < checks.index("landing.deliveries")


def test_a_held_score_comes_with_its_move_cause_shares_and_command(published: Facts) -> None:
    page = Page(render(published))
    assert "16.0 to 64.0 +48.0 points" in page.words
    assert "One viral post." in page.words
    assert "more than 99 % of the engagement" in page.words
    assert "34 % of the actions" in page.words
    assert "an unknown share of the engagers" in page.words
    assert "evenscore explain p_maya --date 2026-03-15" in page.words


def test_held_scores_beyond_the_cap_are_counted(published: Facts) -> None:
    assert "7 more scores are held and not drawn here" in Page(render(replace(published, jump_count=57))).words


def test_groups_of_fewer_than_ten_are_not_counted_out(published: Facts) -> None:
    page = Page(render(published))
    assert "Not counted: erased fewer than 10" in page.words
    assert "Not counted: withdrawn 30" in page.words
    assert "too little evidence fewer than 10" in page.words


def test_a_source_that_did_not_come_is_named(published: Facts) -> None:
    assert "forge_feed has no file that covers tonight; its newest day is 13 March." in Page(render(published)).words


def test_rejected_records_and_what_was_set_aside_are_counted_by_reason(published: Facts) -> None:
    page = Page(render(published))
    assert "feed /var/rejected/feed Reason Records verb is unknown 2" in page.words
    assert "service account forum 4,242" in page.words
    assert "welcome-bot forum gives 47 % of everything 4,200" in page.words


def test_every_plot_says_in_words_what_it_shows(published: Facts) -> None:
    page = Page(render(published))
    assert page.tags.count("img") == len(page.all("alt")) == 3
    assert all(re.fullmatch(r"[A-Z].{40,}\.", label) for label in page.all("alt"))


def test_plots_hold_no_name(published: Facts) -> None:
    drawn = re.findall(rb"base64,([\w+/=]+)", render(published))
    assert not any(name in base64.b64decode(plot) for plot in drawn for name in (b"p_maya", b"forum"))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_strings_come_out_inert(published: Facts, hostile: str) -> None:
    run = published.run
    checks = (replace(result("share", False), suite=hostile, observed=hostile, expected=hostile, because=hostile),)
    sources = (Source(hostile, {"read": 1}, {hostile: 1}, hostile),)
    bad_jump = replace(
        jump(hostile), persona=hostile, cause=hostile, decision="release", decided_by=hostile, why=hostile
    )
    page = Page(
        render(
            replace(
                published,
                run=replace(run, checks=checks, sources=sources, stages=(Stage(hostile, hostile, 1.0),)),
                missing=(hostile,),
                jumps=(replace(bad_jump, why=hostile),),
                consent=((hostile, 12),),
                networks=(replace(published.networks[0], network=hostile),) if published.networks else None,
                gaps=(Gap(hostile, None),),
                set_aside=((hostile, hostile, 12),),
            )
        )
    )
    assert not {"script", "iframe", "object", "embed", "form", "base"} & set(page.tags)
    assert page.tags.count("img") == 3
    assert not [name for name, _ in page.attributes if name.startswith("on") or name == "style"]
    assert all(url.startswith(("#", "data:")) for name in ("src", "href", "srcset") for url in page.all(name))
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\x00\x1b]", page.words + "".join(map(str, page.attributes)))
    assert re.sub(r"\s+", " ", words.clean(hostile)) in page.words


def test_the_policy_allows_the_one_style_and_nothing_else(published: Facts) -> None:
    content = render(published)
    (policy,) = (value for value in Page(content).all("content") if "default-src" in value)
    (style,) = re.findall(rb"<style>(.*?)</style>", content, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style).digest()).decode()
    assert policy.split("; ")[:3] == ["default-src 'none'", f"style-src 'sha256-{digest}'", "img-src data:"]


def test_the_same_facts_give_the_same_bytes(published: Facts) -> None:
    assert render(published) == render(published)


def test_limits_read_as_words() -> None:
    assert words.limits("min value 0.2, max value 5") == "at least 0.2 and at most 5"
    assert words.limits("max value 20, strict max True") == "below 20"
    assert words.limits("min value 0, max value 0") == "exactly 0"
    assert words.limits("value set True") == "yes"
    assert words.limits("value set work, personal") == "value set work, personal"
    assert words.limits("quantile ranges 1 to 2") == "quantile ranges 1 to 2"


def test_a_command_is_safe_to_paste() -> None:
    assert words.explain(jump("x; rm -rf ~"), TONIGHT) == "evenscore explain 'x; rm -rf ~' --date 2026-03-15"


# from a home folder -------------------------------------------------------------------------------------------


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    source = SourceSetting(name="feed", kind="files", path="feed.csv", network="forum")
    return Settings(
        home=tmp_path, config=tmp_path / "evenscore.toml", sources=(source,), consent=Consent(ledger=Path("ledger.csv"))
    )


def record(settings: Settings, *names: str, **last: object) -> None:
    """Stages that went well, the last one with what is given."""
    for position, name in enumerate(names):
        at = f"2026-03-16T00:0{position}:00.000000Z"
        entry = {"stage": name, "outcome": "done", "seconds": 1.0, "started_at": at, "ended_at": at}
        entry |= last if name == names[-1] else {}
        durable.write_json(settings.places.run(NIGHT.run_id) / "stages" / f"{name}.json", entry)


BUILT = ("check_landing", "build_staging", "build_features", "build_scores", "check")


def test_a_whole_night_is_read_from_the_warehouse(settings: Settings) -> None:
    build_warehouse(settings.places, TONIGHT)
    record(settings, *BUILT, "publish", published="published")
    page = Page(write_report(settings, NIGHT).read_bytes())
    assert "Not known" not in page.words and "missing from this page" not in page.words
    for sentence in ("35 rows tonight, 14.0 times the usual", "p_maya work", "self-interaction forum 17"):
        assert sentence in page.words


def test_writing_the_page_again_changes_no_byte(settings: Settings) -> None:
    build_warehouse(settings.places, TONIGHT)
    record(settings, *BUILT, "publish", published="published")
    first = write_report(settings, NIGHT).read_bytes()
    record(settings, *BUILT, "publish", published="published")
    record(settings, "report")
    assert write_report(settings, NIGHT).read_bytes() == first


def test_marts_that_this_run_did_not_build_are_not_shown(settings: Settings) -> None:
    build_warehouse(settings.places, TONIGHT)
    record(settings, "check_landing", outcome="failed", exit_code=3, error="stopped")
    page = Page(write_report(settings, NIGHT).read_bytes())
    assert "Nothing was built" in page.words
    assert "p_maya" not in page.words
    assert "35 rows tonight" in page.words


def test_a_warehouse_of_another_night_is_not_shown(settings: Settings) -> None:
    build_warehouse(settings.places, date(2026, 3, 14))
    record(settings, *BUILT)
    page = Page(write_report(settings, NIGHT).read_bytes())
    assert "the warehouse still holds the night of 2026-03-14" in page.words
    assert "p_maya" not in page.words


def test_a_night_without_a_warehouse_has_a_page_and_gets_no_warehouse(settings: Settings) -> None:
    record(settings, "extract_feed", outcome="failed", exit_code=1, error="feed.csv: truncated")
    page = Page(write_report(settings, NIGHT).read_bytes())
    assert "The stage extract_feed failed: feed.csv: truncated" in page.words
    assert not settings.places.warehouse.exists()


def test_a_damaged_warehouse_does_not_hide_the_verdict(settings: Settings) -> None:
    settings.places.warehouse.write_bytes(b"not a database" * 1000)
    record(settings, "check_landing", outcome="failed", exit_code=3, error="the night is silent")
    page = Page(write_report(settings, NIGHT).read_bytes())
    assert "The warehouse could not be read" in page.words
    assert "the night is silent" in page.words
