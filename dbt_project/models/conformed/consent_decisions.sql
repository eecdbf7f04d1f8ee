-- The first gate: what the ledger says of each account in it as of the night, for what may be scored, and as it stands
-- now, for what may be shown; and why not where it says no. A grant counts for its own purpose, account and person; what
-- protects somebody (an age below adult, a second claim, an erasure) counts whatever purpose or account it came with.
-- Never on disk: the ledger itself is where those who may not be scored stand.
{{ config(database="in_memory") }}
with nights as (

    select distinct unnest([as_of_date, latest_published_date]) as judged_date from {{ source("raw", "run") }}

),

-- The ids of each account; one that was never renamed stands for itself.
ids as (

    select network, account_id, account_id as stable_id from {{ source("raw", "consent") }}
    union
    select network, alias_id, stable_id from {{ ref("names") }} where kind = 'account'

),

-- An erasure reaches back, and to every name that the account ever had: whatever night is scored, nothing from before
-- it may come back.
erased as (

    select person_id, network, namesake.account_id, max(recorded_at) as erased_at
    from {{ source("raw", "consent") }}
    inner join ids using (network, account_id)
    inner join ids as namesake using (network, stable_id)
    where action = 'erase'
    group by all

),

renamed as (

    select judged_date, network, alias_id as account_id, known_id from {{ ref("identities") }} where kind = 'account'

),

-- Entries under an old name and under the new one are about one account.
entries as (

    select
        nights.judged_date,
        person_id,
        network,
        coalesce(renamed.known_id, account_id) as account_id,
        persona,
        action,
        purpose,
        is_adult,
        recorded_at,
        erased.erased_at,
        coalesce(recorded_at <= erased.erased_at, false) as is_erased
    from {{ source("raw", "consent") }}
    inner join nights on recorded_at < nights.judged_date + interval 1 day
    left join erased using (person_id, network, account_id)
    left join renamed using (judged_date, network, account_id)

),

-- Of entries made at the same instant, the one that ends a grant stands, and of grants the one that allows least.
latest as (

    select judged_date, person_id, network, account_id, persona, action, is_adult, recorded_at, erased_at, is_erased
    from entries
    where purpose = 'public_score' or action = 'erase'
    qualify row_number() over (
        partition by judged_date, person_id, network, account_id
        order by recorded_at desc, action = 'grant', action, is_adult is true, is_adult is null, persona
    ) = 1

),

-- Who said of an account that it is a minor's is believed, for the person and for the account, until they grant the
-- same purpose on the same account again as an adult.
minors as (

    select judged_date, person_id, network, account_id
    from entries
    where is_adult is not null and (action = 'grant' or not is_adult)
    qualify
        row_number() over (
            partition by judged_date, person_id, network, account_id, purpose order by recorded_at desc, is_adult
        ) = 1
        and not is_adult

),

-- Whoever has a grant standing on an account claims it, for whatever purpose.
claims as (

    select judged_date, network, account_id, count(distinct person_id) as claim_count
    from (
        select judged_date, network, account_id, person_id, action, is_erased
        from entries
        where not starts_with(purpose, 'topic:')
        qualify row_number() over (
            partition by judged_date, person_id, network, account_id, purpose order by recorded_at desc, action = 'grant'
        ) = 1
    )
    where action = 'grant' and not is_erased
    group by all

),

snapshots as (

    select judged_date, network, account_id, is_private, is_bot from {{ ref("accounts") }}

),

judged as (

    select
        latest.*,
        snapshots.is_private,
        snapshots.is_bot,
        claims.claim_count,
        (judged_date, person_id) in (select (judged_date, person_id) from minors)
        or (judged_date, network, account_id) in (select (judged_date, network, account_id) from minors) as is_minor
    from latest
    left join snapshots using (judged_date, network, account_id)
    left join claims using (judged_date, network, account_id)

)

select
    judged_date,
    person_id,
    network,
    account_id,
    persona,
    recorded_at,
    erased_at,
    case
        when is_erased or action = 'erase' then 'erased'
        when action = 'withdraw' then 'withdrawn'
        when is_minor then 'declared a minor'
        when is_adult is null then 'adult age not declared'
        when claim_count > 1 then 'claimed by two people'
        when is_private then 'private account'
        when is_bot then 'flagged as a program'
    end as refused_because
from judged
