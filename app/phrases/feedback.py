"""Words of the feedback and the coding of texts."""

from __future__ import annotations

# key: (Dutch, English)
TEXT: dict[str, tuple[str, str]] = {
    "feedback_closed_title": ("Alleen na inloggen", "Only after signing in"),
    "feedback_closed": (
        "Feedback over één medewerker en het coderen van teksten zijn er alleen voor wie inlogt. Op deze installatie is geen inlogdienst ingesteld.",
        "Feedback about one employee and the coding of texts are only there for those who sign in. No identity provider is configured here.",
    ),
    "feedback_none_title": ("Geen feedback voor u", "No feedback for you"),
    "feedback_none": (
        "Er is geen feedback die u mag lezen: niet van uzelf, of niet van deze medewerker.",
        "There is no feedback that you may read: none of your own, or not of this employee.",
    ),
    "choose_employee": ("Medewerker", "Employee"),
    "feedback_title": ("Wat klanten van uw contacten zeiden", "What customers said of your contacts"),
    "feedback_title_team": (
        "Wat klanten van de contacten van uw team zeiden",
        "What customers said of your team’s contacts",
    ),
    "feedback_said": (
        "{count} antwoorden, het nieuwste eerst. Woorden staan er alleen met toestemming van de klant, zonder namen.",
        "{count} answers, the newest first. Words are only there with the customer’s consent, without names.",
    ),
    "feedback_recommendation": ("aanbeveling {value} van 10", "recommendation {value} of 10"),
    "feedback_ease": ("gemak {value} van 7", "ease {value} of 7"),
    "feedback_satisfaction": ("tevreden {value} van 5", "satisfaction {value} of 5"),
    "feedback_strong": ("sterk: {driver}", "strong: {driver}"),
    "feedback_weak": ("zwak: {driver}", "weak: {driver}"),
    "trend_title": ("Uw verloop naast dat van uw team", "Your course beside that of your team"),
    "trend_said": (
        "Per kwartaal met 95%-interval. De lijn van het team is van alle anderen samen en ontbreekt als zij met te weinig zijn.",
        "Per quarter with 95% interval. The line of the team is of all others together, and missing when they are too few.",
    ),
    "trend_own": ("eigen", "own"),
    "trend_others": ("anderen in het team", "others in the team"),
    "trend_alt": (
        "Verloop van {metric} over {count} kwartalen naast het team.",
        "Course of {metric} over {count} quarters beside the team.",
    ),
    "coding_title": ("Teksten coderen", "Code texts"),
    "coding_said": (
        "Lees de tekst en kies wat erin staat. Uw codes leren het model en meten hoe goed het is.",
        "Read the text and choose what it says. Your codes teach the model and measure how good it is.",
    ),
    "coding_task": ("Taak", "Task"),
    "coding_language": ("Taal van de tekst", "Language of the text"),
    "coding_labels": ("Wat staat erin?", "What does it say?"),
    "coding_save": ("Bewaar en volgende", "Save and next"),
    "coding_done": (
        "Alle getrokken teksten van deze taak en taal zijn gecodeerd.",
        "All texts drawn for this task and language have been coded.",
    ),
    "coding_one": ("Kies er precies één.", "Choose exactly one."),
    "sentiment_2": ("zeer positief", "very positive"),
    "sentiment_1": ("positief", "positive"),
    "sentiment_0": ("neutraal", "neutral"),
    "sentiment_-1": ("negatief", "negative"),
    "sentiment_-2": ("zeer negatief", "very negative"),
    "sentiment_mixed": ("gemengd", "mixed"),
    "task_sentiment": ("sentiment", "sentiment"),
    "task_emotion": ("emotie", "emotion"),
    "task_driver": ("drijver", "driver"),
    "task_value_element": ("waarde-element", "element of value"),
    "language_nl": ("Nederlands", "Dutch"),
    "language_en": ("Engels", "English"),
}
