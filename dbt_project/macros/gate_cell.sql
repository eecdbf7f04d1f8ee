{#
  The pool that a person's moves are compared within: people with a like score (bands of 10 points, all from 50 on) and
  a like amount of evidence (below 10 engagements of the last year, 30, 100, and more).
#}
{% macro gate_cell(score, evidence_count) -%}
    least(cast(floor({{ score }} / 10) as integer), 5) * 4
    + case when {{ evidence_count }} < 10 then 0 when {{ evidence_count }} < 30 then 1 when {{ evidence_count }} < 100 then 2 else 3 end
{%- endmacro %}
