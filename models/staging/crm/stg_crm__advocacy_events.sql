{{ accepted_rows(ref('checked_crm__advocacy_events')) }}
