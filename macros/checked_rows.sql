{#-
    Every delivered row of a contract table with its verdict: accepted, duplicate or rejected.

    The checks follow from the contract, in this order, and the first that fails is the reason: missing value, wrong
    type, value not accepted, out of range, in the future, orphan. `references` gives the staging relation for each
    column that the contract declares as a reference; an empty relation (the table is not delivered at all) makes no
    orphans; `carried` names further columns of that relation, found as <column>_known.<name>. `joins` and `checks` add
    what a table knows beyond its columns; a check is {code, column, condition, message}, in SQL over the alias
    `delivered` and the joins. `derived` adds columns [{name, expression}] that those joins make possible. A column of
    `delivered` is text as delivered, delivered.parsed_<name> its value where it is no text; `parse_as` {name: type} has
    a text column parsed too.

    Of rows with the same key the last delivered (by file name, then row) stays and the others are duplicates: a
    correction is delivered in a later file. Columns: contract, derived, lineage, row_status, reason_code,
    reason_column, reason, and, only where not accepted, row_key; only where rejected, raw_record.

    Large tables: a key is repeated in few rows, so those are found first, by hash and nothing but the key, and judged
    apart. The rows themselves then pass once from the raw table to the checked one and are never held together.
-#}
{% macro checked_rows(area, table, references={}, carried={}, joins='', checks=[], derived=[], parse_as={}) %}
{%- set contract = contract_columns(area, table) -%}
{%- set keys = contract | selectattr('key', 'defined') | map(attribute='name') | list -%}
{%- set delivered = delivered_rows(area, table) -%}

{#- Parsing is done once, before everything else: `parsed` holds how, `own` where the value is found after it. -#}
{%- set parsed = {} -%}
{%- set own = {} -%}
{%- for column in contract -%}
    {%- do parsed.update({column.name: parse_value('delivered.' ~ column.name, parse_as.get(column.name, column.data_type))}) -%}
    {%- do own.update({column.name: 'delivered.' ~ ('' if column.name in parse_as else 'parsed_') ~ column.name}) -%}
{%- endfor -%}
{%- set values = dict(own) -%}
{%- set key_values = dict(parsed) -%}
{%- for column in contract if column.default_from -%}
    {%- do values.update({column.name: 'coalesce(' ~ own[column.name] ~ ', ' ~ own[column.default_from] ~ ')'}) -%}
    {%- do key_values.update({column.name: 'coalesce(' ~ parsed[column.name] ~ ', ' ~ parsed[column.default_from] ~ ')'}) -%}
{%- endfor -%}
{%- set delivered_keys = [] -%}
{%- for key in keys -%}{%- do delivered_keys.append(key_values[key]) -%}{%- endfor -%}

{%- set failures = [] -%}
{%- for column in contract -%}
    {%- set text = 'delivered.' ~ column.name -%}
    {%- set as_delivered = 'cast(' ~ text ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    {%- if column.required and not column.default_from -%}
        {%- do failures.append({'code': 'missing_value', 'column': column.name, 'condition': text ~ ' is null',
            'message': "'" ~ column.name ~ " is empty but required'"}) -%}
    {%- endif -%}
    {%- if column.data_type != 'varchar' -%}
        {%- do failures.append({'code': 'wrong_type', 'column': column.name,
            'condition': text ~ ' is not null and ' ~ own[column.name] ~ ' is null',
            'message': "'" ~ column.name ~ " is not a " ~ column.data_type ~ ": ' || " ~ as_delivered}) -%}
    {%- endif -%}
    {%- if column.accepted -%}
        {%- do failures.append({'code': 'not_accepted', 'column': column.name,
            'condition': text ~ " not in ('" ~ column.accepted | join("', '") ~ "')",
            'message': "'" ~ column.name ~ " must be one of " ~ column.accepted | join(', ') ~ ": ' || " ~ text}) -%}
    {%- endif -%}
    {%- if column.minimum is defined -%}
        {%- do failures.append({'code': 'out_of_range', 'column': column.name,
            'condition': own[column.name] ~ ' < ' ~ column.minimum,
            'message': "'" ~ column.name ~ " is below " ~ column.minimum ~ ": ' || " ~ as_delivered}) -%}
    {%- endif -%}
    {%- if column.maximum is defined -%}
        {%- do failures.append({'code': 'out_of_range', 'column': column.name,
            'condition': own[column.name] ~ ' > ' ~ column.maximum,
            'message': "'" ~ column.name ~ " is above " ~ column.maximum ~ ": ' || " ~ as_delivered}) -%}
    {%- endif -%}
    {%- if column.not_future -%}
        {#- A day of grace: a file from another time zone may be ahead of this clock. -#}
        {%- do failures.append({'code': 'in_the_future', 'column': column.name,
            'condition': own[column.name] ~ " > cast('" ~ (run_started_at + modules.datetime.timedelta(days=1)).strftime('%Y-%m-%d') ~ "' as date)",
            'message': "'" ~ column.name ~ " is in the future: ' || " ~ as_delivered}) -%}
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

{%- set parsing -%}
    select
        delivered.*
        {%- for name, expression in parsed.items() %},
        {{ expression }} as parsed_{{ name }}
        {%- endfor %}
{%- endset -%}

{%- set raw_record = {} -%}
{%- for column in contract -%}{%- do raw_record.update({column.name: 'delivered_' ~ column.name}) -%}{%- endfor -%}
{%- do raw_record.update({'_system': '_system', '_file': '_file', '_row': '_row'}) -%}

{%- set judging -%}
    select
        {%- for column in contract %}
        {{ values[column.name] }} as {{ column.name }},
        cast(delivered.{{ column.name }} as {{ dbt.type_string() }}) as delivered_{{ column.name }},
        {%- endfor %}
        {%- for column in derived %}
        {{ column.expression }} as {{ column.name }},
        {%- endfor %}
        delivered._system,
        delivered._file,
        delivered._row,
        {# number and message in one text: a second case would evaluate every condition again #}
        case
            {%- for failure in failures %}
            when {{ failure.condition }} then '{{ '%02d' % loop.index }}' || coalesce({{ failure.message }}, '')
            {%- endfor %}
        end as failure
{%- endset -%}

{%- set joining -%}
    {%- for column in declared %}
    {%- set table_of_reference, key_of_reference = column.references.split('.') %}
    {#- the key of the other table needs no grouping -#}
    {%- set reference_keys = [] -%}
    {%- for other_area, other_table in contract_tables() if other_table == table_of_reference -%}
        {%- for other in contract_columns(other_area, other_table) if other.key -%}{%- do reference_keys.append(other.name) -%}{%- endfor -%}
    {%- endfor %}
    left join (
        {%- if reference_keys == [key_of_reference] %}
        select {% for name in carried.get(column.name, []) %}{{ name }}, {% endfor %}{{ key_of_reference }} as known_key
        from {{ references[column.name] }}
        {%- else %}
        select {% for name in carried.get(column.name, []) %}min({{ name }}) as {{ name }}, {% endfor %}{{ key_of_reference }} as known_key
        from {{ references[column.name] }}
        group by {{ key_of_reference }}
        {%- endif %}
    ) as {{ column.name }}_known
        on delivered.{{ column.name }} = {{ column.name }}_known.known_key
    cross join (select count(*) > 0 as is_filled from {{ references[column.name] }}) as {{ column.name }}_filled
    {%- endfor %}
    {{ joins }}
{%- endset -%}

with repeated_hashes as (
    select {{ key_hash(delivered_keys) }} as key_hash
    from ({{ delivered }}) as delivered
    group by {{ key_hash(delivered_keys) }}
    having count(*) > 1
),

repeated_rows as (
    select delivered.*
    from ({{ delivered }}) as delivered
    where {{ key_hash(delivered_keys) }} in (select repeated_hashes.key_hash from repeated_hashes)
),

repeated_parsed as (
    {{ parsing }}
    from repeated_rows as delivered
    {{ evaluated_once() }}
),

repeated_judged as (
    {{ judging }}
    from repeated_parsed as delivered
    {{ joining }}
    {{ evaluated_once() }}
),

last_rows as (
    select
        {%- for key in keys %}
        {{ key }},
        {%- endfor %}
        _file as last_file,
        _row as last_row,
        row_number() over (partition by {{ keys | join(', ') }} order by _file desc nulls last, _row desc nulls last) as recency
    from repeated_judged
    where failure is null
),

delivered as (
    {{ delivered }}
),

parsed as (
    {{ parsing }}
    from delivered
    {{ evaluated_once() }}
),

judged as (
    {{ judging }}
    from parsed as delivered
    {{ joining }}
    {{ evaluated_once() }}
),

settled as (
    select
        judged.*,
        cast(substring(judged.failure, 1, 2) as integer) as failed_check, -- portable: two digits that are written above
        last_rows.last_file,
        last_rows.last_row,
        judged.failure is null
        and last_rows.last_file is not null
        and (judged._file <> last_rows.last_file or judged._row <> last_rows.last_row) as is_superseded
    from judged
    left join last_rows
        on last_rows.recency = 1
        {%- for key in keys %}
        and judged.{{ key }} = last_rows.{{ key }}
        {%- endfor %}
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
    case
        when failure is not null or is_superseded
            then {% for key in keys %}coalesce(delivered_{{ key }}, ''){{ " || '|' || " if not loop.last }}{% endfor %}
    end as row_key,
    case
        when failure is not null then 'rejected'
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
        when failure is not null then nullif(substring(failure, 3), '')
        when is_superseded
            then 'the key was delivered again; kept ' || last_file || ' row ' || cast(last_row as {{ dbt.type_string() }})
    end as reason,
    case when failure is not null then {{ row_as_json(raw_record) }} end as raw_record
from settled
{% endmacro %}
