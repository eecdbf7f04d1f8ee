-- What moves mean tonight: the community's own spread, from the 10th to the 90th percentile of what it was shown lately, and
-- each threshold that is a share of it, in points. One row. Before anything was published the scores of unseen nights stand in.
{% set shares = [
    "near", "climb", "clear", "impossible_rise", "impossible", "moved", "frozen", "rider", "cohort_median", "ring_rise",
] %}
with shown as (

    select published.as_of_date, published.score
    from {{ ref("published_history") }} as published
    cross join {{ source("raw", "run") }} as night
    where
        published.status = 'published'
        and published.score is not null
        and published.as_of_date >= night.as_of_date - cast({{ gate_constant("spread_nights") }} as integer)
        and published.scoring_version = night.previous_version

),

unseen as (

    select candidates.as_of_date, candidates.score
    from {{ ref("score_person__candidates") }} as candidates
    cross join {{ source("raw", "run") }} as night
    where
        candidates.is_sufficient
        and candidates.as_of_date < night.as_of_date
        and not exists (select * from shown)

),

community as (

    select * from shown
    union all
    select * from unseen

),

spread as (

    select
        greatest(
            coalesce(quantile_cont(score, 0.9) - quantile_cont(score, 0.1), 0), {{ gate_constant("least_spread_points") }}
        ) as spread_points
    from community

),

-- Where the top of the community begins, among those who were shown last night.
ranked as (

    select score, percent_rank() over (order by score) as place
    from shown
    where as_of_date = (select max(latest.as_of_date) from shown as latest)

),

top as (

    select
        if(
            count(*) >= {{ gate_constant("least_top_people") }}, min(score) filter (place >= {{ gate_constant("top_share") }}), null
        ) as top_points
    from ranked

)

select
    spread.spread_points,
    top.top_points,
    {% for name in shares -%}
    {{ gate_constant(name ~ "_share") }} * spread.spread_points as {{ name }}_points{{ "," if not loop.last }}
    {% endfor %}
from spread
cross join top
