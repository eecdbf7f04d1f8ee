"""Reading quickly leaves nothing out: a line gives what reading it exactly gives, or is refused in the same words."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenscore.base.sources import Source
from evenscore.connectors import gharchive, records
from evenscore.connectors.base import Parsed
from evenscore.connectors.compressed import lines
from evenscore.connectors.gharchive import GhArchive
from evenscore.connectors.records import Flood, Malformed, Number, decode, require_ids

SOURCE = Source(name="archive", kind="gharchive", path="x")
SHARED = Path(__file__).parents[3] / "shared/data/native/gharchive"
AT = '"created_at":"2026-03-01T10:00:00Z"'
PUSH = '{"id":"1","type":"PushEvent","actor":{"login":"bob"},"repo":{"name":"ann/x"},"payload":{%s},' + AT + "}"
STAR = '{"id":"2","type":"WatchEvent","actor":{"login":"bob","id":3},"repo":{"id":4,"name":"ann/x"},"payload":{},' + AT
WORDS = (
    'null', 'true', '0', '-0', '7', '18446744073709551616', '-12345678901234567890', '1.50', '1e5', '1E400', 'NaN',
    '01', '-Infinity', '""', '"a"', '"A"', '"\\u0061"', '"\\u0022\\u0022"', '"\\\\u0022"', '"\\""', '"\\ud800"',
    '"\\udc00 "', '"\\ud83d\\ude00"', '"\t"', '"é"', '"\u2028"', '"\\x"', "9" * 4300, "9" * 4301,
    "[" * 3000 + "]" * 3000,
)  # fmt: skip
KEYS = ('"a"', '"b"', '"id"', '"type"', '"\\u0061"', '"\\""', '"é"', '"actor"')
GAPS = st.sampled_from(["", "", "", " ", "\t"])


def objects(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """An object as text, in which a key may stand twice, with the blanks that JSON allows."""
    pairs = st.lists(st.tuples(st.sampled_from(KEYS), GAPS, values), max_size=4)
    return pairs.map(lambda found: "{" + ",".join(f"{key}{gap}:{gap}{value}" for key, gap, value in found) + "}")


JSON = st.recursive(
    st.sampled_from(WORDS),
    lambda values: objects(values) | st.lists(values, max_size=3).map(lambda found: "[" + ",".join(found) + "]"),
    max_leaves=8,
)


def shown(value: Any) -> Any:
    """A value, of which equal ones are equal to the letter: the type of a number, whether it had an exponent."""
    if isinstance(value, dict):
        return [(key, shown(one)) for key, one in value.items()]
    if isinstance(value, list):
        return [shown(one) for one in value]
    return (type(value).__name__, repr(value), getattr(value, "has_exponent", None))


def said(line: str) -> Any:
    try:
        return shown(decode(line))
    except (Malformed, Flood) as reason:
        return str(reason)


def exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Close the quick roads."""
    monkeypatch.setattr(records, "_plain", lambda _: None)
    monkeypatch.setattr(gharchive, "_unread_kind", lambda _: None)


@settings(max_examples=400)
@given(JSON | objects(JSON), st.integers(0, 60), st.sampled_from(["", "", "", '"', "}", "\\", ",", "x", "\ufeff"]))
def test_a_record_is_what_it_is_when_read_exactly(text: str, place: int, more: str) -> None:
    line = text[:place] + more + text[place:]
    quickly = said(line)
    with pytest.MonkeyPatch.context() as monkeypatch:
        exactly(monkeypatch)
        assert quickly == said(line)


@pytest.mark.parametrize(
    "line",
    [
        '{"a":1,"a":2}',
        '{"a": 1, "a": 2}',
        '{"a":1e2,"b":1,"b":1}',  # 100.0, written again, would take the place of what was lost
        '{"b":"\\u0022\\u0022","a":1,"a":2}',  # and so would two quotes
        '{"a":"\\u000a\\u000a","b":1,"b":2}',
        '{"a":1,"\\u0061":2}',
        '{"o":[{"a":{"b":1,"b":[]}}]}',
    ],
)
def test_a_key_that_is_written_twice_is_always_seen(line: str) -> None:
    assert records._plain(line) is None
    assert shown(decode(line)) == shown(json.loads(line, parse_float=Number, object_pairs_hook=records._every_value))


