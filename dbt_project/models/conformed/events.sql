-- What happened up to tonight by or towards a consenting account, each thing once, by name: never on disk.
{{ config(database="in_memory", materialized="view") }}
select * exclude (is_repeat)
from {{ ref("told_events") }}
where not is_repeat
