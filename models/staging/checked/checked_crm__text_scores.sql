{{ checked_rows('crm', 'text_scores') }}
