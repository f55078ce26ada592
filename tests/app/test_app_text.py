"""Both languages are complete, every word is used, and the colours can be read."""

from __future__ import annotations

import csv
import re
import string
import tomllib
from itertools import product
from typing import get_args

import access
import choices
import pytest
import queries
import sheets.blind_spots
import sheets.drivers
import sheets.emotions
import sheets.feedback
import sheets.value
import trust
from text import LANGUAGES, PARTS, TEXT, Words

from orchestration.project import read_contract
from service_control.statistics import results, review
from service_control.text import tags
from tests.app import serving
from tests.app.running import ROOT

SOURCES = {
    path.relative_to(ROOT / "app").as_posix(): path.read_text(encoding="utf-8")
    for path in (ROOT / "app").rglob("*.py")
}
ESTIMATORS = ("proportion", "net_share", "mean", "ratio")
# CEN/TS 16880; a metric may measure any of them
ELEMENTS = (
    "needs_expectations_and_desires", "design_and_renewal_of_outstanding_experiences", "service_innovation",
    "vision_mission_strategy", "leadership", "culture", "engaged_employees", "processes_and_organisation",
    "monitoring_activities_and_results",
)  # fmt: skip


def valued(column: str) -> list[str]:
    """The values of a column of the catalogue."""
    with serving.CATALOGUE.open(encoding="utf-8", newline="") as file:
        return sorted({row[column] for row in csv.DictReader(file)})


# Keys that are put together from a value of the marts: prefix and its values.
BUILT = {
    "grain_": queries.GRAINS,
    "scope_": queries.SCOPE_KINDS,
    "verdict_": ("better", "worse", "no_demonstrable_change", "not_compared"),
    "status_": ("ok", "stale", "refused", "absent", "rejected", "warning", "pass", "warn", "fail"),
    "kind_": ("dbt_test", "gx_landing", "gx_mart"),
    "quadrant_": [
        *(f"{a}_{s}" for a, s in product(("employee", "customer"), ("experience", "engagement"))),
        "concentrate_here", "keep_up", "low_priority", "possible_overkill",
    ],
    "side_": ("experience", "engagement"),
    "change_": [f"{kind}{one}" for kind, one in product(("points", "percentage", "plain"), ("", "_one"))],
    "tab_": ("sources", "checks", "rejected", "definitions", "assumptions", "review", "quality", "rights"),
    "column_": ("email", "role", "effect_of_right", "employee", "team"),
    "fact_": (
        "formula",
        "interval",
        "scale",
        "direction",
        "quadrant",
        "kind",
        "level",
        "element",
        "period",
        "privacy",
        "target",
        "owner",
        "model",
    ),
    "formula_": ESTIMATORS,
    "interval_": (*ESTIMATORS, "finite"),
    "measure_": valued("unit"),
    "nature_": valued("nature"),
    "basis_": valued("basis"),
    "system_": valued("thinking_system"),
    "level_": valued("experience_level"),
    "finest_": valued("finest_grain"),
    "element_": ELEMENTS,
    "trust_sources_": ("ok", "stale", "refused", "none"),
    "story_": ("better", "worse", "rose", "fell"),
    "legend_": ("line", "band", "target"),
    "build_": ("failed", "interrupted"),
    "empty_": ("title", "text", "failed", "interrupted"),
    "unreadable_": ("title", "text"),
    "nav_": choices.PAGES,
    "versus_": queries.COMPARISONS,
    "drivers_": ("customer_driver", "employee_driver", "engagement_facet"),
    "registration_": ("no_further_contact", "logged"),
    "click_": sheets.blind_spots.CLICKS,
    "state_": ("demonstrated", "shared", "no_demonstrable_effect", "refused"),
    "pattern_": ("basic", "excitement", "performance", "none", "refused"),
    "asymmetry_": ("penalty", "reward"),
    "expectation_": sheets.drivers.EXPECTATIONS,
    "reason_": get_args(results.Reason),
    "band_": sheets.emotions.BANDS,
    "relation_": sheets.emotions.TOLD_RELATIONS,
    "stage_": sheets.value.STAGES,
    "component_": sheets.value.COMPONENTS,
    "experience_": sheets.value.EXPERIENCES,
    "fit_": (
        "moves_experience", "hardly_moves", "without_value", "moves_against", "inconclusive", "refused",
    ),
    "behaviour_": ("referred", "reviewed", "left"),
    "bands_": sheets.blind_spots.BANDS,
    "role_": (*access.ROLES, "all"),
    "effect_": access.EFFECTS,
    "feedback_": (*sheets.feedback.MARKS, "strong", "weak"),
    "task_": sheets.feedback.TASKS,
    "language_": sheets.feedback.LANGUAGES,
    "sentiment_": tags.POLARITIES,
    "consistency_": sheets.emotions.CUTS,
    "method_": ("image", "score"),
    "rung_": ("functional", "emotional", "life_changing", "social_impact"),
    "source_": trust.OWN_SOURCES,
    "contract_": tuple(read_contract()),
    "hint_": get_args(review.Hint),
    "because_": get_args(review.HintReason),
    "coding_": ("task", "language"),
    "topics_": ("title", "said"),
    "latent_": ("title", "said"),
}  # fmt: skip


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", TEXT)
def test_key_is_complete_in_both_languages(key):
    assert len(TEXT[key]) == len(LANGUAGES)
    assert all(text.strip() == text and text for text in TEXT[key])
    assert len({frozenset(places(text)) for text in TEXT[key]}) == 1


