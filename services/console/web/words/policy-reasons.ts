import type { Said } from './reasons.js';

/** What is wrong with a policy, as the server says it in English after the place in the policy; `action`, `score` and the like are words of its text. */
export const policyReasons = {
  'another rule is called {rule}': ['une autre règle s’appelle {rule}', 'eine andere Regel heißt schon {rule}'],
  'needs when.finding, beside which it is to be': [
    'demande when.finding, à côté duquel il doit se trouver',
    'braucht when.finding, neben dem es vorliegen soll',
  ],
  'holds for every post, so the rule is for none': [
    'vaut pour toutes les publications : la règle n’en concerne aucune',
    'trifft auf jeden Beitrag zu: Die Regel gilt für keinen',
  ],
  'holds wherever "when" does, so the rule is for none': [
    'vaut partout où « when » vaut : la règle ne concerne aucune publication',
    'trifft immer zu, wenn „when“ zutrifft: Die Regel gilt für keinen Beitrag',
  ],
  'no number is at least {least} and below {below}': [
    'aucun nombre n’est à la fois au moins {least} et inférieur à {below}',
    'keine Zahl ist mindestens {least} und zugleich kleiner als {below}',
  ],
  'is for what people look at, and {action} asks nobody': [
    'ne vaut que pour un examen par des personnes ; {action} agit sans elles',
    'gilt nur, wo Menschen prüfen; {action} handelt ohne sie',
  ],
  '"score" needs a condition on a finding': [
    '« score » demande une condition sur un résultat',
    '„score“ braucht eine Bedingung an einen Fund',
  ],
  'names a score for none of the languages of the rule': [
    'n’indique de score pour aucune des langues de la règle',
    'nennt für keine der Sprachen der Regel einen Wert',
  ],
  'can never decide, rule {rule} ({action}) always comes before it': [
    'ne décide jamais : la règle {rule} ({action}) passe toujours avant',
    'entscheidet nie: Die Regel {rule} ({action}) kommt ihr immer zuvor',
  ],
  '{signal} is asked after the first assessment, which this condition is about': [
    '{signal} n’est interrogé qu’après la première évaluation, sur laquelle porte cette condition',
    '{signal} wird erst nach der ersten Bewertung gefragt, um die es in dieser Bedingung geht',
  ],
  'there is no signal {signal} (there are {list})': [
    'le signal {signal} n’existe pas (il y a : {list})',
    'das Signal {signal} gibt es nicht (es gibt: {list})',
  ],
  'no signal finds {label} (it is one of {list})': [
    'aucun signal ne trouve {label} (possibles : {list})',
    'kein Signal findet {label} (möglich sind: {list})',
  ],
  'signal {signal} never finds {label} (it is one of {list})': [
    'le signal {signal} ne trouve jamais {label} (possibles : {list})',
    'das Signal {signal} findet nie {label} (möglich sind: {list})',
  ],
  'signal {signal} has no entries that could be confirmed': [
    'le signal {signal} n’a pas d’entrées qui puissent être confirmées',
    'das Signal {signal} hat keine Einträge, die sich bestätigen ließen',
  ],
  'signal {signal} looks into no bank': [
    'le signal {signal} ne consulte aucune banque',
    'das Signal {signal} sieht in keine Bank',
  ],
  'no finding has both an entry (confirmed, bank) and a threshold (over)': [
    'aucun résultat n’a à la fois une entrée (confirmed, bank) et un seuil (over)',
    'kein Fund hat zugleich einen Eintrag (confirmed, bank) und eine Schwelle (over)',
  ],
  '{action} needs evidence, so when.finding has to name {labels}': [
    '{action} demande des preuves ; when.finding doit nommer l’un des éléments suivants : {labels}',
    '{action} braucht Belege; when.finding muss eines davon nennen: {labels}',
  ],
  '{action} needs evidence, so when.finding has to name {labels}; {label} of {signal} alone is a reason to review': [
    '{action} demande des preuves ; when.finding doit nommer l’un des éléments suivants : {labels} ; {label} de {signal} ne suffit qu’à envoyer à l’examen',
    '{action} braucht Belege; when.finding muss eines davon nennen: {labels}; {label} von {signal} allein reicht nur für die Prüfung',
  ],
  '{action} needs evidence, so when.finding has to name {labels}; unconfirmed entries only send to review': [
    '{action} demande des preuves ; when.finding doit nommer l’un des éléments suivants : {labels} ; des entrées non confirmées envoient seulement à l’examen',
    '{action} braucht Belege; when.finding muss eines davon nennen: {labels}; unbestätigte Einträge führen nur zur Prüfung',
  ],
} as const satisfies Record<string, Said>;

