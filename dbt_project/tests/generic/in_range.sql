{# Every value that is there lies between two bounds, both included. #}
{% test in_range(model, column_name, at_least=none, at_most=none) %}
select {{ column_name }}
from {{ model }}
where
    {{ column_name }} is not null
    and not (
        {{ column_name }} >= {{ at_least if at_least is not none else column_name }}
        and {{ column_name }} <= {{ at_most if at_most is not none else column_name }}
    )
{% endtest %}
