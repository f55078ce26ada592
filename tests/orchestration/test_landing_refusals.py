"""Each way a delivered file can be wrong has its own reason, and harms nothing else."""

from __future__ import annotations

import duckdb
import pytest

from service_control.errors import InputError
from tests.orchestration.conftest import Site, item, role

TEAMS = "team_id,team_name\nT1,Noord\nT2,Zuid\n"


@pytest.mark.parametrize(
    ("content", "reason_code", "words"),
    [
        (b"", "empty", "the file is empty"),
        (b"team_id,team_name\n", "empty", "no rows"),
        (b",,\n1,2,3\n", "no_header", "names no columns"),
        (b"team_id,naam\nT1,Noord\n", "missing_column", 'required column "team_name" is absent'),
        (b"team_id,team_nam\nT1,Noord\n", "missing_column", 'did you mean "team_nam"'),
        (b"team_id;team_name\nT1;Noord\n", "missing_column", 'delimited by ";"'),
        (b"team_id,team_name,Team_ID\nT1,Noord,x\n", "duplicate_column", "occurs 2 times"),
        (b"team_id,team_name\nT1,Noord\nT2", "truncated", "last record (row 2) is incomplete"),
        (b'team_id,team_name\nT1,Noord\nT2,"Zu\n', "truncated", "opened in row 2 is never closed"),
        (b"team_id,team_name\nT1,Noord\nT2,Zuid\nT3,Oos\xc3", "truncated", "middle of a character"),
        (
            b"team_id,team_name,parent_team_id\nT1,a,D001\nT2,b,D001\nT3,c,D0",
            "truncated",
            '"D0" looks cut off',
        ),
        (
            "team_id,team_name\nT1,Noord\nT2,Zürich\n".encode("cp1252"),
            "encoding",
            "offset 31 (line 3) is not utf-8",
        ),
        ("team_id,team_name\nT1,Noord\n".encode("utf-16"), "encoding", "utf-16"),
        (b"team_id,team_name\nT1,No\0rd\n", "unreadable", "NUL"),
        (
            b"team_id,team_name\nT1\nT2\nT3,Oost\n",
            "unreadable",
            "2 of 3 lines cannot be read, the first in row 1",
        ),
    ],
)
def test_a_csv_file_is_refused_with_its_reason(
    site: Site, content: bytes, reason_code: str, words: str
) -> None:
    site.put("hr/teams.csv", content)
    site.put("hr/employees.csv", "employee_id,hired_on\nE1,2024-01-01\n")
    site.load()
    found, reason = site.reason("hr/teams.csv")
    assert found == reason_code
    assert words in reason and "hr/teams.csv" in reason and "What to do:" in reason
    assert site.ask("select count(*) from raw.teams") == [(0,)]
    assert site.ask("select employee_id from raw.employees") == [("E1",)]
    assert site.ask("select status, row_count from raw.landing_files where file = 'hr/teams.csv'") == [
        ("refused", 0)
    ]


@pytest.mark.parametrize(
    ("file", "reason_code", "words"),
    [
        ("teams.csv", "unknown_table", "landing folder itself"),
        ("hr/team.csv", "unknown_table", 'did you mean "teams"'),
        ("hr/customers.csv", "unknown_table", "it belongs in crm/"),
        ("hr/teams.xlsx", "unreadable", ".csv, .parquet or .jsonl"),
    ],
)
def test_a_file_without_a_place_is_refused(site: Site, file: str, reason_code: str, words: str) -> None:
    site.put(file, TEAMS)
    site.load()
    found, reason = site.reason(file)
    assert found == reason_code and words in reason
    assert site.load().changed is False
    (site.where.landing / file).unlink()
    site.load()
    assert site.ask("select count(*) from raw.landing_files") == [(0,)]


def test_files_of_other_programs_are_left_alone(site: Site) -> None:
    for file in ("hr/teams.csv.part", "hr/~$teams.csv", "hr/.teams.csv.swp", "hr/README.md", ".git/config"):
        site.put(file, TEAMS)
    assert site.load().changed is False


def test_a_file_of_another_encoding_is_read_when_declared_and_refused_when_declared_wrongly(
    site: Site,
) -> None:
    site.declare({"path_pattern": "hr/*.csv", "encoding": "cp1252"})
    site.put("hr/teams.csv", "team_id,team_name\nT1,Zürich €\n".encode("cp1252"))
    site.load()
    assert site.ask("select team_name from raw.teams") == [("Zürich €",)]
    assert not site.where.transcoded.exists()

    site.put("hr/teams.csv", "team_id,team_name\nT1,Zürich €\nT2,Oost\n".encode())
    site.load()
    assert site.reason("hr/teams.csv")[0] == "encoding" and "valid UTF-8" in site.reason("hr/teams.csv")[1]
    site.put("hr/teams.csv", b"team_id,team_name\nT1,\x81\n")
    site.load()
    assert "byte 0x81 at offset 21 (line 2) is not cp1252" in site.reason("hr/teams.csv")[1]
    assert site.ask("select team_name from raw.teams") == [("Zürich €",)]


