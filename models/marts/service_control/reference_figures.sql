select
    figure_code,
    figure_name_en,
    figure_name_nl,
    value,
    unit,
    subject,
    said_by,
    year_as_cited,
    paper,
    section
from {{ ref('cited_figures') }}
