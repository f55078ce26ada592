{{ accepted_rows(ref('checked_crm__text_scores')) }}
