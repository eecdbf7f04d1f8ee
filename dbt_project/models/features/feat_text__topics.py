"""The topics of each text that a consenting person wrote; each text is looked at once, however often it was written."""

import pyarrow as pa

from evenscore.scoring.topics import Term, find_topics

FOUND = pa.schema([(name, pa.string()) for name in ("text", "topic_id", "matched_term", "passage")])


def model(dbt, session):
    """One row a (text, topic) that the text is on."""
    texts = dbt.ref("own_texts").project("text").distinct().order("text").fetchall()
    terms = dbt.source("raw", "topics").project("topic_id, term, is_name").order("all").fetchall()
    texts = [text for (text,) in texts]
    found = find_topics(texts, [Term(*term) for term in terms])
    rows = [dict(zip(FOUND.names, (texts[number], *what), strict=True)) for number, *what in found]
    return pa.Table.from_pylist(rows, schema=FOUND)
