import type { Time } from '../../runtime/index.js';

const digits = '0123456789abcdefghjkmnpqrstvwxyz';

function base32(value: number, length: number): string {
  let text = '';
  for (let n = 0, rest = value; n < length; n++, rest = Math.floor(rest / 32)) text = digits[rest % 32] + text;
  return text;
}

/**
 * Makes ids of 26 characters that sort by time, and within one process by the order in which they were made: rows are then written one
 * after another. Time (10), a count within the millisecond (4), chance (12).
 */
export function createIds(time: Time): () => string {
  let last = 0;
  let count = 0;
  return () => {
    const now = time.now();
    count = now > last ? 0 : count + 1;
    last = Math.max(now, last);
    const chance = () => base32(Math.floor(time.random() * 32 ** 6), 6);
    return `${base32(last, 10)}${base32(count, 4)}${chance()}${chance()}`;
  };
}

export const isId = (text: string): boolean => /^[0-9a-hjkmnp-tv-z]{26}$/.test(text);
