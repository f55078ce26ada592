{#- All tables of the input contract as [area, table]; the YAML of each staging model holds its columns. -#}
{% macro contract_tables() %}
    {{ return([
        ['crm', 'advocacy_events'],
        ['crm', 'contacts'],
        ['crm', 'contracts'],
        ['crm', 'customers'],
        ['crm', 'feedback_items'],
        ['crm', 'referrals'],
        ['crm', 'text_scores'],
        ['crm', 'transactions'],
        ['crm', 'utterances'],
        ['hr', 'absences'],
        ['hr', 'employees'],
        ['hr', 'labour_costs'],
        ['hr', 'team_memberships'],
        ['hr', 'teams'],
        ['survey', 'answers'],
        ['survey', 'feedback_actions'],
        ['survey', 'invitations'],
        ['survey', 'responses'],
    ]) }}
{% endmacro %}
