{#- What holds for every row of a model, in one query: a test for each rule would cost as much as a model.

    unique: lists of columns, each together a key. not_null: columns. within: {column: [lowest, highest]}, both allowed, null
    for no bound. one_of: {column: values}. has: {column: values that must all be there}: compared with a constant that is
    not there, nothing is held and nobody is kept out. One row a broken rule, with how many rows break it. -#}
{% test rows(model, unique=[], not_null=[], within={}, one_of={}, has={}) %}
{{ config(fail_calc="coalesce(sum(row_count), 0)") }}
{%- set rules = {} -%}
{%- for column in not_null -%}
    {%- do rules.update({column ~ " is null": column ~ " is null"}) -%}
{%- endfor -%}
{%- for column, (lowest, highest) in within.items() -%}
    {%- if lowest is not none -%}{%- do rules.update({column ~ " below " ~ lowest: column ~ " < " ~ lowest}) -%}{%- endif -%}
    {%- if highest is not none -%}{%- do rules.update({column ~ " above " ~ highest: column ~ " > " ~ highest}) -%}{%- endif -%}
{%- endfor -%}
{%- for column, values in one_of.items() -%}
    {%- do rules.update({column ~ " is none of its values": column ~ " not in ('" ~ values | join("', '") ~ "')"}) -%}
{%- endfor -%}
with broken (rule, row_count) as (
    {% if rules -%}
    select
        unnest(['{{ rules | join("', '") }}']),
        unnest(counts)
    from (
        select
            [
                {% for condition in rules.values() -%}
                count(*) filter (where {{ condition }}){{ "," if not loop.last }}
                {% endfor -%}
            ] as counts
        from {{ model }}
    )
    union all
    {% endif -%}
    {% for columns in unique -%}
    select '{{ columns | join(", ") }} not unique', count(*)
    from (select 1 from {{ model }} group by {{ columns | join(", ") }} having count(*) > 1)
    union all
    {% endfor -%}
    {% for column, values in has.items() -%}
    select '{{ column }} lacks ' || named.value, 1
    from (select unnest({{ values | tojson | replace('"', "'") }}) as value) as named
    anti join {{ model }} as seed on named.value = seed.{{ column }}
    union all
    {% endfor -%}
    select 'nothing', 0
)
select rule, row_count from broken where row_count > 0
{% endtest %}
