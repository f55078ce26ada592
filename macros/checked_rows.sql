{#-
    Every delivered row of a contract table with its verdict: accepted, duplicate or rejected.

    The checks follow from the contract, in this order, and the first that fails is the reason: missing value, wrong
    type, value not accepted, out of range, in the future, orphan. `references` gives the staging relation for each
    column that the contract declares as a reference; an empty relation (the table is not delivered at all) makes no
    orphans; `carried` names further columns of that relation, found as <column>_known.<name>. `joins` and `checks` add
    what a table knows beyond its columns; a check is {code, column, condition, message}, in SQL over the alias
    `delivered` and the joins. `derived` adds columns [{name, expression}] that those joins make possible.

    Of rows with the same key the last delivered (by file name, then row) stays and the others are duplicates: a
    correction is delivered in a later file. Columns: contract, derived, lineage, row_key, row_status, reason_code,
    reason_column, reason, raw_record (only where rejected).
-#}
{% macro checked_rows(area, table, references={}, carried={}, joins='', checks=[], derived=[]) %}
{%- set contract = contract_columns(area, table) -%}
{%- set keys = contract | selectattr('key', 'defined') | map(attribute='name') | list -%}
{%- set parsed = {} -%}
{%- for column in contract -%}
    {%- set value = parse_value('delivered.' ~ column.name, column.data_type) -%}
    {%- do parsed.update({column.name: value}) -%}
{%- endfor -%}
{%- for column in contract if column.default_from -%}
    {%- do parsed.update({column.name: 'coalesce(' ~ parsed[column.name] ~ ', ' ~ parsed[column.default_from] ~ ')'}) -%}
{%- endfor -%}

{%- set failures = [] -%}
{%- for column in contract -%}
    {%- set raw = 'delivered.' ~ column.name -%}
    {%- set own = parse_value(raw, column.data_type) -%}
    {%- set as_delivered = 'cast(' ~ raw ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    {%- if column.required and not column.default_from -%}
        {%- do failures.append({'code': 'missing_value', 'column': column.name, 'condition': raw ~ ' is null',
            'message': "'" ~ column.name ~ " is empty but required'"}) -%}
    {%- endif -%}
    {%- if column.data_type != 'varchar' -%}
        {%- do failures.append({'code': 'wrong_type', 'column': column.name,
            'condition': raw ~ ' is not null and ' ~ own ~ ' is null',
            'message': "'" ~ column.name ~ " is not a " ~ column.data_type ~ ": ' || " ~ as_delivered}) -%}
    {%- endif -%}
    {%- if column.accepted -%}
        {%- do failures.append({'code': 'not_accepted', 'column': column.name,
            'condition': raw ~ " not in ('" ~ column.accepted | join("', '") ~ "')",
            'message': "'" ~ column.name ~ " must be one of " ~ column.accepted | join(', ') ~ ": ' || " ~ raw}) -%}
    {%- endif -%}
    {%- if column.minimum is defined -%}
        {%- do failures.append({'code': 'out_of_range', 'column': column.name,
            'condition': own ~ ' < ' ~ column.minimum,
            'message': "'" ~ column.name ~ " is below " ~ column.minimum ~ ": ' || " ~ as_delivered}) -%}
    {%- endif -%}
    {%- if column.maximum is defined -%}
        {%- do failures.append({'code': 'out_of_range', 'column': column.name,
            'condition': own ~ ' > ' ~ column.maximum,
            'message': "'" ~ column.name ~ " is above " ~ column.maximum ~ ": ' || " ~ as_delivered}) -%}
    {%- endif -%}
    {%- if column.not_future -%}
        {#- A day of grace: a file from another time zone may be ahead of this clock. -#}
        {%- do failures.append({'code': 'in_the_future', 'column': column.name,
            'condition': own ~ " > cast('" ~ (run_started_at + modules.datetime.timedelta(days=1)).strftime('%Y-%m-%d') ~ "' as date)",
            'message': "'" ~ column.name ~ " is in the future: ' || cast(" ~ raw ~ " as " ~ dbt.type_string() ~ ")"}) -%}
    {%- endif -%}
{%- endfor -%}
{%- set declared = contract | selectattr('references', 'defined') | list -%}
{%- if execute and declared | map(attribute='name') | sort | list != references.keys() | sort | list -%}
    {{ exceptions.raise_compiler_error('checked_' ~ area ~ '__' ~ table ~ ': the references passed (' ~ references.keys() | join(', ')
        ~ ') are not those of the contract YAML (' ~ declared | map(attribute='name') | join(', ') ~ '); make them agree') }}
{%- endif -%}
{%- for column in declared -%}
    {%- do failures.append({'code': 'orphan', 'column': column.name,
        'condition': 'delivered.' ~ column.name ~ ' is not null and ' ~ column.name ~ '_known.known_key is null and ' ~ column.name ~ '_filled.is_filled',
        'message': "'" ~ column.name ~ " is not among the accepted rows of " ~ column.references.split('.')[0] ~ ": ' || delivered." ~ column.name}) -%}
{%- endfor -%}
{%- set failures = failures + checks -%}

with delivered as (
    {{ delivered_rows(area, table) }}
),

judged as (
    select
        {%- for column in contract %}
        {{ parsed[column.name] }} as {{ column.name }},
        {%- endfor %}
        {%- for column in derived %}
        {{ column.expression }} as {{ column.name }},
        {%- endfor %}
        delivered._system,
        delivered._file,
        delivered._row,
        case
            {%- for failure in failures %}
            when {{ failure.condition }} then {{ loop.index }}
            {%- endfor %}
        end as failed_check,
        case
            {%- for failure in failures %}
            when {{ failure.condition }} then {{ failure.message }}
            {%- endfor %}
        end as reason,
        {#- the key as delivered, so that a key that cannot be parsed can still be found in the file -#}
        {%- for key in keys %}
        {{ "cast(coalesce(delivered." ~ key ~ ", '') as " ~ dbt.type_string() ~ ")" }}{{ " || '|' ||" if not loop.last }}
        {%- endfor %} as row_key,
        case
            when
                {%- for failure in failures %}
                ({{ failure.condition }}){{ ' or' if not loop.last }}
                {%- endfor %}
                then {{ row_as_json('delivered') }}
        end as raw_record
    from delivered
    {%- for column in declared %}
    left join (
        select
            {%- for name in carried.get(column.name, []) %}
            min({{ name }}) as {{ name }},
            {%- endfor %}
            {{ column.references.split('.')[1] }} as known_key
        from {{ references[column.name] }}
        group by {{ column.references.split('.')[1] }}
    ) as {{ column.name }}_known
        on delivered.{{ column.name }} = {{ column.name }}_known.known_key
    cross join (select count(*) > 0 as is_filled from {{ references[column.name] }}) as {{ column.name }}_filled
    {%- endfor %}
    {{ joins }}
),

repeated_keys as (
    select {{ keys | join(', ') }}, max(_file) as last_file
    from judged
    where failed_check is null
    group by {{ keys | join(', ') }}
    having count(*) > 1
),

last_rows as (
    select
        {%- for key in keys %}
        repeated_keys.{{ key }},
        {%- endfor %}
        repeated_keys.last_file,
        max(judged._row) as last_row
    from judged
    inner join repeated_keys
        on judged._file = repeated_keys.last_file
        {%- for key in keys %}
        and judged.{{ key }} = repeated_keys.{{ key }}
        {%- endfor %}
    where judged.failed_check is null
    group by
        {%- for key in keys %}
        repeated_keys.{{ key }},
        {%- endfor %}
        repeated_keys.last_file
),

settled as (
    select
        judged.*,
        last_rows.last_file,
        last_rows.last_row,
        judged.failed_check is null
        and last_rows.last_file is not null
        and (judged._file <> last_rows.last_file or judged._row <> last_rows.last_row) as is_superseded
    from judged
    left join last_rows
        on {% for key in keys %}judged.{{ key }} = last_rows.{{ key }}{{ ' and ' if not loop.last }}{% endfor %}
)

select
    {%- for column in contract %}
    {{ column.name }},
    {%- endfor %}
    {%- for column in derived %}
    {{ column.name }},
    {%- endfor %}
    _system,
    _file,
    _row,
    row_key,
    case
        when failed_check is not null then 'rejected'
        when is_superseded then 'duplicate'
        else 'accepted'
    end as row_status,
    case
        {%- for failure in failures %}
        when failed_check = {{ loop.index }} then '{{ failure.code }}'
        {%- endfor %}
        when is_superseded then 'duplicate_key'
    end as reason_code,
    case
        {%- for failure in failures %}
        when failed_check = {{ loop.index }} then '{{ failure.column }}'
        {%- endfor %}
    end as reason_column,
    case
        when failed_check is not null then reason
        when is_superseded
            then 'the key was delivered again; kept ' || last_file || ' row ' || cast(last_row as {{ dbt.type_string() }})
    end as reason,
    raw_record
from settled
{% endmacro %}
