-- What happened up to tonight by or towards a consenting account, each thing once, by name: never on disk.
{{ config(database="in_memory", materialized="view") }}
select event_id, network, verb, actor_id, object_id, target_id, occurred_at, value
from {{ ref("told_events") }}
where not is_repeat
