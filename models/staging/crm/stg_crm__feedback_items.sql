{{ accepted_rows(ref('checked_crm__feedback_items')) }}
