-- What the snapshots say last of each account as of the night, and as of now: only of accounts in the ledger, and of flagged bots.
-- A renamed account goes by its newest name.
{{ config(database="in_memory") }}
with nights as (

    select distinct unnest([as_of_date, latest_published_date]) as judged_date from {{ source("raw", "run") }}

),

-- An account is captured night after night: when it said the same last is all that is asked.
said as (

    select
        nights.judged_date,
        snapshots.network,
        snapshots.account_id,
        snapshots.is_private,
        snapshots.is_bot,
        max(snapshots.captured_at) as captured_at
    from {{ ref("stg_accounts") }} as snapshots
    inner join nights on snapshots.captured_at < nights.judged_date + interval 1 day
    group by all

),

renamed as (

    select judged_date, network, alias_id as account_id, known_id from {{ ref("identities") }} where kind = 'account'

),

known as (

    select
        judged_date,
        network,
        coalesce(renamed.known_id, account_id) as account_id,
        captured_at,
        is_private,
        is_bot
    from said
    left join renamed using (judged_date, network, account_id)

),

-- A snapshot that says nothing of it takes nothing back: the last word on each stands, and of one instant the stricter.
latest as (

    select
        judged_date,
        network,
        account_id,
        max(captured_at) as captured_at,
        coalesce(max_by(is_private, (captured_at, is_private)), false) as is_private,
        coalesce(max_by(is_bot, (captured_at, is_bot)), false) as is_bot
    from known
    group by all

),

ledger as (

    select distinct
        nights.judged_date,
        network,
        coalesce(renamed.known_id, account_id) as account_id,
        true as is_in_ledger
    from {{ source("raw", "consent") }}
    cross join nights
    left join renamed using (judged_date, network, account_id)

)

select latest.*
from latest
left join ledger using (judged_date, network, account_id)
where latest.is_bot or ledger.is_in_ledger
