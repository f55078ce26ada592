"""Words of the emotions."""

from __future__ import annotations

# key: (Dutch, English)
TEXT: dict[str, tuple[str, str]] = {
    "flower_title": ("Wat voelen klanten?", "What do customers feel?"),
    "flower_said": (
        "Hoe langer het blad, hoe vaker de emotie; de donkere kern is intens, de lichte rand mild. {neutral} voelt niets in het bijzonder. {period}; n = {n}.",
        "The longer the petal, the more often the emotion; the dark core is intense, the light edge mild. {neutral} feel nothing in particular. {period}; n = {n}.",
    ),
    "flower_alt": ("Emoties van klanten: {emotions}.", "Emotions of customers: {emotions}."),
    "column_emotion": ("Emotie", "Emotion"),
    "column_intensity": ("Intensiteit", "Intensity"),
    "column_share": ("Aandeel", "Share"),
    "column_count": ("Aantal", "Number"),
    "nev_title": ("Overheerst het goede gevoel?", "Does the good feeling prevail?"),
    "nev_said": (
        "Net Emotion Value: positieve min negatieve emoties, van −100 tot 100.",
        "Net Emotion Value: positive minus negative emotions, from −100 to 100.",
    ),
    "marks_title": ("Wat verbergt een hoog cijfer?", "What does a high mark hide?"),
    "marks_said": (
        "Wat het contact met de relatie deed volgens klanten die een hoog rapportcijfer gaven. {period}; n = {n}.",
        "What the contact did to the relation according to customers who gave a high mark. {period}; n = {n}.",
    ),
    "marks_alt": (
        "Van wie een 8 of hoger gaf, werd de relatie bij {strengthened} sterker, bij {unchanged} niet anders en bij {weakened} zwakker.",
        "Of those who gave 8 or more, the relation became stronger with {strengthened}, no different with {unchanged} and weaker with {weakened}.",
    ),
    "band_8": ("cijfer 8", "mark 8"),
    "band_9_10": ("cijfer 9–10", "mark 9–10"),
    "band_8_plus": ("8 en hoger", "8 and higher"),
    "relation_strengthened": ("versterkt", "strengthened"),
    "relation_unchanged": ("niet veranderd", "unchanged"),
    "relation_weakened": ("verzwakt", "weakened"),
    "relation_not_strengthened": ("niet versterkt", "not strengthened"),
    "column_mark": ("Cijfer", "Mark"),
    "column_relation": ("Relatie", "Relation"),
    "choose_journey": ("Klantreis", "Journey"),
    "line_title": ("Hoe voelt de reis {journey}?", "How does the journey {journey} feel?"),
    "line_said": (
        "Gemiddeld gevoel per moment, van −3 tot 3, met 95%-interval. Klanten onthouden vooral de piek en het einde: het deel van {count} reizen waarvan dat hier lag. {period}.",
        "Mean feeling per moment, from −3 to 3, with 95% interval. Customers mostly remember the peak and the end: the share of {count} journeys for which that was here. {period}.",
    ),
    "line_alt": (
        "Gevoel langs {count} momenten van de reis, van {first} tot {last}; de meeste pieken liggen bij {peak}.",
        "Feeling along {count} moments of the journey, from {first} to {last}; most peaks are at {peak}.",
    ),
    "line_axis": ("gevoel", "feeling"),
    "line_peak": ("piek {share}", "peak {share}"),
    "line_end": ("einde {share}", "end {share}"),
    "column_moment": ("Moment", "Moment"),
    "column_feeling": ("Gevoel", "Feeling"),
    "column_peak": ("Piek", "Peak"),
    "column_end": ("Einde", "End"),
    "memory_title": (
        "Blijft een reis hangen zoals zij was?",
        "Is a journey remembered as it was?",
    ),
    "memory_said": (
        "Gevoel van piek en einde, dat klanten bijblijft, min dat van alle momenten, met 95%-interval. Onder 0: er blijft minder goeds hangen dan er was. {period}. {slope}",
        "Feeling of peak and end, which stays with customers, minus that of all moments, with 95% interval. Below 0: less good is remembered than there was. {period}. {slope}",
    ),
    "memory_slope": (
        "Hoe klanten terugkijken gaat {peak_end} punt mee met een punt piek en einde (95%: {peak_end_low} tot {peak_end_high}) en {mean} met een punt van alle momenten (95%: {mean_low} tot {mean_high}). Een samenhang, geen bewijs van oorzaak.",
        "How customers look back goes along {peak_end} points with a point of peak and end (95%: {peak_end_low} to {peak_end_high}), and {mean} with a point of all moments (95%: {mean_low} to {mean_high}). An association, no proof of cause.",
    ),
    "memory_alt": (
        "Verschil tussen herinnerd en beleefd gevoel van {count} klantreizen, van {lowest} tot {highest}.",
        "Difference between remembered and lived feeling of {count} journeys, from {lowest} to {highest}.",
    ),
    "memory_axis": ("herinnerd min beleefd", "remembered minus lived"),
    "column_journey": ("Klantreis", "Journey"),
    "column_all_moments": ("Alle momenten", "All moments"),
    "column_remembered": ("Terugblik", "Looking back"),
    "story_marks": (
        "Een hoog cijfer verbergt schade: van wie een 8 of hoger geeft, verzwakte de relatie bij {share} (95%: {low} tot {high}).",
        "A high mark hides damage: of those who give 8 or more, the relation weakened for {share} (95%: {low} to {high}).",
    ),
}
