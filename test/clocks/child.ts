import { readFileSync } from 'node:fs';
import type { Told } from './facts.js';
import { sleep, startClocks } from './running.js';

/** A process with the clocks that the tests may kill: `node child.js DIRECTORY SETTINGS [FILE OF FACTS]`. It prints where it stands. */
const [directory, settings, file] = process.argv.slice(2) as [string, string, string | undefined];
const clocks = await startClocks(JSON.parse(settings) as Record<string, string>, directory);
process.stdout.write('ready\n');
if (file) {
  const facts = JSON.parse(readFileSync(file, 'utf8')) as Told[];
  while (facts.length > 0) {
    await clocks.tell(...facts.splice(0, 10));
    await sleep(5);
  }
  process.stdout.write('told\n');
}
process.on('SIGTERM', () => void clocks.stop(true).then(() => process.exit(0)));
