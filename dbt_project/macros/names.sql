{#
  Names of different kinds that meet in one column say of which kind they are: a member, an account of somebody who did
  not ask (its network is one plain word, without a colon), the unnamed around one object of one network; and an object
  with an id of its own, or the day that stands in where a source has none. Nobody's name can be taken for another's.
#}
{% macro member_name(person_id) -%}
    'member:' || {{ person_id }}
{%- endmacro %}

{% macro account_name(network, account_id) -%}
    'account:' || {{ network }} || ':' || {{ account_id }}
{%- endmacro %}

{% macro unnamed_name(network, object_key) -%}
    'unnamed:' || {{ network }} || ':' || {{ object_key }}
{%- endmacro %}

{% macro object_name(object_id) -%}
    'object:' || {{ object_id }}
{%- endmacro %}

{% macro day_name(occurred_at) -%}
    'day:' || cast(cast({{ occurred_at }} as date) as string)
{%- endmacro %}

{# A name without its kind: whom or what it names. #}
{% macro bare_name(name) -%}
    regexp_replace({{ name }}, '^[a-z]+:', '')
{%- endmacro %}

{# What an id that may be shown looks like to `like`, with the escape `|`: what is hidden in it may be anything. #}
{% macro pattern_of(shown_id) -%}
    replace(replace(replace(replace({{ shown_id }}, '|', '||'), '%', '|%'), '_', '|_'), '…', '%')
{%- endmacro %}
