"""Who may see what: the rules, the rows a query lets through, and a real login in a real browser."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import access
import pytest
import queries
import screenshots
import snapshot
from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import Browser, LocatorAssertions, Page, expect
from text import Words

from orchestration import coding
from service_control.errors import InputError
from tests.app import serving
from tests.app.looking import address_of, assert_sound, picture
from tests.app.running import served

DUTCH = Words("nl")
RIGHTS = [
    # email, role, effect, employee_id, team_id
    ("anna@example.com", "employee", "allow", "E1", ""),
    ("lead@example.com", "team_lead", "allow", "", "T01"),
    ("lead@example.com", "employee", "allow", "E3", ""),
    ("lead@example.com", "", "deny", "E3", ""),
    ("view@example.com", "viewer", "allow", "", ""),
    ("privacy@example.com", "privacy_officer", "allow", "", ""),
    ("coder@example.com", "analyst", "allow", "", ""),
    ("gone@example.com", "analyst", "allow", "", ""),
    ("gone@example.com", "", "deny", "", ""),
]


def rows(*rights: tuple[str, ...]) -> list[dict[str, str]]:
    return [dict(zip(access.COLUMNS, row, strict=True)) for row in rights]


def written(file: Path, *rights: tuple[str, ...]) -> Path:
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(access.COLUMNS)
        writer.writerows(rights)
    return file


# The rules
# -----------------------------------------------------------------------------------------------------


def test_nobody_has_rights_without_a_row():
    assert access.viewer_of("eve@example.com", rows(*RIGHTS)) == access.Viewer(email="eve@example.com")
    assert not access.viewer_of("", rows(("@", "viewer", "allow", "", ""))).sees_figures
    assert not access.NOBODY.sees_figures
    assert access.ANYBODY.sees_figures
    assert not (access.ANYBODY.sees_feedback or access.ANYBODY.codes_texts or access.ANYBODY.sees_rights)


@pytest.mark.parametrize("order", [1, -1])
def test_denial_wins_in_any_order(order):
    rights = rows(*RIGHTS)[::order]
    assert not access.viewer_of("gone@example.com", rights).sees_figures
    lead = access.viewer_of("Lead@Example.com", rights)
    assert (lead.teams, lead.employees) == (("T01",), ())


def test_denial_of_one_team_leaves_the_others():
    rights = rows(
        ("a@b", "team_lead", "allow", "", "T1"),
        ("a@b", "team_lead", "allow", "", "T2"),
        ("a@b", "team_lead", "deny", "", "T2"),
        ("a@b", "viewer", "deny", "", ""),
    )
    viewer = access.viewer_of("a@b", rights)
    assert (viewer.teams, viewer.sees_figures) == (("T1",), True)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (("nobody", "viewer", "allow", "", ""), "no e-mail address"),
        (("a@b", "boss", "allow", "", ""), "no role"),
        (("a@b", "", "allow", "", ""), "no role"),
        (("a@b", "viewer", "Deny", "", ""), "neither allow nor deny"),
        (("a@b", "employee", "allow", "", ""), "needs an employee_id"),
        (("a@b", "team_lead", "allow", "E1", ""), "needs a team_id"),
    ],
)
def test_table_that_could_be_misread_gives_nobody_rights(tmp_path, row, problem):
    file = written(tmp_path / "roles.csv", RIGHTS[0], row)
    with pytest.raises(InputError, match=problem) as error:
        access.read_rights(file)
    assert "row 3" in str(error.value)


def test_table_that_is_missing_or_has_other_columns_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        access.read_rights(tmp_path / "roles.csv")
    (tmp_path / "roles.csv").write_text("mail,role\n")
    with pytest.raises(InputError, match="the columns are mail, role"):
        access.read_rights(tmp_path / "roles.csv")


def test_delivered_table_gives_nobody_rights():
    assert access.read_rights(access.roles_file()) == []


# The query
# -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("access")
    serving.build_serving(folder)
    serving.build_feedback(folder)
    samples = folder / "coding" / "samples.csv"
    samples.parent.mkdir()
    lines = [",".join(coding.SAMPLE_COLUMNS)]
    lines += [f"hash{n},driver,nl,random,false,Tekst nummer {n} <&>" for n in range(2)]
    samples.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("employees", "teams", "asked", "seen"),
    [
        (("E1",), (), None, {"E1"}),
        (("E1",), (), "E2", set()),
        ((), ("T01",), None, {"E1", "E2"}),
        ((), ("T01",), "E3", set()),
        (("E3",), ("T01",), None, {"E1", "E2", "E3"}),
        ((), (), None, set()),
        (("E1') or true --",), (), None, set()),
    ],
)
def test_rows_of_others_do_not_leave_the_file(warehouse, employees, teams, asked, seen):
    path = snapshot.feedback_path(snapshot.served_path(warehouse))
    with snapshot.connect(path) as connection:
        found = queries.own_feedback(connection, employees, teams, asked)
        assert {row["employee_id"] for row in found} == seen
        for employee in ("E1", "E2", "E3"):
            trend = queries.own_trend(connection, employees, teams, employee)
            assert {row["employee_id"] for row in trend} <= {employee} & (seen or set()) or asked


# The login
# -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def guarded(warehouse, tmp_path_factory) -> Iterator[str]:
    """Address of the app beside an OpenID provider that knows these people and one without rights."""
    folder = tmp_path_factory.mktemp("login")
    roles = written(folder / "roles.csv", *RIGHTS)
    addresses = [*dict.fromkeys(row[0] for row in RIGHTS), "eve@example.com"]
    users = [User(sub=name, claims={"email": name}) for name in addresses]
    users.append(User(sub="unverified", claims={"email": "anna@example.com", "email_verified": False}))
    with run_server_in_thread(user_claims=users) as provider:
        secrets = folder / "secrets.toml"
        secrets.write_text(
            '[auth]\nredirect_uri = "http://localhost:{port}/oauth2callback"\n'
            'cookie_secret = "a secret of this test that is long enough"\n'
            'client_id = "service-control"\nclient_secret = "secret"\n'
            f'server_metadata_url = "http://localhost:{provider.server_port}/.well-known/openid-configuration"\n'
        )
        with served(warehouse, "--secrets.files", str(secrets), SERVICE_CONTROL_ROLES=str(roles)) as url:
            yield url


def signed_in(browser: Browser, url: str, subject: str, language: str = "nl") -> Page:
    """The page after a login as this person, as a person does it."""
    page = screenshots.open_page(browser, url, language=language)
    sign_in(page, subject, Words(language))
    expect(page).to_have_url(url)
    screenshots.settle(page)
    return page


def sign_in(page: Page, subject: str, words: Words = DUTCH) -> None:
    page.get_by_role("button", name=words["sign_in"]).click()
    page.get_by_placeholder("sub").fill(subject)
    page.get_by_role("button", name="Authorize", exact=True).click()
    page.get_by_role("button", name=words["sign_out"]).wait_for()


def look(page: Page, address: str) -> LocatorAssertions:
    """What can be expected of the page at an address that is typed by hand; text that is out of sight counts too."""
    page.goto(address)
    screenshots.settle(page)
    assert_sound(page)
    return expect(page.get_by_test_id("stMain"))


def test_nothing_is_shown_before_the_login(browser, guarded):
    page = screenshots.open_page(browser, guarded)
    for path in ("", "feedback?employee=E1"):
        told = look(page, guarded + path)
        told.to_contain_text("Log in om de cijfers te zien")
        told.not_to_contain_text("Woorden")
    expect(page.locator(".card")).to_have_count(0)
    page.context.close()


@pytest.mark.parametrize("subject", ["gone@example.com", "unverified"])
def test_login_without_rights_shows_nothing(browser, guarded, subject):
    page = signed_in(browser, guarded, subject)
    look(page, f"{guarded}feedback?employee=E1").to_contain_text("Log in om de cijfers te zien")
    expect(page.locator(".card")).to_have_count(0)
    page.context.close()


def test_employee_reads_only_the_own_feedback(browser, guarded):
    page = signed_in(browser, guarded, "anna@example.com")
    expect(page.locator(".card")).to_have_count(16)
    own = look(page, f"{guarded}feedback")
    own.to_contain_text("Woorden voor E1 <&>")
    own.not_to_contain_text("Teksten coderen")
    picture(page, "feedback_employee")
    for employee in ("E2", "E3", "E1' or '1' = '1"):
        other = look(page, f"{guarded}feedback?employee={employee}")
        other.to_contain_text("Er is geen feedback die u mag lezen")
        other.not_to_contain_text("Woorden")
    look(page, f"{guarded}trust").not_to_contain_text("Rechten")
    page.get_by_role("button", name="Uitloggen").click()
    page.wait_for_url("**/end_session?**")  # the provider asks whether to end its own session too
    look(page, f"{guarded}feedback").to_contain_text("Log in om de cijfers te zien")
    page.context.close()


def test_team_lead_reads_the_team_and_not_another(browser, guarded):
    page = signed_in(browser, guarded, "lead@example.com")
    team = look(page, f"{guarded}feedback")
    team.to_contain_text("Woorden voor E1")
    team.to_contain_text("Woorden voor E2")
    team.not_to_contain_text("Woorden voor E3")  # denied, though a row allows it
    one = look(page, f"{guarded}feedback?employee=E2")
    one.to_contain_text("Woorden voor E2")
    one.not_to_contain_text("Woorden voor E1")
    other = look(page, f"{guarded}feedback?employee=E3")
    other.to_contain_text("Er is geen feedback die u mag lezen")
    other.not_to_contain_text("Woorden")
    page.context.close()


def test_login_leads_to_the_page_and_the_view_that_a_link_names(browser, guarded):
    asked = f"{guarded}feedback?employee=E2&per=quarter&lang=en"
    page = signed_in(browser, asked, "lead@example.com", "en")  # ends on that address
    told = expect(page.get_by_test_id("stMain"))
    told.to_contain_text("Woorden voor E2")
    told.not_to_contain_text("Woorden voor E1")
    # Once: who goes home after that, is home.
    page.goto(guarded)
    expect(page.locator(".card")).to_have_count(16)
    assert address_of(page) == guarded
    page.context.close()


def test_login_never_leads_to_another_site(browser, guarded):
    page = screenshots.open_page(browser, guarded)
    page.evaluate("sessionStorage.setItem('asked', 'https://example.com/')")
    page.evaluate(
        "addEventListener('pagehide', () => sessionStorage.setItem('asked', 'https://example.com/'))"
    )
    sign_in(page, "view@example.com")
    expect(page.locator(".card")).to_have_count(16)
    assert address_of(page) == guarded
    page.context.close()


def test_rights_are_for_the_privacy_officer(browser, guarded):
    page = signed_in(browser, guarded, "privacy@example.com")
    look(page, f"{guarded}trust")
    page.get_by_role("tab", name="Rechten").click()
    expect(page.get_by_role("region", name="Rechten")).to_contain_text("lead@example.com")
    look(page, f"{guarded}feedback").to_contain_text("Er is geen feedback die u mag lezen")
    page.context.close()


def test_analyst_codes_texts_and_reads_no_feedback(browser, guarded, warehouse):
    page = signed_in(browser, guarded, "coder@example.com")
    look(page, f"{guarded}feedback").not_to_contain_text("Woorden voor")
    page.get_by_role("combobox", name="Taak").click()
    page.get_by_role("option", name="drijver").click()
    for number in range(2):
        expect(page.locator(".to-code")).to_contain_text(f"Tekst nummer {number} <&>")
        screenshots.settle(page)
        page.get_by_text("Ease", exact=True).click()
        picture(page, "coding")
        page.get_by_role("button", name="Bewaar en volgende").click()
    expect(page.get_by_text("zijn gecodeerd")).to_be_visible()
    with (warehouse / "coding" / "codes.csv").open(newline="", encoding="utf-8") as stream:
        codes = list(csv.DictReader(stream))
    assert [(code["text_hash"], code["coder"], code["labels"]) for code in codes] == [
        ("hash0", "coder@example.com", "ease"),
        ("hash1", "coder@example.com", "ease"),
    ]
    page.context.close()