def parse(folder: Path, text: str) -> Parsed:
    path = folder / "2026-03-01-10.json"
    path.write_text(text)
    return GhArchive().parse(path, SOURCE)


@pytest.mark.parametrize(
    "line",
    [
        PUSH % "",
        PUSH % '"a":1,"a":2',
        PUSH % '"a":NaN',
        PUSH % '"a":"\\ud800"',
        PUSH % ('"a":' + "9" * 4301),
        PUSH % ('"a":"' + "x" * 5000 + '"'),
        PUSH % '"a":',
        (PUSH % "").replace('"type"', '"type":"WatchEvent","type"'),
        (PUSH % "").replace('"actor"', '"actor":"bob","actor"'),
        (PUSH % "").replace('{"login":"bob"}', '"bob"'),
        (PUSH % "").replace('"actor":{"login":"bob"},', ""),
        (PUSH % "").replace('"PushEvent"', "null"),
        (PUSH % "").replace('"PushEvent"', '{"a":1}'),
        (PUSH % "").replace('"PushEvent"', '""'),
        (PUSH % "").replace("PushEvent", "Push\\u0045vent"),
        (PUSH % "").replace("PushEvent", "Watch\\u0045vent"),
        (PUSH % "").replace(",", " , "),
        STAR + "}",
        STAR + ',"type":"PushEvent"}',
        STAR.replace('"id":3', '"id":3.0') + "}",
        STAR.replace('"id":3', '"id":3e0') + "}",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_an_event_is_counted_read_or_refused_as_when_it_is_read_exactly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, end: str
) -> None:
    text = STAR + "}\n" + line + end
    quickly = parse(tmp_path, text)
    exactly(monkeypatch)
    assert quickly == parse(tmp_path, text)


@pytest.mark.parametrize("hour", [0, 1])
def test_a_real_hour_gives_what_reading_it_exactly_gives(monkeypatch: pytest.MonkeyPatch, hour: int) -> None:
    path = SHARED / f"2015-01-01-{hour}.json.gz"
    if not path.exists():
        pytest.skip("the shared sample data is not here")
    quickly = GhArchive().parse(path, SOURCE)
    assert [one for one in lines(path) if one and '"WatchEvent"' in one and records._plain(one) is None] == []
    exactly(monkeypatch)
    assert quickly == GhArchive().parse(path, SOURCE)


def test_of_what_nobody_reads_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    monkeypatch.setattr(gharchive, "decode", lambda line: [decode(line), read.append(line)][0])
    parsed = parse(tmp_path, (PUSH % "" + "\n") * 50 + STAR + "}\n")
    assert (parsed.ignored["PushEvent"], read) == (50, [STAR + "}"])


@pytest.mark.parametrize("name", ['["ann/x"]', '{"a/b":1}', "1.5", '"x"'])
def test_a_repository_whose_name_is_no_name_is_refused(tmp_path: Path, name: str) -> None:
    parsed = parse(tmp_path, STAR.replace('"ann/x"', name) + "}\n")
    (reject,) = parsed.rejects
    assert (reject.row, reject.reason[:29]) == (1, "repo.name is not owner/name: ")


@pytest.mark.parametrize(
    ("written", "has_exponent"), [("1.5", False), ("101.0", False), ("1e3", True), ("1.01E+3", True)]
)
def test_a_number_remembers_whether_it_was_written_with_an_exponent(written: str, has_exponent: bool) -> None:
    """An id with one may have lost digits before it was written."""
    assert decode(f'{{"id": {written}}}')["id"].has_exponent is has_exponent


def test_a_record_that_is_nested_too_deeply_is_refused() -> None:
    value: Any = {}
    for _ in range(5000):
        value = [value]
    with pytest.raises(Malformed, match="nested too deeply"):
        require_ids(value)