/** What the reader of YAML says, the commonest in their own words; the line is told beside it. */
export const yamlReasons = {
  'Map keys must be unique at line {line}, column {column}:': [
    'ce nom y est deux fois',
    'dieser Name steht hier zweimal',
  ],
  'Tabs are not allowed as indentation at line {line}, column {column}:': [
    'retrait par tabulation : utilisez des espaces',
    'mit Tabulator eingerückt: Leerzeichen verwenden',
  ],
  'All mapping items must start at the same column at line {line}, column {column}:': [
    'le retrait diffère de celui des lignes voisines',
    'die Einrückung weicht von der der Nachbarzeilen ab',
  ],
  'All sequence items must start at the same column at line {line}, column {column}:': [
    'le retrait diffère de celui des autres éléments de la liste',
    'die Einrückung weicht von der der anderen Listeneinträge ab',
  ],
  'Nested mappings are not allowed in compact mappings at line {line}, column {column}:': [
    'un deux-points de trop : mettez la valeur entre guillemets ou sur une ligne à part',
    'ein Doppelpunkt zu viel: den Wert in Anführungszeichen oder auf eine eigene Zeile setzen',
  ],
  'Implicit keys need to be on a single line at line {line}, column {column}:': [
    'il manque un deux-points après le nom',
    'nach dem Namen fehlt ein Doppelpunkt',
  ],
  'Implicit map keys need to be followed by map values at line {line}, column {column}:': [
    'il manque un deux-points et une valeur après le nom',
    'nach dem Namen fehlen Doppelpunkt und Wert',
  ],
  'Sequence item without - indicator at line {line}, column {column}:': [
    'cette ligne de la liste ne commence pas par « - », ou son retrait est trop faible',
    'diese Zeile der Liste beginnt nicht mit „-“ oder ist zu wenig eingerückt',
  ],
  'Missing closing "quote at line {line}, column {column}:': [
    'un guillemet fermant manque',
    'ein schließendes Anführungszeichen fehlt',
  ],
  "Missing closing 'quote at line {line}, column {column}:": [
    'une apostrophe fermante manque',
    'ein schließendes Hochkomma fehlt',
  ],
  'Flow {kind} in block collection must be sufficiently indented and end with a {sign} at line {line}, column {column}:':
    ['« {sign} » manque, ou le retrait est trop faible', '„{sign}“ fehlt, oder die Einrückung ist zu gering'],
  'Plain value cannot start with {kind} character {sign} at line {line}, column {column}:': [
    'une valeur ne peut commencer par « {sign} » : mettez-la entre guillemets',
    'ein Wert kann nicht mit „{sign}“ beginnen: in Anführungszeichen setzen',
  ],
  'Invalid escape sequence {sign} at line {line}, column {column}:': [
    '« {sign} » n’est pas un caractère d’échappement',
    '„{sign}“ ist keine gültige Maskierung',
  ],
  'Unexpected {what} at line {line}, column {column}:': ['ne peut se trouver ici', 'kann hier nicht stehen'],
  'Source contains multiple documents; please use YAML.parseAllDocuments() at line {line}, column {column}:': [
    'contient plusieurs documents ; il en faut un seul',
    'enthält mehrere Dokumente; es darf nur eines sein',
  ],
  'Unresolved alias (the anchor must be set before the alias): {name}': [
    '*{name} renvoie à une ancre qui n’existe pas avant cet endroit',
    '*{name} verweist auf einen Anker, den es davor nicht gibt',
  ],
  'Excessive alias count indicates a resource exhaustion attack': [
    'contient trop de renvois (*)',
    'enthält zu viele Verweise (*)',
  ],
  '{detail} at line {line}, column {column}:': ['YAML incorrect ({detail})', 'kein gültiges YAML ({detail})'],
} as const satisfies Record<string, Said>;
