"""The tables that the page reads, as small as they can be."""

from datetime import date

import duckdb

from evenscore.base.paths import HomePaths

TABLES = """
create schema raw;
create schema conformed;
create schema scores;
create schema gate;
create schema marts;

create table raw.run as
select date '2026-03-15' as as_of_date, 2 as scoring_version, '2026-03-15_test' as run_id;
create table raw.sources as select 'feed' as name, 'activity' as dataset;
create table raw.deliveries as
select 'feed' as source, date '2026-03-01' as first_date, date '2026-03-14' as last_date;
create table raw.landed_files as
select 'forum' as network, 'activity' as dataset, unnest(['2026-03-14', '2026-03-15']) as landed_date,
    unnest([70, 35]) as row_count;

create table conformed.consent_counts as select unnest([null, 'erased']) as refused_because, 1 as account_count;
create table conformed.programs as
select 'forum' as network, 'robot' as account_id, 'flagged by its profile' as why, 1 as event_count;
create table conformed.recycled_names as select 'forum' as network, 'account' as kind, 3 as name_count;
create table conformed.activity_set_aside as
select 'forum' as network, 'self-interaction' as set_aside_because, 17 as event_count;

create table scores.score_person__accepted as
select
    'p_maya' as person_id, 'work' as persona, date '2026-03-15' - day::integer as as_of_date,
    case when day < 7 then 16::double when day = 7 then 14 else 13 end as accepted_score,
    if(day < 2, 64::double, accepted_score) as candidate_score,
    12::double as accepted_low, 20::double as accepted_high, true as is_accepted_sufficient
from range(75) as days (day);
create table scores.score_person__contributions_v2 as
select
    'p_maya' as person_id, 'work' as persona, date '2026-03-15' as as_of_date, 'forum' as network,
    unnest(['recent_engagers', 'lasting_crowd']) as feature, unnest([60::double, 4]) as points;
create table raw.published_contributions as
select
    'p_maya' as person_id, 'work' as persona, date '2026-03-14' as as_of_date, 'forum' as network,
    unnest(['recent_engagers', 'recent_crowd']) as feature, unnest([10::double, 6]) as points;
create table conformed.published_history as
select 'p_maya' as person_id, 'work' as persona, date '2026-03-08' as as_of_date, 14::double as score;
create table raw.published_scores as
select date '2026-03-14' as as_of_date, unnest(range(997))::double as score
union all
select unnest([date '2026-02-15', date '2026-03-15']), 1;

create table marts.score_jumps (
    person_id varchar, persona varchar, as_of_date date, episode_date date, rule varchar, cause varchar,
    candidate_score double, last_good_score double, delta_1d double, delta_3d double, top_post_share double,
    candidate_without_top_post double, top_engager_share double, new_engager_share double, engager_count bigint,
    disliker_count bigint, p_value double,
    decision varchar, decided_by varchar, decided_at timestamp, why varchar
);
insert into marts.score_jumps by name
select
    unnest(['p_maya', 'p_noor', 'p_ida']) as person_id, 'work' as persona, date '2026-03-15' as as_of_date,
    date '2026-03-14' as episode_date, unnest(['large_move', 'slow_climb', 'large_move']) as rule,
    'viral_post' as cause,
    unnest([64::double, 31, 20]) as candidate_score, 16::double as last_good_score, 0.1::double as top_post_share,
    41::double as candidate_without_top_post, 0.1::double as top_engager_share, 0.1::double as new_engager_share,
    unnest([40, 40, 3]) as engager_count,
    unnest([null, 0.00002, null]) as p_value, unnest(['pending', 'rejected', 'cleared']) as decision,
    unnest([null, 'ana', null]) as decided_by, unnest([null, 'a ring', null]) as why;
create table raw.published_jumps as
select
    unnest(['p_maya', 'p_maya', 'p_old', 'p_ok', 'p_ok']) as person_id, 'work' as persona,
    date '2026-03-01' + unnest([12, 13, -14, 0, 1]) as as_of_date,
    date '2026-03-01' + unnest([-16, 13, -14, 0, 0]) as episode_date,
    unnest(['rejected', 'pending', 'released', 'pending', 'released']) as decision;
create table gate.gate_rule__ring (person_id varchar, persona varchar, ring_id varchar, inside_share double);
create table gate.gate_decisions as
select
    'p_maya' as person_id, 'work' as persona, date '2026-02-13' as episode_date, 'reject' as action,
    30::double as seen_score;

create table raw.set_asides (person_id varchar, persona varchar, episode_date date, part varchar);

create table gate.gate_jump__posts as
select
    'p_maya' as person_id, 'work' as persona, 'forum:talk' as shown_post, 412 as engager_count, 0.998::double as share,
    1 as rank;
create table gate.gate_jump__engagers as
select 'p_maya' as person_id, 'work' as persona, 1 as rank, 40 as action_count, 0.34::double as share, true as is_new;

create table raw.published_incidents as
select 'a' as incident_id, unnest([date '2026-03-12', date '2026-03-13']) as as_of_date;
create table marts.incident_nights as
select
    unnest(['a', 'b']) as incident_id, date '2026-03-15' as as_of_date, 'mass_shift' as kind,
    unnest(['network:forum', 'network:forge/shard:3']) as scope, 212 as affected_count, 'calm' as expected,
    'a fall' as observed, 'frozen' as action, unnest(['closed', 'open']) as state;

create table marts.person_scores as
select
    unnest(['p_maya', 'p_noor', 'p_ida', 'p_li']) as person_id, 'work' as persona,
    unnest(['held', 'held', 'published', 'frozen']) as status,
    unnest(['viral_post', 'viral_post', null, 'incident']) as reason,
    unnest([16::double, 16, 20, null]) as score, unnest([50, 1000, 3, 3])::double as reach,
    unnest([0::double, 0, 100, null]) as percentile;
"""


def build_warehouse(places: HomePaths, as_of_date: date, label: str = "test") -> None:
    """A warehouse of one person, laid out and built for a night by the run that has the label."""
    with duckdb.connect(places.warehouse) as con:
        con.execute(TABLES)
        con.execute("update raw.run set as_of_date = $1, run_id = $2", [as_of_date, f"{as_of_date}_{label}"])
