"""Purposes: those that decide on a person's life are refused however they are put, and each table carries its own."""

import duckdb
import pytest

from evenscore.base.errors import EvenscoreError, UsageError
from evenscore.publication.purposes import TABLE_PURPOSES, require_allowed, stamp_purposes
from evenscore.publication.run_tables import TABLES
from evenscore.publication.shown_rows import MARTS


@pytest.mark.parametrize(
    ("field", "purpose"),
    [
        ("employment", "Employment"),
        ("employment", "pre-employment screening"),
        ("employment", "who to hire next"),
        ("employment", "recruitment of speakers"),
        ("employment", "ranking job applicants"),
        ("employment", "H.I.R.I.N.G"),
        ("employment", "h i r i n g"),
        ("employment", "hi\u200bring"),
        ("employment", "ＨＩＲＩＮＧ"),  # noqa: RUF001 (full width)
        ("employment", "Bewerberauswahl"),
        ("employment", "hi-ring"),
        ("employment", "who (h i r i n g) next"),
        ("credit", "pr\u00eat bancaire"),
        ("credit", "Cr\u00e9dit"),
        ("education", "scolarit\u00e9"),
        ("credit", "credit scoring"),
        ("credit", "lending decisions"),
        ("credit", "mortgage underwriting"),
        ("insurance", "insurance premiums"),
        ("insurance", "Versicherung"),
        ("housing", "tenant screening"),
        ("housing", "choosing renters"),
        ("education", "university admissions"),
        ("education", "scholarship committee"),
    ],
)
def test_a_purpose_that_decides_on_a_life_is_refused_in_one_line_that_cites_the_law(field: str, purpose: str) -> None:
    with pytest.raises(UsageError) as refused:
        require_allowed(purpose)
    said = str(refused.value)
    assert f"refused: {field};" in said
    assert "GDPR Art. 22, EU AI Act Art. 5(1)(c)" in said
    assert "\n" not in said


@pytest.mark.parametrize(
    "purpose",
    [
        "access by the person (GDPR Art. 15)",
        "public display",
        "current events page",
        "research on trust",
        "our parents",
    ],
)
def test_another_purpose_is_allowed(purpose: str) -> None:
    require_allowed(purpose)


@pytest.mark.parametrize("purpose", ["", " ", "...", "\u200b"])
def test_no_purpose_is_none(purpose: str) -> None:
    with pytest.raises(UsageError, match="--purpose: is empty"):
        require_allowed(purpose)


def test_every_published_table_has_a_purpose() -> None:
    assert {*MARTS, *TABLES, "current_scores", "evaluation"} <= set(TABLE_PURPOSES)


def test_a_table_without_a_purpose_is_not_published_and_stamping_twice_changes_nothing() -> None:
    with duckdb.connect() as con:
        con.execute("attach ':memory:' as candidate")
        con.execute("create table candidate.runs (run_id varchar)")
        con.execute("comment on table candidate.runs is 'Every run.'")
        con.execute("create view candidate.current_scores as select 1 as score")
        for _ in range(2):
            stamp_purposes(con)
        comment = "select comment from duckdb_tables() where database_name = 'candidate'"
        assert con.execute(comment).fetchall() == [
            (
                "Every run. For: running and auditing the pipeline. Never for employment, credit, insurance, housing "
                "or education (docs/use_policy.md).",
            )
        ]
        viewed = "select comment from duckdb_views() where database_name = 'candidate' and not internal"
        assert [said.partition(": ")[0] for (said,) in con.execute(viewed).fetchall()] == ["For"]
        con.execute("create table candidate.strange (person_id varchar)")
        with pytest.raises(EvenscoreError, match="strange: no purpose is written down"):
            stamp_purposes(con)
