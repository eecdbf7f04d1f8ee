-- The most evidence that the laws L3 and L4 leave together: a step above what trusted engagers climb to without any one object, and objects without any
-- one engager. If the lower of two ladders counted, one viral object would free whoever has many objects and few engagers.
-- Which one takes most off a ladder cannot be told by what it brings, so each is tried that can matter. An object that so many engagers touched takes
-- no more off than the greatest so many engagers would.
{{ config(meta={"by_night_of": "feat_pair__objects"}) }}
{% set night = ["as_of_date", "evidence_through_date", "scoring_version"] | join(", ") %}
{% set kinds = {"object": ("object_number", "pair_id", "engager"), "engager": ("pair_id", "object_number", "object")} %}
with scales as (

    {{ scales(["top_object_share", "top_engager_share", "ladder_start"]) }}

),

-- Each person's network and night under a number, which is cheaper to group by.
ladders as materialized (

    select
        row_number() over () as ladder,
        person_id,
        persona,
        network,
        {{ night }},
        top_object_share,
        top_engager_share,
        ladder_start,
        {% for span in spans() -%}
        least(engagers.trusted_{{ span }}_climb, objects.trusted_{{ span }}_climb) as {{ span }}_climb{{ "," if not loop.last }}
        {% endfor %}
    from {{ ref("feat_person__engagers") }} as engagers
    inner join {{ ref("feat_person__objects") }} as objects using (person_id, persona, network, {{ night }})
    inner join scales using (scoring_version)
    where ladder_start is not null and {{ nights_at_hand("as_of_date") }}

),

touches as (

    select
        objects.pair_id,
        objects.object_number,
        ladders.ladder,
        {% for span in spans() -%}
        actions.trust_weight * ln(1 + actions.actions_{{ span }}) as {{ span }}_engager,
        -- What an engager would bring less without the object, and an object without the engager.
        {{ span }}_engager
        - actions.trust_weight * ln(1 + actions.actions_{{ span }} - objects.millionths_{{ span }} / 1000000) as {{ span }}_engager_less,
        round(actions.trust_weight * ln(1 + objects.millionths_{{ span }} / 1000000), 6) as {{ span }}_object_less{{ "," if not loop.last }}
        {% endfor %}
    from {{ ref("feat_pair__objects") }} as objects
    inner join {{ ref("feat_pair__actions") }} as actions using (pair_id, as_of_date, evidence_through_date, scoring_version)
    inner join {{ ref("pairs") }} as pairs using (pair_id)
    inner join ladders using (person_id, persona, network, {{ night }})
    where
        actions.trust_weight > 0
        and {{ nights_at_hand("objects.as_of_date") }} and {{ nights_at_hand("actions.as_of_date") }}

),

{% for kind, (one, other, other_kind) in kinds.items() -%}
{{ kind }}s as (

    select
        {{ one }},
        ladder,
        count(*) as width,
        {% for span in spans() -%}
        {{ "max(" ~ span ~ "_engager)" if kind == "engager" else exact_sum(span ~ "_object_less") }} as {{ span }}{{ "," if not loop.last }}
        {% endfor %}
    from touches
    group by {{ one }}, ladder

),
{% endfor %}

{% for kind, (one, other, other_kind) in kinds.items() -%}
{{ kind }}_widths as (

    select
        ladder,
        width,
        {% for span in spans() -%}
        {{ one_step_above(climb(span ~ "_sorted[:len(" ~ span ~ "_sorted) - width]", "top_" ~ other_kind ~ "_share"), "top_" ~ kind ~ "_share") }}
        < {{ span }}_climb {{ "or" if not loop.last }}
        {% endfor %}
        as may_lower
    from (select distinct ladder, width from {{ kind }}s)
    inner join (
        select ladder {% for span in spans() -%} , list_sort(list({{ span }})) as {{ span }}_sorted {%- endfor %}
        from {{ other_kind }}s
        group by ladder
    ) using (ladder)
    inner join ladders using (ladder)

),

without_each_{{ kind }} as (

    select
        ladder,
        {% for span in spans() -%}
        {% set left = "others." ~ span ~ " - coalesce(touches." ~ span ~ "_" ~ other_kind ~ "_less, 0)" -%}
        {{ climb("list(" ~ left ~ ")", "top_" ~ other_kind ~ "_share") }} as {{ span }}{{ "," if not loop.last }}
        {% endfor %}
    from {{ kind }}s as ones
    inner join {{ kind }}_widths as widths using (ladder, width)
    inner join {{ other_kind }}s as others using (ladder)
    inner join ladders using (ladder)
    left join touches using ({{ one }}, {{ other }}, ladder)
    where widths.may_lower
    group by {{ one }}, ladder, ladders.top_{{ other_kind }}_share, ladders.ladder_start

),
{% endfor %}

lowered as (

    {% for kind in kinds -%}
    select
        ladder,
        {% for span in spans() -%}
        {{ one_step_above(span, "top_" ~ kind ~ "_share") }} as {{ span }}{{ "," if not loop.last }}
        {% endfor %}
    from without_each_{{ kind }}
    inner join ladders using (ladder)
    {{ "union all" if not loop.last }}
    {% endfor %}

)

select
    person_id,
    persona,
    network,
    {{ night }},
    {% for span in spans() -%}
    round(min({{ span }}), 6) as trusted_{{ span }}_most{{ "," if not loop.last }}
    {% endfor %}
from lowered
inner join ladders using (ladder)
group by person_id, persona, network, {{ night }}
