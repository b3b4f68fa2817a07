import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { contextOfSource, contexts } from './labels.js';
import { type Random, shuffle } from './random.js';

/** A labelled post, as training and evaluation take it: one JSON object a line. */
export const labelledPost = z.object({
  id: z.string(),
  text: z.string(),
  lang: z.string(),
  label: z.string(),
  src: z.string().default('unnamed'),
  /** Author or thread; empty where the source names none. */
  grp: z.string().nullish(),
  /** Who speaks, where it is known; by default what the source is known for. */
  context: z.enum(contexts).optional(),
});
export type LabelledPost = z.infer<typeof labelledPost>;

/** What sources put in place of what they masked, or leave of their own formatting: it would give the source away. */
const masks = /\[(?:URL|USER)\]|\|LBR\||<(?:number|repeat|user|url|hashtag)>|\bhttps?(?=\S*…)\S*/g;

/** The lines of a text file, unpacked if its name ends in .gz. */
export async function* lines(file: string): AsyncGenerator<string> {
  const raw = createReadStream(file);
  const input = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  // A pipe does not carry the reader's error on.
  raw.on('error', error => input.destroy(error));
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) if (line.trim()) yield line;
}

/** @throws an error that names the file, the line and the field, or says that there are more than `most` */
export async function readPosts(file: string, most = 5_000_000): Promise<LabelledPost[]> {
  const posts: LabelledPost[] = [];
  let number = 0;
  for await (const line of lines(file)) {
    if (++number > most) throw new Error(`${file} holds more than ${most} posts`);
    const parsed = labelledPost.safeParse(parseJson(line));
    if (!parsed.success) throw new Error(`${file}, line ${number}: ${z.prettifyError(parsed.error)}`);
    const { text, src, context = contextOfSource[src] } = parsed.data;
    posts.push({ ...parsed.data, text: text.replace(masks, ' '), context });
  }
  return posts;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    return `not JSON: ${String(error)}`;
  }
}

/** The parallel sets whose sentences are plain speech: file, columns by language, and the most to take of each language. */
const neutralSets: {
  name: string;
  file: string;
  columns: Record<string, number>;
  cap: number;
  header?: boolean;
  grouped?: false;
}[] = [
  { name: 'tatoeba', file: 'tatoeba/en-fr.tsv.gz', columns: { en: 0, fr: 1 }, cap: 6000 },
  { name: 'tatoeba', file: 'tatoeba/en-de.tsv.gz', columns: { de: 1 }, cap: 5000 },
  { name: 'tatoeba', file: 'tatoeba/en-ar.tsv.gz', columns: { ar: 1 }, cap: 6000 },
  { name: 'tico19', file: 'tico19/en-fr.tsv.gz', columns: { en: 0, fr: 1 }, cap: 2800 },
  { name: 'tico19', file: 'tico19/en-ar.tsv.gz', columns: { ar: 1 }, cap: 2800 },
  { name: 'xquad', file: 'xquad/en-de-ar.tsv.gz', columns: { en: 0, de: 1, ar: 2 }, cap: 1400 },
  {
    name: 'bible',
    file: 'bible/en-fr-de-ar.tsv.gz',
    columns: { en: 1, fr: 2, de: 3, ar: 4 },
    cap: 1500,
    header: true,
  },
  {
    name: 'arsarcasm',
    file: 'social_neutral/ar_arsarcasm.tsv.gz',
    columns: { ar: 2 },
    cap: 9000,
    grouped: false,
  },
];

/** Sentences labelled `none` from the parallel sets under `folder`, capped by set and language. Sets that are not there are left out. */
export async function readNeutral(folder: string, random: Random): Promise<LabelledPost[]> {
  const posts: LabelledPost[] = [];
  for (const set of neutralSets) {
    const file = path.join(folder, set.file);
    if (!existsSync(file)) continue;
    const found = new Map<string, Map<string, string>>(Object.keys(set.columns).map(lang => [lang, new Map()]));
    let number = 0;
    for await (const line of lines(file)) {
      number++;
      if (set.header && number === 1) continue;
      const cells = line.split('\t');
      for (const [lang, column] of Object.entries(set.columns)) {
        const text = cells[column]?.replace(/^"|"$/g, '').trim();
        if (text && text.length > 8) found.get(lang)!.set(text, cells[0]!);
      }
    }
    for (const [lang, texts] of found) {
      for (const [text, key] of shuffle([...texts], random).slice(0, set.cap)) {
        // Where sentences are translations, the first column is the group: they stay on one side of a split.
        posts.push({
          id: `${set.name}-${lang}-${text}`,
          text,
          lang,
          label: 'none',
          src: set.name,
          context: contextOfSource[set.name],
          grp: set.grouped === false ? '' : key,
        });
      }
    }
  }
  return posts;
}

/** Which of `folds` parts a post belongs to: one for all posts of an author or thread, whatever the order they come in. */
export function foldOf(post: LabelledPost, seed: number, folds: number): number {
  return (
    createHash('sha256')
      .update(`${seed}/${groupOf(post)}`)
      .digest()
      .readUInt32BE(0) % folds
  );
}

/** The author or thread of a post, or the post itself where none is named. */
export function groupOf(post: LabelledPost): string {
  return post.grp ? `${post.src}/${post.grp}` : post.id;
}
