"""Whoever or whatever is renamed counts once: each person here differs from a twin in a rename alone.

What becomes of the published nights of who is renamed stands with the withdrawals, in test_consent.py.
"""

import pytest
from village import DAYS, FIRST, LAST, Village, built, score

from evenscore.base.settings import Settings

MIDDLE = DAYS[15]
ON_LAST = f"{LAST}T09:00:00Z"
FANS = 9


def habits(village: Village, person: str, late_account: str | None = None, late_fan: str | None = None) -> None:
    """Nine fans of their own, a third of whom like something on a given day; account and first fan may be renamed."""
    for day in DAYS:
        fans = [f"fan{number}_of_{person}" for number in range(FANS)]
        if day >= MIDDLE:
            fans[0] = late_fan or fans[0]
        account = late_account if late_account and day >= MIDDLE else person
        village.like(account, fans[day.toordinal() % 3 :: 3], day, object_id=f"{person}-{day}")


def renamed_fans(village: Village) -> None:
    """The first fan of each changes the name mid-way; `unknown_fan`: nobody saw it; `recycled_fan`: it was reused."""
    for person in ("renamed_fan", "unknown_fan", "recycled_fan"):
        village.grant(person)
        habits(village, person, late_fan=f"new_fan_of_{person}")
    village.named("1", "fan0_of_renamed_fan", "new_fan_of_renamed_fan", day=MIDDLE)
    village.named("2", "fan0_of_recycled_fan", "new_fan_of_recycled_fan", day=MIDDLE)
    village.named("3", "fan0_of_recycled_fan", day=LAST)


def renamed_people(village: Village) -> None:
    """The account of each changes its name mid-way; the ledger has the old one, the new one or both."""
    for person in ("by_old_name", "by_new_name", "by_both_names"):
        habits(village, person, late_account=f"{person}_now")
        village.named(f"of {person}", person, f"{person}_now", day=MIDDLE)
    village.grant("by_old_name").grant("by_new_name", "by_new_name_now").grant("by_both_names")
    village.grant("by_both_names", "by_both_names_now", recorded_at=f"{MIDDLE}T00:00:00Z")


def renamed_objects(village: Village) -> None:
    """The unnamed around one object are one engager: `renamed_object` has one, though its object has two names."""
    for person, late in (("object_twin", "thing"), ("renamed_object", "thing_now"), ("two_objects", "other_thing")):
        village.grant(person)
        habits(village, person)
        for day in DAYS:
            name = f"{person}_{late if day >= MIDDLE else 'thing'}"
            village.like(person, [None], day, object_id=name)
    village.named("9", "renamed_object_thing", "renamed_object_thing_now", day=MIDDLE, kind="object")


def renamed_nobodies(village: Village) -> None:
    """Likes that do not count, by accounts that have two names: a bot's, and one's own."""
    for person in ("liked_by_bot", "selfish"):
        village.grant(person)
        habits(village, person)
    village.like("liked_by_bot", ["bot_now"] * 5, LAST).named("4", "bot", "bot_now")
    flagged = {"network": "forum", "is_private": "false", "is_bot": "true", "captured_at": f"{FIRST}T00:00:00Z"}
    village.accounts.append({"account_id": "bot"} | flagged)
    village.like("selfish", ["selfish_before"] * 5, LAST).named("5", "selfish_before", "selfish")


def refused_people(village: Village) -> None:
    """An account that two people claim, each by another name; an account that was erased by its other name."""
    for person in ("claimed", "erased_by_old_name", "erased_by_new_name"):
        habits(village, person, late_account=f"{person}_now")
        village.named(f"of {person}", person, f"{person}_now", day=MIDDLE)
    village.grant("first_claimant", "claimed").grant("second_claimant", "claimed_now")
    village.grant("erased_by_old_name", "erased_by_old_name_now").grant("erased_by_new_name")
    village.grant("erased_by_old_name", action="erase", recorded_at=ON_LAST)
    village.grant("erased_by_new_name", "erased_by_new_name_now", action="erase", recorded_at=ON_LAST)


@pytest.fixture(scope="module")
def renames(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("renames")
    village = Village(folder / "village").grant("twin")
    habits(village, "twin")
    for add in (renamed_fans, renamed_people, renamed_objects, renamed_nobodies, refused_people):
        add(village)
    settings = village.write().settings(folder / "home")
    score(settings, LAST)
    return settings


@pytest.fixture(scope="module")
def scores(renames: Settings) -> dict[str, float]:
    found = built(renames, "select person_id, score from marts.person_scores")
    assert all(points > 1 for _, points in found)
    return dict(found)


@pytest.mark.parametrize(
    "person", ["renamed_fan", "by_old_name", "by_new_name", "by_both_names", "liked_by_bot", "selfish"]
)
def test_a_rename_gives_exactly_the_score_of_the_twin_without_one(person: str, scores: dict[str, float]) -> None:
    assert scores[person] == scores["twin"]


def test_a_renamed_object_is_one_object(scores: dict[str, float]) -> None:
    assert scores["renamed_object"] == scores["object_twin"]
    assert scores["two_objects"] > scores["object_twin"]


def test_a_recycled_handle_is_left_alone_and_counted(renames: Settings, scores: dict[str, float]) -> None:
    assert scores["recycled_fan"] == scores["unknown_fan"] > scores["twin"]
    assert built(renames, "select * from conformed.recycled_names") == [("forum", "account", 1)]


def test_one_account_has_one_owner_and_one_decision(renames: Settings) -> None:
    rows = "select account_id from conformed.consent where person_id = $1"
    assert built(renames, rows, "by_both_names") == [("by_both_names_now",)]
    refused = "select account_count from conformed.consent_counts where refused_because = 'claimed by two people'"
    assert built(renames, refused) == [(2,)]


@pytest.mark.parametrize("person", ["first_claimant", "second_claimant", "erased_by_old_name", "erased_by_new_name"])
def test_there_is_no_row_of_somebody_refused_under_another_name(person: str, renames: Settings) -> None:
    for table in ("marts.person_scores", "marts.network_coverage", "conformed.received"):
        assert built(renames, f"select count(*) from {table} where person_id = $1", person) == [(0,)], table


def test_no_name_of_a_fan_is_kept(renames: Settings) -> None:
    kept = renames.places.warehouse.read_bytes()
    assert b"twin" in kept
    assert b"fan0_of" not in kept
