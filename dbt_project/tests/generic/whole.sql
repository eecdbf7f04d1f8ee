{# Every one of these values is in the column: compared with a constant that is not there, nothing is held and nobody is kept out. #}
{% test whole(model, column_name, has) %}
select named.value as missing_value
from (select unnest({{ has | tojson | replace('"', "'") }}) as value) as named
anti join {{ model }} as seed on named.value = seed.{{ column_name }}
{% endtest %}
