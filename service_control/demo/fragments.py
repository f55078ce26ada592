"""Pieces of customers' words in Dutch and English; `verbatims` puts them together.

Per driver: clauses for when it fell short and when it was a strength. A clause is a sentence without its
first capital and without full stop. Only characters of cp1252.
"""

from __future__ import annotations

DRIVER_CLAUSES: dict[str, dict[str, dict[str, tuple[str, ...]]]] = {
    "nl": {
        "ease": {
            "low": (
                "het kostte me veel te veel moeite", "ik moest alles drie keer invullen",
                "het keuzemenu is een doolhof",
                "ik werd van het kastje naar de muur gestuurd",
                "ik moest lang wachten en daarna weer opnieuw beginnen",
                "wat een gedoe voor zoiets kleins",
            ),
            "high": (
                "het was zo geregeld", "ik hoefde er bijna niets voor te doen", "alles ging in één keer goed",
                "heel makkelijk en snel", "ik had het in vijf minuten voor elkaar",
            ),
        },
        "attention": {
            "low": (
                "ik had het gevoel dat ik een nummer was", "er werd nauwelijks geluisterd",
                "de medewerker was met iets anders bezig",
                "ik kreeg een standaardantwoord", "niemand nam even de tijd",
            ),
            "high": (
                "er werd echt de tijd voor me genomen", "ik kreeg alle aandacht", "er werd goed geluisterd",
                "de medewerker vroeg goed door",
            ),
        },
        "understanding": {
            "low": (
                "mijn vraag werd niet begrepen", "ik moest mijn verhaal telkens opnieuw uitleggen",
                "het antwoord ging over iets heel anders", "ze snappen niet hoe het bij ons thuis zit",
            ),
            "high": (
                "mijn vraag werd meteen begrepen", "ik hoefde het maar één keer uit te leggen",
                "ze wisten precies wat er speelde", "de uitleg sloot goed aan op mijn situatie",
            ),
        },
        "empathy": {
            "low": (
                "er was geen enkel medeleven", "het klonk kil en afstandelijk",
                "na zo'n vervelende schade verwacht je een vriendelijk woord",
                "niemand vroeg hoe het met ons ging",
            ),
            "high": (
                "de medewerker leefde echt mee", "ik voelde me gesteund",
                "er was begrip voor hoe vervelend het voor ons was",
                "een warm en menselijk gesprek",
            ),
        },
        "helpful": {
            "low": (
                "ik ben niet geholpen", "ze konden niets voor me doen", "de medewerker wist het ook niet",
                "ik moest het zelf maar uitzoeken", "er werd totaal niet meegedacht",
            ),
            "high": (
                "ik ben heel goed geholpen", "er werd fijn meegedacht",
                "de medewerker deed net iets meer dan nodig",
                "kundig en behulpzaam", "ik kreeg meteen een oplossing",
            ),
        },
        "trusted": {
            "low": (
                "ik vertrouw er niet op dat het goed komt", "ik krijg steeds een ander verhaal",
                "na al die jaren ben ik mijn vertrouwen kwijt", "het voelde niet eerlijk",
            ),
            "high": (
                "het voelde meteen vertrouwd", "ik weet wat ik aan jullie heb", "eerlijk en duidelijk",
                "al jaren een betrouwbare verzekeraar",
            ),
        },
        "positive": {
            "low": (
                "de toon was ronduit onvriendelijk", "ik hing met een naar gevoel op",
                "de sfeer was negatief",
                "er kon geen lachje af",
            ),
            "high": (
                "wat een vrolijke medewerker", "ik werd er blij van", "heel vriendelijk te woord gestaan",
                "een prettig gesprek met een goed gevoel achteraf",
            ),
        },
        "responsible": {
            "low": (
                "niemand voelt zich verantwoordelijk", "ik ben niet teruggebeld terwijl dat wel beloofd was",
                "de ene afdeling wijst naar de andere", "afspraken worden niet nagekomen",
                "ik moest er zelf steeds achteraan",
            ),
            "high": (
                "de afspraak werd netjes nagekomen", "ik werd zoals beloofd teruggebeld",
                "de medewerker pakte het zelf op tot het klaar was", "ze namen het volledig van me over",
            ),
        },
    },
    "en": {
        "ease": {
            "low": (
                "it took far too much effort", "I had to fill in everything three times",
                "the menu is a maze",
                "I was sent from pillar to post", "such a hassle for such a small thing",
            ),
            "high": (
                "it was sorted in no time", "I hardly had to do anything", "very easy and quick",
                "it all went right first time",
            ),
        },
        "attention": {
            "low": (
                "I felt like a number", "nobody really listened", "I got a standard reply",
                "they were in a hurry",
            ),
            "high": ("they really took their time", "I had their full attention", "they listened carefully"),
        },
        "understanding": {
            "low": (
                "my question was not understood", "I had to explain my story again and again",
                "the answer was about something else",
            ),
            "high": (
                "they understood my question at once", "I only had to explain it once",
                "the explanation fitted my situation",
            ),
        },
        "empathy": {
            "low": (
                "there was no sympathy at all", "it sounded cold and distant",
                "nobody asked how we were doing",
            ),
            "high": ("they really felt for us", "I felt supported", "a warm and human conversation"),
        },
        "helpful": {
            "low": (
                "I was not helped", "they could not do anything for me", "the employee did not know either",
            ),
            "high": (
                "I was helped very well", "they thought along with me", "skilled and helpful",
                "I got a solution at once",
            ),
        },
        "trusted": {
            "low": (
                "I do not trust that it will be fine", "I hear a different story every time",
                "it did not feel fair",
            ),
            "high": ("it felt familiar at once", "honest and clear", "a reliable insurer for years"),
        },
        "positive": {
            "low": ("the tone was plain unfriendly", "I hung up with a bad feeling", "the mood was negative"),
            "high": ("such a cheerful employee", "it made me happy", "a pleasant conversation"),
        },
        "responsible": {
            "low": (
                "nobody feels responsible", "I was not called back although it was promised",
                "one department points at the other", "I had to chase it myself",
            ),
            "high": (
                "they called me back as promised", "they took it on until it was done",
                "they kept their word",
            ),
        },
    },
}  # fmt: skip

