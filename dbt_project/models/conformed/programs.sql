-- The accounts that are set aside as programs, and how much they did. Only one that says itself that it is a program is
-- named: what was found by what it does may be a person.
select
    services.network,
    {% if var("names_engagers") -%}
    services.account_id,
    {%- else -%}
    if(services.is_flagged, services.account_id, null) as account_id,
    {%- endif %}
    services.why,
    count(*) as event_count
from {{ ref("service_accounts") }} as services
inner join {{ ref("events") }} as events
    on services.network = events.network and services.account_id = events.actor_id
where events.target_id is not null
group by all
