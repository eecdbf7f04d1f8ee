"""The tables that the page reads, as small as they can be."""

from datetime import date

import duckdb

from evenscore.places import Places

TABLES = """
create schema raw;
create schema conformed;
create schema scores;
create schema marts;

create table raw.night as select date '2026-03-15' as as_of_date;
create table raw.sources as select 'feed' as name, 'activity' as dataset;
create table raw.deliveries as
select 'feed' as source, date '2026-03-01' as first_date, date '2026-03-14' as last_date;
create table raw.landed_files as
select 'forum' as network, 'activity' as dataset, unnest(['2026-03-14', '2026-03-15']) as landed_date,
    unnest([70, 35]) as row_count;

create table conformed.consent_counts as select unnest([null, 'erased']) as refused_because, 1 as account_count;
create table conformed.programs as
select 'forum' as network, 'robot' as account_id, 'flagged by its profile' as why, 1 as event_count;
create table conformed.activity_set_aside as
select 'forum' as network, 'self-interaction' as set_aside_because, 17 as event_count;

create table scores.score_person__accepted as
select 'p_maya' as person_id, 'work' as persona, unnest([date '2026-03-14', date '2026-03-15']) as as_of_date,
    unnest([16::double, 64]) as candidate_score, 16::double as accepted_score, 12::double as accepted_low,
    20::double as accepted_high;

create table marts.score_jumps as
select 'p_maya' as person_id, 'work' as persona, 64::double as candidate_score, 16::double as last_good_score,
    48::double as delta_1d, 48::double as delta_3d, 'organic' as cause, 0.1::double as top_post_share,
    0.1::double as top_engager_share, 0.1::double as new_engager_share, 'pending' as decision,
    null::varchar as decided_by, null::varchar as why;
create table marts.person_scores as
select unnest(['published', 'held']) as status, unnest([null, 'organic']) as reason, unnest([42::double, 16]) as score;
"""


def build_warehouse(places: Places, as_of_date: date) -> None:
    """A warehouse of one person, laid out and built for a night."""
    with duckdb.connect(places.warehouse) as con:
        con.execute(TABLES)
        con.execute("update raw.night set as_of_date = $1", [as_of_date])
