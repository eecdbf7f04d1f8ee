-- What each of tonight's jumps would be without the one post that carries most of it. On a log scale the points that it
-- brings are those of the evidence that it carries; what the crowd lifts by version 2 is left out, being a few tenths.
{% set part = "crowd" if var("scoring_version") == 1 else "trusted" %}
with by_network as (

    select
        person_id,
        persona,
        engagers.{{ part }}_short as short,
        engagers.{{ part }}_long as long,
        objects.{{ part }}_short_loss as short_loss,
        objects.{{ part }}_long_loss as long_loss
    from {{ ref("feat_person__engagers") }} as engagers
    inner join {{ ref("feat_person__top_object") }} as objects using (person_id, persona, network, as_of_date, known_date)
    inner join {{ ref("gate_person__verdict") }} as jumps using (person_id, persona, as_of_date)
    where jumps.episode_date is not null and engagers.known_date = engagers.as_of_date

),

summed as (

    select
        person_id,
        persona,
        {{ exact_sum("short") }} as short,
        {{ exact_sum("long") }} as long,
        max(short_loss) as short_loss,
        max(long_loss) as long_loss
    from by_network
    group by all

)

select
    jumps.person_id,
    jumps.persona,
    greatest(
        jumps.candidate_score + {{ scale_constant("points_per_log") }} * (
            {{ scale_constant("recent_weight") }} * ln((1 + short - short_loss) / (1 + short))
            + {{ scale_constant("lasting_weight") }} * ln((1 + long - long_loss) / (1 + long))
        ),
        {{ scale_constant("floor_points") }}
    ) as candidate_without_top_post
from {{ ref("gate_person__verdict") }} as jumps
inner join summed using (person_id, persona)
