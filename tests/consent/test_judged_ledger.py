"""A whole ledger is judged as its rows are, one by one, whoever of it says no more than one plain grant."""

import random
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from evenscore.base.canonical import CONSENT, LAID_OUT_CONSENT
from evenscore.consent import shown

SCHEMA = pa.schema([CONSENT.field(name) for name in LAID_OUT_CONSENT])
SAID: dict[str, list[Any]] = {
    "persona": ["work", "work", "private"],
    "action": ["grant"] * 8 + ["withdraw", "erase"],
    "purpose": ["public_score"] * 8 + ["research", "topic:birds"],
    "is_adult": [True] * 9 + [False, None],
}


def ledger(seed: int, people: int = 40) -> pa.Table:
    """Some say one word, some more, on accounts of their own or of others."""
    draw = random.Random(seed)
    rows = []
    for number in range(people):
        for word in range(draw.choice([1, 1, 1, 2, 4])):
            account = number * 10 + word if draw.random() < 0.9 else draw.randrange(people) * 10
            row = {"person_id": f"p{number}", "network": draw.choice(["forum", "forge"]), "account_id": f"a{account}"}
            row |= {name: draw.choice(values) for name, values in SAID.items()}
            rows.append(row | {"recorded_at": datetime(2026, 1, 1) + timedelta(draw.randrange(9))})
    return pa.Table.from_pylist(rows, schema=SCHEMA)


@pytest.mark.parametrize("seed", range(40))
def test_people_of_one_word_are_judged_as_everybody_is(seed: int) -> None:
    table = ledger(seed)
    private = frozenset({("forum", "a10"), ("forge", "a20"), ("forum", "a30")})
    found = shown.judge_ledger(table, private)
    by_row = shown.judge(table.to_pylist(), private)
    assert (found.stands, found.left, found.vetoes) == (by_row.stands, by_row.left, by_row.vetoes)
    assert found.digest == by_row.digest
    assert 5 < len(found.stands) < table.num_rows


def test_only_people_of_more_words_are_judged_row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    table = ledger(99, people=200)
    judged: list[int] = []
    judge = shown.judge
    monkeypatch.setattr(shown, "judge", lambda rows, private: (judged.append(len(rows)), judge(rows, private))[1])
    shown.judge_ledger(table, frozenset())
    shown.judge_ledger(table.slice(0, table.num_rows), frozenset())
    assert len(judged) == 1
    assert judged[0] < table.num_rows - 50
    shown.judge_ledger(table.slice(0, table.num_rows - 1), frozenset())
    assert len(judged) == 2
