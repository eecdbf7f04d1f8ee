{#
  CTEs up to `best`: the people whom the most members endorsed by so many days before each night on which trust is solved, and on
  `least_days` at least; as many as the version takes. They are found for the earlier nights, too, whose choices a version looks at.
  `lag_days` is a column of `trust_seed_lags`. `weight` is what a member's word weighs, by the columns of `lags` (the version and
  night), `people` (who was endorsed, and by whom) and what is `joined`. Configured seeds need no choice: then there is nobody.
#}
{% macro best_established(lag_days, weight=1, joined="", least_days="seed_least_days") -%}
nights as (

    {{ trust_nights() }}

),

lags as (

    select scoring_version, as_of_date, unreached_weight, as_of_date - cast(ceil({{ lag_days }}) as integer) as known_date
    from {{ ref("trust_seed_lags") }}
    semi join ({{ seed_nights("nights") }}) as chosen using (as_of_date)

),

scales as (

    {{ scales(["seed_least_days", "seed_least_count", "seed_share", "seed_step", "seed_begin_count"]) }}

),

-- How many days somebody had been endorsed on by each of them, and since when on so many that they may be a seed.
endorsed_days as (

    select person_id, occurred_date, row_number() over (partition by person_id order by occurred_date) as day_count
    from (select distinct person_id, occurred_date from {{ ref("activity") }})

),

lasting as (

    select scales.scoring_version, person_id, occurred_date as lasting_date
    from endorsed_days
    inner join scales on day_count = {{ least_days }}

),

first_endorsements as (

    select person_id, engager_id, min(occurred_date) as first_date
    from {{ ref("activity") }}
    where
        engager_id in (select {{ member_name("person_id") }} from {{ ref("consent") }})
        and not exists (from {{ source("raw", "trust_seeds") }})
    group by all

),

standing as (

    select
        lags.scoring_version,
        lags.as_of_date,
        people.person_id,
        any_value(lags.known_date) as known_date,
        {{ exact_sum(weight) }} as endorsement
    from first_endorsements as people
    inner join lags on first_date <= lags.known_date
    {{ joined }}
    group by lags.scoring_version, lags.as_of_date, people.person_id
    having endorsement > 0

),

-- Their number grows by steps, doubling or less: it must not change with everyone who comes or leaves.
counted as (

    select
        people.*,
        seed_least_count * pow(
            coalesce(seed_step, 2),
            greatest(0, floor(
                if(
                    seed_step is null,
                    log2(seed_share * people_count / seed_least_count),
                    ln(seed_share * people_count / seed_least_count) / ln(seed_step)
                )
            ))
        ) as place_count
    from (
        select
            standing.scoring_version,
            standing.as_of_date,
            count(*) as people_count,
            count_if(lasting_date <= known_date) as lasting_count
        from standing
        left join lasting using (scoring_version, person_id)
        group by standing.scoring_version, standing.as_of_date
    ) as people
    inner join scales using (scoring_version)
    -- Where trust began with the first one or two, each seed more would move everybody. Half of a few are enough. What readers
    -- have seen begin does not end because somebody left, nor because people came who are not established yet.
    where
        seed_begin_count is null
        or lasting_count >= least(seed_begin_count, ceil(people_count / 2))
        or as_of_date > (select min(as_of_date) from {{ source("raw", "published_seeds") }})

),

-- Endorsements that some place is left for: most people have few, and need not be put in order.
within_reach as (

    select scoring_version, as_of_date, endorsement
    from (
        select
            *, sum(tied_count) over (partition by scoring_version, as_of_date order by endorsement desc) - tied_count as ahead_count
        from (select scoring_version, as_of_date, endorsement, count(*) as tied_count from standing group by all)
    )
    inner join counted using (scoring_version, as_of_date)
    where ahead_count < place_count

),

placed as (

    select
        standing.*,
        row_number() over (
            partition by scoring_version, as_of_date order by endorsement desc, day_count desc, standing.person_id
        ) as place
    from standing
    semi join within_reach using (scoring_version, as_of_date, endorsement)
    asof inner join endorsed_days
        on standing.person_id = endorsed_days.person_id and standing.known_date >= endorsed_days.occurred_date

),

best as (

    select placed.scoring_version, placed.as_of_date, placed.person_id
    from placed
    inner join counted using (scoring_version, as_of_date)
    inner join lasting using (scoring_version, person_id)
    where lasting_date <= known_date and place <= place_count

)
{%- endmacro %}

{# The nights whose choices make the seeds of those of a relation: each, and as many before it as a version looks at. #}
{% macro seed_nights(nights) -%}
    select as_of_date - unnest(range((
        select coalesce(max(value), 1)::bigint from {{ ref("scale_constants") }} where constant = 'seed_night_count'
    )))::integer as as_of_date
    from {{ nights }}
{%- endmacro %}

{# The days as of which tonight solves trust, and last night, which the checks compare. #}
{% macro trust_nights() -%}
    select complete_through_date as as_of_date
    from {{ ref("network_nights") }}
    semi join {{ ref("scored_nights") }} using (as_of_date)
    union
    select unnest([as_of_date, as_of_date - 1]) from {{ source("raw", "run") }}
{%- endmacro %}
