"""Topic scores: with evidence enough, of nobody else, and never against the owner's word."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from village import DAYS, LAST, Village, built, copied, fans_of, published, run_unread, score

from evenscore.base.settings import Settings
from evenscore.disclosure.person import gather
from evenscore.night import steps

EVE = DAYS[-2]
ON_LAST = f"{LAST}T09:00:00Z"
TOPICS = "topic_id,name,terms\nchess,Chess,rook|pawn\njazz,Jazz,trumpet\n"
CHESS = ("my rook is gone", "a pawn too many", "castle, says the rook")
NOISE = ("lol", "me 2", "I'm bored")
PEOPLE = ("player", "noisy", "brief", "paster", "quoter", "lonely", "vetoer", "returner", "guest")


@dataclass(frozen=True)
class Played:
    """Two nights; on the second `vetoer` vetoes chess."""

    village: Village
    settings: Settings


def writes(village: Village, person: str, texts: tuple[str, ...], *objects: str) -> None:
    """One post a day, of an object that the person's fans like that day, unless another is named."""
    for day, text, name in zip(DAYS, texts, [*objects, *texts][: len(texts)], strict=False):
        object_id = name if objects else f"{person}-{day}"
        village.like("", [person], day, verb="post", object_id=object_id, text=text, occurred_at=f"{day}T08:00:00Z")


def the_village(folder: Path) -> Village:
    village = Village(folder).habits(PEOPLE)
    writes(village, "player", CHESS)
    writes(village, "noisy", NOISE)
    writes(village, "brief", CHESS[:2])
    writes(village, "paster", CHESS[:1] * 3)
    writes(village, "quoter", tuple(f'[quote="x"]{text}[/quote] lol' for text in CHESS))
    # Objects that are called as whoever they belong to: a stranger, who landed like any other, and a member.
    called = ("stranger/chess#1", "player/chess#2", "topic-3")
    writes(village, "guest", CHESS, *called)
    for day, name in zip(DAYS, called, strict=False):
        village.like("guest", fans_of("guest", 5), day, object_id=name)
    village.like("stranger", ["player"], LAST)
    writes(village, "lonely", CHESS, "lone-1", "lone-2", "lone-3")
    for day, name in zip(DAYS, ("lone-1", "lone-2", "lone-3"), strict=False):
        village.like("lonely", ["friend"], day, object_id=name)
    for person in ("vetoer", "returner"):
        writes(village, person, tuple(f"{text} and a trumpet" for text in CHESS))
    writes(village, "whisperer", CHESS)
    for day in DAYS:
        village.like("whisperer", [f"fan{number}" for number in range(9)], day)
    village.grant("returner", action="withdraw", purpose="topic:chess")
    village.grant("returner", purpose="topic:chess", recorded_at="2026-01-02T00:00:00Z")
    village.grant("whisperer", purpose="topic:chess")
    return written(village)


def written(village: Village) -> Village:
    village.write()
    (village.folder / "topics.csv").write_text(TOPICS)
    config = village.folder / "evenscore.toml"
    config.write_text(f'{config.read_text()}\n[topics]\nlist = "topics.csv"\n')
    return village


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("topics")
    village = the_village(folder / "village")
    settings = village.settings(folder / "home")
    run_unread(settings, EVE)
    assert published(settings, "select topic from topic_scores where person_id = 'vetoer' order by 1") == [
        ("chess",),
        ("jazz",),
    ]
    written(village.grant("vetoer", action="withdraw", purpose="topic:chess", recorded_at=ON_LAST))
    run_unread(settings, LAST)
    return Played(village, settings)


def nights_of(settings: Settings, person: str) -> list[tuple[object, ...]]:
    return published(settings, "select topic, as_of_date from topic_scores where person_id = $1 order by all", person)