def test_every_value_of_the_marts_has_words():
    missing = [
        prefix + value for prefix, values in BUILT.items() for value in values if prefix + value not in TEXT
    ]
    assert missing == []


def test_every_key_is_used_and_every_used_key_exists():
    code = "\n".join(text for name, text in SOURCES.items() if not name.startswith(("text.py", "phrases/")))
    code += 'words["months"]'  # read by Words itself
    named = set(re.findall(r"""["']([a-z_0-9]+)["']""", code))
    built = {prefix + value for prefix, values in BUILT.items() for value in values}
    assert sorted(set(TEXT) - named - built) == []
    assert sorted(set(re.findall(r"""words\[["']([a-z_]+)["']\]""", code)) - set(TEXT)) == []


def test_key_stands_in_one_part():
    assert sum(len(part.TEXT) for part in PARTS) == len(TEXT)


def test_twelve_months():
    assert all(len(Words(language).months) == 12 for language in LANGUAGES)


def test_no_metric_is_named_in_the_code():
    for metric in serving.headline_metrics():
        if metric["metric_code"] in sheets.feedback.TASKS:
            continue  # also the name of what texts are coded for
        for name, text in SOURCES.items():
            assert f'"{metric["metric_code"]}"' not in text, (metric["metric_code"], name)


# Colours
# -----------------------------------------------------------------------------------------------------

STYLE = (ROOT / "app" / "style.css").read_text(encoding="utf-8")
TOKENS = {
    name: pair
    for name, *pair in re.findall(
        r"--([\w-]+): light-dark\((#[0-9a-f]{6})(?:..)?, (#[0-9a-f]{6})(?:..)?\)", STYLE
    )
}
THEMES = ("light", "dark")


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2, 0 (black) to 1 (white)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        *product(("ink", "soft", "good", "bad", "alert", "accent"), ("page", "card")),
        ("good", "good-wash"), ("bad", "bad-wash"), ("ink", "bad-wash"), ("soft", "quiet-wash"),
        ("page", "ink"),
    ],
)  # fmt: skip
def test_text_can_be_read(text, ground, theme):
    index = THEMES.index(theme)
    assert contrast(TOKENS[text][index], TOKENS[ground][index]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_streamlit_has_the_same_colours(theme):
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    same = {
        "backgroundColor": "page",
        "secondaryBackgroundColor": "card",
        "textColor": "ink",
        "borderColor": "rule",
        "primaryColor": "accent",
    }
    for option, token in same.items():
        assert config["theme"][theme][option] == TOKENS[token][THEMES.index(theme)], option


def test_nothing_is_sent_home():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["browser"]["gatherUsageStats"] is False
    assert config["server"]["headless"] is True
    # Without an address of its own Streamlit asks a public server for the outside address of the machine.
    assert config["server"]["address"] == "localhost"
