import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { hashesOf } from '../../../services/classify/signals/media/pdq/hash.js';
import { drawn, inAllForms } from './pictures.js';
import { pythonWith, withPython } from './python.js';

/** Pictures that come with scikit-image and are in the public domain or under CC0 (its data/README.txt). */
const publicDomain = [
  'astronaut.png',
  'brick.png',
  'camera.png',
  'cell.png',
  'chelsea.png',
  'coffee.png',
  'coins.png',
  'grass.png',
  'gravel.png',
  'hubble_deep_field.jpg',
  'moon.png',
  'rocket.jpg',
];

/** Of each file in a folder: its PDQ hash and quality by PyPI `pdqhash`, decoded with Pillow. */
const reference = `
import json, os, sys
import numpy, pdqhash
from PIL import Image
folder, answer = sys.argv[1], {}
for name in os.listdir(folder):
    vector, quality = pdqhash.compute(numpy.array(Image.open(os.path.join(folder, name)).convert('RGB')))
    answer[name] = [''.join('%x' % int(''.join(map(str, vector[n:n + 4])), 2) for n in range(0, 256, 4)), int(quality)]
print(json.dumps(answer))
`;
const dataFolder =
  "import importlib.util; print(importlib.util.find_spec('skimage').submodule_search_locations[0] + '/data')";

const bitsBetween = (a: string, b: string): number => {
  let bits = 0;
  for (let n = 0; n < 64; n++) {
    for (let rest = Number.parseInt(a[n]!, 16) ^ Number.parseInt(b[n]!, 16); rest > 0; rest &= rest - 1) bits++;
  }
  return bits;
};

withPython(
  pythonWith(['pdqhash', 'numpy', 'pillow'], ['--no-deps', 'scikit-image']),
  'PDQ beside PyPI pdqhash',
  python => {
    test('the same picture has the same hash, in every format and form', async () => {
      const data = python.run(dataFolder).trim();
      const files = new Map<string, Buffer>();
      const take = (made: Map<string, Buffer>) => {
        for (const [name, bytes] of made) files.set(name, bytes);
      };
      for (const [n, name] of publicDomain.entries()) {
        const bytes = readFileSync(join(data, name));
        files.set(name, bytes);
        if (n % 5 === 0) take(await inAllForms(`${name}-again`, sharp(bytes).removeAlpha().toColourspace('srgb')));
      }
      const sizes = [
        [320, 240],
        [150, 400],
        [501, 77],
        [64, 64],
        [50, 40],
        [130, 129],
        [600, 450],
      ] as const;
      for (const [n, [width, height]] of sizes.entries()) take(await inAllForms(`drawn-${n}`, drawn(n, width, height)));
      files.set('drawn-large.jpg', await drawn(99, 400, 300).resize(4000, 3000).jpeg().toBuffer());

      const folder = mkdtempSync(join(tmpdir(), 'sansdelai-pdq-'));
      try {
        for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
        const expected: Record<string, [string, number]> = JSON.parse(python.run(reference, folder));
        const differences: Record<string, number> = {};
        let good = 0;
        for (const [name, bytes] of files) {
          const [hash, quality] = expected[name]!;
          const ours = await hashesOf(bytes);
          expect({ name, quality: Math.abs(ours.quality! - quality) <= 1 }).toEqual({ name, quality: true });
          if (quality < 49 || ours.pdq === undefined) {
            expect({ name, unhashable: ours.unhashable }).toEqual({
              name,
              unhashable: expect.stringContaining('too little'),
            });
            continue;
          }
          if (quality >= 80) good++;
          const bits = bitsBetween(ours.pdq, hash);
          if (bits > 0) differences[name] = bits;
        }
        expect(files.size).toBeGreaterThan(130);
        expect(good).toBeGreaterThan(100);
        // The specification gives decoders ten bits; nearly all files need none.
        expect(Object.values(differences).filter(bits => bits > 2)).toEqual([]);
        expect(Object.keys(differences).length).toBeLessThan(files.size / 20);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }, 120_000);
  },
);
