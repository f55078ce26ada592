{{ accepted_rows(ref('checked_crm__transactions')) }}
