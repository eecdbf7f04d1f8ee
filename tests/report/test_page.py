"""The page says what happened and why, and nothing in it can act."""

import base64
import hashlib
import re
from dataclasses import replace

import nights_by_hand
import pytest
from nights_by_hand import HOSTILE, TONIGHT, jump, result
from parsed import Page

from evenscore.report import words
from evenscore.report.facts import Facts, Gap, Source, Stage
from evenscore.report.gate import Ended, Gate, Incident, Part, Post
from evenscore.report.page import render
from evenscore.report.plots import histogram


@pytest.fixture(scope="module")
def published() -> Facts:
    return nights_by_hand.published()


@pytest.fixture(scope="module")
def content(published: Facts) -> bytes:
    return render(published)


@pytest.fixture(scope="module")
def page(content: bytes) -> Page:
    return Page(content)


@pytest.fixture(scope="module")
def stopped_page(stopped: Facts) -> Page:
    return Page(render(stopped))


@pytest.fixture(scope="module")
def stopped(published: Facts) -> Facts:
    checks = (result("is_silent"), result("rejected_share", False))
    return Facts(replace(published.run, outcome="stopped", checks=checks), missing=("Nothing was built.",))


def test_the_verdict_of_a_published_night_says_how_many_scores_are_out_and_held(page: Page) -> None:
    assert "Published 6 new scores are out, and 1 jump waits for a reviewer. 1 of 2 checks warns" in page.words


def test_a_stopped_night_names_the_expectation_that_stopped_it_and_its_reason(stopped_page: Page) -> None:
    top = stopped_page.words[: stopped_page.words.index("Records in")]
    assert "Stopped by a check landing.deliveries, rejected share Observed 0.5; expected at most 0.05." in top
    assert "We expect this of rejected_share for a reason." in top
    assert "readers still see the last good scores" in top


def test_a_stopped_night_counts_no_new_score_and_says_what_is_missing(stopped_page: Page) -> None:
    assert "New scores out 0" in stopped_page.words
    assert "Nothing was built." in stopped_page.words
    assert "Not run: the checks of features, scores, published." in stopped_page.words


def test_a_night_stopped_by_a_data_test_shows_what_the_stage_said(stopped: Facts) -> None:
    stages = (Stage("build", "stopped", 1.0, "dbt tests of the night failed: in_range (3 rows)"),)
    page = Page(render(replace(stopped, run=replace(stopped.run, checks=(), stages=stages))))
    assert "In the stage build: dbt tests of the night failed: in_range (3 rows)" in page.words


@pytest.mark.parametrize("outcome", ["unchanged", "failed", "unfinished"])
def test_every_outcome_has_a_page(published: Facts, outcome: str) -> None:
    stages = (Stage("extract_feed", "failed" if outcome == "failed" else "done", 1.0, "no such file"),)
    page = Page(render(replace(published, run=replace(published.run, outcome=outcome, stages=stages))))
    assert {"unchanged": "Unchanged", "failed": "no such file", "unfinished": "Not finished"}[outcome] in page.words
    assert (("open", "") in page.attributes) is (outcome == "failed"), "stages are in sight where one failed"


def test_every_check_is_shown_with_its_reason_and_failures_come_first(published: Facts, page: Page) -> None:
    checks = page.words[page.words.index("Checks What was expected") :]
    for check in published.run.checks:
        assert check.because in checks
    assert checks.index("scores.moves") < checks.index("landing.deliveries")


def test_groups_of_fewer_than_ten_are_not_counted_out(page: Page) -> None:
    assert "Not counted: erased fewer than 10" in page.words
    assert "Not counted: withdrawn 30" in page.words
    assert "too little evidence fewer than 10" in page.words


def test_a_source_that_did_not_come_is_named(page: Page) -> None:
    assert "forge_feed has no file that covers tonight; its newest day is 13 March." in page.words


def test_rejected_records_and_what_was_set_aside_are_counted_by_reason(page: Page) -> None:
    assert "feed /var/rejected/feed Reason Records verb is unknown 2" in page.words
    assert "sound_feed" in page.words and "sound_feed Reason" not in page.words
    assert "service account forum 4,242" in page.words
    assert "welcome-bot forum gives 47 % of everything 4,200" in page.words
    assert "forum: 1,004 names of more than one account. Nothing is counted for another by such a name." in page.words


