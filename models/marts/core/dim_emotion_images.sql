select
    image_code,
    emotion_code,
    intensity,
    alt_en,
    alt_nl,
    svg
from {{ ref('emotion_images') }}
