/** What was found not to agree: what somebody entered, signed or published contradicts itself or what was kept. */
export class Differs extends Error {
  override name = 'Differs';
  constructor(
    message: string,
    /** Signed notes that show it to anybody. */
    readonly proof: readonly string[] = [],
  ) {
    super(message);
  }
}

/** What kept it from being checked: nothing is said for or against the log. The message says what to do next. */
export class CannotCheck extends Error {
  override name = 'CannotCheck';
}

/** Nothing is there under this name: which may be as it should. */
export class Missing extends CannotCheck {
  override name = 'Missing';
}

/** One thing that was checked. `remark` is neither for nor against: something to know. */
export interface Finding {
  check: string;
  verdict: 'agrees' | 'differs' | 'unchecked' | 'remark';
  says: string;
  proof?: readonly string[];
}

/** Words of strangers may hold what moves a terminal's cursor, and may be long. */
export const plain = (text: string): string => {
  const safe = text.replace(/\p{C}+/gu, ' ');
  return safe.length > 200 ? `${safe.slice(0, 200)}…` : safe;
};

/** The instant as people read it. */
export const instant = (at: number): string =>
  Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : `${at} ms after 1970`;

/** A length of time as people read it: `3 d 4 h`, `2 min 5 s`, `350 ms`. */
export function lasting(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  const parts = [
    [Math.floor(ms / 86_400_000), 'd'],
    [Math.floor(ms / 3_600_000) % 24, 'h'],
    [Math.floor(ms / 60_000) % 60, 'min'],
    [Math.floor(ms / 1000) % 60, 's'],
  ] as const;
  return parts
    .filter(([n]) => n > 0)
    .slice(0, 2)
    .map(([n, unit]) => `${n} ${unit}`)
    .join(' ');
}
