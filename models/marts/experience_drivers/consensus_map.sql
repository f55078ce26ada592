with

interviews as (
    select count(distinct interview_code) as interview_count
    from {{ ref('interview_codes') }}
),

mentioned as (
    select
        need_en,
        min(need_nl) as need_nl,
        drive_en,
        min(drive_nl) as drive_nl,
        quadrant,
        element_code,
        count(distinct interview_code) as interview_count
    from {{ ref('interview_codes') }}
    group by need_en, drive_en, quadrant, element_code
)

select
    mentioned.need_en,
    mentioned.need_nl,
    mentioned.drive_en,
    mentioned.drive_nl,
    mentioned.quadrant,
    elements.element_code,
    elements.element_name_en,
    elements.element_name_nl,
    elements.level_code,
    elements.level_number,
    mentioned.interview_count,
    100 * mentioned.interview_count / interviews.interview_count as interview_pct
from mentioned
cross join interviews
inner join {{ ref('elements_of_value') }} as elements on mentioned.element_code = elements.element_code
where mentioned.interview_count >= {{ assumption('hidden_below_n') }}
