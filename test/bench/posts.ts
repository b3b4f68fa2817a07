/** Words of no meaning in particular: bench posts are mild and as long as posts are. */
const words =
  'morning river garden window letter bridge paper coffee market winter train story mountain kitchen yellow quiet number island summer pencil music answer table simple forest engine picture corner village planet basket silver doctor museum ladder candle orange harbor button castle'.split(
    ' ',
  );

/** A small generator with a seed, so that every run sends the same posts. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A text of about `bytes` bytes. */
export function textOf(random: () => number, bytes: number): string {
  let text = '';
  while (text.length < bytes) text += `${words[Math.floor(random() * words.length)]} `;
  return text.slice(0, bytes);
}

/** NDJSON lines of about `bytes` bytes each. */
export function* postLines(count: number, prefix: string, bytes = 400): Generator<string> {
  const random = randomOf(count);
  const createdAt = new Date().toISOString();
  for (let i = 0; i < count; i++) {
    const post = {
      id: `${prefix}-${i}`,
      platform: 'bench',
      audience: 'public',
      url: `https://bench.invalid/p/${prefix}-${i}`,
      author: { id: `a${i % 500}` },
      language: 'en',
      createdAt,
      text: '',
    };
    const overhead = JSON.stringify(post).length;
    yield JSON.stringify({ ...post, text: textOf(random, Math.max(20, bytes - overhead)) });
  }
}
