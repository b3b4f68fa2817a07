import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { labels, readWeights, shippedWeights } from '../../models/text/index.js';

const languages = ['en', 'fr', 'de', 'ar', 'other'] as const;

test('the shipped weights load, and are at most 12 MB', async () => {
  const weights = readWeights();
  expect(weights.version).toMatch(/^text-[0-9a-f]{12}$/);
  for (const label of labels)
    for (const language of languages) {
      expect(weights.calibration[label][language].slope).toBeGreaterThan(0);
      expect(weights.thresholds[label][language]).toBeGreaterThan(0);
      expect(weights.thresholds[label][language]).toBeLessThanOrEqual(1);
    }
  const files = await readdir(shippedWeights());
  const sizes = await Promise.all(files.map(async file => (await stat(path.join(shippedWeights(), file))).size));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(12_000_000);
});

test('the card tells of the weights that are shipped', async () => {
  const card = await readFile(path.join(shippedWeights(), '../card.md'), 'utf8');
  expect(card).toContain(readWeights().version);
});

test('weights that were altered, or made for other features, are refused by name', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'weights-'));
  try {
    await cp(shippedWeights(), folder, { recursive: true });
    const description = JSON.parse(await readFile(path.join(folder, 'model.json'), 'utf8'));
    await writeFile(
      path.join(folder, 'model.json'),
      JSON.stringify({ ...description, features: { ...description.features, buckets: 65536 } }),
    );
    expect(() => readWeights(folder)).toThrow('buckets = 65536');
    await writeFile(path.join(folder, 'model.json'), JSON.stringify(description));
    expect(readWeights(folder).version).toBe(description.version);
    const bytes = await readFile(path.join(folder, 'weights.bin'));
    bytes[12345]! ^= 1;
    await writeFile(path.join(folder, 'weights.bin'), bytes);
    expect(() => readWeights(folder)).toThrow('weights.bin');
  } finally {
    await rm(folder, { recursive: true });
  }
});
