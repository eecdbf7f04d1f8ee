{#
  Who acted on a person, for an engager who did not ask for a score: a keyed hash (HMAC's two rounds of SHA-256) over the
  person and the engager, so that nothing links one engager's acts on two people, nor on two nights. The key is tonight's
  and is gone with the process. An evaluation's scratch home names engagers, because its trials draw them anew.
#}
{% macro engager_hash(person, engager) -%}
    {% if var("names_engagers") -%}
    {{ engager }}
    {%- else -%}
    {%- set inner = sha256_hex("secret || length(" ~ person ~ ") || ':' || " ~ person ~ " || " ~ engager) -%}
    '#' || {{ sha256_hex("secret || " ~ inner) }}
    {%- endif %}
{%- endmacro %}
