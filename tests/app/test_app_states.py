"""What the page shows in every state of the warehouse and of a card, without a browser."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.app import serving
from tests.app.running import said

LATER = "20260702T041200Z"


def card(html: str, code: str) -> str:
    """HTML inside one card, without the closing tags at its end."""
    _, found, after = html.partition(f'data-metric="{code}">')
    assert found, code
    inside = re.split(r'<div class="(?:card|quadrant)|\n', after)[0]
    return re.sub("(</div>)+$", "", inside)


def test_nothing_published_says_what_to_run(open_app, tmp_path):
    html = said(open_app(tmp_path))
    assert "Er zijn nog geen cijfers gepubliceerd" in html
    assert "<code>make build</code>" in html
    assert "data-metric" not in html


def test_nothing_published_shows_why_the_first_build_failed(open_app, tmp_path):
    serving.write_status(
        tmp_path, state="failed", message="contacts.csv is truncated", failures=["row 7 <b>"]
    )
    html = said(open_app(tmp_path, lang="en"))
    assert "The last build failed." in html
    assert "contacts.csv is truncated" in html
    assert "row 7 &lt;b&gt;" in html


def test_nothing_published_shows_the_build_that_runs(open_app, tmp_path):
    serving.write_status(tmp_path, state="running", step="dbt build", step_number=3, step_count=6)
    assert "stap 3 van 6: dbt build" in said(open_app(tmp_path))


def test_sixteen_cards_in_catalogue_order(open_app, planted):
    html = said(open_app(planted))
    shown = re.findall(r'data-metric="(\w+)"', html)
    metrics = sorted(serving.headline_metrics(), key=lambda metric: int(metric["display_position"]))
    assert shown == [metric["metric_code"] for metric in metrics]
    assert len(shown) == 16


def test_names_and_definitions_come_from_the_mart(open_app, tmp_path):
    serving.build_serving(
        tmp_path,
        after="update marts.dim_metrics set metric_name_nl = 'Anders <&>', definition_nl = 'Zo \"dus\"' "
        "where metric_code = 'ces'",
    )
    ces = card(said(open_app(tmp_path)), "ces")
    assert "Anders &lt;&amp;&gt;" in ces
    assert "Zo &quot;dus&quot;" in ces


def test_failed_build_keeps_the_figures_and_says_of_when(open_app, tmp_path):
    serving.build_serving(tmp_path)
    serving.write_status(tmp_path, state="failed", message="dbt build failed", failures=["a", "b", "c"])
    html = said(open_app(tmp_path))
    assert "De laatste bouw is mislukt. U ziet de cijfers van 1\u00a0juli 2026, 06:12." in html
    assert "<li>dbt build failed</li><li>a</li><li>en nog 2</li>" in re.sub(' title="[^"]*"', "", html)
    assert html.count("data-metric") == 16


def test_killed_build_is_interrupted_not_running(open_app, tmp_path):
    serving.build_serving(tmp_path)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    serving.write_status(tmp_path, state="running", pid=ended.pid)
    html = said(open_app(tmp_path, lang="en"))
    assert "The last build was interrupted." in html
    assert "is being built" not in html


def test_running_build_is_a_note_beside_the_figures(open_app, tmp_path):
    serving.build_serving(tmp_path)
    serving.write_status(tmp_path, state="running", step="audit", step_number=4, step_count=6)
    html = said(open_app(tmp_path, lang="en"))
    assert "A new version is being built · step 4 of 6: audit" in html
    assert html.count("data-metric") == 16


@pytest.mark.parametrize("status", ["", "{", "[]", '{"state": null}'])
def test_unreadable_build_status_is_no_reason_to_show_nothing(open_app, tmp_path, status):
    serving.build_serving(tmp_path)
    (tmp_path / "build_status.json").write_text(status)
    assert said(open_app(tmp_path)).count("data-metric") == 16


def test_hidden_and_empty_cards_look_alike(open_app, planted):
    html = said(open_app(planted))
    plain = []
    for metric in serving.headline_metrics():
        code = metric["metric_code"]
        if code in serving.HIDDEN | serving.NO_DATA:
            text = card(html, code).replace(metric["metric_name_nl"], "").replace(code, "")
            plain.append(re.sub(r'(role="tooltip"[^>]*>)[^<]*', r"\1", text))
    assert len(plain) == 3
    assert len(set(plain)) == 1
    assert not re.search(r"n = \d|95%|svg", plain[0])


def test_indicative_says_so_and_keeps_its_interval(open_app, planted):
    html = said(open_app(planted))
    assert "indicatief" in card(html, "enps")
    assert "95%:" in card(html, "enps")
    assert html.count('class="chip"') == 1


def test_verdict_words_only_where_the_mart_found_a_difference(open_app, planted):
    html = said(open_app(planted, lang="en"))
    for metric in serving.headline_metrics():
        code = metric["metric_code"]
        if code in serving.HIDDEN | serving.NO_DATA:
            continue
        words = re.search(r'class="pill"><i[^>]*>[^<]*</i>([^<]*)<', card(html, code)).group(1)
        assert words == serving.VERDICTS.get(code, "no demonstrable change"), code


def test_card_names_its_period_only_when_it_differs(open_app, planted):
    html = said(open_app(planted))
    assert "<b>Juni 2026</b>" in html
    assert "vergeleken met mei 2026" in html
    assert "over mei 2026" in card(html, "esat")
    assert "2026" not in card(html, "ces").split("</svg>")[1]


def test_gap_before_the_comparison_is_named(open_app, tmp_path):
    serving.build_serving(
        tmp_path,
        after="update marts.service_control set comparison_period_start = '2026-03-01' "
        "where metric_code = 'ces' and period_grain = 'month'",
    )
    assert "t.o.v. maart 2026" in card(said(open_app(tmp_path)), "ces")


def test_new_snapshot_is_shown_without_restart(open_app, tmp_path):
    serving.build_serving(tmp_path)
    app = open_app(tmp_path)
    assert "99,9" not in card(said(app), "csat")
    for snapshot_id in (LATER, "20260703T041200Z", "20260704T041200Z"):
        serving.build_serving(
            tmp_path,
            snapshot_id,
            after="update marts.service_control set value = 99.9 where metric_code = 'csat'",
        )
        html = said(app.run())
    assert "99,9%" in card(html, "csat")
    assert "cijfers van 4\u00a0juli 2026, 06:12" in html


def test_snapshot_that_cannot_be_read_gives_a_page_not_a_trace(open_app, tmp_path):
    serving.build_serving(tmp_path, after="drop table marts.check_results")
    html = said(open_app(tmp_path))
    assert "De gepubliceerde cijfers zijn niet te lezen" in html
    assert "check_results" in html
    assert "data-metric" not in html


def test_damaged_file_gives_a_page_not_a_trace(open_app, tmp_path):
    path = serving.build_serving(tmp_path)
    path.write_bytes(b"not a database" * 1000)
    assert "The published figures cannot be read" in said(open_app(tmp_path, lang="en"))


def test_scope_of_the_link_decides(open_app, planted):
    app = open_app(planted, view="team", of="T10", per="quarter")
    html = said(app)
    assert "team Klachten &lt;&amp;&gt;" in html
    assert "2e kwartaal 2026" in html
    assert html.count('class="card blank"') == 15  # all but churn are hidden in this team
    assert [box.value for box in app.selectbox] == ["quarter", "team", "T10"]


@pytest.mark.parametrize(
    "parameters", [{"view": "team", "of": "gone"}, {"view": "planet"}, {"view": "planet", "of": "T01"}]
)
def test_unknown_scope_falls_back_to_the_organisation_and_says_so(open_app, planted, parameters):
    app = open_app(planted, **parameters)
    assert "staat niet in de huidige cijfers" in said(app)
    assert "hele organisatie" in said(app)
    assert app.selectbox[1].value == "organisation"


def test_unknown_grain_and_language_fall_back(open_app, planted):
    app = open_app(planted, per="century", lang="xx")
    assert app.selectbox[0].value == "month"
    assert "Bronnen actueel" in said(app)


def test_choices_are_kept_in_the_url(open_app, planted):
    app = open_app(planted)
    app.selectbox[1].select("team").run()
    assert app.query_params["view"] == "team"
    assert app.query_params["of"]
    app.selectbox[2].select("T03").run()
    app.selectbox[0].select("week").run()
    assert (app.query_params["of"], app.query_params["per"]) == ("T03", "week")
    app.selectbox[1].select("organisation").run()
    assert "view" not in app.query_params
    assert "of" not in app.query_params


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("select 1", "Sources up to date"),
        (
            "update marts.source_freshness set status = 'stale' where contract_table = 'contacts'",
            "1 of 14 sources out",
        ),
        (
            "update marts.source_freshness set status = 'stale' where contract_table = 'contacts';"
            + "update marts.source_freshness set status = 'refused' where contract_table = 'teams'",
            "1 of 14 sources refused",
        ),
        ("update marts.source_freshness set status = 'absent'", "No sources loaded"),
        ("delete from marts.check_results", "No checks recorded"),
        ("select 1", "120 of 121 checks passed"),
        ("select 1", "70 rows rejected"),
        (
            "update marts.source_freshness set row_count_rejected = if(contract_table = 'teams', 1, 0)",
            "1 row rejected",
        ),
    ],
)  # fmt: skip
def test_strip_tells_the_worst(open_app, tmp_path, change, expected):
    serving.build_serving(tmp_path, after=change)
    assert expected in said(open_app(tmp_path, lang="en"))


def test_details_hold_sources_checks_rejections_definitions_and_assumptions(open_app, planted):
    app = open_app(planted)
    closed = said(app)
    app.session_state["details"] = True
    opened = said(app.run())
    for part in (
        "No file was supplied.",
        "niet aangeleverd",
        "assert_known_gap",
        "out_of_scale"[:3],
        "rijen",
    ):
        assert part in opened
    assert "answer 11 is outside 0-10" in opened
    assert "3 contacts without a team" in opened
    assert opened.count("<table>") == 5
    assert "<table>" not in closed
    assert opened.index("assert_known_gap") < opened.index("assert_check_1<")


def test_render_with_warm_cache_is_quick(open_app, planted):
    app = open_app(planted)
    seconds = []
    for _ in range(7):
        start = time.perf_counter()
        app.run()
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.3, seconds


def test_page_reads_no_file_but_the_snapshot(planted: Path):
    import duckdb
    import snapshot

    with snapshot.connect(snapshot.served_path(planted)) as connection:
        for forbidden in (
            "create table t (i int)",
            "select * from read_csv('/etc/passwd')",
            "set threads = 1",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(forbidden)
