"""Every word the page says, in Dutch and English. Names and definitions of metrics come from the marts.

A key exists in both languages with the same {places}; a test holds that. Dutch addresses the reader with "u".
"""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGES = {"nl": "NL", "en": "EN"}


@dataclass(frozen=True)
class Words:
    """The words of one language: `words["key"]`, month names in `months`."""

    language: str

    def __getitem__(self, key: str) -> str:
        return TEXT[key][list(LANGUAGES).index(self.language)]

    @property
    def months(self) -> list[str]:
        return self["months"].split()


# key: (Dutch, English)
TEXT: dict[str, tuple[str, str]] = {
    "months": (
        "januari februari maart april mei juni juli augustus september oktober november december",
        "January February March April May June July August September October November December",
    ),
    "title": ("Service control", "Service control"),
    # Choices
    "legend_line": ("verloop", "course"),
    "legend_band": ("95%-interval", "95% interval"),
    "legend_target": ("doel", "target"),
    "choose_language": ("Taal", "Language"),
    "choose_grain": ("Periode", "Period"),
    "choose_scope_kind": ("Onderdeel", "View by"),
    "choose_scope": ("Keuze", "Selection"),
    "grain_day": ("Per dag", "Daily"),
    "grain_week": ("Per week", "Weekly"),
    "grain_month": ("Per maand", "Monthly"),
    "grain_quarter": ("Per kwartaal", "Quarterly"),
    "grain_rolling_12_months": ("Laatste 12 maanden", "Last 12 months"),
    "whole_organisation": ("hele organisatie", "whole organisation"),
    "scope_organisation": ("Organisatie", "Organisation"),
    "scope_department": ("Afdeling", "Department"),
    "scope_team": ("Team", "Team"),
    "scope_segment": ("Segment", "Segment"),
    "scope_region": ("Regio", "Region"),
    "scope_channel": ("Kanaal", "Channel"),
    "scope_journey": ("Klantreis", "Journey"),
    "scope_product": ("Product", "Product"),
    "scope_unknown": (
        "De selectie in deze link staat niet in de huidige cijfers; u ziet de hele organisatie.",
        "The selection in this link is not in the current figures; you see the whole organisation.",
    ),
    # Periods, units and changes
    "period_week": ("week {week}, {year}", "week {week}, {year}"),
    "period_quarter": ("{quarter}e kwartaal {year}", "Q{quarter} {year}"),
    "period_rolling": ("12 maanden t/m {month} {year}", "12 months to {month} {year}"),
    "compared": ("vergeleken met {period}", "compared with {period}"),
    "period_none": ("nog geen periode met cijfers", "no period with figures yet"),
    "unit_points": ("punten", "points"),
    "unit_scale": ("op {low}–{high}", "on {low}–{high}"),
    "change_points": ("{figure} punten", "{figure} points"),
    "change_points_one": ("{figure} punt", "{figure} point"),
    "change_percentage": ("{figure} procentpunt", "{figure} pct. points"),
    "change_percentage_one": ("{figure} procentpunt", "{figure} pct. point"),
    "change_plain": ("{figure}", "{figure}"),
    "change_plain_one": ("{figure}", "{figure}"),
    # The 2 x 2
    "quadrant_employee_experience": ("Medewerkersbeleving", "Employee experience"),
    "quadrant_employee_engagement": ("Medewerkersbetrokkenheid", "Employee engagement"),
    "quadrant_customer_experience": ("Klantbeleving", "Customer experience"),
    "quadrant_customer_engagement": ("Klantbetrokkenheid", "Customer engagement"),
    "side_experience": ("de drijvers", "the drivers"),
    "side_engagement": ("de resultaten", "the results"),
    # A card
    "interval": ("95%: {low} tot {high}", "95%: {low} to {high}"),
    "count": ("n = {n}", "n = {n}"),
    "target": ("doel {target}", "target {target}"),
    "verdict_better": ("beter", "better"),
    "verdict_worse": ("slechter", "worse"),
    "verdict_no_demonstrable_change": ("geen aantoonbaar verschil", "no demonstrable change"),
    "verdict_not_compared": ("niet te vergelijken", "no comparison"),
    "versus": ("t.o.v. {period}", "vs {period}"),
    "about_period": ("over {period}", "for {period}"),
    "indicative": ("indicatief", "indicative"),
    "indicative_help": (
        "Weinig waarnemingen: kijk vooral naar het interval.",
        "Few observations: go by the interval.",
    ),
    "no_figure": ("Geen of te weinig gegevens", "No data, or too few"),
    "trend_label": (
        "Verloop van {name} over {count} perioden, van {first} tot {last}",
        "Course of {name} over {count} periods, from {first} to {last}",
    ),
    # The line on top
    "story_better": ("Beter: {facts}.", "Better: {facts}."),
    "story_worse": ("Slechter: {facts}.", "Worse: {facts}."),
    "story_rose": ("{name} steeg {change} naar {value}", "{name} rose {change} to {value}"),
    "story_fell": ("{name} daalde {change} naar {value}", "{name} fell {change} to {value}"),
    "story_in_period": ("{fact} ({period})", "{fact} ({period})"),
    "story_and": ("en", "and"),
    "story_more": ("nog {count}", "{count} more"),
    "story_rest": (
        "Van de overige {count} cijfers is geen verandering aangetoond.",
        "No change was demonstrated in the other {count} figures.",
    ),
    "story_rest_one": (
        "Van het andere cijfer is geen verandering aangetoond.",
        "No change was demonstrated in the other figure.",
    ),
    "story_quiet": (
        "Geen aantoonbare veranderingen: de verschillen met de vorige periode kunnen toeval zijn.",
        "No demonstrable changes: the differences from the previous period may be chance.",
    ),
    "story_nothing": (
        "Voor deze selectie is nog geen vergelijking met een vorige periode te maken.",
        "This selection cannot be compared with a previous period yet.",
    ),
    # Can I trust it?
    "trust_sources_ok": ("Bronnen actueel", "Sources up to date"),
    "trust_sources_stale": (
        "{count} van {total} bronnen verouderd",
        "{count} of {total} sources out of date",
    ),
    "trust_sources_refused": ("{count} van {total} bronnen geweigerd", "{count} of {total} sources refused"),
    "trust_sources_none": ("Geen bronnen geladen", "No sources loaded"),
    "trust_until": ("gegevens t/m {date}", "data until {date}"),
    "trust_checks": ("{passed} van {total} controles geslaagd", "{passed} of {total} checks passed"),
    "trust_checks_none": ("Geen controles vastgelegd", "No checks recorded"),
    "trust_rejected": ("{count} rijen afgewezen", "{count} rows rejected"),
    "trust_rejected_one": ("{count} rij afgewezen", "{count} row rejected"),
    "trust_snapshot": ("cijfers van {time}", "figures of {time}"),
    "trust_details": (
        "Onderbouwing: bronnen, controles, afgewezen rijen, definities en aannames",
        "Evidence: sources, checks, rejected rows, definitions and assumptions",
    ),
    "tab_sources": ("Bronnen", "Sources"),
    "tab_checks": ("Controles", "Checks"),
    "tab_rejected": ("Afgewezen rijen", "Rejected rows"),
    "tab_definitions": ("Definities", "Definitions"),
    "tab_assumptions": ("Aannames", "Assumptions"),
    "status_ok": ("actueel", "up to date"),
    "status_stale": ("verouderd", "out of date"),
    "status_refused": ("geweigerd", "refused"),
    "status_absent": ("niet aangeleverd", "not supplied"),
    "status_rejected": ("afgewezen", "rejected"),
    "status_warning": ("waarschuwing", "warning"),
    "status_pass": ("geslaagd", "passed"),
    "status_warn": ("waarschuwing", "warning"),
    "status_fail": ("mislukt", "failed"),
    "kind_dbt_test": ("dbt-test", "dbt test"),
    "kind_gx_landing": ("bij binnenkomst", "on arrival"),
    "kind_gx_mart": ("voor publicatie", "before publishing"),
    "column_table": ("Tabel", "Table"),
    "column_status": ("Status", "Status"),
    "column_until": ("Gegevens t/m", "Data until"),
    "column_loaded": ("Geladen", "Loaded"),
    "column_raw": ("Aangeleverd", "Delivered"),
    "column_accepted": ("Goedgekeurd", "Accepted"),
    "column_duplicate": ("Dubbel", "Duplicate"),
    "column_rejected": ("Afgewezen", "Rejected"),
    "column_message": ("Toelichting", "Remarks"),
    "column_check": ("Controle", "Check"),
    "column_kind": ("Soort", "Kind"),
    "column_failing": ("Afwijkingen", "Deviations"),
    "column_file": ("Bestand", "File"),
    "column_column": ("Kolom", "Column"),
    "column_rows": ("Rijen", "Rows"),
    "column_first_row": ("Eerste rij", "First row"),
    "column_reason": ("Reden", "Reason"),
    "column_metric": ("Cijfer", "Metric"),
    "column_definition": ("Definitie", "Definition"),
    "column_facts": ("Hoe het wordt gemeten", "How it is measured"),
    "column_assumption": ("Aanname", "Assumption"),
    "column_value": ("Waarde", "Value"),
    "column_unit": ("Eenheid", "Unit"),
    "column_why": ("Waarom", "Why"),
    "column_source": ("Bron", "Source"),
    "nothing_rejected": ("Er zijn geen rijen afgewezen.", "No rows were rejected."),
    "table_part": (
        "De eerste {count} regels; de rest staat in de mart rejected_rows.",
        "The first {count} lines; the rest is in the mart rejected_rows.",
    ),
    # Definition of a metric; also the words of docs/metrics
    "fact_formula": ("Formule", "Formula"),
    "fact_interval": ("95%-interval", "95% interval"),
    "fact_scale": ("Schaal", "Scale"),
    "fact_direction": ("Richting", "Direction"),
    "fact_quadrant": ("Plaats", "Place"),
    "fact_kind": ("Soort", "Kind"),
    "fact_level": ("Trede van de service-ervaring", "Level of the service experience"),
    "fact_element": ("Onderdeel van service-excellence", "Element of service excellence"),
    "fact_period": ("Periode", "Period"),
    "fact_privacy": ("Privacy", "Privacy"),
    "fact_target": ("Doel", "Target"),
    "fact_owner": ("Eigenaar", "Owner"),
    "fact_model": ("Model", "Model"),
    "formula_proportion": (
        "100 × k ÷ n: k gunstige van n waarnemingen",
        "100 × k ÷ n: k favourable of n observations",
    ),
    "formula_net_share": (
        "100 × (P − D) ÷ n: P gunstige min D ongunstige van n waarnemingen",
        "100 × (P − D) ÷ n: P favourable minus D unfavourable of n observations",
    ),
    "formula_mean": ("Σx ÷ n: gemiddelde van n waarnemingen", "Σx ÷ n: mean of n observations"),
    "formula_ratio": ("Σy ÷ Σx: verhouding van twee sommen", "Σy ÷ Σx: ratio of two sums"),
    "interval_proportion": ("Wilson", "Wilson"),
    "interval_net_share": ("aangepast Wald (Rocks 2016)", "adjusted Wald (Rocks 2016)"),
    "interval_mean": ("Student t", "Student’s t"),
    "interval_ratio": ("deltamethode", "delta method"),
    "interval_finite": (
        "{method}, met correctie voor een eindige populatie",
        "{method}, corrected for a finite population",
    ),
    "scale_between": ("{low} tot {high}", "{low} to {high}"),
    "scale_open": ("zonder vaste grenzen", "without fixed bounds"),
    "scale_unit": ("{scale} ({unit})", "{scale} ({unit})"),
    "measure_nps_points": ("punten", "points"),
    "measure_percent": ("procent", "percent"),
    "measure_score": ("score", "score"),
    "measure_eur": ("euro", "euro"),
    "direction_up": ("hoger is beter", "higher is better"),
    "direction_down": ("lager is beter", "lower is better"),
    "nature_affective": ("affectief", "affective"),
    "nature_rational": ("rationeel", "rational"),
    "basis_perception": ("beleving", "perception"),
    "basis_intention": ("intentie", "intention"),
    "basis_behaviour": ("gedrag", "behaviour"),
    "system_1": ("Systeem 1 (intuïtief)", "System 1 (intuitive)"),
    "system_2": ("Systeem 2 (calculerend)", "System 2 (calculating)"),
    "level_basis": ("basis", "basis"),
    "level_ease": ("gemak", "ease"),
    "level_personal": ("persoonlijk", "personal"),
    "level_pleasant": ("plezierig", "pleasant"),
    "element_needs_expectations_and_desires": (
        "behoeften, wensen en verwachtingen begrijpen",
        "needs, expectations and desires",
    ),
    "element_design_and_renewal_of_outstanding_experiences": (
        "ontwerpen en vernieuwen van een uitzonderlijke klantbeleving",
        "design and renewal of outstanding experiences",
    ),
    "element_service_innovation": ("service-innovatie", "service innovation"),
    "element_vision_mission_strategy": ("visie, missie en strategie", "vision, mission, strategy"),
    "element_leadership": ("leiderschap", "leadership"),
    "element_culture": ("cultuur", "culture"),
    "element_engaged_employees": ("bevlogen en betrokken medewerkers", "engaged employees"),
    "element_processes_and_organisation": ("processen en organisatie", "processes and organisation"),
    "element_monitoring_activities_and_results": (
        "monitoren van activiteiten en resultaten",
        "monitoring activities and results",
    ),
    "finest_day": ("vanaf een dag", "from a day up"),
    "finest_month": ("vanaf een maand", "from a month up"),
    "follow_up": (
        "{finest}; compleet {days} dagen na afloop",
        "{finest}; complete {days} days after its end",
    ),
    "privacy_rule": (
        "verborgen onder {hidden} waarnemingen, indicatief onder {normal}",
        "hidden below {hidden} observations, indicative below {normal}",
    ),
    "target_since": ("{target}, vanaf {date} ({source})", "{target}, from {date} ({source})"),
    # Builds
    "build_running": ("Er wordt een nieuwe versie gebouwd", "A new version is being built"),
    "build_step": ("stap {number} van {count}: {step}", "step {number} of {count}: {step}"),
    "build_failed": (
        "De laatste bouw is mislukt. U ziet de cijfers van {time}.",
        "The last build failed. You see the figures of {time}.",
    ),
    "build_interrupted": (
        "De laatste bouw is afgebroken. U ziet de cijfers van {time}.",
        "The last build was interrupted. You see the figures of {time}.",
    ),
    "build_reason": ("Reden", "Reason"),
    "build_more": ("en nog {count}", "and {count} more"),
    "empty_title": ("Er zijn nog geen cijfers gepubliceerd", "No figures have been published yet"),
    "empty_text": (
        "Zodra de eerste bouw alle controles doorstaat, verschijnen hier de zestien cijfers. "
        + "Deze pagina ververst zichzelf.",
        "As soon as the first build passes all its checks, the sixteen figures appear here. "
        + "This page refreshes itself.",
    ),
    "empty_run": ("Start de bouw in de projectmap:", "Start the build in the project folder:"),
    "empty_failed": ("De laatste bouw is mislukt.", "The last build failed."),
    "empty_interrupted": ("De laatste bouw is afgebroken.", "The last build was interrupted."),
    "unreadable_title": (
        "De gepubliceerde cijfers zijn niet te lezen",
        "The published figures cannot be read",
    ),
    "unreadable_text": (
        "De momentopname is beschadigd of past niet bij deze versie van de app. Een nieuwe bouw lost dit op.",
        "The snapshot is damaged or does not fit this version of the app. A new build mends this.",
    ),
}
