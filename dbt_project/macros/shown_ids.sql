{#
  Each network and object id of a relation with what of it may be shown, where no accounts but those of another relation may
  be named. DuckDB has it as a function of the warehouse; to Spark the night hands the three functions that it is made of.
#}
{% macro shown_ids(objects, accounts) -%}
    {{ return(adapter.dispatch("shown_ids")(objects, accounts)) }}
{%- endmacro %}

{% macro default__shown_ids(objects, accounts) -%}
    shown_ids('{{ objects }}', '{{ accounts }}')
{%- endmacro %}

{% macro spark__shown_ids(objects, accounts) -%}
    (
        with ids as (
            select distinct network, object_id from {{ objects }} where object_id is not null
        ),

        cut as (
            select network, object_id, parts_of(object_id) as parts from ids
        ),

        parts as (
            select network, object_id, posexplode(parts) as (place, part) from cut
        ),

        bordered as (
            select
                *,
                if(counts_case(network), part, {{ lower_case("part") }}) as name,
                coalesce(lead(part) over (partition by network, object_id order by place), '') as border
            from parts
        ),

        allowed as (
            select distinct network, if(counts_case(network), account_id, {{ lower_case("account_id") }}) as name
            from {{ accounts }}
        ),

        judged as (
            select
                bordered.*,
                allowed.name is not null
                or (names_nobody(part) and not (part rlike '^[0-9]+\z' and border like '/%')) as may_be_shown
            from bordered
            left join allowed
                on bordered.network = allowed.network and bordered.name = allowed.name
        ),

        shown as (
            select
                network,
                object_id,
                array_join(
                    transform(array_sort(collect_list(struct(place, if(may_be_shown, part, '…') as shown))), one -> one.shown), ''
                ) as shown_id
            from judged
            group by network, object_id
        )

        select ids.network, ids.object_id, coalesce(shown.shown_id, '') as shown_id
        from ids
        left join shown on ids.network = shown.network and ids.object_id = shown.object_id
    )
{%- endmacro %}