def test_lines_that_do_not_fit_are_rejected_with_number_and_text_and_the_others_stay(site: Site) -> None:
    lines = ["team_id,team_name"]
    lines += [f"T{i},Team {i}" for i in range(1, 21)]
    lines[3], lines[9], lines[17] = "T3", "T9,Negen,x,y", 'T17,"Zeventien" x'
    site.put("hr/teams.csv", "\n".join(lines) + "\n")
    result = site.load()
    assert (result.rows, result.rejected) == (17, 3)
    assert site.ask(
        "select row_number, reason_code, raw_record from raw.landing_problems where level = 'rejected' "
        "order by all"
    ) == [
        (3, "wrong_field_count", "T3"),
        (9, "wrong_field_count", "T9,Negen,x,y"),
        (17, "bad_quote", 'T17,"Zeventien" x'),
    ]
    # Every row keeps its place in the file.
    assert site.ask("select count(*) from raw.teams where 'T' || _row <> team_id") == [(0,)]
    assert site.ask("select row_count, rejected_count from raw.landing_files") == [(20, 3)]


def test_a_wrong_line_beside_blank_lines_is_no_cut_off_file(site: Site) -> None:
    good = "".join(f"T{i},Team {i}\n" for i in range(1, 8))
    site.put("hr/teams.csv", "team_id,team_name\n" + "\n" * 9 + "T0\n" + good + "T8,Acht")
    site.load()
    assert site.ask("select count(*) from raw.teams") == [(8,)]
    assert site.ask("select level, reason_code from raw.landing_problems") == [
        ("rejected", "wrong_field_count")
    ]


def test_a_stray_quote_costs_the_lines_it_swallows_and_no_others(site: Site) -> None:
    lines = [f"T{i},Team {i}" for i in range(1, 21)]
    lines[4], lines[6] = 'T5,"Team 5', 'T7,"Team 7"'
    site.put("hr/teams.csv", "team_id,team_name\n" + "\n".join(lines) + "\n")
    site.load()
    ((raw,),) = site.ask("select raw_record from raw.landing_problems")
    assert raw.startswith('T5,"Team 5')
    assert site.ask("select count(*), max(team_id) from raw.teams where team_id like 'T_'") == [(6, "T9")]


def test_a_byte_order_mark_is_no_content(site: Site) -> None:
    site.put("hr/teams.jsonl", b'\xef\xbb\xbf{"team_id": "T1", "team_name": "Noord"}\n')
    site.put("hr/employees.csv", b"\xef\xbb\xbfemployee_id,hired_on\nE1,2024-01-01\n")
    site.load()
    assert site.ask("select count(*) from raw.landing_problems") == [(0,)]
    assert site.ask("select team_id, employee_id from raw.teams, raw.employees") == [("T1", "E1")]


def test_objects_without_names_are_refused_and_stop_no_other(site: Site) -> None:
    site.put("desk/calls/a.jsonl", "{}\n{}\n")
    site.put("desk/calls/b.jsonl", '{"number": 1}\n')
    site.load()
    assert site.reason("desk/calls/a.jsonl")[0] == "no_header"
    assert site.ask("select number from raw.desk__calls") == [("1",)]


def test_an_unknown_column_is_a_warning_and_changes_nothing(site: Site) -> None:
    site.put("hr/teams.csv", "team_id,team_name,parent_team\nT1,Noord,D1\n")
    site.load()
    code, reason = site.reason("hr/teams.csv", "warning")
    assert code == "unknown_column" and 'did you mean "parent_team_id"' in reason
    assert site.ask("select team_id, team_name, parent_team_id from raw.teams") == [("T1", "Noord", None)]


