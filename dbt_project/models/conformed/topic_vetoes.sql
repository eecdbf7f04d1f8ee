-- The topics that people do not want to be scored on, as of the night, and as the ledger stands now.
with nights as (

    select distinct unnest([as_of_date, latest_published_date]) as judged_date from {{ source("raw", "run") }}

),

-- Of entries made at the same instant, the one that ends a grant stands.
latest as (

    select nights.judged_date, ledger.*, {{ topic_key("substr(ledger.purpose, length('topic:') + 1)") }} as topic_key
    from {{ source("raw", "consent") }} as ledger
    inner join nights on ledger.recorded_at < nights.judged_date + interval 1 day
    where starts_with(ledger.purpose, 'topic:')
    qualify row_number() over (
        partition by nights.judged_date, ledger.person_id, ledger.persona, topic_key
        order by ledger.recorded_at desc, ledger.action = 'grant'
    ) = 1

)

select
    latest.judged_date,
    latest.judged_date = night.latest_published_date as is_shown,
    latest.person_id,
    latest.persona,
    latest.topic_key
from latest
cross join {{ source("raw", "run") }} as night
where
    latest.action = 'withdraw'
    and (
        latest.person_id in (select person_id from {{ ref("consent") }})
        or latest.person_id in (select person_id from {{ ref("consent_shown") }})
    )
