import { readJsonLines } from '../../../services/cli/files.js';
import { mildText, seeds } from '../../classify/generator.js';
import { TextBank } from './bank.js';
import { datasketch } from './datasketch.js';
import { bands, type Counts, quotations, reposts, unrelated } from './figures.js';

export interface NearOptions {
  /** JSONL of posts (field `text`), gzip where its name ends so: beside made-up ones, the unrelated posts. */
  posts?: string | undefined;
  /** Sizes of the bank; the last one is measured fully. */
  entries?: readonly number[];
  /** Posts by edit and seed. */
  perSeed?: number;
  /** Python with PyPI datasketch; without it the comparison is left out. */
  python?: string;
}

const number = (value: number): string => Math.round(value).toLocaleString('en');
const percent = (part: number, of: number, digits = 1): string =>
  of === 0 ? '' : `${((100 * part) / of).toFixed(digits)} %`;
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
const megabytes = (bytes: number): string => `${number(bytes / 1e6)} MB`;
const least60 = bands.findIndex(([from]) => from === 60);

/**
 * Near-duplicates of texts: how many posts a second a core looks up, what of re-posts is told and acts, what of unrelated posts and
 * quotations. Texts and edits: test/classify/generator.ts.
 * @returns tables in Markdown
 */
export async function nearBench({
  posts,
  entries = [100_000, 1_000_000],
  perSeed = 200,
  python = 'python3',
}: NearOptions = {}): Promise<string> {
  const given: string[] = [];
  if (posts) for await (const { text } of readJsonLines(posts)) if (typeof text === 'string') given.push(text);
  const made = Array.from({ length: 50_000 }, (_, n) => mildText(n, 1));
  const rows: string[] = [];
  const bank = new TextBank();
  const before = process.memoryUsage();
  let seconds = 0;
  for (const size of entries) {
    const cpu = process.cpuUsage();
    while (bank.size < size) bank.add(mildText(bank.size));
    seconds += process.cpuUsage(cpu).user / 1e6;
    const now = process.memoryUsage();
    const memory = now.arrayBuffers - before.arrayBuffers;
    rows.push(
      `| ${number(size)} | building (texts made, hashed and taken in) | ${seconds.toFixed(1)} s, ${megabytes(memory)} | |`,
    );
    for (const [what, texts] of [
      ['made-up posts', made],
      ['posts of the file given', given],
    ] as const) {
      if (texts.length === 0) continue;
      const { told, acting, perSecond, wall } = await unrelated(bank, texts);
      rows.push(
        `| ${number(size)} | ${what}, hash and query, a core | ${number(perSecond)}/s (by the clock ${number(wall)}/s) | ≥ 20,000/s at 1M |`,
        `| ${number(size)} | of ${number(texts.length)} ${what}, unrelated: told; acting | ${told} (${percent(told, texts.length, 4)}); ${acting} | ≤ 0.01 % |`,
      );
    }
  }
  const peer = await datasketch(python, 100_000);
  rows.push(
    typeof peer === 'string'
      ? `| 100,000 | datasketch | ${peer} | |`
      : `| 100,000 | datasketch MinHash LSH, hash and query | ${number(peer.perSecond)}/s, recall ${percent(peer.recall, 1)} with a fifth of the words substituted, ` +
          `${peer.candidates.toFixed(1)} candidates for an unrelated post, built in ${number(peer.builtSeconds)} s | |`,
  );
  const edited = await reposts(bank, perSeed);
  const quoted = await quotations(bank, perSeed);
  return [
    '| texts banked | figure | measured | goal |',
    '|---|---|---|---|',
    ...rows,
    '',
    `Bare re-posts of ${number(bank.size)} banked texts, ${number(perSeed * seeds.length)} each with ${seeds.length} seeds, by letters of the normal form: ` +
      'told / acting. Goal: told ≥ 95 %.',
    '',
    ...table('edit', edited),
    '',
    'Quotations: told / acting. Goal: none acts.',
    '',
    ...table('post', quoted),
  ].join('\n');
}

function table(first: string, counts: readonly Counts[]): string[] {
  const total: Counts = {
    what: 'all',
    posts: bands.map((_, band) => sum(counts.map(({ posts }) => posts[band]!))),
    told: bands.map((_, band) => sum(counts.map(({ told }) => told[band]!))),
    acting: bands.map((_, band) => sum(counts.map(({ acting }) => acting[band]!))),
  };
  const heads = bands.map(([from, to]) => (Number.isFinite(to) ? `${from}-${to - 1}` : `${from}-`));
  const cell = ({ posts, told, acting }: Counts, from: number, to: number): string => {
    const of = sum(posts.slice(from, to));
    return `${percent(sum(told.slice(from, to)), of)} / ${percent(sum(acting.slice(from, to)), of)}`;
  };
  const row = (one: Counts): string =>
    `| ${one.what} | ${cell(one, 0, bands.length)} | ${cell(one, least60, bands.length)} | ${bands.map((_, band) => cell(one, band, band + 1)).join(' | ')} |`;
  return [
    `| ${first} | all | 60- | ${heads.join(' | ')} |`,
    `|---|---|---|${bands.map(() => '---|').join('')}`,
    ...[...counts, total].map(row),
  ];
}
