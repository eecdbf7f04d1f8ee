-- Law L1: no table of the warehouse names anybody who may not be scored or shown. Columns are found by how they are called,
-- whatever table they are in, and apart from the list of personal data: a table that nobody thought of is looked at too.
{% set marts = [
    "person_scores", "score_contributions", "score_changes", "score_jumps", "network_coverage", "influences",
    "trust_seeds", "topic_scores", "topic_evidence", "incident_nights", "cohort_moves",
] %}
{% for mart in marts -%}
-- depends_on: {{ ref(mart) }}
{% endfor %}
with people as (

    select person_id from {{ ref("consent") }} union select person_id from {{ ref("consent_shown") }}

),

known as (

    select person_id as id from people
    union
    select account_id from {{ ref("consent") }}
    union
    select account_id from {{ ref("consent_shown") }}
    union
    select account_id from {{ ref("programs") }}
    union
    select {{ member_name("person_id") }} from people

),

named as (

    select null as found_in, null as id, false as is_of_many_kinds where false
    {% if execute -%}
    {% for schema, table, column in run_query(columns_that_name_somebody()) -%}
    union all
    select '{{ table }}.{{ column }}', {{ column }}, {{ column == 'engager_id' }} from {{ schema }}.{{ table }}
    {% endfor %}
    {%- endif %}

)

select found_in, id
from named
anti join known using (id)
where
    id is not null
    and not (is_of_many_kinds and (regexp_full_match(id, '#[0-9a-f]{64}') or starts_with(id, 'unnamed:')))
