-- Law L1: nobody has a row in any table after the gate who may not be scored tonight.
{% set tables = ["received", "pairs", "feat_person__engagers", "person_scores", "score_contributions", "score_jumps", "network_coverage", "own_texts", "feat_object__topics", "topic_scores", "topic_evidence"] %}
{% for table in tables %}
select '{{ table }}' as found_in, person_id
from {{ ref(table) }}
anti join {{ ref("consent") }} using (person_id)
{{ "union all" if not loop.last }}
{% endfor %}
