"""Words of service control: the 2 x 2, a card, and the line on top."""

from __future__ import annotations

# key: (Dutch, English)
TEXT: dict[str, tuple[str, str]] = {
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
        "Geen aantoonbare veranderingen: de verschillen kunnen toeval zijn.",
        "No demonstrable changes: the differences may be chance.",
    ),
    "story_nothing": (
        "Voor deze keuze is nog geen vergelijking te maken.",
        "This selection cannot be compared yet.",
    ),
}
