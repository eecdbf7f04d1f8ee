{#
  The weight left of one action after `age_days`, in whole millionths: 1,000,000 * 2 ^ (-age / half_life).
  Whole numbers, because sums of them are the same bits whatever order the rows come in; sums of doubles are not.
#}
{% macro decayed_millionths(age_days, half_life_days) -%}
    cast(round(1000000 * pow(2, -({{ age_days }}) / {{ half_life_days }})) as bigint)
{%- endmacro %}
