"""What the loader reads, and that every file is loaded whole, once, and only when it changed."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
from datetime import datetime

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.ledger import Check
from orchestration.project import ROOT, read_contract
from tests.orchestration.conftest import Site, item, role

TEAMS = "team_id,team_name\nT1,Noord\nT2,Zuid\n"


def test_every_contract_table_exists_with_the_columns_of_the_contract(site: Site) -> None:
    site.load()
    columns: dict[str, list[str]] = {}
    for table, column, type_ in site.ask(
        "select table_name, column_name, data_type from duckdb_columns() where schema_name = 'raw' "
        "and table_name not like 'landing%' order by table_name, column_index"
    ):
        columns.setdefault(table, []).append(column)
        assert type_ == {"_row": "BIGINT", "_loaded_at": "TIMESTAMP"}.get(column, "VARCHAR")
    assert columns == {
        name: [*(column.name for column in table.columns), "_file", "_row", "_loaded_at"]
        for name, table in read_contract().items()
    }


def test_columns_may_be_absent_in_any_order_and_spaced(site: Site) -> None:
    site.put(
        "hr/employees.csv", b"\xef\xbb\xbf hired_on , Employee_ID ,role\n2024-01-01, E1 ,\n2024-01-02,E2,  \n"
    )
    site.load()
    assert site.ask(
        "select employee_id, hired_on, role, fte, _file, _row from raw.employees order by _row"
    ) == [
        ("E1", "2024-01-01", None, None, "hr/employees.csv", 1),
        ("E2", "2024-01-02", None, None, "hr/employees.csv", 2),
    ]


@pytest.mark.parametrize(
    ("delivered", "declared", "stored"),
    [
        ("2025-03-31 10:15:00", {}, "2025-03-31 08:15:00"),
        ("2025-01-31T10:15", {}, "2025-01-31 09:15:00"),
        ("2025-03-31", {}, "2025-03-30 22:00:00"),
        ("2025-03-31T10:15:00Z", {}, "2025-03-31 10:15:00"),
        ("2025-03-31T10:15:00+05:30", {}, "2025-03-31 04:45:00"),
        ("2025-03-31 10:15:00", {"timezone": "UTC"}, "2025-03-31 10:15:00"),
        ("31/03/2025 10:15", {"timestamp_format": "%d/%m/%Y %H:%M"}, "2025-03-31 08:15:00"),
        ("2025-03-31 10:15:00", {"timestamp_format": "%d/%m/%Y %H:%M"}, "2025-03-31 08:15:00"),
        ("31/03/2025 10:15 +0000", {"timestamp_format": "%d/%m/%Y %H:%M %z"}, "2025-03-31 10:15:00"),
        ("31/03/2025", {}, "31/03/2025"),
        ("2025-02-30 10:00:00", {}, "2025-02-30 10:00:00"),
        ("infinity", {}, "infinity"),
    ],
)
def test_moments_become_utc_or_stay_as_delivered(
    site: Site, delivered: str, declared: dict, stored: str
) -> None:
    site.declare({"path_pattern": "crm/*", **declared})
    site.put("crm/contacts.csv", f"contact_id,started_at\nC1,{delivered}\n")
    site.load()
    assert site.ask("select started_at from raw.contacts") == [(stored,)]


@pytest.mark.parametrize(
    ("delivered", "stored"),
    [
        ("  Noord ", "Noord"), ("   ", None), ("", None), ("Zuid\u00a0", "Zuid"), ("\u3000Oost", "Oost"),
        ("é ", "é"), ("\u00a0", None), ("a  b", "a  b"), ("~", "~"), ("~ ", "~"), ("\t", "\t"), ("!", "!"),
    ],
)  # fmt: skip
def test_values_are_trimmed_and_nothing_is_null(site: Site, delivered: str, stored: str | None) -> None:
    site.put("hr/teams/a.csv", f'team_id,team_name\nT1,"{delivered}"\n')
    site.put("hr/teams/b.jsonl", json.dumps({"team_id": "T2", "team_name": delivered}) + "\n")
    with duckdb.connect() as connection:
        path = site.where.landing / "hr/teams/c.parquet"
        connection.execute(f"copy (select 'T3' as team_id, '{delivered}' as team_name) to '{path}'")
    site.load()
    assert site.ask("select team_name from raw.teams") == [(stored,)] * 3


@pytest.mark.parametrize(
    ("delivered", "declared", "stored"),
    [
        ("2025-3-1", {}, "2025-03-01"),
        ("2025-03-31 00:00:00", {}, "2025-03-31"),
        ("2025-03-31T22:30:00Z", {}, "2025-04-01"),
        ("31-03-2025", {"date_format": "%d-%m-%Y"}, "2025-03-31"),
        ("31-03-2025", {}, "31-03-2025"),
        ("2025-03-31 or so", {}, "2025-03-31 or so"),
    ],
)
def test_dates_become_iso_or_stay_as_delivered(
    site: Site, delivered: str, declared: dict, stored: str
) -> None:
    site.declare({"path_pattern": "hr/*", **declared})
    site.put("hr/employees.csv", f"employee_id,hired_on\nE1,{delivered}\n")
    site.load()
    assert site.ask("select hired_on from raw.employees") == [(stored,)]


def test_a_decimal_comma_becomes_a_point_only_where_declared(site: Site) -> None:
    site.declare({"path_pattern": "hr/nl/*", "delimiter": ";", "decimal_separator": ","})
    site.declare({"path_pattern": "*.nl.csv", "delimiter": ";", "decimal_separator": ","})
    header = "employee_id;month;cost_eur\n"
    site.put(
        "hr/labour_costs/a.nl.csv", header + "E1;2025-01-01;1.234,50\nE2;2025-01-01;0,8\nE3;2025-01-01;12.5\n"
    )
    site.put("hr/labour_costs/b.csv", 'employee_id,month,cost_eur\nE4,2025-01-01,"0,8"\n')
    site.load()
    assert site.ask("select cost_eur from raw.labour_costs order by employee_id") == [
        ("1234.50",), ("0.8",), ("12.5",), ("0,8",)
    ]  # fmt: skip


def test_a_wide_export_is_unpivoted_by_the_catalogue(site: Site) -> None:
    site.catalogue(
        role("relation", "Nr", "response_id"),
        role("relation", "Klant", "respondent_id"),
        role("relation", "=2025-05-01 12:00", "submitted_at"),
        role("relation", "=e-mail", "mode"),
        item("relation", "NPS", metric="nps_relation", code="nps"),
        item("relation", "Waarom", "text", code="why"),
        item("relation", "Not asked"),
    )
    site.put(
        "survey/exports/relation/2025.csv",
        'Nr ,Klant,NPS  ,Waarom,NPS label\n1,K1, 9 ,"Fijn,\n""snel"" geholpen",promoter\n2,,,   '
        ",\n3,K3,11,x,x\n",
    )
    site.load()
    assert site.ask(
        "select response_id, survey_code, respondent_kind, respondent_id, submitted_at, mode, _row "
        "from raw.responses order by _row"
    ) == [
        ("relation:1", "relation", "customer", "K1", "2025-05-01 10:00:00", "e-mail", 1),
        ("relation:2", "relation", "customer", None, "2025-05-01 10:00:00", "e-mail", 2),
        ("relation:3", "relation", "customer", "K3", "2025-05-01 10:00:00", "e-mail", 3),
    ]
    assert site.ask(
        "select response_id, item_code, raw_value, _row from raw.answers order by _row, item_code"
    ) == [
        ("relation:1", "nps", "9", 1),
        ("relation:1", "why", 'Fijn,\n"snel" geholpen', 1),
        ("relation:3", "nps", "11", 3),
        ("relation:3", "why", "x", 3),
    ]
    warnings = site.ask("select reason_code, column_name from raw.landing_problems order by all")
    assert warnings == [("missing_item", "Not asked"), ("unknown_column", None)]


def test_an_export_without_ids_counts_its_rows_when_declared(site: Site) -> None:
    site.catalogue(role("s", "#row", "response_id"), role("s", "at", "submitted_at"), item("s", "v"))
    site.put("survey/exports/s/jan.csv", "at,v\n2025-01-01,1\n2025-01-02,2\n")
    site.put("survey/exports/s/feb.csv", "at,v\n2025-02-01,3\n")
    site.load()
    assert site.ask("select response_id from raw.responses order by 1") == [
        ("s:feb:1",), ("s:jan:1",), ("s:jan:2",)
    ]  # fmt: skip


def test_a_long_export_gives_each_response_once_and_keeps_unknown_codes(site: Site) -> None:
    site.catalogue(
        role("pulse", "response", "response_id"), role("pulse", "employee", "respondent_id"),
        role("pulse", "=employee", "respondent_kind"), role("pulse", "date", "submitted_at"),
        role("pulse", "question", "item_code"), role("pulse", "value", "answer"),
        item("pulse", "Q1", "agree_7", code="autonomy"), item("pulse", "Q2", "text", code="why"),
    )  # fmt: skip
    site.declare({"path_pattern": "survey/*", "decimal_separator": ","})
    site.put(
        "survey/exports/pulse.csv",
        'response,employee,date,question,value\nR1,E1,2025-01-01,Q1,"6,5"\nR1,,2025-01-01,Q2,"a, b"\n'
        "R1,E1,2025-01-01,Q9,4\nR2,E2,2025-01-02,Q1,\n",
    )
    site.load()
    assert site.ask(
        "select response_id, respondent_id, respondent_kind, _row from raw.responses order by 1"
    ) == [
        ("pulse:R1", "E1", "employee", 1),
        ("pulse:R2", "E2", "employee", 4),
    ]
    assert site.ask("select response_id, item_code, raw_value, _row from raw.answers order by _row") == [
        ("pulse:R1", "autonomy", "6.5", 1),
        ("pulse:R1", "why", "a, b", 2),
        ("pulse:R1", "Q9", "4", 3),
    ]


def test_another_system_keeps_its_own_columns_and_repeated_names_get_a_number(site: Site) -> None:
    site.put("Desk-4/Incident Log.csv", "number,category,category,,_row\nI1,a,b,c,?\n")
    site.put("Desk-4/tickets/1.jsonl", '{"a/b": 1.5, "c~": {"d": true}, "e": null}\n{"f": "x"}\n')
    site.load()
    assert site.ask(
        "select number, category, category_1, column_4, _row_1, _row from raw.desk_4__incident_log"
    ) == [("I1", "a", "b", "c", "?", 1)]
    site.put("Desk-4/tickets/2.csv", "f,g\ny,z\n")
    site.load()
    assert site.ask('select "a/b", "c~", e, f, g from raw.desk_4__tickets order by _file, _row') == [
        ("1.5", '{"d":true}', None, None, None),
        (None, None, None, "x", None),
        (None, None, None, "y", "z"),
    ]


def test_parquet_types_become_the_text_a_csv_would_hold(site: Site) -> None:
    (site.where.landing / "crm").mkdir()
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select 7.0::double as contact_id, timestamp '2025-03-31 10:15:00' as started_at, "
            "timestamptz '2025-03-31 10:15:00+00' as resolved_at, 1.5 as waited_seconds, true as "
            "is_complaint, "
            "date '2025-01-01' as extra) to '" + str(site.where.landing / "crm/contacts.parquet") + "'"
        )
    site.load()
    assert site.ask(
        "select contact_id, started_at, resolved_at, waited_seconds, is_complaint from raw.contacts"
    ) == [("7", "2025-03-31 08:15:00", "2025-03-31 10:15:00", "1.5", "true")]


def test_a_file_that_mixes_line_ends_is_read(site: Site) -> None:
    site.put("hr/teams.csv", b'team_id,team_name\r\nT1,"No\r\nord"\nT2,Zuid\r\n')
    site.load()
    assert site.ask("select team_id, team_name from raw.teams order by 1") == [
        ("T1", "No\nord"),
        ("T2", "Zuid"),
    ]


def test_a_file_is_loaded_once_and_again_only_when_it_changed(site: Site) -> None:
    path = site.put("hr/teams.csv", TEAMS)
    assert site.load().accepted == {"hr/teams.csv": 2}
    ((loaded_at,),) = site.ask("select loaded_at from raw.landing_files")
    assert site.load().changed is False
    os.utime(path)
    assert site.load().changed is False, "a new time with the same content is no new file"
    assert site.load(full=True).changed is False
    assert site.ask("select loaded_at from raw.landing_files") == [(loaded_at,)]
    site.put("hr/teams.csv", TEAMS + "T3,Oost\n")
    assert site.load().accepted == {"hr/teams.csv": 3}
    assert site.ask("select count(*), count(distinct _loaded_at) from raw.teams") == [(3, 1)]


def test_full_finds_a_change_that_size_and_time_hide(site: Site) -> None:
    path = site.put("hr/teams.csv", TEAMS)
    site.load()
    stat = path.stat()
    site.put("hr/teams.csv", TEAMS.replace("Noord", "Oost "))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert site.load().changed is False
    assert site.load(full=True).accepted == {"hr/teams.csv": 2}


def test_a_changed_catalogue_or_declaration_loads_the_files_it_concerns(site: Site) -> None:
    ids = [role(code, "id", "response_id") for code in "ab"]
    ids += [role(code, "=2025-01-01", "submitted_at") for code in "ab"]
    site.catalogue(*ids, item("a", "v"))
    site.put("survey/exports/a.csv", "id,v,w\n1,2,3\n")
    site.put("survey/exports/b.csv", "id,v,w\n1,2,3\n")
    site.load()
    site.catalogue(*ids, item("a", "v"), item("b", "w"))
    assert list(site.load().accepted) == ["survey/exports/b.csv"]
    site.declare({"path_pattern": "survey/exports/a*", "timezone": "UTC"})
    assert list(site.load().accepted) == ["survey/exports/a.csv"]
    assert site.ask("select response_id, item_code, raw_value from raw.answers order by 1") == [
        ("a:1", "v", "2"), ("b:1", "w", "3")
    ]  # fmt: skip


def test_a_refused_new_version_keeps_the_last_good_load_and_says_so(site: Site) -> None:
    site.put("hr/teams.csv", TEAMS + "T3\n")
    site.load()
    ((accepted_at,),) = site.ask("select last_accepted_at from raw.landing_files")
    site.put("hr/teams.csv", TEAMS + 'T3,"Oo')
    site.load()
    code, reason = site.reason("hr/teams.csv")
    assert code == "truncated" and "The 3 rows accepted on" in reason
    assert site.ask("select team_id from raw.teams order by 1") == [("T1",), ("T2",)]
    assert site.ask("select status, row_count, last_accepted_at from raw.landing_files") == [
        ("refused", 3, accepted_at)
    ]
    assert site.load().changed is False
    site.put("hr/teams.csv", TEAMS)
    site.load()
    assert site.ask("select count(*) from raw.landing_problems") == [(0,)]
    assert site.ask("select status, row_count from raw.landing_files") == [("accepted", 2)]


def test_a_file_that_is_gone_takes_its_rows_along_and_says_so(site: Site) -> None:
    site.catalogue(role("s", "id", "response_id"), role("s", "=2025-01-01", "submitted_at"), item("s", "v"))
    site.put("survey/exports/s.csv", "id,v\n1,2\n")
    site.put("hr/teams.csv", TEAMS)
    site.load()
    (site.where.landing / "survey/exports/s.csv").unlink()
    assert site.load().removed == ["survey/exports/s.csv"]
    assert site.ask("select count(*) from raw.responses union all select count(*) from raw.answers") == [
        (0,),
        (0,),
    ]
    assert site.reason("survey/exports/s.csv", "warning")[0] == "file_removed"
    assert site.ask("select status, row_count from raw.landing_files order by file") == [
        ("accepted", 2), ("removed", 0)
    ]  # fmt: skip
    assert site.load().changed is False
    site.put("survey/exports/s.csv", "id,v\n1,2\n")
    assert site.load().accepted == {"survey/exports/s.csv": 1}
    assert site.ask("select count(*) from raw.landing_problems") == [(0,)]


def test_a_failing_load_leaves_the_file_as_it_was(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.put("hr/teams.csv", TEAMS)
    site.load()
    site.put("hr/teams.csv", TEAMS + "T3,Oost\n")

    def burst(*_: object, **__: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr("orchestration.ledger.Ledger._record", burst)
        with pytest.raises(RuntimeError, match="power cut"):
            site.load()
    assert site.ask("select count(*) from raw.teams") == [(2,)]
    assert site.ask("select row_count from raw.landing_files") == [(2,)]
    assert site.load().accepted == {"hr/teams.csv": 3}


def test_a_file_that_is_still_being_written_is_left_for_the_next_run(site: Site) -> None:
    path = site.put("hr/teams.csv", TEAMS)

    def write_on(*_: object) -> list[Check]:
        path.write_text(TEAMS + "T3,Oost\n")
        return []

    site.load(audit=write_on)
    assert site.reason("hr/teams.csv")[0] == "still_being_written"
    assert site.load().accepted == {"hr/teams.csv": 3}
    assert site.ask("select count(*) from raw.landing_problems") == [(0,)]


def test_a_file_that_disappears_while_it_is_read_costs_the_others_nothing(site: Site) -> None:
    site.put("hr/teams/a.csv", TEAMS)
    gone = site.put("hr/teams/b.csv", "team_id,team_name\nT3,Oost\n")

    def remove(connection: object, table: object, relation: str, file: str) -> list[Check]:
        if file == "hr/teams/b.csv":
            gone.unlink()
        return []

    site.load(audit=remove)
    assert site.ask("select team_id from raw.teams order by 1") == [("T1",), ("T2",)]
    assert site.reason("hr/teams/b.csv")[0] == "still_being_written"
    site.load()
    assert site.ask("select file, status from raw.landing_files") == [("hr/teams/a.csv", "accepted")]


def team_files(site: Site, count: int) -> None:
    for number in range(count):
        site.put(f"hr/teams/{number:02}.csv", f"team_id,team_name\nT{number},Team {number}\n")


def test_bad_files_among_many_stop_no_other(site: Site) -> None:
    team_files(site, 40)
    site.put("hr/teams/05.csv", b"team_id,team_name\nT5,Team 5\nT50")
    site.load()
    team_files(site, 42)
    site.put("hr/teams/07.csv", "team_id,naam\nT7,Team 7\n")
    site.put("hr/teams/08.csv", "team_id,team_name\nT8,Team 8\nT80,Team 80\n")
    site.put("hr/teams/41.csv", b"team_id,team_name\nT41,Team 41\nT410")
    result = site.load()
    assert list(result.accepted) == ["hr/teams/05.csv", "hr/teams/08.csv", "hr/teams/40.csv"]
    assert list(result.refused) == ["hr/teams/07.csv", "hr/teams/41.csv"]
    assert "The 1 rows accepted on" in site.reason("hr/teams/07.csv")[1]
    assert site.reason("hr/teams/41.csv")[0] == "truncated"
    assert site.ask("select count(*), count(distinct team_id) from raw.teams") == [(42, 42)]
    assert site.ask("select count(*) from raw.teams where team_id = 'T41'") == [(0,)]
    assert site.ask("select status, count(*), sum(row_count)::int from raw.landing_files group by all order by 1") == [
        ("accepted", 40, 41), ("refused", 2, 1)
    ]  # fmt: skip


KILLED_IN_A_LATER_GROUP = """
import os, pathlib, signal, sys
from orchestration import landing
from orchestration.ledger import Ledger
from orchestration.project import folders

