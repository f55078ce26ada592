{%- set errors = lifetime_errors() -%}

with

-- of each euro that customers without a contract spend, what is left
purchase_margins as (
    select
        sum(customer_months.profit_eur) / nullif(sum(customer_months.revenue_eur), 0) as margin_share,
        max(months.month_end) + 1 as valued_on
    from {{ ref('fct_customer_months') }} as customer_months
    inner join {{ ref('int_value__months') }} as months on customer_months.month_start = months.month_start
    where customer_months.customer_id in (select histories.customer_id from {{ ref('int_value__purchase_histories') }} as histories)
),

contracts as (
    select
        margins.customer_id,
        margins.valued_on,
        'contract' as value_kind,
        margins.product,
        margins.has_contacts,
        margins.renewal_number,
        margins.profit_eur / margins.month_count as monthly_margin_eur,
        lifetimes.residual_months,
        null as probability_alive,
        null as expected_purchases,
        null as expected_margin_per_purchase_eur,
        margins.profit_eur / margins.month_count * lifetimes.residual_months as clv_eur,
        lifetimes.fit_key,
        {%- for error in errors %}
        {% if loop.index <= 2 %}margins.profit_eur / margins.month_count * lifetimes.{{ error }}{% else %}0{% endif %} as {{ error }},
        {%- endfor %}
        lifetimes.refusal_reason as clv_refusal_reason
    from {{ ref('int_value__customer_margins') }} as margins
    left join {{ ref('int_value__lifetimes') }} as lifetimes
        on margins.product = lifetimes.product and margins.renewal_number = lifetimes.renewal_number
),

purchases as (
    select
        histories.customer_id,
        purchase_margins.valued_on,
        'purchase' as value_kind,
        'none' as product,
        false as has_contacts,
        null as renewal_number,
        null as monthly_margin_eur,
        null as residual_months,
        purchases.probability_alive,
        purchases.expected_purchases,
        purchase_margins.margin_share * spends.expected_spend_eur as expected_margin_per_purchase_eur,
        purchase_margins.margin_share * spends.expected_spend_eur * purchases.expected_purchases as clv_eur,
        'purchases' as fit_key,
        {%- for error in errors %}
        purchase_margins.margin_share * {% if loop.index <= 4 -%}
            spends.expected_spend_eur * purchases.error_{{ loop.index }}
        {%- else -%}
            purchases.expected_purchases * spends.error_{{ loop.index - 4 }}
        {%- endif %} as {{ error }},
        {%- endfor %}
        coalesce(purchases.refusal_reason, spends.refusal_reason) as clv_refusal_reason
    from {{ ref('int_value__purchase_histories') }} as histories
    cross join purchase_margins
    left join {{ ref('int_value__purchases') }} as purchases
        on histories.frequency = purchases.frequency
        and histories.recency_weeks = purchases.recency_weeks
        and histories.age_weeks = purchases.age_weeks
    left join {{ ref('int_value__spends') }} as spends
        on histories.frequency = spends.frequency and histories.spend_step = spends.spend_step
)

select * from contracts
union all
select * from purchases