def test_who_is_listened_to_on_a_topic_has_it_with_its_evidence(played: Played) -> None:
    assert nights_of(played.settings, "player") == [("chess", EVE), ("chess", LAST)]
    rows = "select topic_name, evidence_count, distinct_engagers from topic_scores where person_id = 'player'"
    assert set(published(played.settings, rows)) == {("Chess", 3, 5)}
    why = (
        "select network, object_id, engager_count, matched_term from topic_evidence "
        "where person_id = 'player' and as_of_date = $1 order by matched_term, object_rank"
    )
    found = published(played.settings, why, LAST)
    assert [(row[0], row[1], row[3]) for row in found] == [("forum", "…", term) for term in ("pawn", "rook", "rook")]
    assert all(1 <= row[2] <= 2 for row in found)


def test_an_object_is_shown_as_far_as_it_names_nobody_who_did_not_ask(played: Played) -> None:
    shown = "select object_id from topic_evidence where person_id = 'guest' and as_of_date = $1 order by 1"
    assert published(played.settings, shown, LAST) == [("player/…#2",), ("topic-3",), ("…/…#1",)]
    found = gather(played.settings, "guest", "guest", "for myself")
    assert "stranger" not in json.dumps(found, default=str)
    assert "player/chess" not in json.dumps(found["landing"], default=str)


@pytest.mark.parametrize("person", ["noisy", "brief", "paster", "quoter", "lonely"])
def test_too_little_evidence_is_silence(person: str, played: Played) -> None:
    assert nights_of(played.settings, person) == []
    rows = "select count(*) from person_scores where person_id = $1 and status = 'published'"
    assert published(played.settings, rows, person) == [(2,)]


def test_a_veto_ends_one_topic_with_its_past_and_leaves_the_others(played: Played) -> None:
    assert nights_of(played.settings, "vetoer") == [("jazz", EVE), ("jazz", LAST)]
    why = "select distinct topic from topic_evidence where person_id = 'vetoer'"
    assert published(played.settings, why) == [("jazz",)]
    kept = "select count(*) from features.feat_object__topics where person_id = 'vetoer' and topic_id = 'chess'"
    assert built(played.settings, kept) == [(0,)]
    rows = "select count(*) from person_scores where person_id = 'vetoer' and score is not null"
    assert published(played.settings, rows) == [(2,)]


def test_a_later_grant_allows_a_topic_again(played: Played) -> None:
    topics = [("chess", EVE), ("chess", LAST), ("jazz", EVE), ("jazz", LAST)]
    assert nights_of(played.settings, "returner") == topics


def test_a_grant_of_a_topic_is_no_grant_of_a_score(played: Played) -> None:
    for (table,) in published(played.settings, "select table_name from duckdb_tables()"):
        mentions = f"select count(*) from {table} where {table}::varchar like '%whisperer%'"
        assert published(played.settings, mentions) == [(0,)], table
    readers = "select distinct person_id from conformed.own_texts order by 1"
    assert built(played.settings, readers) == [(person,) for person in sorted(PEOPLE)]


@pytest.mark.slow
def test_a_veto_after_a_night_was_published_holds_when_the_same_night_is_run_again(
    played: Played, tmp_path: Path
) -> None:
    home = copied(played.settings, tmp_path / "home").home
    village = the_village(tmp_path / "village")
    village.grant("vetoer", action="withdraw", purpose="topic:chess", recorded_at=ON_LAST)
    village.grant("player", action="withdraw", purpose="topic:chess", recorded_at=f"{LAST}T10:00:00Z")
    settings = written(village).settings(home)
    steps.rebuild_night(settings, LAST)
    assert nights_of(settings, "player") == []
    assert len(nights_of(settings, "returner")) == 4


def test_without_a_list_nobody_has_a_topic_and_no_text_is_read(played: Played, tmp_path: Path) -> None:
    settings = the_village(tmp_path / "village").write().settings(tmp_path / "home")
    score(settings, LAST, "+topic_scores")
    assert built(settings, "select count(*) from marts.topic_scores") == [(0,)]
    assert built(settings, "select count(*) from conformed.own_texts") == [(0,)]
