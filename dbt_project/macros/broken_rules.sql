{#- What holds for every row of a model, in one query: a test for each rule would cost as much as a model.

    unique: lists of columns, each together a key. not_null: columns. within: {column: [lowest, highest]}, both allowed, null
    for no bound. one_of: {column: values}. has: {column: values that must all be there}: compared with a constant that is
    not there, nothing is held and nobody is kept out. One row a broken rule, with how many rows break it. -#}
{% macro broken_rules(model, unique=[], not_null=[], within={}, one_of={}, has={}) %}
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
{% endmacro %}

{#- The rules of all models of a layer, in one query: on a small night a test costs more than the model that it tests. The
    rules stand beside the columns, as the `rows` test of each model; a model that has one and is not among `relations`
    ends the run. One row a broken rule. -#}
{% macro broken_rules_of_layer(layer, relations) %}
{{ config(fail_calc="coalesce(sum(row_count), 0)") }}
select 'nothing' as rule, 0 as row_count where false
{% if execute -%}
{%- set known = {} -%}
{%- for relation in relations -%}{%- do known.update({relation.identifier: relation}) -%}{%- endfor -%}
{%- for test in graph.nodes.values() if test.get("test_metadata", {}).get("name") == "rows" -%}
{%- set tested = graph.nodes[test.attached_node] -%}
{%- set is_of_layer = layer == ("seeds" if tested.resource_type == "seed" else tested.fqn[1]) -%}
{%- if is_of_layer and (not tested.version or tested.version in var("built_versions")) -%}
{%- if tested.alias not in known -%}
    {%- do exceptions.raise_compiler_error(layer ~ "_rows: " ~ tested.alias ~ " has rules, and is not among what is tested") -%}
{%- endif -%}
{%- set rules = dict(test.test_metadata.kwargs) -%}
{%- do rules.pop("model") -%}
{%- do rules.pop("column_name", none) -%}
union all
select '{{ tested.name }}' || ': ' || rule, row_count from ({{ broken_rules(known[tested.alias], **rules) }})
{% endif -%}
{%- endfor -%}
{%- endif -%}
{% endmacro %}
