/** Bytes of a sketch: `TextMarks`. */
const size = 64;

/** How much two texts have in common, from 0 to 1, by their sketches: within 0.12 in 19 of 20 cases. */
export function sharedOf(one: string, other: string): number {
  const [a, b] = [Buffer.from(one, 'base64url'), Buffer.from(other, 'base64url')];
  if (a.length !== size || b.length !== size) return 0;
  let equal = 0;
  for (let n = 0; n < size; n++) if (a[n] === b[n]) equal++;
  // One in 256 is equal by chance.
  return Math.max(0, (equal / size - 1 / 256) / (1 - 1 / 256));
}
