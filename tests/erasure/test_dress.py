"""Who was erased comes back in no other dress: what is the same account is kept out, what looks like it is told."""

from datetime import date

import duckdb
import pyarrow as pa
import pytest

from evenscore.base.canonical import DATASETS
from evenscore.consent.suppression import Suppressed
from evenscore.erasure.scope import entries
from evenscore.intake import suppression_filter
from evenscore.names import look_alikes
from evenscore.names.account_ids import EVERYWHERE
from evenscore.names.identifier_matcher import ErasureSubject, IdentifierMatcher

LEFT = "2026-03-01T00:00:00+00:00"


@pytest.fixture
def suppressed() -> Suppressed:
    found = Suppressed(b"key", EVERYWHERE)
    subject = ErasureSubject("forum", "p5", LEFT)
    found.entries = {one.digest: one for one in entries(found, [subject], [])}
    return found


def rows(**columns: str) -> pa.Table:
    known = {"event_id": "e1", "network": "forum", "verb": "reply", "actor_id": "ann", "target_id": "bob"} | columns
    return pa.table({one.name: pa.array([known.get(one.name)], one.type) for one in DATASETS["activity"]})


SAME = ["p5", "@p5", "/p5", "/@p5", "p5/", "%705", "P5", "u/p5", "/u/p5/", "%40p5", "\uff20p5", " @p5 "]
ALIKE = ["forum:p5", "\u04405", "p5@forum.example", "https://forum.example/u/p5", "https://f.org/@p5?x=1", "@p5@f.org"]
OTHERS = ["p55", "mp5", "p5-2", "@p6", "talk:p5x", "https://forum.example/u/p6", "u/px", "%706"]


@pytest.mark.parametrize("name", SAME)
@pytest.mark.parametrize("column", ["actor_id", "target_id"])
def test_the_same_account_in_another_dress_is_kept_out(suppressed: Suppressed, name: str, column: str) -> None:
    assert suppression_filter.keep(suppressed, "activity", rows(**{column: name})).num_rows == 0


@pytest.mark.parametrize("name", [*ALIKE, *OTHERS])
def test_another_account_is_let_in_and_told_where_it_looks_the_same(suppressed: Suppressed, name: str) -> None:
    assert suppression_filter.keep(suppressed, "activity", rows(actor_id=name)).num_rows == 1
    assert suppressed.looks_erased("forum", name) == (name in ALIKE)


def test_look_alikes_of_the_erased_are_counted_beside_those_of_the_living(suppressed: Suppressed) -> None:
    with duckdb.connect() as con:
        con.execute("create schema raw")
        con.execute("create table raw.consent as select 'forum' network, 'bob' account_id, 'grant' as action")
        con.execute(
            "create table raw.recent_names as select 'forum' network, unnest($names) account_id",
            {"names": ["b0b", "bob", *ALIKE, *OTHERS]},
        )
        look_alikes.write(con, suppressed.looks_erased)
        assert con.execute("from raw.look_alikes").fetchall() == [("forum", 1 + len(ALIKE))]
        look_alikes.write(con, lambda network, name: False)
        assert con.execute("from raw.look_alikes").fetchall() == [("forum", 1)]


def test_recent_names_are_those_of_the_last_eight_weeks_up_to_tonight() -> None:
    with duckdb.connect() as con:
        con.execute("create schema raw")
        con.execute(
            "create table raw.activity as "
            "select 'forum' network, actor_id, target_id, occurred_at::timestamp occurred_at from (values "
            "('b0b', 'eve', '2026-03-02 23:59'), ('eve', null, '2026-01-05'), ('ann', 'bob', '2026-03-03'), "
            "('zoe', 'bob', '2026-01-04 23:59')) as acts(actor_id, target_id, occurred_at)"
        )
        found = con.execute(f"{look_alikes.RECENT_NAMES} order by account_id", {"night": date(2026, 3, 2)}).fetchall()
        assert found == [("forum", "b0b", True, False), ("forum", "eve", True, True)]


ADDRESSES = ("see u/p5", "https://forum.example/u/p5", "(/u/p5/)", "https://f.org/@P5?x=1", "http://f.org/users/p5.")
QUOTES = (
    '[quote="p5, post:12, topic:418"]so be it[/quote]',
    "[QUOTE=P5]so be it[/QUOTE]",
    '[quote="Paul, post:1, topic:2, full:true, username:p5"]so be it[/quote]',
    '<aside class="quote" data-username="p5" data-post="1">so be it</aside>',
)


@pytest.mark.parametrize("text", [*ADDRESSES, *QUOTES])
def test_whom_a_text_links_to_or_quotes_is_named_by_it_no_more(suppressed: Suppressed, text: str) -> None:
    (kept,) = suppression_filter.keep(suppressed, "activity", rows(text=text))["text"].to_pylist()
    assert "p5" not in kept.lower() and "left-" in kept
    assert IdentifierMatcher([ErasureSubject("forum", "p5", LEFT)]).within(text)


@pytest.mark.parametrize("text", ["menu/p5", "https://p5.org/about", "https://f.org/u/p55", "a/p5"])
def test_a_text_that_names_nobody_stays(suppressed: Suppressed, text: str) -> None:
    assert suppression_filter.keep(suppressed, "activity", rows(text=text))["text"].to_pylist() == [text]
