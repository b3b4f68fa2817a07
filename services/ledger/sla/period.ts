/** The first instant of the month of `at`, or of one that is `more` months later. UTC. */
export function monthStart(at: number, more = 0): number {
  const day = new Date(at);
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + more);
}

/** Periods lie between these. */
export const earliest = Date.UTC(1970);
export const latest = Date.UTC(2100);

/** `2026-11`, UTC. What only a broken watch says is in a month of its own, which is in no period. */
export function monthOf(at: number): string {
  if (at < earliest) return '0000-00';
  return at < latest ? new Date(at).toISOString().slice(0, 7) : '9999-99';
}

/** What a period is made of: months whose counts are taken whole, and rows that are added (1) to them or taken off (-1). */
export interface Parts {
  months: string[];
  edges: { from: number; to: number; sign: 1 | -1 }[];
}

/** Of a month that is not whole, whichever needs fewer rows: those inside, or all but those outside. After `now` there are hardly any. */
export function partsOf(from: number, to: number, now: number): Parts {
  const parts: Parts = { months: [], edges: [] };
  for (let start = monthStart(from); start < to; start = monthStart(start, 1)) {
    const end = monthStart(start, 1);
    const [a, b] = [Math.max(from, start), Math.min(to, end)];
    const past = (x: number, y: number): number => Math.max(0, Math.min(y, now) - x);
    if (past(a, b) < past(start, a) + past(b, end)) {
      parts.edges.push({ from: a, to: b, sign: 1 });
      continue;
    }
    parts.months.push(monthOf(start));
    if (start < a) parts.edges.push({ from: start, to: a, sign: -1 });
    if (b < end) parts.edges.push({ from: b, to: end, sign: -1 });
  }
  return parts;
}
