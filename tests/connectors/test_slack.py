"""Slack's export: public channels are read, everything private stays unread and is counted."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from evenscore.base.errors import InputError
from evenscore.base.sources import Source
from evenscore.connectors import CONNECTORS

SOURCE = Source(name="work", kind="slack", path="*.zip")
PROFILE = {"id": "U1", "profile": {}, "updated": 1772000000, "is_bot": False}
FIRST = {"ts": "1772323200.000100", "thread_ts": "1772323200.000100", "user": "U1", "text": "hi <@U2>", "reactions": [
    {"name": "+1::skin-tone-2", "users": ["U2"]}, {"name": "eyes", "users": ["U3"]}, {"name": "-1", "users": ["U3"]},
    {"name": "heart"}]}  # fmt: skip
ANSWER = {"ts": "1772323300.000200", "user": "U2", "text": "yes", "thread_ts": FIRST["ts"], "parent_user_id": "U1"}
JOINED = {"ts": "1772323400.000300", "user": "U3", "subtype": "channel_join", "text": "joined"}


def export(folder: Path, **files: Any) -> Path:
    path = folder / "export.zip"
    known = {"channels.json": [{"id": "C1", "name": "general"}], "users.json": [PROFILE],
             "general/2026-03-01.json": [FIRST, ANSWER, JOINED]}  # fmt: skip
    with zipfile.ZipFile(path, "w") as made:
        for name, content in {**known, **files}.items():
            made.writestr(name, json.dumps(content))
    return path


def test_messages_threads_mentions_and_reactions_are_read(tmp_path: Path) -> None:
    parsed = CONNECTORS["slack"].parse(export(tmp_path), SOURCE)
    rows = parsed.tables["activity"].to_pylist()
    assert [(row["verb"], row["actor_id"], row["target_id"]) for row in rows] == [
        ("post", "U1", None), ("mention", "U1", "U2"), ("like", "U2", "U1"), ("dislike", "U3", "U1"),
        ("reply", "U2", "U1"),
    ]  # fmt: skip
    assert {row["event_id"] for row in rows} >= {f"message-C1-{FIRST['ts']}"}, "the id keeps every digit"
    assert parsed.ignored == {"subtype channel_join": 1}
    assert parsed.tables["accounts"].num_rows == 1


def test_an_answer_that_does_not_say_so_is_to_whom_the_export_says_began_the_thread(tmp_path: Path) -> None:
    """Older exports name nobody, and a broadcast shows the message that it answers."""
    silent = {key: value for key, value in ANSWER.items() if key != "parent_user_id"}
    later = {**silent, "ts": "1772409600.000100"}
    shown = {**later, "ts": "1772409700.000100", "thread_ts": "1.1", "subtype": "thread_broadcast",
             "root": {"ts": "1.1", "user": "U4"}}  # fmt: skip
    days = {"general/2026-03-01.json": [FIRST, silent], "general/2026-03-02.json": [later, shown]}
    rows = CONNECTORS["slack"].parse(export(tmp_path, **days), SOURCE).tables["activity"].to_pylist()
    assert [row["target_id"] for row in rows if row["verb"] == "reply"] == ["U1", "U1", "U4"]


@pytest.mark.parametrize(
    "gone",
    [
        {**FIRST, "user": "USLACKBOT", "subtype": "tombstone", "text": "This message was deleted."},
        {"ts": "1772323900.000100", "deleted_ts": FIRST["ts"], "subtype": "message_deleted"},
    ],
)
def test_a_message_that_a_later_export_calls_deleted_is_taken_back(tmp_path: Path, gone: dict[str, Any]) -> None:
    days = {"general/2026-03-01.json": [gone, ANSWER]}
    parsed = CONNECTORS["slack"].parse(export(tmp_path, **days), SOURCE)
    assert list(parsed.taken_down) == [f"message-C1-{FIRST['ts']}"]


@pytest.mark.parametrize("place", ["D123", "secret-group", "mpdm-ann--ben-1"])
def test_what_is_private_stays_unread_and_is_counted(tmp_path: Path, place: str) -> None:
    more = {f"{place}/2026-03-01.json": [{**FIRST, "text": "secret"}], "dms.json": [{"id": "D123", "members": ["U1"]}]}
    parsed = CONNECTORS["slack"].parse(export(tmp_path, **more), SOURCE)
    assert parsed.ignored["a message of a channel that is_private"] == 1
    assert "secret" not in str([table.to_pylist() for table in parsed.tables.values()])


@pytest.mark.parametrize("flag", ["is_im", "is_mpim", "is_private", "is_group"])
def test_a_channel_that_is_private_by_its_own_flag_is_one_wherever_it_stands(flag: str, tmp_path: Path) -> None:
    channels = [{"id": "C1", "name": "general", flag: True}]
    parsed = CONNECTORS["slack"].parse(export(tmp_path, **{"channels.json": channels}), SOURCE)
    assert "activity" not in parsed.tables


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half of a ZIP", b'{"ts": 1}'])
def test_what_is_no_export_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"export\.zip: not a readable export"):
        CONNECTORS["slack"].parse(path, SOURCE)


def test_an_export_whose_packed_bytes_are_damaged_is_named(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in (("channels.json", []), ("users.json", [PROFILE] * 500)):
            made.writestr(name, json.dumps(content))
    content = bytearray(path.read_bytes())
    first = content.index(b"users.json") + len("users.json")
    content[first : first + 20] = b"\xff" * 20
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"export\.zip: not a readable export: error"):
        CONNECTORS["slack"].parse(path, SOURCE)


def test_an_export_that_asks_for_a_password_is_named(tmp_path: Path) -> None:
    path = export(tmp_path)
    content = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the bit of each file's flags that says encrypted
        place = content.find(mark)
        while place >= 0:
            content[place + at] |= 1
            place = content.find(mark, place + 1)
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"export\.zip: not a readable export: RuntimeError"):
        CONNECTORS["slack"].parse(path, SOURCE)