ISSUE_OPENINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "nl": {
        "quote_request": ("Over mijn offerte:", "Ik vroeg een offerte aan;"),
        "coverage_question": ("Ik wilde weten waarvoor ik verzekerd ben;", "Vraag over de dekking:"),
        "new_policy": ("Bij het afsluiten van mijn nieuwe polis:", "Nieuwe verzekering:"),
        "policy_documents": ("Ik miste mijn polisblad;", "Over de papieren van mijn polis:"),
        "change_address": ("Ik ging verhuizen;", "Adreswijziging:"),
        "change_cover": ("Ik wilde mijn dekking aanpassen;", "Bij het wijzigen van mijn polis:"),
        "report_claim": ("Ik meldde een schade;", "Na de waterschade:", "Na de aanrijding:"),
        "claim_status": ("Ik vroeg hoe het met mijn schade staat;", "Mijn schadedossier loopt nu al weken;"),
        "claim_payout": ("Over de uitkering van mijn schade:", "Het bedrag van de schade:"),
        "premium_invoice": ("Over mijn premienota:", "De premie ging omhoog;"),
        "payment_arrears": ("Ik had een betalingsachterstand;", "Over de aanmaning:"),
        "cancel_policy": ("Ik wilde opzeggen;", "Bij het opzeggen van mijn polis:"),
    },
    "en": {
        "quote_request": ("About my quote:",),
        "coverage_question": ("I wanted to know what is covered;",),
        "new_policy": ("About my new policy:",),
        "policy_documents": ("I missed my policy papers;",),
        "change_address": ("I was moving house;",),
        "change_cover": ("I wanted to change my cover;",),
        "report_claim": ("I reported a claim;", "After the water damage:"),
        "claim_status": ("I asked about my claim;", "My claim takes weeks already;"),
        "claim_payout": ("About the payout of my claim:",),
        "premium_invoice": ("About my premium:",),
        "payment_arrears": ("I was behind with my payments;",),
        "cancel_policy": ("I wanted to cancel;",),
    },
}

