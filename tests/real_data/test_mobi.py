"""Mobile provider on scales of 1 to 10: its 9-10 minus 1-6 is no NPS and must be refused by either road."""

import csv

import pytest


@pytest.fixture(scope="module")
def mobi(organisation, real_data, tmp_path_factory):
    source = real_data / "mobi/mobi.csv"
    with source.open(newline="") as file:
        rows = list(csv.DictReader(file))
    folder = tmp_path_factory.mktemp("direct")
    with (folder / "responses.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["response_id", "survey_code", "respondent_kind", "submitted_at"])
        writer.writerows([f"D{i}", "mobi_direct", "panel", "2000-06-15 12:00:00"] for i, _ in enumerate(rows))
    with (folder / "answers.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["response_id", "item_code", "raw_value"])
        for i, row in enumerate(rows):
            writer.writerow([f"D{i}", "loyalty", row["CUSL1"]])
            writer.writerow([f"D{i}", "satisfaction", row["CUSA1"]])
    return organisation("mobi", {
        "survey/exports/mobi.csv": source,
        "survey/responses.csv": folder / "responses.csv",
        "survey/answers.csv": folder / "answers.csv",
    })  # fmt: skip


def test_the_export_is_refused(mobi):
    reasons = mobi.query(
        "select reason_code, reason from marts.rejected_rows where source_file = 'survey/exports/mobi.csv'"
    )
    assert [code for code, _ in reasons] == ["nps_scale"]
    assert "What to do" in reasons[0][1]


def test_contract_shaped_answers_are_rejected_one_by_one(mobi):
    assert (
        mobi.value(
            "select count(*) from marts.rejected_rows where reason_code = 'nps_scale' and status = 'rejected'"
        )
        == 250
    )


def test_no_nps_and_the_other_item_stands(mobi):
    assert mobi.value("select count(*) from marts.metric_values where metric_code = 'nps_relation'") == 0
    assert (
        mobi.value("""
        select n from marts.metric_values
        where metric_code = 'report_mark' and period_grain = 'month' and scope_kind = 'organisation'
    """)
        == 250
    )
