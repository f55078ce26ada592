"""Words of the drivers."""

from __future__ import annotations

# key: (Dutch, English)
TEXT: dict[str, tuple[str, str]] = {
    # How the organisation does
    "drivers_customer_driver": ("Wat klanten ervaren", "What customers experience"),
    "drivers_employee_driver": ("Wat medewerkers ervaren", "What employees experience"),
    "drivers_engagement_facet": ("Hoe bevlogen medewerkers zijn", "How engaged employees are"),
    "drivers_alt": (
        "{title}: {count} gemiddelden met interval, het laagst {lowest}, het hoogst {highest}.",
        "{title}: {count} means with interval, the lowest {lowest}, the highest {highest}.",
    ),
    "chart_scale": ("gemiddelde op de schaal", "mean on the scale"),
    "chart_score": ("score van 0 tot 100", "score from 0 to 100"),
    "pyramid_title": ("Op welke trede staat de service?", "How far up the pyramid is service?"),
    "pyramid_said": (
        "Elke trede is het gemiddelde van zijn cijfers, van 0 tot 100, met 95%-interval. Werk eerst aan de laagste score. {period}.",
        "Each level is the mean of its figures, from 0 to 100, with 95% interval. Work on the lowest score first. {period}.",
    ),
    "pyramid_alt": ("Service-piramide: {levels}.", "Service pyramid: {levels}."),
    "pyramid_weakest": ("laagste score", "lowest score"),
    "items_title": ("Elke vraag apart", "Every question by itself"),
    "items_said": (
        "De vragen achter de cijfers van de hele organisatie, {period}; gemiddelde met 95%-interval op de schaal van de vraag.",
        "The questions behind the figures of the whole organisation, {period}; mean with 95% interval on the scale asked.",
    ),
    # What makes or breaks
    "choose_outcome": ("Uitkomst", "Outcome"),
    "organisation_instead": (
        "Voor deze keuze is dit niet te zeggen; u ziet de hele organisatie.",
        "This cannot be told for this selection; you see the whole organisation.",
    ),
    "impact_title": ("Wat maakt of breekt {outcome}?", "What makes or breaks {outcome}?"),
    "impact_said": (
        "Hoe hoger, hoe zwaarder de drijver weegt naast de andere (streep: 95%-interval); hoe verder naar rechts, hoe beter het gaat. Samen verklaren zij {r2} van {outcome}; n = {n}, {period}. Een samenhang, geen bewijs van oorzaak.",
        "The higher, the more the driver weighs beside the others (bar: 95% interval); the further right, the better it goes. Together they explain {r2} of {outcome}; n = {n}, {period}. An association, no proof of cause.",
    ),
    "impact_x": ("prestatie, 0 tot 100", "performance, 0 to 100"),
    "impact_y": ("aandeel in wat is verklaard, %", "share of what is explained, %"),
    "impact_alt": (
        "Belang tegen prestatie van {count} drijvers voor {outcome}; het zwaarst weegt {first}.",
        "Importance against performance of {count} drivers for {outcome}; {first} weighs most.",
    ),
    "impact_alt_none": (
        "Belang tegen prestatie van {count} drijvers voor {outcome}; van geen is een effect aangetoond.",
        "Importance against performance of {count} drivers for {outcome}; of none an effect was demonstrated.",
    ),
    "effect_said": (
        "Verandering van de kans daarop per punt meer op de drijver, in procentpunten met 95%-interval; n = {n}, waarvan {events} met {outcome}, {period}. Een samenhang, geen bewijs van oorzaak.",
        "Change of the chance of it per point more on the driver, in percentage points with 95% interval; n = {n}, {events} of them with {outcome}, {period}. An association, no proof of cause.",
    ),
    "effect_alt": (
        "Effect van drijvers op {outcome}: {effects}.",
        "Effect of drivers on {outcome}: {effects}.",
    ),
    "effect_axis": ("procentpunten per punt", "percentage points per point"),
    "quadrant_concentrate_here": ("pak dit aan", "concentrate here"),
    "quadrant_keep_up": ("houd dit vast", "keep this up"),
    "quadrant_low_priority": ("lage prioriteit", "low priority"),
    "quadrant_possible_overkill": ("mogelijk te veel", "possible overkill"),
    "state_demonstrated": ("aangetoond", "demonstrated"),
    "state_shared": ("alleen samen met andere", "only together with others"),
    "state_no_demonstrable_effect": ("geen aantoonbaar effect", "no demonstrable effect"),
    "state_refused": ("niet te zeggen", "cannot be told"),
    "column_importance": ("Belang", "Importance"),
    "column_performance": ("Prestatie", "Performance"),
    "column_effect": ("Effect", "Effect"),
    "column_quadrant": ("Advies", "Advice"),
    "asymmetry_title": (
        "Wat doet tekortschieten, wat doet overtreffen?",
        "What does falling short do, and exceeding?",
    ),
    "asymmetry_said": (
        "Punten {outcome} bij een laag antwoord (links) en bij een hoog antwoord (rechts) op de drijver, met 95%-interval; n = {n}.",
        "Points of {outcome} with a low answer (left) and with a high answer (right) on the driver, with 95% interval; n = {n}.",
    ),
    "asymmetry_alt": (
        "Gevolg van tekortschieten en overtreffen op {count} drijvers; bij {basic} schaadt tekortschieten aantoonbaar meer dan overtreffen helpt.",
        "Effect of falling short and exceeding on {count} drivers; for {basic} falling short demonstrably hurts more than exceeding helps.",
    ),
    "asymmetry_penalty": ("tekortschieten", "falling short"),
    "asymmetry_reward": ("overtreffen", "exceeding"),
    "asymmetry_axis": ("verschil in punten", "difference in points"),
    "pattern_basic": ("schaadt meer", "hurts more"),
    "pattern_excitement": ("helpt meer", "helps more"),
    "pattern_performance": ("geen verschil aangetoond", "no difference demonstrated"),
    "pattern_none": ("geen effect aangetoond", "no effect demonstrated"),
    "pattern_refused": ("niet te zeggen", "cannot be told"),
    "column_penalty": ("Tekortschieten", "Falling short"),
    "column_reward": ("Overtreffen", "Exceeding"),
    "column_pattern": ("Patroon", "Pattern"),
    "expectation_title": ("Onder, volgens of boven verwachting?", "Below, as or above expectation?"),
    "expectation_said": (
        "Gemiddelde {outcome} van wie minder, evenveel of meer kreeg dan verwacht, met 95%-interval; n = {n}. {ratio}",
        "Mean {outcome} of those who got less than, as much as or more than expected, with 95% interval; n = {n}. {ratio}",
    ),
    "expectation_ratio": (
        "Het verlies onder verwachting is {ratio} keer de winst erboven (95%: {low} tot {high}).",
        "The loss below expectation is {ratio} times the gain above it (95%: {low} to {high}).",
    ),
    "expectation_alt": (
        "Uitkomst onder verwachting {below}, volgens {as_expected}, erboven {above}.",
        "Outcome below expectation {below}, as expected {as_expected}, above {above}.",
    ),
    "expectation_below": ("onder verwachting", "below expectation"),
    "expectation_as_expected": ("volgens verwachting", "as expected"),
    "expectation_above": ("boven verwachting", "above expectation"),
    "column_expectation": ("Verwachting", "Expectation"),
    "story_impact": (
        "Voor {outcome} weegt {driver} het zwaarst: {share} van wat de drijvers verklaren.",
        "For {outcome}, {driver} weighs most: {share} of what the drivers explain.",
    ),
    "story_basic": (
        "Tekortschieten op {drivers} schaadt meer dan overtreffen helpt.",
        "Falling short on {drivers} hurts more than exceeding helps.",
    ),
}
