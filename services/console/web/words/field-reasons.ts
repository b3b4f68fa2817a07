import type { Said } from './reasons.js';

/**
 * What the server says in English of one field, in French and German: it is told after the field's name. As in `reasons`, the English is the key, `{…}`
 * stands for what is put into it, and a test takes every such sentence from the server's source.
 */
export const fieldReasons = {
  // Any field
  'must be 1 to 63 of a-z, 0-9 and "-"': [
    'de 1 à 63 caractères parmi a-z, 0-9 et « - »',
    '1 bis 63 Zeichen aus a-z, 0-9 und „-“',
  ],
  'must be 1 to 41 of a-z, 0-9 and "-"': [
    'de 1 à 41 caractères parmi a-z, 0-9 et « - »',
    '1 bis 41 Zeichen aus a-z, 0-9 und „-“',
  ],
  'must be {n} hex digits': ['{n} chiffres hexadécimaux attendus', 'muss aus {n} Hexadezimalziffern bestehen'],
  'must hold no control characters and be whole Unicode': [
    'ne doit contenir ni caractères de contrôle ni Unicode incomplet',
    'darf keine Steuerzeichen und kein unvollständiges Unicode enthalten',
  ],
  'takes 1 to 500': ['de 1 à 500', '1 bis 500'],
  'takes 1 to {n}': ['de 1 à {n}', '1 bis {n}'],
  'takes the "next" of an earlier answer': [
    'doit être le « next » d’une réponse antérieure',
    'muss das „next“ einer früheren Antwort sein',
  ],
  'is not the "next" of an earlier answer': [
    'n’est pas le « next » d’une réponse antérieure',
    'ist nicht das „next“ einer früheren Antwort',
  ],

  // Languages, countries, times
  'must be a BCP 47 tag such as "fr"': [
    'doit être un code de langue comme « fr »',
    'muss ein Sprachkürzel wie „fr“ sein',
  ],
  'must be a BCP 47 tag such as "fr", or nothing': [
    'doit être un code de langue comme « fr », ou rester vide',
    'muss ein Sprachkürzel wie „fr“ sein oder leer bleiben',
  ],
  'must be a language such as "fr"': [
    'doit être un code de langue comme « fr »',
    'muss ein Sprachkürzel wie „fr“ sein',
  ],
  'takes a language such as "fr"': ['doit être un code de langue comme « fr »', 'muss ein Sprachkürzel wie „fr“ sein'],
  'takes a language of two letters': [
    'code de langue à deux lettres attendu',
    'muss ein Sprachkürzel aus zwei Buchstaben sein',
  ],
  'takes two or three letters': ['deux ou trois lettres attendues', 'muss aus zwei oder drei Buchstaben bestehen'],
  'takes an ISO 3166 code of two letters': [
    'code de pays à deux lettres attendu (ISO 3166)',
    'muss ein Länderkürzel aus zwei Buchstaben sein (ISO 3166)',
  ],
  'lies in the future': ['est dans le futur', 'liegt in der Zukunft'],
  'lies in the future, or is older than 90 days': [
    'est dans le futur, ou remonte à plus de 90 jours',
    'liegt in der Zukunft oder mehr als 90 Tage zurück',
  ],
  'is no later than it is kept already': [
    'n’est pas plus tard que la fin de conservation actuelle',
    'ist nicht später als das jetzige Ende der Aufbewahrung',
  ],
  'is more than two years away': ['est dans plus de deux ans', 'ist mehr als zwei Jahre entfernt'],
  'must be a time such as "30m"': ['doit être une durée comme « 30m »', 'muss eine Dauer wie „30m“ sein'],
  'takes an instant (2026-11-22T12:00:00Z), a day (2026-11-22) or a month (2026-11), UTC, from 1970 to 2099': [
    'doit être un instant (2026-11-22T12:00:00Z), un jour (2026-11-22) ou un mois (2026-11), UTC, de 1970 à 2099',
    'muss ein Zeitpunkt (2026-11-22T12:00:00Z), ein Tag (2026-11-22) oder ein Monat (2026-11) sein, UTC, von 1970 bis 2099',
  ],
  'takes what is after "from"': ['doit être après « from »', 'muss nach „from“ liegen'],
  'takes what is not before "from", and at most {n} after it': [
    'ne doit pas être avant « from », ni plus de {n} après',
    'darf nicht vor „from“ liegen und höchstens {n} danach',
  ],
  'takes a list of {list}': ['liste parmi : {list}', 'Liste aus: {list}'],

  // People, keys, reviewers
  'takes 1 to 120 letters, digits and . _ @ + -': [
    'de 1 à 120 lettres, chiffres, espaces et . _ @ + - ; d’abord une lettre ou un chiffre',
    '1 bis 120 Buchstaben, Ziffern, Leerzeichen und . _ @ + -; am Anfang Buchstabe oder Ziffer',
  ],
  'takes 12 characters or more': ['trop court (12 caractères au minimum)', 'zu kurz (mindestens 12 Zeichen)'],
  'takes the six digits': ['les six chiffres attendus', 'die sechs Ziffern eingeben'],
  'takes 1 to 63 letters, digits and . _ -': [
    'de 1 à 63 lettres, chiffres, espaces et . _ - ; d’abord une lettre ou un chiffre',
    '1 bis 63 Buchstaben, Ziffern, Leerzeichen und . _ -; am Anfang Buchstabe oder Ziffer',
  ],
  'is a name that the queue uses itself': [
    'est un nom que la file utilise elle-même',
    'ist ein Name, den die Warteschlange selbst verwendet',
  ],
  'is none of this decision': ['ne va pas avec cette décision', 'passt nicht zu dieser Entscheidung'],
  'is for what is removed': ['ne vaut que pour ce qui est retiré', 'gilt nur für das, was entfernt wird'],

  // The legal desk
  'takes a plain file name': ['nom de fichier simple attendu', 'muss ein einfacher Dateiname sein'],
  'takes a media type': ['type de média attendu', 'muss ein Medientyp sein'],
  'names a post that was never taken in': [
    'désigne une publication jamais reçue ici',
    'nennt einen Beitrag, der hier nie eingegangen ist',
  ],
  'has to be stated for this ground': ['à confirmer pour ce motif', 'muss bei diesem Grund bestätigt werden'],

  // Banks
  'is for texts, not for {kind}': ['vaut pour les textes, pas pour : {kind}', 'gilt für Texte, nicht für: {kind}'],
  'is for pdq hashes, not for {kind}': [
    'vaut pour les empreintes pdq, pas pour : {kind}',
    'gilt für pdq-Prüfsummen, nicht für: {kind}',
  ],
  'is that of an empty file': ['est l’empreinte d’un fichier vide', 'ist die Prüfsumme einer leeren Datei'],
  'has {n} letters and digits; it takes {least} to name a text': [
    'contient {n} lettres et chiffres ; il en faut {least} pour désigner un texte',
    'enthält {n} Buchstaben und Ziffern; um einen Text zu benennen, braucht es {least}',
  ],
  'has {n} letters and digits beside links, handles and hashtags; it takes {least} to name a text': [
    'contient {n} lettres et chiffres hors liens, noms de compte et mots-dièse ; il en faut {least} pour désigner un texte',
    'enthält {n} Buchstaben und Ziffern neben Links, Kontonamen und Hashtags; um einen Text zu benennen, braucht es {least}',
  ],
  'has {n} of 256 bits set, as pictures without content have': [
    'a {n} bits sur 256 à un, comme les images sans contenu',
    'hat {n} von 256 Bits gesetzt, wie Bilder ohne Inhalt',
  ],
  'is not a web link': ['n’est pas un lien web', 'ist kein Weblink'],
  'names no domain ({name})': ['ne nomme pas de domaine ({name})', 'nennt keine Domain ({name})'],
  'has a query; list it as link': [
    'contient une requête : à ajouter comme lien',
    'enthält eine Abfrage: als Link aufnehmen',
  ],
  'has a path; list it as prefix or link': [
    'contient un chemin : à ajouter comme préfixe ou comme lien',
    'enthält einen Pfad: als Präfix oder Link aufnehmen',
  ],
  'has no path; list it as domain or link': [
    'n’a pas de chemin : à ajouter comme domaine ou comme lien',
    'hat keinen Pfad: als Domain oder Link aufnehmen',
  ],
  'is where many have names of their own ({name}); list theirs': [
    'abrite les noms de beaucoup d’autres ({name}) : ajoutez les leurs',
    'ist eine Adresse, unter der viele eigene Namen haben ({name}): deren Namen aufnehmen',
  ],
  'must have one of pdq, sha256, md5, text, link': [
    'il y faut l’un de : pdq, sha256, md5, text, link',
    'braucht eines von: pdq, sha256, md5, text, link',
  ],

  // Policies
  'give either text or policy': ['donnez soit text, soit policy', 'entweder text oder policy angeben'],
  'is longer than {n} characters': ['dépasse {n} caractères', 'ist länger als {n} Zeichen'],
  'names no label': ['ne nomme aucune étiquette', 'nennt kein Etikett'],
  'stands instead of label and atLeast': [
    'remplace label et atLeast : les deux ne vont pas ensemble',
    'steht anstelle von label und atLeast: Beides zusammen geht nicht',
  ],
} as const satisfies Record<string, Said>;
