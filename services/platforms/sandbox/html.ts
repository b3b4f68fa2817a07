const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** HTML that is safe to send. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = string | number | Html | readonly Html[];

function render(part: Part): string {
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(one => one.text).join('');
  return String(part).replace(/[&<>"']/g, character => escapes[character]!);
}

/** Template tag: what is put in is escaped, unless it is HTML made by this tag. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(strings.reduce((text, string, n) => `${text}${render(parts[n - 1] ?? '')}${string}`));
}
