{{ checked_rows('hr', 'teams') }}
