"""What may be shown of an object's id and of free text: nothing that names somebody who did not ask.

The rules are SQL functions of the warehouse, laid out with it, so that models, publishing and exports have the same.
"""

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from evenscore.base import databases
from evenscore.base.databases import columns_of, quoted
from evenscore.names.account_ids import AccountIds

HIDDEN = "…"
"""Stands where a name may not be shown."""

SPACE = r" \t\n\f\r"
"""White space, spelt out: to Java `\\s` is a vertical tab, too."""
BORDERS = "/#?&=@:" + SPACE
"""What parts an object's id: `owner/repository#7` has three parts."""
WORD_BORDERS = BORDERS + r",;()\[\]{}<>|*!\"'`" + "\u2019“”…"
"""What parts the words of a text; a full stop or a dash may stand in a name."""
TRIMMED = ".-_"
"""What a name may have lost at its ends where it stands in a sentence."""
LONGEST = 9
"""Of how many words and borders a name in a text may be made: did:plc:xyz is made of five."""

NUMBERS = rf"[0-9!-/:-@\[-`{{-~{SPACE}…]*"
"""Digits and signs of ASCII alone: no name that anybody can read."""
FORMS = "(topic|post|pr|issue|comment|discussion|release)-[0-9]+|(px|fo|fg)-[0-9]{8}-[0-9]{2}-p?[0-9]{5}"
"""Ids that the connectors, and the demo community, write themselves."""

NAMES_NOBODY = f"""
    create or replace macro names_nobody(part) as regexp_full_match(part, {quoted(f"{NUMBERS}|{FORMS}")})
"""

SHOWN_IDS = """
    create or replace macro shown_ids(objects, accounts) as table
    with ids as (

        select distinct network, object_id from query_table(objects) where object_id is not null

    ),

    parted as (

        select network, object_id, regexp_extract_all(object_id, {pattern}) as parts from ids

    ),

    parts as (

        select
            network, object_id, unnest(parts) as part, generate_subscripts(parts, 1) as place,
            coalesce(parts[place + 1], '') as border
        from parted

    ),

    allowed as (

        select distinct network, if(network in ({case_counts}), account_id, lower(account_id)) as name
        from query_table(accounts)

    ),

    shown as (

        select
            parts.network,
            parts.object_id,
            string_agg(
                if(
                    allowed.name is not null
                    -- Whose folder it is may be a number, too.
                    or (names_nobody(part) and not (regexp_full_match(part, '[0-9]+') and starts_with(border, '/'))),
                    part, {hidden}
                ), '' order by place
            ) as shown_id
        from parts
        left join allowed
            on
                parts.network = allowed.network
                and if(parts.network in ({case_counts}), parts.part, lower(parts.part)) = allowed.name
        group by all

    )

    select network, object_id, coalesce(shown_id, '') as shown_id
    from ids
    left join shown using (network, object_id)
"""
"""`shown_ids('objects', 'accounts')`: each `network, object_id` with its `shown_id`, in which no part names anybody
but those whose `network, account_id` is among the accounts. Both arguments are names of relations."""

BLANKED_TEXTS = """
    create or replace macro blanked_texts(texts, names) as table
    with ids as (

        select distinct text, regexp_extract_all(text, {pattern}) as words
        from query_table(texts)
        where text is not null

    ),

    runs as (

        select text, words, unnest(generate_series(1, len(words))) as first, unnest as length
        from ids
        cross join unnest(range(1, {longest} + 1, 2))

    ),

    named as (

        select distinct text, unnest(generate_series(first, first + length - 1)) as place
        from runs
        semi join query_table(names) as strangers
            on lower(trim(array_to_string(words[first:first + length - 1], ''), {trimmed})) = strangers.name

    ),

    placed as (

        select text, unnest(words) as word, generate_subscripts(words, 1) as place from ids

    ),

    blanked as (

        select
            placed.text,
            string_agg(
                case
                    when named.place is null then word
                    when earlier.place is null then {hidden}
                    else ''
                end,
                '' order by placed.place
            ) as shown_text
        from placed
        left join named on placed.text = named.text and placed.place = named.place
        left join named as earlier on placed.text = earlier.text and placed.place = earlier.place + 1
        group by all

    )

    select text, coalesce(shown_text, '') as shown_text
    from ids
    left join blanked using (text)
"""
"""`blanked_texts('texts', 'names')`: each `text` with its `shown_text`, in which no word is among the names. Both
arguments are names of relations; a `name` is in lower case and trimmed, as `conformed.non_member_names` has them."""


