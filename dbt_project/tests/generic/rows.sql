{#- The rules of one model; a night asks for all of its layer at once (see broken_rules_of_layer). -#}
{% test rows(model, unique=[], not_null=[], within={}, one_of={}, has={}) %}
{{ config(fail_calc="coalesce(sum(row_count), 0)") }}
{{ broken_rules(model, unique, not_null, within, one_of, has) }}
{% endtest %}
