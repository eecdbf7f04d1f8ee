"""Real answers, where they are at hand, through every connector: what counts, and what nobody understands."""

import pytest
from recordings import FOLDER, mapped

from evenscore.connectors import NETWORKS

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="no recorded answers at hand; EVENSCORE_RECORDED names them"
)
SOUND = {
    "activitystreams": {"post", "reply", "like", "dislike", "repost", "follow", "mention"},
    "bluesky": {"post", "reply", "repost", "like", "mention", "follow"},
    "discourse": {"post", "reply", "like"},
    "github": {"post", "reply", "review", "star", "fork"},
    "gitlab": {"post", "reply", "like"},
    "hackernews": {"post", "reply"},
    "lemmy": {"post", "reply"},
    "mastodon": {"post", "repost", "like"},  # whoever replies and mentions there says not to be found
    "reddit": {"post", "reply", "repost"},
    "slack": {"post", "reply"},
    "stackexchange": {"post", "reply", "like", "accept", "mention"},
    "youtube": {"post", "reply"},
    "zulip": {"post", "like", "mention"},
}
"""The verbs that recorded answers of each network hold."""


@pytest.mark.parametrize("kind", sorted(NETWORKS))
def test_recorded_answers_map_to_the_right_verbs(kind: str) -> None:
    if not list((FOLDER / kind).glob("*.ndjson")):
        pytest.skip(f"no recorded answers of {kind} in {FOLDER}")
    found = mapped(kind)
    print(f"{kind}: {found.answers} answers, {found.read} read, verbs {dict(found.verbs)}; ignored "
          f"{sum(found.ignored.values())}, malformed {dict(found.malformed)}")  # fmt: skip
    claimed = set(NETWORKS[kind].verbs) | {"accounts", "aliases"}
    assert set(found.verbs) <= claimed
    if not found.read:
        pytest.skip(f"{kind}: {found.answers} answers, none of what is asked: {', '.join(sorted(found.unasked))}")
    assert sum(found.verbs.values()) > 0
    if "shared" in str(FOLDER):
        assert SOUND[kind] <= set(found.verbs)


@pytest.mark.parametrize("folder", sorted(path.name for path in FOLDER.glob("*/") if any(path.glob("*.ndjson"))))
def test_no_recordings_are_left_out_in_silence(folder: str) -> None:
    if folder not in NETWORKS:
        pytest.skip(f"{folder}: no connector reads this network; `evenscore new network {folder}` begins one")
    assert mapped(folder).answers > 0
