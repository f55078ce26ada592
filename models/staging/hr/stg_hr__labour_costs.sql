{{ accepted_rows(ref('checked_hr__labour_costs')) }}
