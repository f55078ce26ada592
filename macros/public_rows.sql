{#-
    The rows of a fact that clients may read, in the columns of the model that calls it: what a client can group is what a
    client can isolate, so a team or department of a few loses its name.

    fact : the fact, in full, of schema `restricted`
    day : its column of the day; what belongs to a contact is named as on the day of the contact, or a client could join
        the two
    hidden : {column: condition under which it is empty}
    kept : condition on the rows, over `facts`
-#}
{% macro public_rows(fact, day, hidden={}, kept=none) %}
{%- set of_contact = fact != 'fct_contacts' -%}
{%- set said_on = 'coalesce(contacts.started_on, facts.' ~ day ~ ')' if of_contact else 'facts.' ~ day -%}
select
    {%- for name in model.columns %}
    {%- if name in ['team_id', 'department_id'] %}
    case when coalesce({{ name | replace('_id', 's') }}.is_named, staffed.row_count = 0) then facts.{{ name }} end as {{ name }}
    {%- elif name in hidden %}
    case when not ({{ hidden[name] }}) then facts.{{ name }} end as {{ name }}
    {%- else %}
    facts.{{ name }}
    {%- endif %}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ ref(fact) }} as facts
{%- if of_contact %}
left join {{ ref('fct_contacts') }} as contacts on facts.contact_id = contacts.contact_id
{%- endif %}
{%- for kind in ['team', 'department'] %}
left join {{ ref('int_metrics__members') }} as {{ kind }}s
    on {{ kind }}s.scope_kind = '{{ kind }}'
    and facts.{{ kind }}_id = {{ kind }}s.scope_key
    and cast(date_trunc('month', {{ said_on }}) as date) = {{ kind }}s.month_start
{%- endfor %}
cross join (select count(*) as row_count from {{ ref('int_metrics__members') }}) as staffed
{%- if kept %}
where {{ kept }}
{%- endif %}
{% endmacro %}