CONTRASTS = {
    "nl": (", maar ", "; alleen jammer: ", ", aan de andere kant: "),
    "en": (", but ", "; on the other hand, "),
}
CLOSINGS = {
    "nl": {
        "low": (
            "Ik overweeg over te stappen.",
            "Zo raak je klanten kwijt.",
            "Jammer.",
            "Doe hier iets aan!",
            "Nooit meer.",
        ),
        "middle": ("Kan beter.", "Verder prima.", "Het was oké.", "Niets bijzonders."),
        "high": ("Complimenten!", "Ga zo door.", "Top.", "Dank jullie wel.", "Een dikke tien!"),
    },
    "en": {
        "low": ("I am thinking of leaving.", "Too bad.", "Do something about this!"),
        "middle": ("Could be better.", "Fine otherwise.", "It was okay."),
        "high": ("Well done!", "Keep it up.", "Thank you.", "Great."),
    },
}
PERSONAL = {
    "nl": (
        "Bel mij op {phone}.",
        "Mail naar {email} graag.",
        "Groeten, {name}.",
        "Mijn naam is {name}, {phone}.",
    ),
    "en": ("Call me on {phone}.", "Please mail {email}.", "Regards, {name}.", "My name is {name}, {phone}."),
}
NEUTRAL = {
    "nl": ("het ging zoals verwacht", "geen bijzonderheden", "gewoon goed", "niet slecht, niet geweldig"),
    "en": ("it went as expected", "nothing special", "just fine", "not bad, not great"),
}

# A sentence of the feeling itself, by emotion: mild, as the emotion's own name, intense. What follows `{}` is an
# adverb that colours it without making it stronger or weaker.
FEELINGS: dict[str, dict[str, tuple[tuple[str, ...], ...]]] = {
    "nl": {
        "joy": (
            ("ik was {} tevreden", "ik had er {} een prettig gevoel bij"),
            ("ik was {} blij", "ik werd er {} vrolijk van"),
            ("ik was {} dolblij", "ik vond het {} fantastisch"),
        ),
        "trust": (
            ("ik kon het {} aanvaarden", "ik ging {} akkoord"),
            ("ik had er {} vertrouwen in", "ik was {} gerustgesteld"),
            ("ik bewonder {} hoe ze dit doen", "ik heb hier {} respect voor"),
        ),
        "fear": (
            ("ik was {} ongerust", "ik maakte me {} zorgen"),
            ("ik was {} bang", "ik werd er {} angstig van"),
            ("ik was {} in paniek", "ik was {} radeloos"),
        ),
        "surprise": (
            ("ik vond het {} merkwaardig", "ik raakte {} verward"),
            ("ik was {} verrast", "dit kwam {} onverwacht"),
            ("ik was {} sprakeloos", "ik stond {} perplex"),
        ),
        "sadness": (
            ("ik was {} teleurgesteld", "ik vond het {} jammer"),
            ("ik was {} verdrietig", "ik werd er {} treurig van"),
            ("ik was {} in tranen", "ik was {} wanhopig"),
        ),
        "disgust": (
            ("ik was het {} beu", "ik vond het {} saai"),
            ("ik kreeg er {} een afkeer van", "ik vond het {} schandalig"),
            ("ik walgde er {} van", "ik werd er {} misselijk van"),
        ),
        "anger": (
            ("ik was {} gefrustreerd", "ik ergerde me {}"),
            ("ik was {} boos", "ik vond het {} onacceptabel"),
            ("ik was {} woedend", "ik was {} razend"),
        ),
        "anticipation": (
            ("ik was {} benieuwd", "ik was {} nieuwsgierig"),
            ("ik verheug me er {} op", "ik ben {} hoopvol"),
            ("ik sta {} te popelen", "ik keek er {} reikhalzend naar uit"),
        ),
        "neutral": (
            ("ik voelde er {} weinig bij",),
            ("ik voelde er {} weinig bij",),
            ("ik voelde er {} weinig bij",),
        ),
    },
    "en": {
        "joy": (
            ("I was {} satisfied", "it felt {} pleasant"),
            ("I was {} happy", "I was {} glad"),
            ("I was {} thrilled", "I thought it was {} wonderful"),
        ),
        "trust": (
            ("I could {} accept it", "I {} agreed"),
            ("I {} trust them", "I was {} reassured"),
            ("I {} admire how they do this", "I {} have respect for them"),
        ),
        "fear": (
            ("I was {} worried", "I felt {} uneasy"),
            ("I was {} afraid", "I was {} scared"),
            ("I {} panicked", "I was {} terrified"),
        ),
        "surprise": (
            ("I found it {} odd", "I was {} confused"),
            ("I was {} surprised", "it came {} unexpectedly"),
            ("I was {} astonished", "I was {} speechless"),
        ),
        "sadness": (
            ("I was {} disappointed", "I felt {} let down"),
            ("I was {} sad", "I was {} upset"),
            ("I was {} in tears", "I was {} desperate"),
        ),
        "disgust": (
            ("I was {} fed up", "I found it {} tedious"),
            ("I found it {} appalling", "I found it {} shameful"),
            ("I was {} disgusted", "it was {} sickening"),
        ),
        "anger": (
            ("I was {} annoyed", "I was {} frustrated"),
            ("I was {} angry", "I found it {} unacceptable"),
            ("I was {} furious", "I was {} livid"),
        ),
        "anticipation": (
            ("I was {} curious", "I was {} interested"),
            ("I am {} hopeful", "I am {} looking forward to it"),
            ("I {} can't wait", "I was {} excited"),
        ),
        "neutral": (("I felt {} little",), ("I felt {} little",), ("I felt {} little",)),
    },
}
COLOURS = {
    "nl": ("direct", "eigenlijk", "gewoon", "meteen", "opnieuw", "toch", "zeker"),
    "en": ("again", "clearly", "directly", "frankly", "immediately", "just", "openly"),
}
BECAUSE = {"nl": (", want ", ": "), "en": (", because ", ": ")}

