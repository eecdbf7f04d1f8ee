-- Engagement that consenting people received, all networks in one shape. Self-interactions, bots, scorn and
-- verbs without weight are not engagement: activity_set_aside counts them.
{{ config(materialized="view") }}

select
    person_id,
    persona,
    network,
    engager_id,
    object_key,
    verb,
    weight,
    occurred_at,
    cast(occurred_at as date) as occurred_date
from {{ ref("received") }}
where set_aside_because is null
