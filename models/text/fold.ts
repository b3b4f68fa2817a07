/** What a UTF-16 unit is to the tokenizer. */
export const SEPARATOR = 0;
export const LETTER = 1;
export const DROPPED = 2;
export const SYMBOL = 3;

/** Letters of other scripts that are drawn like Latin ones: a word must not escape by swapping them in. */
const lookAlikes: Readonly<Record<string, string>> = {
  ...pairs('аеорсухіѕјԁһԛԝңкмтвн', 'aeopcyxisjdhqwhkmtbh'),
  ...pairs('αεορτυχνικηωβγζμ', 'aeoptuxvikhwbyzm'),
  ...pairs('ıɑɡɩʟ', 'iagil'),
};

/** Marks that say how a thing is said, and what other scripts write for them. Those put between letters to hide a word are not among them. */
const marks: Readonly<Record<string, string>> = pairs('!?",:;()#&%“”„«»؟،؛', '!?",:;()#&%"""""?,;');

/** Arabic letters that writers use for one another, and the Persian and Urdu forms of the same letters. */
const arabic: Readonly<Record<string, string>> = pairs('أإآٱىةکیھ', 'اااايهكيه');

function pairs(from: string, to: string): Record<string, string> {
  return Object.fromEntries([...from].map((letter, i) => [letter, to[i]!]));
}

function foldUnit(unit: number): [kind: number, folded: number] {
  const char = String.fromCharCode(unit);
  if (/[\p{M}\p{Cf}\u0640]/u.test(char)) return [DROPPED, 0];
  if (/\p{Nd}/u.test(char)) return [LETTER, 48 + digitValue(unit)];
  if (/[\p{L}\p{N}]/u.test(char)) {
    const lower = char.toLowerCase();
    const alike = arabic[lower] ?? lookAlikes[lower];
    if (alike) return [LETTER, alike.charCodeAt(0)];
    // A mark that the letter carries is dropped like one that follows it: é as e, ü as u, ؤ as و.
    const base = lower.normalize('NFKD').replace(/\p{M}/gu, '');
    const folded = base.length === 1 ? (lookAlikes[base] ?? base) : lower;
    return [LETTER, folded.length === 1 ? folded.charCodeAt(0) : unit];
  }
  const mark = marks[char];
  if (mark) return [SYMBOL, mark.charCodeAt(0)];
  return /\p{Extended_Pictographic}/u.test(char) ? [SYMBOL, unit] : [SEPARATOR, 0];
}

/** Digits of a script stand in runs of ten, from nought. */
function digitValue(unit: number): number {
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCharCode(unit - value - 1))) value++;
  return unit < 58 ? unit - 48 : value;
}

/** Digits that stand for a letter in a word: leetspeak. 0 where a digit stands for none. */
export const leetDigits = Uint8Array.from('oi_eas_t__', letter => (letter === '_' ? 0 : letter.charCodeAt(0)));
/** Signs that stand for a letter where letters surround them. */
export const leetSigns: Readonly<Record<number, number>> = Object.fromEntries(
  [...'@$!|€'].map((sign, i) => [sign.charCodeAt(0), 'asiie'.charCodeAt(i)]),
);

/** For every UTF-16 unit: its kind, and what it counts as. */
export const kinds = new Uint8Array(65536);
export const folded = new Uint16Array(65536);
for (let unit = 0; unit < 65536; unit++) {
  if (unit >= 0xd800 && unit <= 0xdfff) continue;
  const [kind, fold] = foldUnit(unit);
  kinds[unit] = kind;
  folded[unit] = fold;
}