IDEAS = (
    "Laat in de app zien wie mijn dossier behandelt.", "Bied een terugbelknop aan in plaats van wachtmuziek.",
    "Stuur een bericht zodra de schade is uitgekeerd.", "Maak de polis korter en in gewone taal.",
    "Geef trouwe klanten ook eens korting.", "Send the policy in English as well.",
    "Laat ons de foto's van de schade in de chat zetten.",
    "Zet de eigen risico's bovenaan het polisblad.",
)  # fmt: skip

TRANSCRIPTS: dict[str, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    "start": (
        ("employee", "middle", (
            "Goedendag, waarmee kan ik u helpen?", "Met de klantenservice, wat kan ik voor u doen?",
        )),
        ("customer", "middle", (
            "Ik heb een vraag over mijn verzekering.", "Ik bel over mijn dossier.", "Het gaat om mijn polis.",
        )),
        ("employee", "middle", (
            "Mag ik uw geboortedatum en postcode?", "Ik pak uw gegevens erbij, een moment.",
        )),
    ),
    "low": (
        ("customer", "low", (
            "Ik heb dit nu al drie keer uitgelegd!", "Dit duurt echt veel te lang.",
            "Waarom weet niemand dit?",
        )),
        ("employee", "middle", (
            "Dat kan ik van hier niet zien.", "Daarvoor moet u bij een andere afdeling zijn.",
            "Ik begrijp dat het vervelend is.",
        )),
        ("customer", "low", (
            "Hier heb ik dus niets aan.", "Dan zoek ik het zelf wel uit.", "Ik ben er helemaal klaar mee.",
        )),
    ),
    "middle": (
        ("customer", "middle", ("Hoe lang duurt dat ongeveer?", "En moet ik daar nog iets voor doen?")),
        ("employee", "middle", ("Binnen vijf werkdagen hoort u van ons.", "Nee, dat regel ik voor u.")),
        ("customer", "middle", ("Goed, dan wacht ik dat af.", "Oké, duidelijk.")),
    ),
    "high": (
        ("employee", "high", (
            "Ik regel het nu meteen voor u.", "Wat vervelend voor u, ik zoek het direct uit.",
        )),
        ("customer", "high", ("O, dat is fijn!", "Wat goed dat u even meekijkt.")),
        ("customer", "high", (
            "Heel erg bedankt, u heeft me geweldig geholpen.", "Dank u wel, een prettige dag!",
        )),
    ),
}  # fmt: skip