landing.seeds_folder = lambda: pathlib.Path(sys.argv[1])
landing.GROUP_BYTES = 4 * landing.FILE_BYTES
write = Ledger._record

def write_or_die(ledger, rows):
    write(ledger, rows)
    if rows[0]["file"] > "hr/teams/05.csv":
        assert ledger.sql("select count(*) > 5 from raw.teams") == [(True,)]
        os.kill(os.getpid(), signal.SIGKILL)

Ledger._record = write_or_die
landing.load_landing(folders())
"""


def test_a_kill_in_the_middle_of_a_group_loses_that_group_and_no_other(site: Site) -> None:
    team_files(site, 20)
    command = [sys.executable, "-c", KILLED_IN_A_LATER_GROUP, str(site.seeds)]
    killed = subprocess.run(command, cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    rows = site.ask("select _file, count(*) from raw.teams group by all order by 1")
    assert 0 < len(rows) < 20
    assert rows == site.ask("select file, row_count from raw.landing_files order by 1")
    assert len(site.load().accepted) == 20 - len(rows)
    assert site.ask("select count(*), count(distinct team_id) from raw.teams") == [(20, 20)]
    assert site.ask("select count(*) from raw.landing_files where status = 'accepted'") == [(20,)]


def test_groups_change_nothing_but_the_transactions(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    team_files(site, 10)
    site.put("hr/teams/03.csv", "team_id,team_name,extra\nT3,Team 3,x\nT30\n")
    moments = "select count(distinct loaded_at) from raw.landing_files"
    tables = ("select * exclude (_loaded_at) from raw.teams",
              "select * exclude (loaded_at, last_accepted_at) from raw.landing_files order by file",
              "from raw.landing_problems order by all")  # fmt: skip
    site.load()
    assert site.ask(moments) == [(1,)]
    together = [site.ask(sql) for sql in tables]
    site.where.build_database.unlink()
    monkeypatch.setattr("orchestration.landing.GROUP_BYTES", 1)
    site.load()
    assert site.ask(moments) == [(10,)]
    assert [site.ask(sql) for sql in tables] == together, "in the order of the files, too"


def test_an_audit_that_fails_refuses_the_file_and_a_passed_one_is_kept(site: Site) -> None:
    site.put("hr/teams.csv", TEAMS)
    seen = []

    def judge(connection: duckdb.DuckDBPyConnection, table: object, relation: str, file: str) -> list[Check]:
        seen.append((table.name, file, connection.execute(f"select count(*) from {relation}").fetchall()))
        return [Check("row_count", "pass")]

    site.load(audit=judge)
    assert seen == [("teams", "hr/teams.csv", [(2,)])]
    assert site.ask("select check_name, status from raw.landing_checks") == [("row_count", "pass")]
    site.put("hr/teams.csv", TEAMS + "T2,Zuid\n")
    site.load(audit=lambda *_: [Check("unique", "fail", 1, "team_id is not unique")])
    assert site.reason("hr/teams.csv")[0] == "landing_expectations"
    assert "team_id is not unique" in site.reason("hr/teams.csv")[1]
    assert site.ask("select count(*) from raw.teams") == [(2,)]


cells = st.text(st.sampled_from('ab,;"\n\r é€0.-'), max_size=6)
rows = st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=8)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows, line_end=st.sampled_from(["\n", "\r\n"]), delimiter=st.sampled_from([",", ";"]))
def test_any_properly_quoted_csv_comes_back_cell_by_cell(
    site: Site, rows: list[tuple[str, ...]], line_end: str, delimiter: str
) -> None:
    # A bare \r outside \r\n inside text is no text anyone exports; csv and DuckDB differ on it.
    rows = [tuple(cell.replace("\r", "") for cell in row) for row in rows]
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    writer.writerow(["p", "q", "r"])
    writer.writerows(rows)
    site.declare({"path_pattern": "*", "delimiter": delimiter})
    site.put("desk/cells.csv", buffer.getvalue())
    site.load(full=True)
    expected = [tuple(cell.strip(" ") or None for cell in row) for row in rows]
    assert site.ask("select p, q, r from raw.desk__cells order by _row") == expected


def test_loaded_at_is_utc(site: Site) -> None:
    site.put("hr/teams.csv", TEAMS)
    site.load()
    ((loaded_at,),) = site.ask("select distinct _loaded_at from raw.teams")
    assert abs((datetime.now().astimezone().timestamp()) - loaded_at.timestamp()) < 24 * 3600
