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
    {%- set parts = parts_by_night(target) -%}
    {%- call statement("main") -%}
      {{ drop_existing }} {{ parts[0] }} {{ create_table_as(False, target, compiled_code) }}
    {%- endcall -%}
    {%- for part in parts[1:] -%}
      {%- do run_query(part ~ " insert into " ~ target ~ " " ~ compiled_code) -%}
    {%- endfor -%}
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

{#
  A model that takes far more memory than what it reads (`meta.by_night_of`, a table of its schema with a row for each of many things and
  each night) is built a few nights at a time, each part of about `meta.rows_at_once` of those rows: the first night of a community looks at sixty.
  Returns what to say before each part; the model asks for `nights_at_hand`.
#}
{% macro parts_by_night(target) -%}
  {%- set meta = config.get("meta", {}) -%}
  {%- if "by_night_of" not in meta -%}{{ return([""]) }}{%- endif -%}
  {%- set nights = run_query(
      "select min(as_of_date), max(as_of_date) from ("
      "select as_of_date, sum(count(*)) over (order by as_of_date) - count(*) as before from "
      ~ target.incorporate(path={"identifier": meta["by_night_of"]}) ~ " group by as_of_date"
      ") group by before // " ~ meta.get("rows_at_once", 4000000) ~ " order by 1"
  ) -%}
  {%- set parts = [] -%}
  {%- for first, last in nights.rows -%}
    {%- do parts.append("set variable first_night = date '" ~ first ~ "'; set variable last_night = date '" ~ last ~ "';") -%}
  {%- endfor -%}
  {{ return(parts or ["reset variable first_night;"]) }}
{%- endmacro %}

{# Whether a night is one of those that are being built; every night is, where the model is not built in parts. #}
{% macro nights_at_hand(as_of_date) -%}
    coalesce({{ as_of_date }} between getvariable('first_night') and getvariable('last_night'), true)
{%- endmacro %}

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
