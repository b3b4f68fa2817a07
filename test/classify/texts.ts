/** Mild sentences and ways to change them, the same at each run. */

function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const words = (
  'the baker opened his shop before dawn while rain fell over quiet streets and a lantern swung beside every door because nobody had ' +
  'remembered which gardener planted those yellow tulips near our river during last winter although farmers from distant villages ' +
  'brought baskets full with apples walnuts honey candles and woollen blankets toward market squares where musicians practised ' +
  'slowly their favourite melody until children started dancing under wooden bridges around painted boats between silver willows ' +
  'after supper grandmother told stories about mountains islands travellers merchants weather forests clocks towers letters ' +
  'teachers kitchens gardens railway stations libraries museums orchards pastures windmills harbours lighthouses festivals'
).split(' ');

const random = numbers(7);
const word = (next = random): string => words[Math.floor(next() * words.length)] ?? '';

export function sentences(count: number, seed = 1): string[] {
  const next = numbers(seed);
  return Array.from({ length: count }, () =>
    Array.from({ length: 12 + Math.floor(next() * 14) }, () => word(next)).join(' '),
  );
}

function places(length: number, count: number): Set<number> {
  const chosen = new Set<number>();
  while (chosen.size < Math.min(count, length)) chosen.add(Math.floor(random() * length));
  return chosen;
}

/** A fifth of the words replaced by others. */
export function changedWords(text: string): string {
  const all = text.split(' ');
  for (const at of places(all.length, Math.round(all.length / 5))) all[at] = word();
  return all.join(' ');
}

const alike: Record<string, string> = {
  a: 'а',
  e: 'е',
  o: 'ο',
  p: 'р',
  c: 'с',
  i: 'і',
  s: 'ѕ',
  n: 'ɴ',
  t: '𝐭',
  l: 'ⅼ',
  r: 'ｒ',
  u: 'ü',
};

/** A tenth of the letters replaced by what looks like them. */
export function likeLetters(text: string): string {
  const letters = [...text];
  for (const at of places(letters.length, Math.round(letters.length / 10))) {
    letters[at] = alike[letters[at] ?? ''] ?? letters[at] ?? '';
  }
  return letters.join('');
}

/** Five hashtags put between the words. */
export function sprinkled(text: string): string {
  const all = text.split(' ');
  for (let n = 0; n < 5; n++) all.splice(Math.floor(random() * (all.length + 1)), 0, `#${word()}`);
  return all.join(' ');
}
