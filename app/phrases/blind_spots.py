"""Words of the blind spots."""

from __future__ import annotations

# key: (Dutch, English)
TEXT: dict[str, tuple[str, str]] = {
    # Resolution and clicks
    "gap_title": (
        "Opgelost in het systeem, maar ook voor de klant?",
        "Resolved in the system, but for the customer too?",
    ),
    "gap_said": (
        "Boven 0: vaker opgelost geregistreerd dan de klant ervaart, in procentpunten met 95%-interval. Laatste meting: n = {n}.",
        "Above 0: registered as resolved more often than customers experience, in pct. points with 95% interval. Last measurement: n = {n}.",
    ),
    "gap_alt": (
        "Verschil tussen geregistreerde en ervaren oplossing over {count} perioden; laatst: {last}.",
        "Gap between registered and perceived resolution over {count} periods; last: {last}.",
    ),
    "gap_axis": ("te rooskleurig, procentpunten", "too rosy, pct. points"),
    "registration_no_further_contact": (
        "geen nieuw contact binnen 14 dagen",
        "no further contact within 14 days",
    ),
    "registration_logged": ("afgevinkt door de medewerker", "ticked by the employee"),
    "story_gap": (
        "Het systeem is te rooskleurig: van wat als opgelost geldt ({registration}) zegt {share} van de klanten dat het niet is opgelost.",
        "The system is too rosy: of what counts as resolved ({registration}), {share} of customers say it is not.",
    ),
    "story_gap_none": (
        "Er is geen verschil aangetoond tussen wat het systeem als opgelost telt en wat klanten ervaren.",
        "No gap was demonstrated between what the system counts as resolved and what customers experience.",
    ),
    "column_registration": ("Registratie", "Registration"),
    "column_gap": ("Verschil", "Gap"),
    "column_overstated": ("Ten onrechte opgelost", "Wrongly resolved"),
    "column_understated": ("Ten onrechte open", "Wrongly open"),
    "clicks_title": ("Voelen beide kanten dezelfde klik?", "Do both sides feel the same click?"),
    "clicks_said": (
        "Aantal contacten naar het oordeel van medewerker en klant. Overeenstemming boven toeval (kappa): {kappa} (95%: {low} tot {high}); n = {n}. {period}.",
        "Number of contacts by the judgement of employee and customer. Agreement beyond chance (kappa): {kappa} (95%: {low} to {high}); n = {n}. {period}.",
    ),
    "clicks_alt": (
        "Tabel van drie bij drie: klik volgens medewerker tegen klik volgens klant; beiden klik in {both} van {n} contacten.",
        "Table of three by three: click by the employee against click by the customer; both click in {both} of {n} contacts.",
    ),
    "click_click": ("klik", "click"),
    "click_neutral": ("neutraal", "neutral"),
    "click_no_click": ("geen klik", "no click"),
    "clicks_employee": ("medewerker", "employee"),
    "clicks_customer": ("klant", "customer"),
    "column_contacts": ("Contacten", "Contacts"),
    # What is missed, service levels, saying and doing
    "blind_title": ("Wat de eigen cijfers niet zien", "What the own figures do not see"),
    "blind_said": (
        "Van wat voor de klant misging: het deel dat volgens het eigen cijfer goed was, met 95%-interval. Bovenaan wat het vaakst wordt gemist. {period}.",
        "Of what went wrong for the customer: the share that was good by the own figure, with 95% interval. On top what is missed most. {period}.",
    ),
    "blind_alt": (
        "{count} blinde vlekken; het meest gemist: {first}.",
        "{count} blind spots; missed most: {first}.",
    ),
    "blind_axis": ("gemist, %", "missed, %"),
    "column_blind_spot": ("Blinde vlek", "Blind spot"),
    "column_missed": ("Gemist", "Missed"),
    "column_sentence": ("In woorden", "In words"),
    "fit_title": ("Welk servicelevel voelt de klant?", "Which service level do customers feel?"),
    "fit_said": (
        "Verandering van {outcome} als het servicelevel wordt gehaald of de tijd halveert, binnen hetzelfde kanaal, met 95%-interval; {period}. Een samenhang, geen bewijs van oorzaak.",
        "Change of {outcome} when the service level is met or the time halves, within the same channel, with 95% interval; {period}. An association, no proof of cause.",
    ),
    "fit_alt": (
        "Effect van {count} servicelevels op {outcome}: {verdicts}.",
        "Effect of {count} service levels on {outcome}: {verdicts}.",
    ),
    "fit_axis": ("punten {outcome}", "points of {outcome}"),
    "fit_moves_experience": ("merkbaar", "felt"),
    "fit_hardly_moves": ("nauwelijks merkbaar", "hardly felt"),
    "fit_without_value": ("niet merkbaar", "not felt"),
    "fit_moves_against": ("averechts", "backfires"),
    "fit_inconclusive": ("niet te zeggen", "cannot be told"),
    "fit_refused": ("niet te zeggen", "cannot be told"),
    "column_service_level": ("Servicelevel", "Service level"),
    "say_title": ("Doen klanten wat zij zeggen?", "Do customers do what they say?"),
    "say_said": (
        "Deel van de promotors, passieven en criticasters dat het in de {days} dagen erna deed, met 95%-interval. {period}.",
        "Share of promoters, passives and detractors who did it in the {days} days after, with 95% interval. {period}.",
    ),
    "say_alt": (
        "Wat klanten deden na hun antwoord: {parts}.",
        "What customers did after their answer: {parts}.",
    ),
    "say_axis": ("deed het, %", "did it, %"),
    "behaviour_referred": ("bracht een klant aan", "referred a customer"),
    "behaviour_reviewed": ("schreef een review", "wrote a review"),
    "behaviour_left": ("vertrok", "left"),
    "bands_promoter": ("promotor", "promoter"),
    "bands_passive": ("passief", "passive"),
    "bands_detractor": ("criticaster", "detractor"),
    "column_behaviour": ("Gedrag", "Behaviour"),
    "column_said": ("Zei", "Said"),
    "column_did": ("Deed het", "Did it"),
}
