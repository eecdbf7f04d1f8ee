-- The latest snapshot of each account as of tonight: only of those in the ledger, and of flagged bots.
with night as (

    select as_of_date from {{ source("raw", "night") }}

),

snapshots as (

    select * from {{ ref("stg_files__accounts") }}
    union all
    select * from {{ ref("stg_github__accounts") }}
    union all
    select * from {{ ref("stg_discourse__accounts") }}

),

latest as (

    select
        network,
        account_id,
        captured_at,
        is_private,
        is_bot
    from snapshots
    cross join night
    where captured_at < night.as_of_date + interval 1 day
    qualify row_number() over (
        partition by network, account_id
        order by captured_at desc, is_private desc, is_bot desc
    ) = 1

)

select latest.*
from latest
where
    is_bot
    or exists (
        from {{ source("raw", "consent") }} as ledger
        where ledger.network = latest.network and ledger.account_id = latest.account_id
    )
