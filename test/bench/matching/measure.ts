import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { HammingIndex } from '../../../services/classify/signals/media/index.js';
import { percentile } from '../../../services/cli/figures.js';

/** What the index is measured by, in a process of its own: `measure.js HASHES QUERIES RUNS`. Prints a line of JSON. */
const [, , hashes = '', queries = '', runs = '1'] = process.argv;
const count = statSync(hashes).size / 32;

/** All hashes of the file, without having them in memory at once. */
function* read(): Generator<Uint8Array> {
  const file = openSync(hashes, 'r');
  const chunk = Buffer.alloc(32 * 32_768);
  for (let bytes = readSync(file, chunk); bytes > 0; bytes = readSync(file, chunk)) {
    for (let at = 0; at < bytes; at += 32) yield chunk.subarray(at, at + 32);
  }
  closeSync(file);
}

const seconds = (work: () => void): number => {
  const from = performance.now();
  work();
  return (performance.now() - from) / 1000;
};

const before = process.memoryUsage().rss;
const index = new HammingIndex();
const build = seconds(() => {
  index.reserve(count);
  for (const hash of read()) index.add(hash);
});
const memory = process.memoryUsage().rss - before;

const asked = readFileSync(queries);
let found = 0;
const perSecond = Array.from({ length: Number(runs) }, () => {
  found = 0;
  const time = seconds(() => {
    for (let at = 0; at < asked.length; at += 32) found += index.find(asked.subarray(at, at + 32), 31).length;
  });
  return asked.length / 32 / time;
});

// Additions one by one, with look-ups in between; each has to be found at once.
const adding: number[] = [];
for (let n = 0; n < 20_000; n++) {
  const hash = Buffer.from(asked.subarray((n * 32) % asked.length, ((n * 32) % asked.length) + 32));
  hash.writeUInt32LE(n, 28);
  let slot = 0;
  adding.push(1000 * seconds(() => (slot = index.add(hash))));
  if (n % 10 === 0 && !index.find(hash, 31).some(neighbour => neighbour.slot === slot)) throw new Error('lost');
}
adding.sort((a, b) => a - b);
const at = (share: number) => percentile(adding, share);
process.stdout.write(
  `${JSON.stringify({ build, bytes: index.bytes, memory, perSecond, found, adding: { p50: at(0.5), p999: at(0.999), max: at(1) } })}\n`,
);
