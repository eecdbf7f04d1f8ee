{#
  Tables that another engine builds, or reads: `EVENSCORE_EXCHANGE` names, as JSON, the Parquet (an SQL string) of each table that is taken as
  it lies there instead of being built (`taken`), and where to write each that is handed over (`given`). Unset, there are none.
#}
{% macro exchanged(which, relation) -%}
    {{ return(fromjson(env_var("EVENSCORE_EXCHANGE", "{}")).get(which, {}).get(relation.schema ~ "." ~ relation.identifier)) }}
{%- endmacro %}