def lay_functions(con: duckdb.DuckDBPyConnection, ids: AccountIds) -> None:
    """Give the connection's database the functions by which the models decide what is shown."""
    hidden, case_counts = quoted(HIDDEN), ", ".join(quoted(network) for network in sorted(ids.case_counts)) or "''"
    con.execute(NAMES_NOBODY)
    con.execute(SHOWN_IDS.format(pattern=_parted(BORDERS), hidden=hidden, case_counts=case_counts))
    con.execute(
        BLANKED_TEXTS.format(pattern=_parted(WORD_BORDERS), hidden=hidden, longest=LONGEST, trimmed=quoted(TRIMMED))
    )


def _parted(borders: str) -> str:
    """The pattern that cuts a text into borders and what stands between them."""
    return quoted(f"[{borders}]+|[^{borders}]+")


def spark_functions(ids: AccountIds) -> list[str]:
    """What `shown_ids` is made of where Spark builds a model that calls it, as statements of a session: the dbt macro
    of that name puts them together. Literals are as they stand: a backslash is a backslash."""
    case_counts = ", ".join(quoted(network) for network in sorted(ids.case_counts)) or "''"
    nobody, pattern = quoted(f"^({NUMBERS}|{FORMS})\\z"), _parted(BORDERS)
    functions = (
        f"names_nobody(part string) returns boolean return rlike(part, {nobody})",
        f"parts_of(object_id string) returns array<string> return regexp_extract_all(object_id, {pattern}, 0)",
        f"counts_case(network string) returns boolean return network in ({case_counts})",
    )
    return [f"create or replace temporary function {one}" for one in functions]


def shown_ids(
    ids: AccountIds, objects: Sequence[tuple[str, str]], accounts: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """Of each (network, object id) what may be shown where no accounts but those (network, account id) may be named."""
    with databases.connect() as con:
        lay_functions(con, ids)
        for name, column, rows in (("objects", "object_id", objects), ("accounts", "account_id", accounts)):
            networks, names = ([row[place] for row in rows] for place in (0, 1))
            known = pa.table({"network": pa.array(networks, pa.string()), column: pa.array(names, pa.string())})
            con.register(f"given_{name}", known)
            con.execute(f"create table {name} as from given_{name}")
        found = con.execute("select network, object_id, shown_id from shown_ids('objects', 'accounts')").fetchall()
    return {(network, object_id): shown for network, object_id, shown in found}


TABLES = {
    "topic_evidence": """
        with accounts as (from {shown}),
        objects as (select network, object_id from {source}.topic_evidence)
        select evidence.* replace (named.shown_id as object_id)
        from {source}.topic_evidence as evidence
        inner join shown_ids('objects', 'accounts') as named using (network, object_id)
    """,
    "score_jumps": """
        with accounts as (from {shown}),
        posts as (
            select split_part(top_post_id, ':', 1) as network, substr(top_post_id, length(network) + 2) as object_id, *
            from {source}.score_jumps
        ),
        objects as (select network, object_id from posts),
        texts as (select why as text from {source}.score_jumps),
        nobody as (select '' as name where false)
        select posts.* exclude (network, object_id) replace (
            named.network || ':' || named.shown_id as top_post_id, blanked.shown_text as why
        )
        from posts
        left join shown_ids('objects', 'accounts') as named using (network, object_id)
        left join blanked_texts('texts', '{names}') as blanked on posts.why = blanked.text
    """,
}
"""The published tables that hold ids and texts, as they may be shown to readers at this moment."""


def lay_nameless(con: duckdb.DuckDBPyConnection, source: str, shown: str) -> None:
    """Lay out the tables of `source` (marts, or what readers see) that hold ids and texts as they may be shown now.

    `shown` is the relation of the accounts that may be named. Who was a member when a row was made may have left since.
    """
    for table, query in TABLES.items():
        if columns := columns_of(con, f"{source}.{table}"):
            # Where nobody wrote anything, nobody has to be looked for among all names that ever landed.
            texts = f"select count(why) from {source}.{table}" if "why" in columns else "select 0"
            names = "nobody" if con.execute(texts).fetchall() == [(0,)] else "conformed.non_member_names"
            rows = query.format(source=source, shown=shown, names=names)
            con.execute(f"create or replace temp table {source}_{table} as {rows} order by all")


def nameless(source: str, table: str) -> str:
    """The relation that has a table's rows as they may be shown now, once `lay_nameless` has laid them out."""
    return f"{source}_{table}" if table in TABLES else f"{source}.{table}"
