-- For each network and day, whether it is whole, and if not, why: a feed that owes it did not deliver, or it is partial,
-- less than a fifth of what is usual. Usual is the less of two medians: of four weeks, and of the same weekday in eight.
-- A low that nature brings is no fault: below twenty usual rows nothing is partial, and a day must be lower than half of
-- the lows of eight weeks, or, where sixty rows or more are usual and a weekday tells something, of such weekdays. Nor is a
-- day after the network's end, or one without a row for which somebody answers.
with states as (

    select
        network,
        day_date,
        bool_or(state in ('covered', 'closed')) and not bool_or(state = 'missing') as is_covered,
        not bool_or(state in ('covered', 'missing')) as is_closed
    from {{ source("raw", "source_days") }}
    group by all

),

landed as (

    select network, cast(landed_date as date) as day_date, sum(row_count) as row_count
    from {{ source("raw", "landed_files") }}
    where dataset = 'activity'
    group by all

),

-- Somebody answers for every source of activity whose file of the day says nothing.
silent as (

    select
        source,
        cast(unnest(range(first_date, last_date + 1, interval 1 day)) as date) as day_date,
        is_quiet_in_truth
    from {{ source("raw", "deliveries") }}
    where is_quiet

),

answered as (

    select source, day_date, bool_or(is_quiet_in_truth) as is_answered
    from silent
    group by all

),

quiet as (

    select networks.network, answered.day_date
    from answered
    inner join {{ source("raw", "sources") }} as sources on answered.source = sources.name
    inner join {{ ref("source_networks") }} as networks on answered.source = networks.source
    where sources.dataset = 'activity'
    group by all
    having bool_and(answered.is_answered)

),

-- A day that was not delivered says nothing of what is usual.
counted as (

    select
        network,
        day_date,
        states.is_covered,
        states.is_closed,
        dayofweek(day_date) as weekday,
        coalesce(landed.row_count, 0) as row_count,
        if(states.is_covered, coalesce(landed.row_count, 0), null) as usual_count
    from states
    left join landed using (network, day_date)

),

measured as (

    select
        *,
        least(
            median(usual_count) over (partition by network order by day_date rows between 28 preceding and 1 preceding),
            median(usual_count) over weekdays
        ) as usual,
        count(usual_count) over (partition by network order by day_date rows between 28 preceding and 1 preceding) as usual_days,
        quantile_cont(usual_count, 0.05)
            over (partition by network order by day_date rows between 56 preceding and 1 preceding) as low,
        quantile_cont(usual_count, 0.1) over weekdays as weekday_low
    from counted
    window weekdays as (partition by network, weekday order by day_date rows between 8 preceding and 1 preceding)

)

select
    network,
    day_date,
    case
        when not is_covered then 'missing'
        when
            not is_closed
            and (row_count > 0 or (network, day_date) not in (select network, day_date from quiet))
            and usual_days >= 14
            and usual >= 20
            and row_count < usual / 5
            and (row_count < low / 2 or (usual >= 60 and row_count < weekday_low / 2))
            then 'partial'
    end as why_not_whole
from measured
