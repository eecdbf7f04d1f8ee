-- Every Discourse forum has two service accounts that no snapshot flags: their ids are fixed by the software.
with snapshots as (

    select
        network,
        account_id,
        captured_at,
        is_private,
        is_bot
    from {{ source("raw", "accounts") }}
    where source_kind = 'discourse'

),

service_accounts as (

    select
        sources.network,
        service.account_id,
        timestamp '1970-01-01' as captured_at,
        false as is_private,
        true as is_bot
    from {{ source("raw", "sources") }} as sources
    cross join (values ('system'), ('discobot')) as service (account_id)
    where sources.kind = 'discourse'

)

select * from snapshots
union all
select * from service_accounts
