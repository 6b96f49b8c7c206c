"""Sentences of six languages about people and things that do not exist, written for this crawl.

Slots: ``{who}`` and ``{other}`` names, ``{town}`` a town, ``{thing}`` a noun with its indefinite
article as an object takes it, ``{place}`` where something happens, ``{month}``, ``{year}``,
``{n}`` a number above one. A template and its values agree in grammar whatever is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Phrasebook:
    """What is needed to write an article in one language."""

    code: str
    """ISO 639-1."""
    names: tuple[str, ...]
    towns: tuple[str, ...]
    things: tuple[str, ...]
    places: tuple[str, ...]
    months: tuple[str, ...]
    headlines: tuple[str, ...]
    sentences: tuple[str, ...]


GERMAN = Phrasebook(
    code="de",
    names=tuple("Anneliese Burkhard Christel Dietlinde Eckart Friederike Gernot Heidrun".split()),
    towns=tuple("Obernau Tiefenbrück Mühlwies Kaltenfurt Steinhagen Lindenrode".split()),
    things=("einen Korb Äpfel", "eine alte Geige", "einen roten Schirm", "ein Glas Honig",
            "eine Kiste Bücher", "einen blauen Mantel", "ein kleines Boot", "eine Laterne"),
    places=("auf dem Markt", "am Bahnhof", "in der Mühle", "hinter der Kirche", "am Ufer",
            "im Gasthaus", "auf der Brücke"),
    months=("Januar", "März", "April", "Juni", "August", "Oktober", "Dezember"),
    headlines=("Neues aus {town}", "Was {who} zu erzählen hat", "Ein Tag in {town} mit {who}"),
    sentences=(
        "{who} wohnt seit {year} in {town} und kennt dort jeden Stein.",
        "Im {month} hat {who} {place} {thing} gefunden.",
        "{other} wollte davon nichts hören und ging nach Hause.",
        "Seit {n} Jahren treffen sich die beiden jeden Sonntag {place}.",
        "Niemand weiß, warum {who} {thing} nach {town} gebracht hat.",
        "Der Bürgermeister dankte allen, die im {month} geholfen hatten.",
        "Am Abend saßen {n} Gäste {place} und sangen alte Lieder.",
        "{other} schenkte {who} {thing} und ein freundliches Wort.",
        "Es regnete {n} Tage lang, aber das Fest fand trotzdem statt.",
        "Früher gab es in {town} {n} Bäcker, heute ist es nur noch einer.",
        "„Das habe ich schon {year} gesagt“, meinte {other} und lachte.",
        "Wer {place} wartet, der sieht im {month} die Störche ziehen.",
        "{who} und {other} haben {place} ein Haus gebaut, das noch immer steht.",
        "Die Zeitung schrieb {year}, dass man so etwas noch nie gesehen habe.",
    ),
)  # fmt: skip
FRENCH = Phrasebook(
    code="fr",
    names=tuple("Aurélie Bastien Célestine Désiré Eugénie Fabrice Ghislaine Honoré".split()),
    towns=tuple("Vaucresse Montbrisel Rochevigne Saint-Aubrac Belfontaine Chantemerle".split()),
    things=("un panier de pommes", "un vieux violon", "une lampe rouge", "un pot de miel",
            "une caisse de livres", "un manteau bleu", "une petite barque", "un chapeau"),
    places=("sur la place", "à la gare", "au moulin", "derrière l'église", "au bord de l'eau",
            "dans l'auberge", "sur le pont"),
    months=("janvier", "mars", "avril", "juin", "août", "octobre", "décembre"),
    headlines=("Des nouvelles de {town}", "Ce que raconte {who}", "Une journée à {town}"),
    sentences=(
        "{who} habite à {town} depuis {year} et connaît chaque maison.",
        "Au mois de {month}, {who} a trouvé {thing} {place}.",
        "Mais {other} ne voulait rien entendre et rentra chez soi.",
        "Depuis {n} ans, ils se retrouvent chaque dimanche {place}.",
        "Personne ne sait pourquoi {who} a porté {thing} jusqu'à {town}.",
        "Le maire a remercié tous ceux qui avaient aidé au mois de {month}.",
        "Le soir, {n} invités chantaient de vieilles chansons {place}.",
        "Un jour, {other} a donné {thing} à {who} avec un mot gentil.",
        "Il a plu pendant {n} jours, mais la fête a eu lieu quand même.",
        "Autrefois il y avait {n} boulangers à {town}, il n'en reste plus qu'un.",
        "« Je l'avais déjà dit en {year} », répondit {other} en riant.",
        "Ceux qui attendent {place} voient passer les oiseaux en {month}.",
        "C'est {place} que {who} et {other} ont construit leur maison.",
        "Le journal écrivait en {year} qu'on n'avait jamais rien vu de pareil.",
    ),
)  # fmt: skip
SPANISH = Phrasebook(
    code="es",
    names=tuple("Amparo Benigno Consuelo Demetrio Eulalia Fermín Gertrudis Hilario".split()),
    towns=tuple("Valdeluna Peñarrosa Fuentebreve Montealto Riosanto Casabermeja".split()),
    things=("una cesta de manzanas", "un violín viejo", "un paraguas rojo", "un tarro de miel",
            "una caja de libros", "un abrigo azul", "una barca pequeña", "un sombrero"),
    places=("en la plaza", "en la estación", "en el molino", "detrás de la iglesia", "a la orilla",
            "en la posada", "sobre el puente"),
    months=("enero", "marzo", "abril", "junio", "agosto", "octubre", "diciembre"),
    headlines=("Noticias de {town}", "Lo que cuenta {who}", "Un día en {town} con {who}"),
    sentences=(
        "{who} vive en {town} desde {year} y conoce todas las calles.",
        "En {month} {who} encontró {thing} {place}.",
        "Pero {other} no quería saber nada y se fue a su casa.",
        "Desde hace {n} años se reúnen cada domingo {place}.",
        "Nadie sabe por qué {who} llevó {thing} hasta {town}.",
        "El alcalde dio las gracias a todos los que ayudaron en {month}.",
        "Por la noche {n} invitados cantaban canciones antiguas {place}.",
        "Un día {other} le regaló {thing} a {who} con una palabra amable.",
        "Llovió durante {n} días, pero la fiesta se celebró de todos modos.",
        "Antes había {n} panaderos en {town} y hoy solo queda uno.",
        "«Eso ya lo dije en {year}», contestó {other} entre risas.",
        "Quien espera {place} ve pasar las cigüeñas en {month}.",
        "Allí, {place}, {who} y {other} levantaron una casa que todavía existe.",
        "El periódico escribió en {year} que nunca se había visto nada igual.",
    ),
)  # fmt: skip
ITALIAN = Phrasebook(
    code="it",
    names=tuple("Annunziata Baldassarre Clotilde Domizio Ersilia Fiorenzo Gigliola Orazio".split()),
    towns=tuple("Montefosco Roccalieta Acquaserena Pontelungo Castelvino Borgoscuro".split()),
    things=("un cesto di mele", "un vecchio violino", "un ombrello rosso", "un vasetto di miele",
            "una cassa di libri", "un cappotto blu", "una piccola barca", "una lanterna"),
    places=("in piazza", "alla stazione", "al mulino", "dietro la chiesa", "sulla riva",
            "nella locanda", "sul ponte"),
    months=("gennaio", "marzo", "aprile", "giugno", "agosto", "ottobre", "dicembre"),
    headlines=("Notizie da {town}", "Quello che racconta {who}", "Una giornata con {who}"),
    sentences=(
        "{who} abita a {town} dal {year} e conosce ogni pietra.",
        "Nel mese di {month} {who} ha trovato {thing} {place}.",
        "Ma {other} non voleva sentire ragioni e tornò a casa.",
        "Da {n} anni si incontrano ogni domenica {place}.",
        "Nessuno sa perché {who} abbia portato {thing} fino a {town}.",
        "Il sindaco ha ringraziato tutti quelli che avevano aiutato nel mese di {month}.",
        "La sera {n} ospiti cantavano vecchie canzoni {place}.",
        "Un giorno {other} ha regalato {thing} a {who} con una parola gentile.",
        "Ha piovuto per {n} giorni, ma la festa si è fatta lo stesso.",
        "Una volta a {town} c'erano {n} fornai, oggi ne è rimasto uno solo.",
        "«L'avevo già detto nel {year}», rispose {other} ridendo.",
        "Chi aspetta {place} vede passare le cicogne nel mese di {month}.",
        "Proprio {place} {who} e {other} hanno costruito una casa che esiste ancora.",
        "Il giornale scriveva nel {year} che non si era mai vista una cosa simile.",
    ),
)  # fmt: skip
DUTCH = Phrasebook(
    code="nl",
    names=tuple("Aafke Bartholomeus Cornelia Diederik Engeltje Folkert Geertruida Huibert".split()),
    towns=tuple("Nieuwerdam Kortebroek Zwanenburcht Molenwijk Hogeveste Waterlaren".split()),
    things=("een mand appels", "een oude viool", "een rode paraplu", "een pot honing",
            "een kist boeken", "een blauwe jas", "een klein bootje", "een lantaarn"),
    places=("op de markt", "bij het station", "in de molen", "achter de kerk", "aan de oever",
            "in de herberg", "op de brug"),
    months=("januari", "maart", "april", "juni", "augustus", "oktober", "december"),
    headlines=("Nieuws uit {town}", "Wat {who} te vertellen heeft", "Een dag in {town}"),
    sentences=(
        "{who} woont al sinds {year} in {town} en kent er iedere steen.",
        "In {month} heeft {who} {place} {thing} gevonden.",
        "Maar {other} wilde er niets van weten en ging naar huis.",
        "Al {n} jaar ontmoeten ze elkaar iedere zondag {place}.",
        "Niemand weet waarom {who} {thing} naar {town} heeft gebracht.",
        "De burgemeester bedankte iedereen die in {month} had geholpen.",
        "'s Avonds zaten er {n} gasten {place} en zongen oude liedjes.",
        "Op een dag gaf {other} {thing} aan {who} met een vriendelijk woord.",
        "Het regende {n} dagen lang, maar het feest ging toch door.",
        "Vroeger waren er in {town} {n} bakkers, nu is er nog maar één.",
        "“Dat heb ik in {year} al gezegd”, zei {other} en lachte.",
        "Wie {place} wacht, ziet in {month} de ooievaars trekken.",
        "Samen hebben {who} en {other} {place} een huis gebouwd dat er nog altijd staat.",
        "De krant schreef in {year} dat niemand ooit zoiets had gezien.",
    ),
)  # fmt: skip
SWEDISH = Phrasebook(
    code="sv",
    names=tuple("Alfhild Bertil Dagny Eskil Frideborg Gösta Hjördis Ingvar".split()),
    towns=tuple("Björkdala Stenköping Granvik Åkersby Silverhult Lillmora".split()),
    things=("en korg äpplen", "en gammal fiol", "ett rött paraply", "en burk honung",
            "en låda böcker", "en blå rock", "en liten båt", "en lykta"),
    places=("på torget", "vid stationen", "i kvarnen", "bakom kyrkan", "vid stranden",
            "på värdshuset", "på bron"),
    months=("januari", "mars", "april", "juni", "augusti", "oktober", "december"),
    headlines=("Nyheter från {town}", "Vad {who} har att berätta", "En dag i {town} med {who}"),
    sentences=(
        "{who} har bott i {town} sedan {year} och känner varje sten.",
        "I {month} hittade {who} {thing} {place}.",
        "Men {other} ville inte höra talas om det och gick hem.",
        "Sedan {n} år tillbaka träffas de varje söndag {place}.",
        "Ingen vet varför {who} bar {thing} ända till {town}.",
        "Borgmästaren tackade alla som hade hjälpt till i {month}.",
        "På kvällen satt {n} gäster {place} och sjöng gamla visor.",
        "En dag gav {other} {thing} till {who} med ett vänligt ord.",
        "Det regnade i {n} dagar, men festen blev av ändå.",
        "Förr fanns det {n} bagare i {town}, nu finns det bara en kvar.",
        "”Det sade jag redan {year}”, svarade {other} och skrattade.",
        "Den som väntar {place} ser storkarna flyga förbi i {month}.",
        "Tillsammans byggde {who} och {other} {place} ett hus som står kvar än i dag.",
        "Tidningen skrev {year} att man aldrig hade sett något liknande.",
    ),
)  # fmt: skip
PHRASEBOOKS: tuple[Phrasebook, ...] = (GERMAN, FRENCH, SPANISH, ITALIAN, DUTCH, SWEDISH)
