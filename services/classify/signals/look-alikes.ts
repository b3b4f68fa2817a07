/**
 * Letters that look like Latin ones, each followed by what it looks like (or, for Arabic, by the form it is written as).
 * Lower case only: what has case is folded first, so that both cases of a word stay one. The pairs are the common part of
 * Unicode TR39's confusables data, https://www.unicode.org/reports/tr39/, and of the letters that NFKD leaves alone.
 */
const pairs = [
  // Cyrillic: the small forms of В, Н, К, М, Т look like small capitals.
  'аa вb еe кk мm нh оo рp сc тt уy хx іi ѕs јj ԁd ԛq ԝw һh ѵv ѡw ѳo өo ғf қk ңh ҫc үy ұy ҳx ҽe ӏl гr ьb',
  // Greek. Ν, Η and Υ: see `capitals`.
  'αa βb γy εe ζz ηn ιi κk μm νv οo ρp τt υu χx ωw ϳj',
  // Armenian and Cherokee.
  'օo ոn սu հh ցg զq գq ռn քf աw տs ꭰd ꭱr ꭲt ꭵi ꭺa ꭻj ꭼe ꮃw ꮇm ꮋh ꮍy ꮐg ꮒh ꮓz ꮟb ꮢr ꮥs ꮩv ꮪs ꮮl ꮯc ꮲp ꮶk ꮷd ᏼb',
  // Latin with strokes and hooks, and the small capitals of the phonetic alphabet.
  'łl øo đd ðd ħh ŧt ƀb ɓb ƈc ȼc ɖd ɗd ɇe ɛe ƒf ǥg ɠg ɡg ɦh ɨi ɩi ɪi ɉj ʝj ƙk ƚl ɫl ɭl ɱm ɲn ƞn ɳn ɵo ƥp ʠq ɍr ɽr ɾr ʂs',
  'ƭt ʈt ʉu ʋu ɯw ɏy ƴy ɣy ƶz ʐz ɑa ɐa ᴀa ʙb ᴄc ᴅd ᴇe ꜰf ɢg ʜh ᴊj ᴋk ʟl ᴍm ɴn ᴏo ᴘp ʀr ꜱs ᴛt ᴜu ᴠv ᴡw ʏy ᴢz',
  'ꭇr ꭈr ꬵf ꞙf ẝf ᶃg ꬲe ꬽo ᴑo ꞟu ꭎu ꭒu ᶌy ỿy ꭚy ǀl ƅb ꞵb',
  // Coptic, Lisu, and the Canadian syllabics of which fancy letters are made.
  'ⲟo ⲣp ⲥc ⲅr ⲓi ⲏh ⲕk ⲙm ⲛn ⲧt ⲩy ⲭx ⲃb ꓮa ꓐb ꓚc ꓓd ꓰe ꓝf ꓖg ꓧh ꓲi ꓙj ꓗk ꓡl ꓟm ꓠn ꓳo ꓑp ꓣr ꓢs ꓔt ꓴu ꓦv ꓪw ꓫx ꓬy ꓜz',
  'ᗩa ᗅa ᗷb ᑲb ᑕc ᗞd ᗪd ᑯd ᖴf ᕼh ᒍj ᒪl ᗰm ᑎn ᑭp ᑫq ᖇr ᔕs ᑌu ᐯv ᗯw ᕽx',
  // Arabic: one form for what keyboards of Arabic, Persian and Urdu write differently.
  'ٱا ىي یي ےي ېي ةه ہه ھه ەه ۃه کك ڪك',
];

/** Lower-case letter → the letter it is read as. */
export const lookAlikes: ReadonlyMap<string, string> = new Map(
  pairs
    .flatMap(line => line.split(' '))
    .map(pair => [pair.slice(0, 1), pair.slice(1)] as const)
    .concat([
      ['æ', 'ae'],
      ['œ', 'oe'],
    ]),
);

/**
 * Greek capitals that look like another Latin letter than their small forms do. Beside Latin letters they are read as they look;
 * in a Greek word as their small form, so that it stays the same word in capitals.
 */
export const capitals: ReadonlyMap<string, string> = new Map([
  ['Ν', 'n'],
  ['Η', 'h'],
  ['Υ', 'y'],
]);