def test_json_lines_and_parquet_are_refused_when_cut_off(site: Site) -> None:
    site.put("hr/teams/a.jsonl", '{"team_id": "T1", "team_name": "Noord"}\n{"team_id": "T2", "tea')
    with duckdb.connect() as connection:
        path = site.where.landing / "hr/teams/b.parquet"
        connection.execute(f"copy (select 'T3' as team_id, 'Oost' as team_name) to '{path}' (format parquet)")
        path.write_bytes(path.read_bytes()[:-20])
    site.put("hr/teams/c.parquet", b"not parquet at all")
    site.put("hr/teams/d.parquet", b"PAR1 damaged PAR1")
    site.put(
        "hr/teams/e.jsonl",
        '{"team_id": "T4", "team_name": "West"}\n[1]\nfoo\n{"team_id": "T5", "team_name": 5}\n',
    )
    site.load()
    found = site.ask(
        "select file, reason_code from raw.landing_problems where level = 'refused' order by file"
    )
    assert [code for _, code in found] == ["truncated", "truncated", "unreadable", "unreadable"]
    assert site.ask("select team_id, team_name, _row from raw.teams order by 1") == [
        ("T4", "West", 1),
        ("T5", "5", 4),
    ]
    assert site.ask(
        "select row_number, reason_code from raw.landing_problems where level = 'rejected' order by 1"
    ) == [
        (2, "bad_json"),
        (3, "bad_json"),
    ]


EXPORT = "id,at,score,extra\n1,2025-03-31 10:15:00,9,x\n2,2025-03-31 11:15:00,11,y\n"
ROLES = [role("s", "id", "response_id"), role("s", "at", "submitted_at")]


@pytest.mark.parametrize(
    ("catalogue", "reason_code", "words"),
    [
        ([], "not_in_catalogue", 'survey "s" has no rows'),
        ([role("s", "at", "submitted_at"), item("s", "score")], "no_response_id", "#row"),
        ([role("s", "id", "response_id"), item("s", "score")], "incomplete_catalogue", "submitted_at"),
        ([*ROLES, role("s", "extra", "response_id")], "two_roles", '"id" and "extra"'),
        ([*ROLES, role("s", "id", "respondent_id")], "two_roles", "response_id and respondent_id"),
        ([*ROLES, item("s", "score"), item("s", "extra", code="score")], "two_roles", "item score"),
        ([*ROLES, role("s", "extra", "segmnt")], "unknown_role", 'did you mean "segment"'),
        ([*ROLES, item("s", "score", "mark_10", "nps_relation")], "nps_scale", "measured from 1 to 10"),
        ([*ROLES, item("s", "score", "nps11")], "unknown_scale", 'did you mean "nps_11"'),
        (
            [*ROLES, item("s", "score", "likert_5", "csat"), item("s", "extra", "mark_10", "csat")],
            "mixed_scales",
            "likert_5 and mark_10",
        ),
        ([*ROLES, role("s", "Segment", "segment"), item("s", "score")], "missing_column", "role segment"),
        ([*ROLES, item("s", "Score")], "missing_column", "none of the items"),
    ],
)
def test_an_export_is_refused_with_its_reason(
    site: Site, catalogue: list, reason_code: str, words: str
) -> None:
    site.catalogue(
        *catalogue, role("other", "nr", "response_id"), role("other", "=2025-01-01", "submitted_at")
    )
    site.put("survey/exports/s.csv", EXPORT)
    site.put("survey/exports/other.csv", "nr\n1\n")
    site.load()
    found, reason = site.reason("survey/exports/s.csv")
    assert found == reason_code and words in reason and "What to do:" in reason
    assert site.ask("select response_id from raw.responses") == [("other:1",)]
    assert site.ask("select count(*) from raw.answers") == [(0,)]


def test_a_catalogue_problem_of_a_survey_without_exports_is_recorded(site: Site) -> None:
    site.catalogue(item("mobi", "loyalty", "mark_10", "nps_relation"))
    site.load()
    assert site.ask("select survey_code, reason_code, column_name from raw.landing_problems") == [
        ("mobi", "nps_scale", "loyalty")
    ]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"encoding": "utf-9"}, 'no encoding "utf-9"'),
        ({"timezone": "Europe/Amstelveen"}, 'no time zone "Europe/Amstelveen"'),
        ({"delimiter": "::"}, "one character"),
        ({"decimal_separator": "'"}, "point or a comma"),
    ],
)
def test_a_wrong_declaration_says_where(site: Site, row: dict, words: str) -> None:
    site.declare({"path_pattern": "*", **row})
    with pytest.raises(InputError, match=words) as caught:
        site.load()
    assert "seeds/landing_files.csv, row 2" in str(caught.value)


def test_a_landing_folder_that_is_gone_is_an_error_not_an_empty_delivery(site: Site) -> None:
    site.put("hr/teams.csv", TEAMS)
    site.load()
    site.where.landing.rename(site.where.landing.with_name("elsewhere"))
    with pytest.raises(InputError, match="does not exist"):
        site.load()
    assert site.ask("select count(*) from raw.teams") == [(2,)]
