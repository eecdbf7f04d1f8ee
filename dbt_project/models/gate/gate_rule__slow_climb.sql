-- A climb in small steps that leads as far as a jump: up on nearly every night, and no step that any other rule would see.
{% set lengths = ("short", "long") %}
with constants as (

    select
        night.as_of_date,
        {{ gate_constant("big_step_points") }} as big_step_points,
        {% for length in lengths -%}
        cast({{ gate_constant(length ~ "_ramp_nights") }} as integer) as {{ length }}_nights,
        {{ gate_constant(length ~ "_ramp_points") }} as {{ length }}_points,
        {{ gate_constant(length ~ "_ramp_up_nights") }} as {{ length }}_up_nights{{ "," if not loop.last }}
        {% endfor %}
    from {{ source("raw", "run") }} as night

),

-- Few have climbed at all; only of them is every step looked at. Whose first score is younger than the window climbs from it.
climbers as (

    select
        eve.person_id,
        eve.persona,
        eve.candidate_score,
        {% for length in lengths -%}
        min_by(moves.accepted_score, moves.as_of_date)
            filter (moves.as_of_date >= constants.as_of_date - {{ length }}_nights) as {{ length }}_ago{{ "," if not loop.last }}
        {% endfor %}
    from {{ ref("gate_person__baseline") }} as eve
    inner join {{ ref("gate_person__moves") }} as moves using (person_id, persona)
    cross join constants
    where
        moves.as_of_date >= constants.as_of_date - long_nights
        and eve.candidate_score - {{ scale_constant("floor_points", var("scoring_version")) }} >= least(short_points, long_points)
    group by all
    having
        eve.candidate_score - short_ago >= any_value(short_points)
        or eve.candidate_score - long_ago >= any_value(long_points)

),

series as (

    select person_id, persona, moves.as_of_date, accepted_score as score
    from {{ ref("gate_person__moves") }} as moves
    semi join climbers using (person_id, persona)
    cross join constants
    where moves.as_of_date >= constants.as_of_date - long_nights
    union all
    select person_id, persona, as_of_date, candidate_score from climbers cross join constants

),

steps as (

    select *, score - lag(score) over (partition by person_id, persona order by as_of_date) as step from series

)

select
    person_id,
    persona,
    {% for length in lengths -%}
    any_value(candidate_score - {{ length }}_ago) as {{ length }}_climb,
    {{ length }}_climb >= any_value({{ length }}_points)
        and count(*) filter (step > 0 and steps.as_of_date > constants.as_of_date - {{ length }}_nights) >= any_value({{ length }}_up_nights)
        and max(step) filter (steps.as_of_date > constants.as_of_date - {{ length }}_nights) < any_value(big_step_points)
        as is_{{ length }}_ramp,
    {% endfor -%}
    if(is_short_ramp, short_climb, long_climb) as strength
from steps
inner join climbers using (person_id, persona)
cross join constants
group by person_id, persona
having coalesce(is_short_ramp, false) or coalesce(is_long_ramp, false)