def test_every_plot_says_in_words_what_it_shows(page: Page) -> None:
    assert page.tags.count("img") == len(page.all("alt")) == 3, "a held score, a distribution and a network"
    assert all(re.fullmatch(r"[A-Z].{40,}\.", label) for label in page.all("alt"))


@pytest.mark.parametrize(("tallest", "at"), [(2, "end"), (9, "end"), (10, "start"), (16, "start")])
def test_the_legend_of_the_histogram_stands_beside_the_tallest_bar(tallest: int, at: str) -> None:
    drawn = histogram(tuple(15 if step == tallest else 1 for step in range(20)), None)
    svg = base64.b64decode(drawn.light.removeprefix("data:image/svg+xml;base64,")).decode()
    (style,) = re.findall(r'<text style="([^"]*)"[^>]*>. tonight</text>', svg)
    assert f"text-anchor: {at};" in style


def test_plots_hold_no_name(content: bytes) -> None:
    drawn = re.findall(rb"base64,([\w+/=]+)", content)
    assert not any(name in base64.b64decode(plot) for plot in drawn for name in (b"p_maya", b"forum"))


def hostile_gate(hostile: str) -> Gate:
    bad = replace(
        jump(hostile),
        persona=hostile,
        rule=hostile,
        cause=hostile,
        decision="rejected",
        decided_by=hostile,
        why=hostile,
        parts=(Part(hostile, hostile, 1.0),),
        posts=(Post(hostile, 3, 0.4),),
    )
    waits = replace(bad, decision="pending")
    ended = (Ended(hostile, hostile, "released", hostile, hostile), Ended(hostile, hostile, hostile))
    incident = Incident(TONIGHT, hostile, hostile, 3, hostile, hostile, hostile)
    shift = replace(incident, kind="mass_shift", incident_id=hostile)
    return Gate((bad, waits), 2, 1, ended, (incident, shift), ((hostile, 2),))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_strings_come_out_inert(published: Facts, hostile: str) -> None:
    run = published.run
    checks = (replace(result("share", False), suite=hostile, observed=hostile, expected=hostile, because=hostile),)
    sources = (Source(hostile, {"read": 1}, {hostile: 1}, hostile),)
    page = Page(
        render(
            replace(
                published,
                run=replace(run, checks=checks, sources=sources, stages=(Stage(hostile, hostile, 1.0),)),
                missing=(hostile,),
                gate=hostile_gate(hostile),
                consent=((hostile, 12),),
                networks=(replace(published.networks[0], network=hostile),) if published.networks else None,
                gaps=(Gap(hostile, None),),
                set_aside=((hostile, hostile, 12),),
            )
        )
    )
    assert not {"script", "iframe", "object", "embed", "form", "base"} & set(page.tags)
    assert page.tags.count("img") == 4
    assert page.tags.count("nav") == 2
    assert not [name for name, _ in page.attributes if name.startswith("on") or name == "style"]
    assert all(
        url.startswith(("#", "data:")) or url in LINKS for name in ("src", "href", "srcset") for url in page.all(name)
    )
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\x00\x1b]", page.words + "".join(map(str, page.attributes)))
    assert re.sub(r"\s+", " ", words.clean(hostile)) in page.words


LINKS = ("index.html", "2026-03-14.html")


def test_the_policy_allows_the_one_style_and_nothing_else(content: bytes) -> None:
    (policy,) = (value for value in Page(content).all("content") if "default-src" in value)
    (style,) = re.findall(rb"<style>(.*?)</style>", content, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style).digest()).decode()
    assert policy.split("; ")[:3] == ["default-src 'none'", f"style-src 'sha256-{digest}'", "img-src data:"]


def test_the_same_facts_give_the_same_bytes(published: Facts, content: bytes) -> None:
    assert render(published) == content


def test_limits_read_as_words() -> None:
    assert words.limits("min value 0.2, max value 5") == "at least 0.2 and at most 5"
    assert words.limits("max value 20, strict max True") == "below 20"
    assert words.limits("min value 0, max value 0") == "exactly 0"
    assert words.limits("value set True") == "yes"
    assert words.limits("value set work, personal") == "value set work, personal"
    assert words.limits("quantile ranges 1 to 2") == "quantile ranges 1 to 2"
