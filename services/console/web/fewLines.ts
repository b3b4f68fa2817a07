/** So many fields are told; more are counted. */
const most = 5;

/** Lines about fields, each once (two of a list may be wrong in the same way), and not more than can be read. Pure. */
export function fewLines(lines: readonly string[], { more }: { more: (n: number) => string }): string[] {
  const once = [...new Set(lines)];
  return once.length > most ? [...once.slice(0, most), more(once.length - most)] : once;
}
