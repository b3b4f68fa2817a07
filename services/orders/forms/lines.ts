/** How wide a text is, about, in points. */
type Width = (text: string) => number;

/** Where an address is broken rather than elsewhere. */
const breaks = /[/?&=.,;:_@-]$/;

/** Splits off as much of a word as fits, at a good place where there is one near the end. Marks stay with their letter. */
function splitWord(chars: readonly string[], from: number, most: number, width: Width): number {
  let used = 0;
  let end = from;
  let good = from;
  while (end < chars.length) {
    const char = chars[end] ?? '';
    const wide = width(char);
    if (used + wide > most && end > from && !/\p{M}/u.test(char)) break;
    used += wide;
    end += 1;
    if (breaks.test(char)) good = end;
  }
  return end < chars.length && good - from > (end - from) * 0.6 ? good : end;
}

/** Breaks text into lines of at most so many points. Every character is on one of them, except spaces at their ends. Linear in the text's length. */
export function linesOf(text: string, most: number, width: Width): { text: string; paragraph: string }[] {
  const lines: { text: string; paragraph: string }[] = [];
  const space = width(' ');
  for (const paragraph of text.split('\n')) {
    let line = '';
    let used = 0;
    const end = (): void => {
      lines.push({ text: line, paragraph });
      line = '';
      used = 0;
    };
    for (const word of paragraph.split(' ')) {
      const wide = width(word);
      if (line !== '' && used + space + wide > most) end();
      if (wide <= most) {
        line = line === '' ? word : `${line} ${word}`;
        used += (used > 0 ? space : 0) + wide;
        continue;
      }
      const chars = [...word];
      for (let from = 0; from < chars.length; ) {
        const to = splitWord(chars, from, most, width);
        line = chars.slice(from, to).join('');
        used = width(line);
        from = to;
        if (from < chars.length) end();
      }
    }
    end();
  }
  return lines;
}
