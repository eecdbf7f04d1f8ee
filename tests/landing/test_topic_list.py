"""The topic list: read from CSV or Parquet, and a mistake in it is told with its row."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evenscore.base.errors import InputError, UsageError
from evenscore.intake.topic_list import read_topics
from home import Home


def listed(home: Home, text: str, name: str = "topics.csv") -> list[tuple[str, str, str, bool]]:
    """The rows of a list with this text."""
    (home.folder / name).write_text(text)
    configure(home, name)
    return [tuple(row.values()) for row in read_topics(home.settings).to_pylist()]


def configure(home: Home, name: str) -> None:
    home.configure()
    home.config.write_text(f'{home.config.read_text()}\n[topics]\nlist = "{name}"\n')


def test_without_a_list_there_are_no_topics(home: Home) -> None:
    assert read_topics(home.settings).num_rows == 0


def test_a_topic_has_its_terms_or_else_its_name(home: Home) -> None:
    assert listed(home, "topic_id,name,terms\n1,Chess,rook| | pawn |\n2,Jazz,\n") == [
        ("1", "Chess", "rook", False),
        ("1", "Chess", "pawn", False),
        ("2", "Jazz", "Jazz", True),
    ]


def test_a_parquet_list_may_call_the_name_display_name(home: Home) -> None:
    pq.write_table(pa.table({"topic_id": [7], "slug": ["x"], "display_name": ["Jazz"]}), home.folder / "topics.parquet")
    configure(home, "topics.parquet")
    assert read_topics(home.settings).to_pylist() == [
        {"topic_id": "7", "name": "Jazz", "term": "Jazz", "is_name": True}
    ]
    pq.write_table(pa.table({"topic_id": [7, 7], "name": ["Jazz", "Blues"]}), home.folder / "topics.parquet")
    with pytest.raises(InputError, match="row 2: "):
        read_topics(home.settings)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("topic_id,name\n1,Chess\n,Jazz\n", "row 3: topic_id is missing"),
        ("topic_id,name\n1,Chess\n2,\n", "row 3: name is missing"),
        ("topic_id,name\n1,Chess\n1,Jazz\n", "row 3: topic_id is given twice: 1"),
        ("topic_id,name\n1,Chess,rook\n", "row 2: not as many fields as the header has"),
        ("topic_id,name\n1\n", "row 2: not as many fields as the header has"),
        ("id,name\n1,Chess\n", "column topic_id is missing (it has: 'id', 'name')"),
        ("topic_id,title\n1,Chess\n", "column name is missing (it has: 'topic_id', 'title')"),
        ("", "column topic_id is missing (it has: none)"),
        (f"topic_id,name\n{'x' * 500},Chess\n{'x' * 501},Jazz\n", "row 3: topic_id is too long"),
    ],
)
def test_a_fault_names_file_row_and_reason(home: Home, text: str, reason: str) -> None:
    with pytest.raises(InputError) as refused:
        listed(home, text)
    assert str(refused.value) == f"{home.folder / 'topics.csv'}: {reason}"


def test_a_file_that_cannot_be_read_is_named(home: Home) -> None:
    (home.folder / "topics.csv").write_bytes(b"topic_id,name\n1,\xff\n")
    configure(home, "topics.csv")
    with pytest.raises(InputError, match=r"topics\.csv: not UTF-8"):
        read_topics(home.settings)
    with pytest.raises(InputError, match=r"topics\.parquet: cannot be read"):
        listed(home, "no Parquet", "topics.parquet")
    with pytest.raises(InputError, match=r"unknown suffix '\.txt'"):
        listed(home, "topic_id,name\n", "topics.txt")


def test_a_missing_list_is_a_mistake_of_the_configuration(home: Home, tmp_path: Path) -> None:
    configure(home, "nowhere.csv")
    with pytest.raises(UsageError, match=r"topics\.list: no file at .*nowhere\.csv"):
        _ = home.settings
