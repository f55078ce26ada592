"""Words of the voice of the customer."""

from __future__ import annotations

# key: (Dutch, English)
TEXT: dict[str, tuple[str, str]] = {
    "voice_title": ("In hun eigen woorden", "In their own words"),
    "voice_said": (
        "Alleen woorden die klanten zelf vrijgaven, zonder persoonsgegevens en door een mens nagelezen.",
        "Only words that customers released themselves, without personal data and read by a person.",
    ),
    "voice_rating": ("{value} van 5", "{value} of 5"),
    "topics_title": ("Waar gaat het over?", "What is it about?"),
    "topics_said": (
        "Deel van de antwoorden, meldingen en gesprekken dat erover gaat, met 95%-interval. {period}; n = {n}.",
        "Share of answers, reports and conversations that is about it, with 95% interval. {period}; n = {n}.",
    ),
    "topics_alt": ("{count} onderwerpen; het vaakst {first}.", "{count} topics; most often {first}."),
    "topics_axis": ("aandeel, %", "share, %"),
    "latent_title": ("Wat de reden van contact verzwijgt", "What the reason for contact leaves out"),
    "latent_said": (
        "Deel van de contacten waarvan de woorden over iets gaan dat de geregistreerde reden niet bevat, met 95%-interval. {period}; n = {n}.",
        "Share of contacts whose words are about something the registered reason does not contain, with 95% interval. {period}; n = {n}.",
    ),
    "elements_title": ("Welke waarde leveren wij?", "Which value do we deliver?"),
    "elements_said": (
        "Deel dat een 8 of hoger geeft op elementen van waarde, met 95%-interval. {period}; n = {low} tot {high}.",
        "Share that gives 8 or more on elements of value, with 95% interval. {period}; n = {low} to {high}.",
    ),
    "elements_said_text": (
        "Deel van de vermeldingen van een element van waarde dat positief is, met 95%-interval. {period}; n = {low} tot {high}.",
        "Share of mentions of an element of value that is positive, with 95% interval. {period}; n = {low} to {high}.",
    ),
    "elements_breadth": (
        "Geleverd: {breadth} van de {measured} gemeten elementen.",
        "Delivered: {breadth} of the {measured} elements measured.",
    ),
    "elements_breadth_text": (
        "In hun eigen woorden ({period}): {breadth} van de {measured} genoemde elementen.",
        "In their own words ({period}): {breadth} of the {measured} elements mentioned.",
    ),
    "elements_alt": (
        "{count} elementen van waarde; het vaakst geleverd: {first}.",
        "{count} elements of value; most often delivered: {first}.",
    ),
    "consensus_title": ("Wat zit er achter een wens?", "What is behind a wish?"),
    "consensus_said": (
        "Uit gecodeerde interviews: wat klanten zeggen nodig te hebben, de drijfveer daarachter en het element van waarde; alleen wat genoeg mensen zeiden.",
        "From coded interviews: what customers say they need, the drive behind it and the element of value; only what enough people said.",
    ),
    "column_need": ("Behoefte", "Need"),
    "column_drive": ("Drijfveer", "Drive"),
    "column_field": ("Kwadrant", "Quadrant"),
    "column_interviews": ("Interviews", "Interviews"),
    "rung_functional": ("functioneel", "functional"),
    "rung_emotional": ("emotioneel", "emotional"),
    "rung_life_changing": ("levensveranderend", "life changing"),
    "rung_social_impact": ("maatschappelijk", "social impact"),
    "topic_emotion": ("{name} (emotie)", "{name} (emotion)"),
    "elements_delivered": ("geleverd", "delivered"),
    "column_topic": ("Onderwerp", "Topic"),
    "column_element": ("Element", "Element"),
}
