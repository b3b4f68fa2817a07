/**
 * What is told of a field for what zod says of it, in English, French and German, after the field's name: zod's own sentences are for programmers. The key
 * is zod's English, as a caller of the API gets it; a test has zod say each of them.
 */
export const zodReasons = {
  'Invalid input: expected {kind}, received undefined': ['is missing', 'à indiquer', 'fehlt'],
  'Invalid input: expected {kind}, received null': ['is missing', 'à indiquer', 'fehlt'],
  'Invalid input: expected {kind}, received NaN': ['must be {kind}', 'doit être {kind}', 'muss {kind} sein'],
  'Invalid input: expected {kind}, received {other}': ['must be {kind}', 'doit être {kind}', 'muss {kind} sein'],
  'Invalid input: expected {value}': ['must be {value}', 'doit être {value}', 'muss {value} sein'],
  'Invalid input': ['is not valid', 'valeur non valable', 'ist so nicht gültig'],
  'Too small: expected string to have >=1 characters': [
    'must not be empty',
    'ne doit pas rester vide',
    'darf nicht leer sein',
  ],
  'Too small: expected array to have >=1 items': [
    'at least one is needed',
    'au moins une valeur à indiquer',
    'mindestens eine Angabe nötig',
  ],
  'Too small: expected string to have >={n} characters': [
    '{n} characters or more',
    '{n} caractères au minimum',
    'mindestens {n} Zeichen',
  ],
  'Too big: expected string to have <={n} characters': [
    '{n} characters at most',
    '{n} caractères au maximum',
    'höchstens {n} Zeichen',
  ],
  'Too small: expected array to have >={n} items': [
    '{n} or more are needed',
    'au moins {n} valeurs',
    'mindestens {n} Angaben',
  ],
  'Too big: expected array to have <={n} items': ['{n} at most', '{n} valeurs au maximum', 'höchstens {n} Angaben'],
  'Too small: expected {kind} to be >={n}': ['must be {n} or more', '{n} au minimum', 'mindestens {n}'],
  'Too big: expected {kind} to be <={n}': ['must be {n} or less', '{n} au maximum', 'höchstens {n}'],
  'Too small: expected {kind} to be >{n}': [
    'must be more than {n}',
    'doit être supérieur à {n}',
    'muss größer als {n} sein',
  ],
  'Too big: expected {kind} to be <{n}': [
    'must be less than {n}',
    'doit être inférieur à {n}',
    'muss kleiner als {n} sein',
  ],
  'Invalid ISO datetime': [
    'must be a date with its time',
    'doit être une date avec l’heure',
    'muss ein Datum mit Uhrzeit sein',
  ],
  'Invalid ISO date': ['must be a date', 'doit être une date', 'muss ein Datum sein'],
  'Invalid URL': ['must be a web address', 'doit être une adresse web', 'muss eine Webadresse sein'],
  'Invalid base64-encoded string': ['must be base64', 'doit être du base64', 'muss Base64 sein'],
  'Invalid string: must match pattern /^[a-z]{2,3}$/': [
    'must be a language code such as "fr"',
    'doit être un code de langue comme « fr »',
    'muss ein Sprachkürzel wie „fr“ sein',
  ],
  'Invalid string: must match pattern {pattern}': [
    'has the wrong form',
    'n’a pas la bonne forme',
    'hat nicht die richtige Form',
  ],
  'Invalid option: expected one of {list}': [
    'must be one of {list}',
    'valeurs possibles : {list}',
    'möglich sind: {list}',
  ],
  'Invalid discriminator value. Expected {list}': [
    'must be one of {list}',
    'valeurs possibles : {list}',
    'möglich sind: {list}',
  ],
  'Unrecognized key: {list}': ['there is no field {list}', 'champ inconnu : {list}', 'unbekanntes Feld: {list}'],
  'Unrecognized keys: {list}': ['there are no fields {list}', 'champs inconnus : {list}', 'unbekannte Felder: {list}'],
  'Invalid key in {kind}': [
    'holds a name that is not valid',
    'contient un nom non valable',
    'enthält einen ungültigen Namen',
  ],
} as const satisfies Record<string, readonly [en: string, fr: string, de: string]>;

/** What zod calls a kind of value, as it stands after "must be". */
export const zodKinds: Readonly<Record<string, readonly [en: string, fr: string, de: string]>> = {
  string: ['text', 'du texte', 'Text'],
  number: ['a number', 'un nombre', 'eine Zahl'],
  int: ['a whole number', 'un nombre entier', 'eine ganze Zahl'],
  boolean: ['true or false', 'true ou false', 'true oder false'],
  array: ['a list', 'une liste', 'eine Liste'],
  object: ['a group of fields', 'un groupe de champs', 'eine Gruppe von Feldern'],
  record: ['a group of fields', 'un groupe de champs', 'eine Gruppe von Feldern'],
};
