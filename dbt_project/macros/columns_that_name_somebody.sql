{# Columns of the warehouse's tables that are called like somebody's id, in no particular table. #}
{% macro columns_that_name_somebody() -%}
    select schema_name, table_name, column_name
    from duckdb_columns()
    inner join duckdb_tables() using (database_name, schema_name, table_name)
    where
        database_name = current_database()
        and data_type = 'VARCHAR'
        and regexp_matches(
            column_name,
            '(^|_)(person|other|engager|account|actor|target|receiver|giver|author|owner|member|user|ring|handle|login|who)(_id|_name|$)'
        )
    order by all
{%- endmacro %}
