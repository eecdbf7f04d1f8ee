-- The latest snapshot of each account as of tonight, and as of the latest night that readers see where that is a later
-- one: only of accounts in the ledger, and of flagged bots.
with nights as (

    select distinct unnest([as_of_date, shown_date]) as judged_date from {{ source("raw", "night") }}

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
        nights.judged_date,
        network,
        account_id,
        captured_at,
        is_private,
        is_bot
    from snapshots
    inner join nights on captured_at < nights.judged_date + interval 1 day
    qualify row_number() over (
        partition by nights.judged_date, network, account_id
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
