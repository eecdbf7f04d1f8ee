-- The constants of the scoring versions that are built tonight, each from the seed of that version alone.
-- Version 1 knows neither trust nor posts: what facets and gate ask of its nights beyond its scale is as in version 2.
{% for version in var("built_versions") -%}
select {{ version }} as scoring_version, constant, value
from {{ ref("scale_v" ~ version) }}
{% if version == 1 -%}
union all
select 1, constant, value
from {{ ref("scale_v2") }}
anti join {{ ref("scale_v1") }} using (constant)
{% endif -%}
{{ "union all" if not loop.last }}
{% endfor %}
