{#
  Tables and their comments in as few statements as DuckDB needs. dbt's own way builds beside the old table, renames
  twice, drops, and asks for the columns twice: five calls of a macro a table, which take longer than our queries do.
  DuckDB replaces a table within one transaction: a build that fails leaves the old one.
#}
{% materialization table, adapter="duckdb", supported_languages=["sql", "python"] %}
  {%- set existing = load_cached_relation(this) -%}
  {%- set target = this.incorporate(type="table") -%}
  {%- set drop_existing = "drop " ~ existing.type ~ " " ~ existing ~ ";" if existing is not none else "" -%}
  {%- set taken, given = exchanged("taken", target), exchanged("given", target) -%}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {%- if taken -%}
    {%- call statement("main") -%}
      {{ drop_existing }} {{ create_table_as(False, target, "from read_parquet(" ~ taken ~ ")") }}
    {%- endcall -%}
  {%- elif model["language"] == "sql" -%}
    {%- call statement("main") -%}
      {{ drop_existing }} {{ create_table_as(False, target, compiled_code) }}
    {%- endcall -%}
  {%- else -%}
    {#- Python writes over a connection of its own, so its table is built beside the old one. -#}
    {%- set draft = make_intermediate_relation(target) -%}
    {{ drop_relation_if_exists(load_cached_relation(draft)) }}
    {%- call statement("main", language="python") -%}
      {{ create_table_as(False, draft, compiled_code, "python") }}
    {%- endcall -%}
    {%- do run_query(drop_existing ~ " alter table " ~ draft ~ " rename to " ~ adapter.quote(target.identifier)) -%}
  {%- endif -%}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {%- do persist_docs(target, model) -%}
  {{ adapter.commit() }}
  {%- if given -%}{%- do run_query("copy " ~ target ~ " to " ~ given ~ " (format parquet)") -%}{%- endif -%}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
  {{ return({"relations": [target]}) }}
{% endmaterialization %}

{# A description of a column that is not there fails the build. #}
{% macro duckdb__persist_docs(relation, model, for_relation, for_columns) %}
  {%- set comments = [] -%}
  {%- if for_relation and config.persist_relation_docs() and model.description -%}
    {%- do comments.append(alter_relation_comment(relation, model.description)) -%}
  {%- endif -%}
  {%- if for_columns and config.persist_column_docs() -%}
    {%- for column in model.columns.values() if column.description -%}
      {%- set name = relation ~ "." ~ adapter.quote(column.name) -%}
      {%- do comments.append("comment on column " ~ name ~ " is " ~ duckdb_escape_comment(column.description) ~ ";") -%}
    {%- endfor -%}
  {%- endif -%}
  {%- if comments -%}{%- do run_query(comments | join("\n")) -%}{%- endif -%}
{% endmacro %}

{#
  Tables that another engine builds, or reads: `EVENSCORE_EXCHANGE` names, as JSON, the Parquet (an SQL string) of each table that is taken as
  it lies there instead of being built (`taken`), and where to write each that is handed over (`given`). Unset, there are none.
#}
{% macro exchanged(which, relation) -%}
    {{ return(fromjson(env_var("EVENSCORE_EXCHANGE", "{}")).get(which, {}).get(relation.schema ~ "." ~ relation.identifier)) }}
{%- endmacro %}
