"""Names that change hands: a row is whose number it bears, and whoever takes a name is asked about no further."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from invented import Invented, every, mastodon
from loopback import Asked, Reply
from pulled_home import altered, served

from evenscore.pulling.people import TAKEN
from evenscore.pulling.store import Store

pytestmark = pytest.mark.usefixtures("without_a_disk")
DAY = 86400


@pytest.mark.parametrize(
    ("kind", "number"), [("github", "/user/1001"), ("mastodon", "/accounts/900011"), ("gitlab", "/users/701001")]
)
def test_a_handle_that_somebody_else_has_taken_is_somebody_else(tmp_path: Path, kind: str, number: str) -> None:
    """A login is asked for once; from then on the number is, whoever has the login, and nothing names that."""
    with served(tmp_path, every()[kind]()) as home:
        home.pull()
        before = len(home.server.log)
        home.clock.sleep(DAY)
        home.pull()
        asked = [one.line for one in home.server.log[before:]]
        assert any(one.partition("?")[0].endswith(number) for one in asked)
        assert not [one for one in asked if "/users/ann" in one or "'ann'" in one]


def test_an_answer_with_another_id_is_not_taken_for_the_person(tmp_path: Path) -> None:
    taken = [False]

    def change(asked: Asked, reply: Reply) -> Reply:
        if asked.path == "/api/v1/accounts/900011" and taken[0]:
            reply.body["id"] = "900099"
        return reply

    with served(tmp_path, altered(mastodon(), change)) as home:
        home.pull()
        taken[0] = True
        home.clock.sleep(DAY)
        done = home.pull()
        assert done.account.left_out["account: the handle is somebody else's now"] == 1
        assert Store(home.places, "net").people()["ann"]["values"]["id"] == "900011"


def taken_over(kind: str) -> Invented:
    """Cid has taken the name that was Ann's, and Ann has another one since; the numbers are theirs as ever."""
    network = every()[kind]()
    before = network.answer
    swapped = {'"cid"': '"ann"', '"ann"': '"ann2"'}

    def answer(asked: Asked) -> Reply:
        reply = before(asked)
        told = json.dumps(reply.body)
        for old, new in sorted(swapped.items()):
            told = told.replace(f'"login": {old}', f'"login": {new}').replace(
                f'"username": {old}', f'"username": {new}'
            )
        return Reply(
            json.loads(told), reply.status, {key: value for key, value in reply.headers.items() if key != "ETag"}
        )

    return Invented(kind, network.people, answer, network.settings)


@pytest.mark.parametrize("kind", ["github", "discourse", "gitlab"])
def test_a_row_is_whose_number_it_bears_whatever_the_name(tmp_path: Path, kind: str) -> None:
    """Of one network before and after names were swapped, every row is of the same accounts."""
    with served(tmp_path / "before", every()[kind]()) as home:
        home.pull()
        home.extract()
        known = {row["event_id"]: (row["actor_id"], row["verb"]) for row in home.landed()}
    with served(tmp_path / "after", taken_over(kind)) as home:
        home.pull()
        home.extract()
        now = {row["event_id"]: (row["actor_id"], row["verb"]) for row in home.landed()}
        names = {(row["alias_id"], row["stable_id"]) for row in home.landed("aliases")}
    both = known.keys() & now.keys()
    assert len(both) > 5
    assert {event: known[event] for event in both} == {event: now[event] for event in both}
    assert not {name for name, _ in known.values() if name} & {"ann", "ben", "cid"}
    assert kind == "gitlab" or {("ann", number) for name, number in names if name == "ann"} == {("ann", CID_OF[kind])}


CID_OF = {"github": "1003", "discourse": "3"}


@pytest.mark.parametrize("kind", ["github", "discourse"])
def test_whoever_takes_a_name_that_stands_is_asked_about_no_further(tmp_path: Path, kind: str) -> None:
    is_taken = [False]
    taken, sound = taken_over(kind), every()[kind]()

    def answer(asked: Asked) -> Reply:
        """Under a name answers whoever has it now."""
        if not is_taken[0]:
            return sound.answer(asked)
        return taken.answer(replace(asked, path=asked.path.replace("/u/ann.", "/u/cid.")))

    network = Invented(kind, sound.people, answer, sound.settings)
    with served(tmp_path, network) as home:
        home.pull()
        is_taken[0] = True
        home.clock.sleep(8 * DAY)
        home.pull()
        known = Store(home.places, "net").people()["ann"]
        assert known["values"]["id"] == {"github": "1001", "discourse": "1"}[kind]
        # GitHub is asked by number and tells Ann's new name; Discourse only knows names.
        told = {"github": ("ann2", None), "discourse": ("ann", TAKEN)}[kind]
        assert (known["values"].get("login") or known["values"]["username"], known["hides"]["user"]) == told
