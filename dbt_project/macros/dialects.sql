{#
  What DuckDB and Spark say differently, and models of the evidence layer say: each with DuckDB's words as `default__` and
  Spark's beside them. What both read alike is written once, in the model. Patterns are RE2's: Spark's are told to mean the same.
#}
{% macro days_between(later, earlier) -%}
    {{ return(adapter.dispatch("days_between")(later, earlier)) }}
{%- endmacro %}

{% macro default__days_between(later, earlier) -%}
    {{ later }} - {{ earlier }}
{%- endmacro %}

{% macro spark__days_between(later, earlier) -%}
    datediff({{ later }}, {{ earlier }})
{%- endmacro %}

{# A number for each row, in an order where that costs nothing: on a cluster all rows would have to meet on one machine. #}
{% macro numbered(order) -%}
    {{ return(adapter.dispatch("numbered")(order)) }}
{%- endmacro %}

{% macro default__numbered(order) -%}
    row_number() over (order by {{ order }})
{%- endmacro %}

{% macro spark__numbered(order) -%}
    monotonically_increasing_id()
{%- endmacro %}

{% macro sha256_hex(text) -%}
    {{ return(adapter.dispatch("sha256_hex")(text)) }}
{%- endmacro %}

{% macro default__sha256_hex(text) -%}
    sha256({{ text }})
{%- endmacro %}

{% macro spark__sha256_hex(text) -%}
    sha2({{ text }}, 256)
{%- endmacro %}

{# Half of a text's MD5 as a number. Which number differs by the engine, and the grounds of a score name theirs. #}
{% macro digest_number(text) -%}
    {{ return(adapter.dispatch("digest_number")(text)) }}
{%- endmacro %}

{% macro default__digest_number(text) -%}
    md5_number_lower({{ text }})
{%- endmacro %}

{% macro spark__digest_number(text) -%}
    cast(conv(right(md5({{ text }}), 16), 16, 10) as decimal(20, 0))
{%- endmacro %}

{# In lower case, a character for a character: Java knows two that depend on their place or become two. #}
{% macro lower_case(text) -%}
    {{ return(adapter.dispatch("lower_case")(text)) }}
{%- endmacro %}

{% macro default__lower_case(text) -%}
    lower({{ text }})
{%- endmacro %}

{% macro spark__lower_case(text) -%}
    lower(translate({{ text }}, 'Σİ', 'σi'))
{%- endmacro %}

{# A text without the first match of a pattern, and without any. #}
{% macro without_match(text, pattern) -%}
    {{ return(adapter.dispatch("without_match")(text, pattern)) }}
{%- endmacro %}

{% macro default__without_match(text, pattern) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '')
{%- endmacro %}

{# Every pattern that is taken from a text once is tied to its beginning or its end: there is no second match. #}
{% macro spark__without_match(text, pattern) -%}
    regexp_replace({{ text }}, '{{ java_pattern(pattern) }}', '')
{%- endmacro %}

{% macro without_matches(text, pattern) -%}
    {{ return(adapter.dispatch("without_matches")(text, pattern)) }}
{%- endmacro %}

{% macro default__without_matches(text, pattern) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '', 'g')
{%- endmacro %}

{% macro spark__without_matches(text, pattern) -%}
    regexp_replace({{ text }}, '{{ java_pattern(pattern) }}', '')
{%- endmacro %}

{% macro matches(text, pattern) -%}
    {{ return(adapter.dispatch("matches")(text, pattern)) }}
{%- endmacro %}

{% macro default__matches(text, pattern) -%}
    regexp_matches({{ text }}, '{{ pattern }}')
{%- endmacro %}

{% macro spark__matches(text, pattern) -%}
    rlike({{ text }}, '{{ java_pattern(pattern) }}')
{%- endmacro %}

{# To Java `$` also stands before a last line break, other signs than `\n` break lines, and a vertical tab is a space. #}
{% macro java_pattern(pattern) -%}
    (?d){{ pattern | replace("$", "\\z") | replace("\\s", "[ \\t\\n\\f\\r]") }}
{%- endmacro %}
