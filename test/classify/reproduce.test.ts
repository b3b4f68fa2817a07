import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { followRegistry } from '../../services/classify/models/index.js';
import { type Signal, startTextModel, type TextModel } from '../../services/classify/signals/index.js';
import { createLog, realTime } from '../../services/runtime/index.js';
import * as own from './own-models.js';

/** Texts of all lengths, in the languages and scripts that the model reads, and in those that it does not. */
const words =
  'the boat race starts at noon der Fluss ist breit und kalt le phare est ouvert demain السفينة في الميناء اليوم лодка 船 🛶 #harbour @captain 2026 ??? and we will win'.split(
    ' ',
  );
const texts = Array.from({ length: 300 }, (_, n) =>
  Array.from({ length: (n * 7) % 90 }, (_, i) => words[(n * 31 + i * (n % 13) + i) % words.length]).join(' '),
);

describe('the text model, on wasm', () => {
  let model: TextModel;
  beforeAll(async () => {
    model = await startTextModel();
  });
  afterAll(() => model.stop());
  const bits = async (of: TextModel, all: readonly string[], atOnce: number): Promise<string[]> => {
    const found: string[] = [];
    for (let at = 0; at < all.length; at += atOnce) {
      const scored = await of.score(all.slice(at, at + atOnce).map(text => ({ text })));
      found.push(...scored.map(({ scores, overThreshold }) => JSON.stringify([scores, overThreshold])));
    }
    return found;
  };

  test('the same posts get the same scores, bit for bit: again, alone, and in batches of other sizes', async () => {
    const first = await bits(model, texts, texts.length);
    expect(new Set(first).size).toBeGreaterThan(100);
    for (const atOnce of [300, 1, 7, 64, 256]) expect(await bits(model, texts, atOnce)).toEqual(first);
    expect((await bits(model, [...texts].reverse(), 33)).reverse()).toEqual(first);
  });

  test('and in another thread, under the same version', async () => {
    const other = await startTextModel();
    try {
      expect(other.version).toBe(model.version);
      expect(await bits(other, texts, 50)).toEqual(await bits(model, texts, 300));
    } finally {
      await other.stop();
    }
  });
});

test('assessed in other processes, among other posts: the same scores, actions and versions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sansdelai-reproduce-'));
  const program = `import(${JSON.stringify(new URL('../../services/cli/main.js', import.meta.url))}).then(({ main }) => main(process.argv))`;
  const assess = (name: string, some: readonly string[]): Map<string, string> => {
    const file = join(folder, name);
    writeFileSync(file, some.map(text => `${JSON.stringify({ id: `post-${texts.indexOf(text)}`, text })}\n`).join(''));
    const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', program, 'sansdelai', 'assess', file], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, LOG_LEVEL: 'error', SANSDELAI_MODELS: folder },
      maxBuffer: 64 * 1024 * 1024,
    });
    if (status !== 0) throw new Error(stderr);
    const lines = stdout.trim().split('\n');
    return new Map(lines.map(line => [(JSON.parse(line) as { id: string }).id, line]));
  };
  try {
    const distinct = [...new Set(texts)];
    const all = assess('all.jsonl', distinct);
    const some = assess('some.jsonl', distinct.filter((_, n) => n % 5 === 0).reverse());
    expect(some.size).toBeGreaterThan(40);
    for (const [id, line] of some) expect(line).toBe(all.get(id));
    const { versions } = JSON.parse([...some.values()][0] ?? '');
    expect(versions).toMatchObject({
      policy: expect.any(String),
      signals: { 'text-model': versions.model, 'known-text': expect.any(String) },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('own models claim it where it was seen: a layers model on wasm, twice over', async () => {
  const folder = new own.Folder();
  folder.write('words.txt', own.vocabulary.join('\n'));
  await own.writeLayersModel(folder, 'sailor');
  folder.declare('sailor', {
    kind: 'tfjs',
    path: 'sailor/model.json',
    input: { as: 'token-ids', vocabulary: 'words.txt', length: own.length },
    labels: own.labels,
    golden: own.golden(),
  });
  const open = () => followRegistry(folder.path, { time: realTime, log: createLog('silent', false) });
  const [one, other] = [await open(), await open()];
  try {
    expect(one.list()).toMatchObject([{ state: 'live', reproducible: true }]);
    expect(other.list()[0]?.version).toBe(one.list()[0]?.version);
    const ask = async (signal: Signal | undefined, all: string[], atOnce: number): Promise<unknown[]> => {
      const found: unknown[] = [];
      for (let at = 0; at < all.length; at += atOnce) {
        const posts = all.slice(at, at + atOnce).map(text => ({ text }) as Parameters<Signal['assess']>[0][number]);
        found.push(...((await signal?.assess(posts, { now: 0, testAccounts: {} })) ?? []));
      }
      return found;
    };
    const mixed = Array.from({ length: 60 }, (_, n) => `${own.texts[n % 4]} ${own.texts[(n * 3) % 4]}`);
    const first = await ask(one.signals()[0], mixed, 60);
    for (const atOnce of [1, 7, 32]) expect(await ask(other.signals()[0], mixed, atOnce)).toEqual(first);
  } finally {
    await Promise.all([one.stop(), other.stop()]);
    folder.remove();
  }
});
