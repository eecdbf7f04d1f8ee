"""What an id is, at every door: text that is not empty, or a whole number."""

from typing import Any

import pytest

from evenscore.connectors.aliases import sighting
from evenscore.connectors.pulled import activity, profile
from evenscore.connectors.records import Malformed, need_id, require_ids

AT = "2026-03-01T12:00:00Z"
SEEN = {"occurred_at": AT, "network": "net"}


@pytest.mark.parametrize("written", ["7", 7, 0, "ünïcode ✓", "x" * 5_000])
def test_text_and_whole_numbers_are_ids_however_long(written: Any) -> None:
    assert need_id({"of": {"id": written}}, "of", "id") == str(written)
    assert activity("e", "like", written, written, written, AT)[1]["actor_id"] == str(written)
    assert next(profile(AT, written, []))[1]["account_id"] == str(written)
    assert sighting("account", "ann", written, SEEN)[0][1]["stable_id"] == str(written)
    require_ids({"of": [{"user_id": written}]})


@pytest.mark.parametrize("written", [True, 7.0, 1e300, ["7"], {"id": 7}])
def test_anything_else_is_none_and_refused_by_name(written: Any) -> None:
    with pytest.raises(Malformed, match=r"^of\.id is no id but a JSON"):
        need_id({"of": {"id": written}}, "of", "id")
    with pytest.raises(Malformed, match=r"^user_id is no id but a JSON"):
        require_ids({"of": [{"user_id": written}]})
    with pytest.raises(Malformed, match="no id"):
        activity("e", "like", written, None, None, AT)
    with pytest.raises(Malformed, match="no id"):
        list(profile(AT, written, []))
    assert sighting("account", "ann", written, SEEN) == ()


@pytest.mark.parametrize("written", [None, ""])
def test_nothing_is_nobodys_id(written: Any) -> None:
    for reading in (lambda: need_id({"id": written}, "id"), lambda: list(profile(AT, written, []))):
        with pytest.raises(Malformed):
            reading()
    assert activity("e", "like", written, None, None, AT)[1]["actor_id"] is None
    assert [row["alias_id"] for dataset, row in profile(AT, 7, [written]) if dataset == "aliases"] == ["7"]
    require_ids({"user_id": written})
