-- Names of whoever landed, or is in the ledger, and may not be shown to readers: what no text may hold. A view, so that
-- none of them is on disk. In lower case, as a reader reads them, and not at their ends the signs that a sentence may have.
{{ config(materialized="view") }}
-- Each name once: an account is landed with each act and each snapshot.
with landed as (

    select actor_id as name from {{ source("raw", "activity") }}
    union
    select target_id from {{ source("raw", "activity") }}
    union
    select account_id from {{ source("raw", "accounts") }}
    union
    select alias_id from {{ source("raw", "aliases") }} where kind = 'account'
    union
    select account_id from {{ source("raw", "consent") }}
    union
    select person_id from {{ source("raw", "consent") }}

),

shown as (

    select person_id as name from {{ ref("consent_shown") }}
    union all
    select account_id from {{ ref("consent_shown") }}

)

select lower(trim(name, '.-_')) as name
from landed
where
    not names_nobody(name)
    and lower(trim(name, '.-_')) not in (select lower(trim(name, '.-_')) from shown)
