-- Account snapshots of every source. What a platform's software runs itself is a program, though no snapshot says so:
-- the seed known_programs names those accounts, and one that was never captured is there from the beginning.
with snapshots as (

    select
        network,
        account_id,
        captured_at,
        is_private,
        if(programs.account_pattern is not null, true, is_bot) as is_bot
    from {{ source("raw", "accounts") }} as accounts
    left join {{ ref("known_programs") }} as programs
        on accounts.source_kind = programs.source_kind and accounts.account_id like programs.account_pattern

),

never_captured as (

    select
        sources.network,
        programs.account_pattern as account_id,
        timestamp '1970-01-01' as captured_at,
        false as is_private,
        true as is_bot
    from {{ source("raw", "sources") }} as sources
    inner join {{ ref("known_programs") }} as programs on sources.kind = programs.source_kind
    where not contains(programs.account_pattern, '%')

)

select * from snapshots
union all
select * from never_captured
