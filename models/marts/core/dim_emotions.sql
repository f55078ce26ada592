select
    emotion_code,
    intensity,
    emotion_name_en,
    emotion_name_nl,
    degree_name_en,
    degree_name_nl,
    valence,
    display_position
from {{ ref('emotions') }}
